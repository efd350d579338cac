"""A site's journal as files, read and harmed from outside."""

from __future__ import annotations

import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cti.journal import read_facts

_HEADER: Final = struct.Struct(
    ">IIIIIIII"
)  # of a write-ahead log: magic, format, page size, checkpoint, salts, checksums
_FRAME: Final = struct.Struct(">IIIIII")  # page, size of the database after a commit or 0, salts, checksums


def newest(folder: Path) -> Path:
    """The segment that is written."""
    return max(folder.glob("journal-*.db"))


def facts(folder: Path) -> list[dict[str, Any]]:
    """All that the journal holds, in order."""
    return [fact.model_dump(mode="json") for fact in read_facts(folder)]


def count(folder: Path) -> int:
    """Facts in the newest file, read from a copy: an opener would tidy up what a crash has left."""
    with TemporaryDirectory() as copies:
        for part in folder.glob(newest(folder).name + "*"):
            shutil.copy(part, copies)
        with closing(sqlite3.connect(Path(copies) / newest(folder).name)) as journal:
            return int(journal.execute("SELECT count(*) FROM facts").fetchone()[0])


class Tail:
    """The end of a write-ahead log: behind its last commit there may be frames of an earlier round, which mean nothing."""

    def __init__(self, log: Path) -> None:
        self._log = log
        content = log.read_bytes()
        _, _, self._page, _, *self._salts, _, _ = _HEADER.unpack_from(content)
        self._size = _FRAME.size + self._page
        commits = [0]
        place = _HEADER.size
        while place + self._size <= len(content):
            _, committed, *salts, _, _ = _FRAME.unpack_from(content, place)
            if salts != self._salts:
                break
            place += self._size
            if committed:
                commits.append(place)
        self.end = commits[-1]  # of the last commit
        assert self.end, f"{log} holds no commit"

    def tear(self) -> None:
        """Half a frame, as a process leaves it that dies in the middle of a write."""
        frame = _FRAME.pack(1, 0, *self._salts, 1, 2) + bytes(self._page // 2)
        with self._log.open("r+b") as log:
            log.seek(self.end)
            log.write(frame)

    def damage(self) -> None:
        """Flips bytes in the middle of the last frame of the last commit: what was promised is gone."""
        with self._log.open("r+b") as log:
            log.seek(self.end - self._page // 2)
            was = log.read(8)
            log.seek(self.end - self._page // 2)
            log.write(bytes(byte ^ 0xFF for byte in was))
