"""Flows that the check passes never fail a caller, whatever they press and whatever is answered."""

from __future__ import annotations

from random import Random

import pytest

from cti.ivr import Enqueue, HangUp
from cti.ivr.registry import KINDS
from tests.unit.ivr import walks


def test_every_node_kind_takes_part() -> None:
    assert set(walks.KINDS) == set(KINDS)


@pytest.mark.parametrize("seed", range(8))
def test_no_caller_makes_a_checked_flow_raise_or_fail(seed: int) -> None:
    rng, passed = Random(seed), 0
    for _ in range(40):
        hotline = walks.random_flow(rng)
        if hotline is None:
            continue
        passed += 1
        for _ in range(5):
            last = walks.walk(hotline, rng).last
            assert not (isinstance(last, HangUp) and last.failed)
    assert passed > 5


@pytest.mark.parametrize("seed", range(8))
def test_a_silent_caller_gets_to_an_end_or_a_queue_of_every_checked_flow(seed: int) -> None:
    rng = Random(1000 + seed)
    for _ in range(40):
        hotline = walks.random_flow(rng)
        if hotline is not None:
            walked = walks.walk(hotline, rng, silent=True)
            assert isinstance(walked.last, HangUp | Enqueue)
            assert walked.commands < walks.MAX_STEPS
