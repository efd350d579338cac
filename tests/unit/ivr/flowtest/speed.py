"""How long a thousand tests of the shipped hotline take; for benches. `python -m tests.unit.ivr.flowtest.speed` prints it."""

from __future__ import annotations

from itertools import cycle, islice
from time import perf_counter

from cti.cli.flow_test import run_folder
from cti.ivr.flowtest import run_tests
from tests.unit.ivr.conftest import FLOWS


def seconds_of(tests: int = 1000) -> float:
    """Seconds in which so many tests of 95500 run, its own in turn; reading the files is not counted."""
    tested = run_folder(FLOWS / "95500")
    many = list(islice(cycle(tested.file.tests), tests))
    start = perf_counter()
    report = run_tests(tested.hotline, many)
    assert report.tests == tests
    assert not report.failed
    return perf_counter() - start


if __name__ == "__main__":
    print(f"1000 tests in {seconds_of():.3f} s")
