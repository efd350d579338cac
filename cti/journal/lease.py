"""Which process of a site acts: one is active, another stands by and begins when the active one has died, hangs, or hands over.

The kernel says who is active: a lock on a file in the site's folder, let go when its holder dies, whatever it dies of. A process that
hangs (stopped, a blocked loop) does not die by itself; its heartbeat stands still, and the standby kills it before it takes the lock.
So an old active process never acts beside a new one, and needs no clock to agree on. The active process does the same with a standby that
hangs: whoever started it starts another.

The heartbeat is a number in memory that both have mapped from that file: it goes on when the disk is full or slow.
"""

from __future__ import annotations

import asyncio
import fcntl
import mmap
import os
import signal
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cti.kit.logging import get_logger

log = get_logger(__name__)
HANG_SECONDS: Final = 2.0  # a heartbeat that stands still for so long is a hanging process
BEAT_SECONDS: Final = 0.2
POLL_SECONDS: Final = 0.05
OWN_PAUSE_SECONDS: Final = 0.5  # who was not awake itself for so long knows nothing of others
_SLOT: Final = struct.Struct("<qqqQ")  # process, when it started, its namespace, heartbeat
_ACTIVE, _STANDBY = 0, 1

Reason = Literal["started", "handed_over", "died", "hung"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A process as the file names it. All zero: none."""

    pid: int
    started: int  # in clock ticks since the machine's start: tells a process from a later one of the same number
    namespace: int  # of process numbers: in another one the number means nothing here
    beat: int

    def is_alive(self) -> bool:
        return self.pid > 0 and self.namespace == _namespace() and _started(self.pid) == self.started


@dataclass(frozen=True, slots=True)
class Takeover:
    """How a process became the active one."""

    reason: Reason
    seconds: float  # since the earlier process was last seen alive; 0 for one that found nobody


class Lease:
    """`acquire` it, then `keep` it in a task until `release`. `watch` reads it without taking part."""

    def __init__(self, folder: Path) -> None:
        """Raises `OSError` when the folder can't be written."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(folder / "lease", os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size < mmap.PAGESIZE:
            os.pwrite(self._file, bytes(mmap.PAGESIZE), 0)  # not a hole: a full disk can't refuse what is there
        self._shared = mmap.mmap(self._file, mmap.PAGESIZE)
        self._me = os.getpid(), _started(os.getpid()) or 0, _namespace()
        self._beat = 0

    async def acquire(self) -> Takeover:
        """Waits until this process is the active one of the site. Cancelling it leaves the other one alone."""
        loop = asyncio.get_running_loop()
        waited, pulse = False, _Pulse(loop.time())
        reason: Reason = "died"
        while not self._locked():
            holder = self.active
            if not waited:
                waited = True
                log.info("lease.standing_by", active=holder.pid)
            self._write(_STANDBY)
            if pulse.stands_still(holder, loop.time()):
                reason = "hung"
                _fence(holder)
            await asyncio.sleep(POLL_SECONDS)
        earlier = self.active
        if waited and not earlier.pid:
            reason = "handed_over"
        if self.standby.pid == os.getpid():
            self._shared[_SLOT.size : 2 * _SLOT.size] = bytes(_SLOT.size)
        self._write(_ACTIVE)
        taken = Takeover(reason if waited else "started", loop.time() - pulse.felt_at if waited else 0.0)
        log.info("lease.taken", reason=taken.reason, seconds=round(taken.seconds, 3), earlier=earlier.pid)
        return taken

    async def keep(self) -> None:
        """Shows that this process's loop runs, and ends a standby that hangs, until cancelled."""
        loop = asyncio.get_running_loop()
        pulse = _Pulse(loop.time())
        while True:
            self._write(_ACTIVE)
            if pulse.stands_still(standby := self.standby, loop.time()) and standby.is_alive():
                _fence(standby)
            await asyncio.sleep(BEAT_SECONDS)

    def release(self) -> None:
        """The next process may begin. May be called twice."""
        if self._file < 0:
            return
        if self.active.pid == os.getpid():
            self._shared[: _SLOT.size] = bytes(_SLOT.size)
        self._shared.close()
        os.close(self._file)
        self._file = -1

    # What is seen

    @property
    def active(self) -> Holder:
        return Holder(*_SLOT.unpack_from(self._shared, 0))

    @property
    def standby(self) -> Holder:
        return Holder(*_SLOT.unpack_from(self._shared, _SLOT.size * _STANDBY))

    def has_standby(self) -> bool:
        """Whether another process waits to take over."""
        return self.standby.is_alive()

    # Inside

    def _locked(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _write(self, slot: int) -> None:
        self._beat += 1
        _SLOT.pack_into(self._shared, _SLOT.size * slot, *self._me, self._beat)


class _Pulse:
    """Of the other process, as far as one can tell who was awake oneself."""

    def __init__(self, now: float) -> None:
        self.felt_at = self._looked = now
        self._beat, self._patience_ends = -1, now + HANG_SECONDS

    def stands_still(self, other: Holder, now: float) -> bool:
        """Whether it has to be ended: after HANG_SECONDS without a beat, and once more after each that it has outlived."""
        if other.beat != self._beat or now - self._looked > OWN_PAUSE_SECONDS:
            self._beat, self.felt_at, self._patience_ends = other.beat, now, now + HANG_SECONDS
        self._looked = now
        if not other.pid or now <= self._patience_ends:
            return False
        self._patience_ends = now + HANG_SECONDS
        return True


def _fence(hanging: Holder) -> None:
    if not hanging.is_alive():
        if hanging.namespace != _namespace():
            log.error("lease.cannot_fence", process=hanging.pid, reason="it runs in another container")
        return
    log.error("lease.fenced", process=hanging.pid, silent_seconds=HANG_SECONDS)
    try:
        os.kill(hanging.pid, signal.SIGKILL)
    except OSError as error:
        log.error("lease.cannot_fence", process=hanging.pid, reason=error.strerror)


def _started(pid: int) -> int | None:
    """When a process started; None for one that does not exist, or has ended and only waits to be taken note of."""
    try:
        # The name stands in parentheses before them, of any bytes.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in b"ZX" else int(fields[19])


def _namespace() -> int:
    return Path("/proc/self/ns/pid").stat().st_ino
