"""Small files that are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str, *, half: str = "") -> None:
    """Puts a file on disk, then in its place. `half`: what its name is until then. Raises OSError."""
    partial = path.with_name(half or f".{path.name}")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
