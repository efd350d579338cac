"""A wall clock of a site's processes that can be set while they run: `clock.c`, loaded into them, adds what stands in a file.

libfaketime would do the same, but processes with many threads die of it (0.9.10, Python 3.11), and `time.sleep` fails.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


def built(folder: Path) -> Path | None:
    """The library; None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-o", library, SOURCE], check=True)
    return library


class Clock:
    """`environment` is what a process needs to go by this clock."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        file.write_bytes(bytes(8))
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(library), "FAULTS_CLOCK": str(file)}

    def step(self, seconds: int) -> None:
        """From now on the clock differs by so many seconds from the true time."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("=q", seconds))
