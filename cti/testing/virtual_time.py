"""An event loop whose time is not the machine's: when nothing is ready, the clock jumps to the next timer.

    run_virtually(scenario())      # an hour of waiting takes milliseconds, and the same ones every time

A scenario in which nothing can ever happen again fails at once instead of hanging.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # a Monday morning


class Deadlock(AssertionError):
    """Every task waits and no timer is set."""


class _Selector(selectors.DefaultSelector):
    """Never blocks: what would have been waiting becomes time passed."""

    def __init__(self, alone: bool = False) -> None:
        super().__init__()
        self.now, self._alone = 0.0, alone

    def select(self, timeout: float | None = None) -> Any:
        ready = [] if self._alone else super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise Deadlock("nothing can happen any more")
        self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0. One that is `alone` never asks the machine whether a socket or another thread has something."""

    def __init__(self, alone: bool = False) -> None:
        self._virtual = _Selector(alone)
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


class VirtualClock:
    """Implements `kit.clock.Clock` with the running loop's time."""

    def wall(self) -> datetime:
        return EPOCH + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


def run_virtually(main: Coroutine[Any, Any, T], *, alone: bool = False) -> T:
    """Runs a scenario in virtual time. Tasks that it leaves behind fail it. `alone`: it uses neither sockets nor threads."""

    async def watched() -> T:
        result = await main
        await asyncio.sleep(0)  # what was cancelled last gets its turn to end
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, f"tasks left behind: {left}"
        return result

    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(alone)) as runner:
        return runner.run(watched())
