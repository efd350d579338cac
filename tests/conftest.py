"""What all tests share: a test that fails while the machine stood still is run once more, from nothing: what several tests share is made
anew too. The summary says so.
"""

from __future__ import annotations

import os
import time

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

from tests import standstill

# Tests count channels and facts: no synthetic calls but where a test asks for them.
os.environ["HOTLINE_PROBE_SECONDS"] = "0"

# Examples are the same in every run, and take as long as they take: by itself Hypothesis fails one that took 200 ms.
settings.register_profile(
    "here",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("here")

_ran_again: list[tuple[str, float]] = []


def pytest_configure() -> None:
    standstill.watch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    began = time.monotonic()
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in reports) and (stood := standstill.stood_since(began)):
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
