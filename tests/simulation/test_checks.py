"""The checks themselves, on one small site. Mistakes are planted in `test_planted_bugs.py`."""

from __future__ import annotations

import pytest

from cti.acd.router import Router
from cti.simulation import Scenario, SimulatedQueue, SimulatedSite, simulate
from cti.simulation.randomness import Constant, Exponential
from cti.simulation.scenario import simple_queue

BUSY = Scenario(
    sites=(SimulatedSite(name="sh", agents=((3, {"a": 50}),)),),
    queues=(SimulatedQueue(name="q", queue=simple_queue("q", {"a": 1}, wrap_up_seconds=5), per_hour=120, handling=Exponential(mean=80)),),
    seconds=1200,
)  # fmt: skip


def rules(scenario: Scenario = BUSY) -> set[str]:
    return {violation.split()[1].rstrip(":") for violation in simulate(scenario, 5).violations}


def test_a_sound_router_breaks_nothing() -> None:
    assert rules() == set()


def test_a_fault_in_the_code_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Router, *arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Router, "cancel", broken)
    scenario = BUSY.model_copy(
        update={"queues": (BUSY.queues[0].model_copy(update={"patience": Constant(seconds=30)}),)}
    )
    assert rules(scenario)
