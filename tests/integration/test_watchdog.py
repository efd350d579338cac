"""Who started a process hears whether it hangs: with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from cti.kit.watchdog import Watchdog, show_that_the_loop_runs

SECONDS = 2.0
CHILD = """
import asyncio, signal, time
from cti.kit.watchdog import show_that_the_loop_runs

async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, time.sleep, 60)
    alive = asyncio.create_task(show_that_the_loop_runs())
    await asyncio.sleep(0.1)
    print("runs", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
SILENT = "import time; print('runs', flush=True); time.sleep(60)"


@asynccontextmanager
async def child(code: str, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env={**os.environ, **environment}, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"runs\n"
        yield process
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGUSR1], ids=["stopped", "loop blocked"])
async def test_a_child_that_hangs_is_noticed(how: signal.Signals) -> None:
    with Watchdog(SECONDS) as watchdog:
        async with child(CHILD, watchdog.environment) as process:
            watching = asyncio.create_task(watchdog.until_it_hangs())
            done, _ = await asyncio.wait([watching], timeout=2 * SECONDS)
            assert not done, "it ran all the while"
            process.send_signal(how)
            await asyncio.wait_for(watching, 5 * SECONDS)


async def test_a_child_that_never_spoke_is_let_alone() -> None:
    with Watchdog(SECONDS) as watchdog:
        async with child(SILENT, watchdog.environment):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(watchdog.until_it_hangs(), 2 * SECONDS)


async def test_who_was_not_awake_itself_says_nothing_of_others() -> None:
    with Watchdog(SECONDS) as watchdog:
        async with child(CHILD, watchdog.environment) as process:
            watching = asyncio.create_task(watchdog.until_it_hangs())
            await asyncio.sleep(SECONDS / 2)
            process.send_signal(signal.SIGSTOP)
            time.sleep(1.5 * SECONDS)  # noqa: ASYNC251 - this loop hangs, as the child does
            process.send_signal(signal.SIGCONT)
            done, _ = await asyncio.wait([watching], timeout=2 * SECONDS)
            assert not done
            watching.cancel()


async def test_nobody_listens_where_nobody_is_named() -> None:
    await asyncio.wait_for(show_that_the_loop_runs({}), 1)
    with pytest.raises(TimeoutError):  # a listener that is gone ends nothing
        await asyncio.wait_for(show_that_the_loop_runs({"NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": "300000"}), 1)
