"""The checks themselves: a router that is broken on purpose is found out."""

from __future__ import annotations

from typing import Any

import pytest

from cti.acd.matching import Matching
from cti.acd.router import Router
from cti.calls.session import CallSession
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


def test_a_router_that_serves_the_youngest_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def youngest(self: Matching, agent: Any, now: float) -> Any:
        waiting = [e[-1] for line in self._free.get(agent.number, ()) for e in line.entries if e[-1].stamp == e[2]]
        return max(waiting, key=lambda w: w.since, default=None)

    monkeypatch.setattr(Matching, "best_contact", youngest)
    assert "order" in rules()


def test_a_router_that_forgets_to_free_an_agent_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    free = Router.to_idle
    monkeypatch.setattr(
        Router, "to_idle", lambda self, agent, *rest: [] if agent.number == "100001" else free(self, agent, *rest)
    )
    assert rules() & {"not_released", "stuck_wrap_up"}


def test_a_session_that_ends_without_saying_so_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(self: CallSession, cause: object, by: object) -> None:
        await self._telephony.hang_up()

    monkeypatch.setattr(CallSession, "_end", silent)
    assert "lost" in rules()


def test_a_fault_in_the_code_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Router, *arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Router, "cancel", broken)
    scenario = BUSY.model_copy(
        update={"queues": (BUSY.queues[0].model_copy(update={"patience": Constant(seconds=30)}),)}
    )
    assert rules(scenario)
