"""Messages and faxes of one site, as files that Asterisk writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cti.asterisk.fax import pages_in

_NAME: Final = re.compile(r"[A-Za-z0-9][-.A-Za-z0-9_]{0,150}\Z")
_HEADER: Final = 44  # bytes of a WAV file before the sound
_BYTES_A_SECOND: Final = 16_000


class SiteRecordings:
    """Implements `calls.ports.Recordings`."""

    def __init__(self, folder: Path) -> None:
        """The folder is made, readable by its owner only. OSError if it can't be."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    def place(self, name: str) -> str:
        if not _NAME.match(name):
            raise ValueError(f"not the name of a recording: {name[:80]!r}")
        return str(self._folder / name)

    def seconds(self, name: str) -> float:
        try:
            size = Path(f"{self.place(name)}.wav").stat().st_size
        except (OSError, ValueError):
            return 0.0
        return max(0, size - _HEADER) / _BYTES_A_SECOND

    def pages(self, name: str) -> int:
        try:
            return pages_in(Path(self.place(name)))
        except ValueError:
            return 0
