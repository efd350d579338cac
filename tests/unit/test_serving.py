"""How a process is asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal

from cti.serving import until_signal


async def test_a_process_that_is_asked_to_stop_twice_still_stops_in_order() -> None:
    begun, stopped = asyncio.Event(), list[str]()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # `cti up` and systemd both ask
            await asyncio.sleep(0.05)  # the signal is heard meanwhile
            stopped.append("in order")

    waiting = asyncio.create_task(until_signal(asyncio.create_task(work())))
    await begun.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(waiting, 5)
    assert stopped == ["in order"]
