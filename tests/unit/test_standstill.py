"""A test that fails while the machine stands still is run again from nothing: `tests/conftest.py`, in a process that is stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CONFTEST = """
import os, signal, subprocess
import pytest
from tests import standstill
from tests.conftest import *

standstill.STILL = 0.5
made = []

def stand_still():
    subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {os.getpid()}"])
    os.kill(os.getpid(), signal.SIGSTOP)

@pytest.fixture(scope="session")
def server():
    made.append("server")
    if len(made) == 1:
        stand_still()
        raise TimeoutError("not up in time")
    yield len(made)

@pytest.fixture(scope="session")
def standing():
    made.append("standing")
    if made.count("standing") == 1:
        stand_still()
    return made.count("standing")
"""
TESTS = {
    "a shared fixture": "def test_it(server):\n    assert server == 2\ndef test_next(server):\n    assert server == 2",
    "the test": "def test_it(standing):\n    assert standing == 2\ndef test_next(standing):\n    assert standing == 2",
    "a mistake": "def test_it():\n    assert False",
}


def run(folder: Path, what: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(TESTS[what])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip


def test_what_several_tests_share_is_made_anew_when_it_failed_while_the_machine_stood_still(tmp_path: Path) -> None:
    done = run(tmp_path, "a shared fixture")
    assert done.returncode == 0, done.stdout
    assert "run again" in done.stdout


def test_what_several_tests_share_is_made_anew_when_a_test_failed_while_the_machine_stood_still(tmp_path: Path) -> None:
    done = run(tmp_path, "the test")
    assert done.returncode == 0, done.stdout
    assert "run again" in done.stdout


def test_a_test_that_fails_while_nothing_stands_still_has_failed(tmp_path: Path) -> None:
    done = run(tmp_path, "a mistake")
    assert done.returncode == 1
    assert "run again" not in done.stdout
