"""The agent's table: every pair of state and step is either in it or refused."""

from __future__ import annotations

import itertools

import pytest

from cti.acd import Agent, IllegalTransition, State, Status
from cti.acd.agents import TRANSITIONS, Step


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_every_state_answers_every_step(state: State, step: Step) -> None:
    agent = Agent("1001", {}, state=state)
    if (state, step) in TRANSITIONS:
        agent.move(step, 5.0)
        assert (agent.state, agent.since) == (TRANSITIONS[state, step], 5.0)
    else:
        with pytest.raises(IllegalTransition, match="1001"):
            agent.move(step, 5.0)
        assert agent.state is state


def test_every_state_leads_back_to_idle() -> None:
    reached = {State.IDLE}
    while True:
        more = {a for (a, _), b in TRANSITIONS.items() if b in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(State)


def test_only_an_available_idle_agent_is_assignable() -> None:
    assignable = {(s, t) for s in Status for t in State if Agent("1", {}, status=s, state=t).assignable}
    assert assignable == {(Status.AVAILABLE, State.IDLE)}
