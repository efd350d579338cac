"""One segment of the journal: an SQLite file in WAL mode with synchronous=FULL, so a commit that returned survives a power cut.

It holds facts without a gap, each with the CRC-32 of its body, and what is open after the last of them (`state.py`). It is made whole under
another name and then gets its own: a segment that can be seen is complete. All but the newest are never written again.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from cti.facts import Fact
from cti.journal.state import State

FORMAT: Final = 2
OLD_FORMAT: Final = 1  # one file for all, facts without checksum and with gaps where some were deleted
BUSY_SECONDS: Final = 1.0  # another program may hold the file for a moment: a backup, a person looking
LAST: Final = 2**63 - 1
_NAME: Final = re.compile(r"journal-(\d{6,})-(\d+)(?:\.r(\d+))?\.db")

_SCHEMA: Final = (
    "CREATE TABLE facts (seq INTEGER PRIMARY KEY, contact TEXT, crc INTEGER NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX facts_of_contact ON facts (contact, seq) WHERE contact IS NOT NULL",
    "CREATE TABLE open_contacts (contact TEXT PRIMARY KEY, trace TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE open_agents (agent TEXT, what TEXT, seq INTEGER NOT NULL, PRIMARY KEY (agent, what)) WITHOUT ROWID",
    # after_seq: what earlier segments have beyond this number does not count
    """CREATE TABLE journal (
        site TEXT NOT NULL, after_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, last_at TEXT, acknowledged INTEGER
    )""",
    f"PRAGMA user_version = {FORMAT}",
)


@dataclass(frozen=True, slots=True)
class Segment:
    """Its facts are those from `first` to `last`; the newest has no last one yet (None)."""

    path: Path
    serial: int
    first: int
    last: int | None = None
    revision: int = 0  # how often it was made anew from what could be read of it

    @property
    def upper(self) -> int:
        return LAST if self.last is None else self.last


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal stands. `last_at` is None before the first fact, `acknowledged` before the data center was met."""

    last_seq: int = 0
    last_at: datetime | None = None
    acknowledged: int | None = None


class Damaged(Exception):
    """What a segment holds can't be read, or is not what was written."""

    def __init__(self, segment: Segment, reason: str) -> None:
        super().__init__(f"{segment.path.name}: {reason}")
        self.segment = segment
        self.reason = reason


def named(folder: Path, serial: int, first: int, revision: int = 0) -> Path:
    return folder / f"journal-{serial:06d}-{first}{f'.r{revision}' if revision else ''}.db"


def parsed(path: Path) -> Segment | None:
    """What a file's name says; None for a file that is no segment."""
    if found := _NAME.fullmatch(path.name):
        serial, first, revision = found.groups()
        return Segment(path, int(serial), int(first), revision=int(revision or 0))
    return None


def create(path: Path, site: str, after: int, fill: Callable[[sqlite3.Connection], tuple[Head, State]]) -> None:
    """Makes a segment: `fill` inserts its facts, and says where it stands and what is open then.

    Raises what `fill` raises, `sqlite3.Error` or `OSError`: then there may be a file of that name all the same.
    """
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    try:
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))  # personal data: nobody else reads it
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            # Nobody knows this file before it is whole: no rollback, and one fsync at the end.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            for statement in _SCHEMA:
                connection.execute(statement)
            head, state = fill(connection)
            state.save(connection)
            last_at = head.last_at.isoformat() if head.last_at else None
            values = (site, after, head.last_seq, last_at, head.acknowledged)
            connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", values)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")
        _sync(new)
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    new.replace(path)
    _sync(path.parent)


def connect(path: Path) -> sqlite3.Connection:
    """To write, for one thread at a time, without implicit transactions. Raises `sqlite3.Error`, also when there is no such file."""
    connection = _connected(path, "mode=rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 16777216")
    return connection


def connect_to_read(segment: Segment) -> sqlite3.Connection:
    """Sees what is committed and never waits for the writer. Raises `sqlite3.Error`."""
    if segment.last is not None and not _bytes(_wal(segment.path)):
        return _connected(segment.path, "immutable=1")  # nothing beside it, no locks: also on a full disk
    connection = _connected(segment.path, "mode=rw")
    connection.execute("PRAGMA query_only = ON")
    return connection


def insert(connection: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """As one JSON array: a call per fact would release the interpreter's lock, and fight for it again with a busy event loop, once
    per fact. Bodies are texts in it, so that what is stored is byte for byte what the checksum was made of."""
    rows = []
    for fact in facts:
        body = fact.model_dump_json()
        rows.append((fact.seq, fact.contact, zlib.crc32(body.encode()), body))
    connection.execute(
        "INSERT INTO facts SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
        " json_extract(value, '$[3]') FROM json_each(?)",
        (json.dumps(rows),),
    )


def head_of(connection: sqlite3.Connection) -> Head:
    last_seq, last_at, acknowledged = connection.execute(
        "SELECT last_seq, last_at, acknowledged FROM journal"
    ).fetchone()
    return Head(last_seq, datetime.fromisoformat(last_at) if last_at else None, acknowledged)


class Found(NamedTuple):
    """What a folder holds. `moved` and `damaged` are left of a process that died while it put something else in their place."""

    segments: tuple[Segment, ...]  # oldest first
    moved: Sequence[Path]  # all their facts are in a later segment, under other numbers
    damaged: Sequence[Path]  # what could be read of them is in a later revision


def remove(path: Path) -> None:
    """A segment that is not needed any more. Raises `OSError`."""
    for file in reversed(beside(path)):
        file.unlink(missing_ok=True)


def scan(folder: Path) -> Found:
    """Raises `OSError`."""
    latest: dict[int, Segment] = {}
    damaged: list[Path] = []
    for segment in sorted(filter(None, map(parsed, folder.iterdir())), key=lambda s: s.revision):
        if other := latest.get(segment.serial):
            damaged.append(other.path)
        latest[segment.serial] = segment
    counted: list[Segment] = []
    moved: list[Path] = []
    upper: int | None = None
    for segment in sorted(latest.values(), key=lambda s: -s.serial):
        if upper is not None and segment.first > upper:
            moved.append(segment.path)
            continue
        counted.append(replace(segment, last=upper))
        upper = min(_after(segment), LAST if upper is None else upper)
    return Found(tuple(reversed(counted)), moved, damaged)


def size(path: Path) -> int:
    """Bytes on disk, with its write-ahead log."""
    return _bytes(path) + _bytes(_wal(path))


def beside(path: Path) -> Sequence[Path]:
    """The files that make up a segment."""
    return [path, _wal(path), path.with_name(path.name + "-shm")]


def _after(segment: Segment) -> int:
    try:
        with closing(connect_to_read(replace(segment, last=LAST))) as connection:  # it never changes
            (after,) = connection.execute("SELECT after_seq FROM journal").fetchone()
            return int(after)
    except (sqlite3.Error, TypeError):  # damaged, or of the old format
        return segment.first - 1


def _connected(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _bytes(path: Path) -> int:
    """Nothing of a file that is not there: whoever closes a segment last takes its log away, at any moment."""
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
