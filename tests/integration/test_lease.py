"""One of a site's processes acts, and the next begins when it has died, hangs, or ends: with real processes."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cti.journal import Lease
from cti.kit.errors import EnvironmentProblem
from cti.site.processes import handed_over, processes
from tests.standstill import late_since

PROCESS = """
import asyncio, json, os, signal, sys, time
from pathlib import Path
from cti.journal import Lease

async def main():
    lease = Lease(Path(sys.argv[1]))
    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, time.sleep, 60)
    print(json.dumps({"waits": os.getpid()}), flush=True)
    try:
        taken = await lease.acquire()
        print(json.dumps({"reason": taken.reason, "seconds": taken.seconds}), flush=True)
        await lease.keep()
    finally:
        lease.release()
asyncio.run(main())
"""


SECONDS = 20.0  # for any one thing to happen


class Process:
    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )  # not buffered: what was read is what `select` no longer sees
        assert self.says() == {"waits": self.process.pid}

    def says(self, within: float = SECONDS) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], within)
        said: dict[str, Any] | None = json.loads(self.process.stdout.readline()) if ready else None
        return said

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def two(folder: Path) -> Iterator[tuple[Process, Process]]:
    """One that is active, one that stands by."""
    active = Process(folder)
    assert (active.says() or {})["reason"] == "started"
    standby = Process(folder)
    try:
        lease = Lease(folder)
        while not lease.has_standby():
            pass
        lease.release()
        yield active, standby
    finally:
        active.end()
        standby.end()


def test_the_second_one_waits_and_both_are_seen(tmp_path: Path) -> None:
    with two(tmp_path) as (active, standby):
        assert standby.says(within=0.5) is None
        found = processes(tmp_path)
        assert (found.active, found.standby) == (active.process.pid, standby.process.pid)
    found = processes(tmp_path)
    assert (found.active, found.standby) == (None, None)


def test_it_begins_at_once_when_the_active_one_is_killed(tmp_path: Path) -> None:
    with two(tmp_path) as (active, standby):
        began = time.monotonic()
        active.process.kill()
        taken = standby.says()
    assert taken is not None
    assert taken["reason"] == "died"
    assert taken["seconds"] < 1.5 + late_since(began)


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGUSR1], ids=["stopped", "loop blocked"])
def test_one_that_hangs_is_killed_before_the_next_begins(tmp_path: Path, how: signal.Signals) -> None:
    with two(tmp_path) as (active, standby):
        began = time.monotonic()
        active.process.send_signal(how)
        taken = standby.says()
        assert active.process.wait(SECONDS) == -signal.SIGKILL
    assert taken is not None
    assert taken["reason"] == "hung"
    assert 1.9 < taken["seconds"] < 5 + 2 * late_since(began)  # who was late itself begins to wait anew


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGUSR1], ids=["stopped", "loop blocked"])
def test_a_standby_that_hangs_is_killed_and_the_active_one_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    with two(tmp_path) as (active, standby):
        standby.process.send_signal(how)
        assert standby.process.wait(SECONDS) == -signal.SIGKILL
        assert processes(tmp_path).active == active.process.pid


def test_places_are_changed_on_demand(tmp_path: Path) -> None:
    with two(tmp_path) as (active, standby):
        began = time.monotonic()
        report = handed_over(tmp_path, "sh")
        assert report.active == standby.process.pid
        assert report.seconds is not None
        assert report.seconds < 1 + late_since(began)
        assert (standby.says() or {})["reason"] == "handed_over"
        assert active.process.wait(SECONDS) is not None
        with pytest.raises(EnvironmentProblem, match=r"site\.not_two"):
            handed_over(tmp_path, "sh")


def test_a_process_number_of_a_dead_process_is_nobody(tmp_path: Path) -> None:
    with two(tmp_path) as (active, standby):
        standby.end()
        active.end()
    again = Process(tmp_path)
    assert (again.says() or {})["reason"] == "started"
    again.end()
