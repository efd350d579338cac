"""Hundreds of simulated hours in which everything goes wrong: no caller lost, answered twice, or overtaken; nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest

from cti.simulation import simulate
from cti.simulation.scenarios import faults, storm

SEEDS = int(os.environ.get("HOTLINE_TEST_SEEDS", "200"))


STORMS = max(8, SEEDS // 25)


def violations(seed: int) -> tuple[int, tuple[str, ...], int]:
    outcome = simulate(faults(), seed)
    return seed, outcome.violations, outcome.calls


def violations_of_a_storm(seed: int) -> tuple[int, tuple[str, ...]]:
    return seed, simulate(storm(), seed).violations


@pytest.mark.timeout(900)
def test_nothing_that_must_never_happen_happens_whatever_breaks() -> None:
    with ProcessPoolExecutor() as pool:
        outcomes = list(pool.map(violations, range(1, SEEDS + 1), chunksize=4))
    broken = [f"cti simulate --first {seed}: {found[:3]}" for seed, found, _ in outcomes if found]
    assert not broken
    assert sum(calls for _, _, calls in outcomes) > 150 * SEEDS


@pytest.mark.timeout(900)
def test_nothing_that_must_never_happen_happens_though_something_breaks_every_few_seconds() -> None:
    with ProcessPoolExecutor() as pool:
        outcomes = list(pool.map(violations_of_a_storm, range(1, STORMS + 1)))
    broken = [f"cti simulate --scenario storm --first {seed}: {found[:3]}" for seed, found in outcomes if found]
    assert not broken


def test_the_command_runs_several_seeds_at_the_same_time() -> None:
    command = [sys.executable, "-m", "cti", "simulate", "--seeds", "2", "--jobs", "2", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-2000:]
    assert [json.loads(line)["seed"] for line in done.stdout.splitlines()] == [1, 2]


def test_the_same_seed_is_the_same_run() -> None:
    one, other = simulate(faults(1200), 7).as_json(), simulate(faults(1200), 7).as_json()
    for outcome in (one, other):
        del outcome["real_seconds"]
    assert one == other
