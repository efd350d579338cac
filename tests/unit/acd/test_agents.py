"""The agent's table: every pair of state and step is either in it or refused. And what an agent's capacity allows."""

from __future__ import annotations

import itertools

import pytest

from cti.acd import Agent, Assignment, Capacity, Channel, IllegalTransition, State, Status
from cti.acd.agents import TRANSITIONS, Step

CHATS_TOO = {Channel.VOICE: Capacity(), Channel.CHAT: Capacity(3, interruptible=True), Channel.EMAIL: Capacity(1)}


def assignment(state: State = State.TALKING, channel: Channel = Channel.VOICE, offer: str = "c1-sh1") -> Assignment:
    return Assignment(offer, "c1", "claims", channel, None, 0.0, state)


def agent(*assignments: Assignment, status: Status = Status.AVAILABLE) -> Agent:
    return Agent("1001", {}, CHATS_TOO, status, assignments={a.offer: a for a in assignments})


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_every_state_answers_every_step(state: State, step: Step) -> None:
    one = assignment(state)
    if (state, step) in TRANSITIONS:
        one.move("1001", step, 5.0)
        assert (one.state, one.since) == (TRANSITIONS[state, step], 5.0)
    else:
        with pytest.raises(IllegalTransition, match="1001"):
            one.move("1001", step, 5.0)
        assert one.state is state


def test_every_state_leads_back_to_idle() -> None:
    reached = {State.IDLE}
    while True:
        more = {a for (a, _), b in TRANSITIONS.items() if b in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(State)


def test_only_an_available_idle_agent_is_assignable() -> None:
    busy = (assignment(state) for state in State if state is not State.IDLE)
    everybody = [agent(status=status) for status in Status] + [agent(one) for one in busy]
    assert [(a.status, a.state) for a in everybody if a.assignable] == [(Status.AVAILABLE, State.IDLE)]


def test_an_agent_takes_several_chats_and_a_call_meanwhile_but_no_chat_during_a_call() -> None:
    chats = [assignment(channel=Channel.CHAT, offer=f"chat{i}") for i in range(3)]
    assert agent(*chats[:2]).free_for(Channel.CHAT)
    assert not agent(*chats).free_for(Channel.CHAT)
    assert agent(*chats).free_for(Channel.VOICE)
    assert not agent(chats[0], assignment()).free_for(Channel.CHAT)
    assert not agent(assignment(channel=Channel.EMAIL)).free_for(Channel.VOICE)


def test_an_agent_of_several_contacts_shows_the_state_of_the_call() -> None:
    busy = agent(
        assignment(State.TALKING, Channel.CHAT, "chat1"),
        assignment(State.RINGING, Channel.VOICE, "call1"),
        assignment(State.TALKING, Channel.CHAT, "chat2"),
    )
    assert (busy.state, busy.offer) == (State.RINGING, "call1")


def test_a_channel_without_capacity_is_never_offered() -> None:
    assert not agent().free_for(Channel.VIDEO)
