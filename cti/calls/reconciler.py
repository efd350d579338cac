"""Agents as the router has them against agents' phones as Asterisk has them. A mismatch that lasts is repaired, and told.

Phones and router change at slightly different moments, so only what two looks in a row agree on is a mismatch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from cti.acd import Agent, Assignment, State
from cti.calls.left_agents import Floor, LeftAgents
from cti.facts.kinds import AgentRepaired
from cti.kit.logging import get_logger

log = get_logger(__name__)
LOST_SECONDS = 15.0  # after so long a reservation that nobody works on is lost


class Desk(Floor, Protocol):
    """What the dispatcher lends."""

    def is_served(self, offer: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What the router thinks of an agent, and what is."""

    agent: str
    offer: str | None
    thought: str
    found: str


class Reconciler:
    """`look` every few seconds, and after each reconnection."""

    def __init__(self, desk: Desk, left: LeftAgents) -> None:
        self._desk, self._left = desk, left
        self._suspected: set[Mismatch] = set()

    def look(
        self, in_call: Collection[str], unknown: Collection[str] = (), holding: Mapping[str, bool] | None = None
    ) -> list[Mismatch]:
        """`in_call`: agents whose phones have a channel, at any node; `holding`: which of them have put it on hold, as far as that is
        known. Of those `unknown`, whose node is away, nothing is known. Gives what was repaired."""
        found = {
            mismatch
            for agent in self._desk.acd.agents.values()
            if agent.logged_in and agent.number not in unknown
            for mismatch in (
                *self._mismatches(agent, agent.number in in_call),
                *_of_hold(agent, (holding or {}).get(agent.number)),
            )
        }
        repaired = sorted(found & self._suspected, key=lambda m: m.agent)
        self._suspected = found - self._suspected
        for mismatch in repaired:
            self._repair(mismatch)
        return repaired

    def _mismatches(self, agent: Agent, in_call: bool) -> list[Mismatch]:
        if not agent.assignments:
            if in_call is agent.busy_elsewhere:
                return []
            thought, found = ("busy_elsewhere", "no_call") if agent.busy_elsewhere else ("idle", "in_call")
            return [Mismatch(agent.number, None, thought, found)]
        return [
            Mismatch(agent.number, one.offer, one.state, "no_call" if one.state in _TALKING else "nobody_works_on_it")
            for one in agent.assignments.values()
            if self._is_lost(one, in_call)
        ]

    def _is_lost(self, one: Assignment, in_call: bool) -> bool:
        """Whether nothing is left of an assignment but the router's memory. While a session serves it, the session decides."""
        if self._desk.is_served(one.offer) or one.state is State.WRAP_UP:
            return False
        if one.state in _TALKING:
            return not in_call
        return not in_call and self._desk.now() - one.since > LOST_SECONDS

    def _repair(self, mismatch: Mismatch) -> None:
        desk, acd, now = self._desk, self._desk.acd, self._desk.now()
        agent, offer = mismatch.agent, mismatch.offer
        log.warning("agent.repaired", agent=agent, thought=mismatch.thought, found=mismatch.found)
        one = acd.agents[agent].assignments.get(offer) if offer else None
        desk.record(
            AgentRepaired(agent=agent, thought=mismatch.thought, found=mismatch.found), one.contact if one else None
        )
        if mismatch.found in _TALKING:
            event = acd.held if mismatch.found == State.HELD else acd.unheld
            desk.do(event(agent, now))
        elif offer is None:
            desk.do(acd.set_busy_elsewhere(agent, mismatch.found == "in_call", now))
        elif mismatch.thought in _TALKING:
            self._left.engaged_ended(agent, offer, 0.0)
            desk.do(acd.finished(offer, 0.0, now))
        else:
            desk.do(acd.released(offer, now))


def _of_hold(agent: Agent, holds: bool | None) -> list[Mismatch]:
    """A phone was put on hold, or taken back, while nobody was there to hear of it."""
    one, state = agent.current, State.HELD if holds else State.TALKING
    if holds is None or one is None or one.state not in _TALKING or one.state is state:
        return []
    return [Mismatch(agent.number, one.offer, one.state, state)]


_TALKING = (State.TALKING, State.HELD)
