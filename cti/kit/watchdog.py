"""A process that hangs with nobody beside it is ended by whoever started it: systemd with `WatchdogSec=`, or `cti up`.

The protocol is systemd's, sd_notify(3): a datagram `WATCHDOG=1` to the socket that `NOTIFY_SOCKET` names, at least every
`WATCHDOG_USEC` microseconds. Where that variable is missing nobody listens, and nothing is sent.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Self

SECONDS: Final = 10.0  # of silence: much longer than the lease's, so that a standby comes first
LOOK_SECONDS: Final = 0.5
OWN_PAUSE_SECONDS: Final = 2.0  # who was not awake itself for so long knows nothing of others
_ALIVE: Final = b"WATCHDOG=1"


async def show_that_the_loop_runs(environment: Mapping[str, str] = os.environ) -> None:
    """Sends the word until cancelled; returns at once where nobody listens. Never raises: a listener that is gone ends nothing."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return
    usec = environment.get("WATCHDOG_USEC", "")
    interval = int(usec) / 1e6 / 3 if usec.isdigit() else LOOK_SECONDS
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as voice:
        while True:
            with suppress(OSError):
                voice.sendto(_ALIVE, f"\0{address[1:]}" if address.startswith("@") else address)
            await asyncio.sleep(interval)


class Watchdog:
    """Listens to one child, from its first word on: one that never speaks is never said to hang."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` of silence are a child that hangs."""
        self._seconds = seconds
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._ear.bind("")  # the kernel finds a name that no file stands for
        self._heard = False

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._ear, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._ear)
        self._ear.close()

    @property
    def environment(self) -> dict[str, str]:
        """What the child must be started with."""
        name: bytes = self._ear.getsockname()
        return {"NOTIFY_SOCKET": f"@{name[1:].decode()}", "WATCHDOG_USEC": str(round(self._seconds * 1e6))}

    async def until_it_hangs(self) -> None:
        """Returns when the child has said nothing for so long while this process itself was awake."""
        loop = asyncio.get_running_loop()
        last: float | None = None
        looked = loop.time()
        while last is None or looked - last < self._seconds:
            await asyncio.sleep(LOOK_SECONDS)
            now = loop.time()
            if self._heard or (last is not None and now - looked > OWN_PAUSE_SECONDS):
                last, self._heard = now, False
            looked = now

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            while self._ear.recv(256):
                self._heard = True
