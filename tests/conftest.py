"""What all tests share: a machine that stands still is no fault of ours.

Virtual machines are sometimes frozen by their host, for half a minute and more (the kernel then tells of a workqueue lockup). Every timer,
ours, Asterisk's and SIPp's, runs out at once when they go on. A test that fails while the machine stood still is run once more, from
nothing: what several tests share is made anew too. The summary says so.
"""

from __future__ import annotations

import os
import threading
import time

import pytest
from _pytest.runner import runtestprotocol

TICK, STILL = 0.2, 3.0  # seconds; no scheduler leaves a thread waiting for 3 s

# Tests count channels and facts: no synthetic calls but where a test asks for them.
os.environ["HOTLINE_PROBE_SECONDS"] = "0"

_stood_still: list[tuple[float, float]] = []  # (when it went on, for how long), on the monotonic clock
_ran_again: list[tuple[str, float]] = []
_looked = threading.Event()  # set each time the watcher has looked


def _watch() -> None:
    before = time.monotonic()
    while True:
        time.sleep(TICK)
        now = time.monotonic()
        if now - before > STILL:
            _stood_still.append((now, now - before))
        before = now
        _looked.set()


def _stood_since(began: float) -> float:
    """For how long at most, or 0. After a standstill a test may have failed before the watcher has woken up."""
    for _ in range(2):  # the first look may have begun before
        _looked.clear()
        _looked.wait()
    return max((lasted for at, lasted in _stood_still if at > began), default=0.0)


def pytest_configure() -> None:
    threading.Thread(target=_watch, name="watches the machine", daemon=True).start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    began = time.monotonic()
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in reports) and (stood := _stood_since(began)):
        _ran_again.append((item.nodeid, stood))
        # A shared fixture that failed would fail again with the same error, and one that half works would go on so.
        pytest.CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(None), when="teardown")
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for test, stood in _ran_again:
        terminalreporter.write_line(f"run again, because the machine stood still for {stood:.0f} s: {test}")
