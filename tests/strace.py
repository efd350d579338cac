"""Lets the fsyncs of a running process fail, as those of a dying disk do."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


def may_trace() -> bool:
    """Whether strace is installed, and this system lets a process trace its own children at least."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def fsync_failing(pid: int) -> Iterator[None]:
    """Until it is left, each fsync of the process gives EIO."""
    strace = subprocess.Popen(
        [
            "strace", "-f", "-q", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-p", str(pid),
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        strace.terminate()
        strace.wait()
