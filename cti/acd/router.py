"""Who gets whom, and what follows from that: reserving, giving up, becoming idle, and taking the next contact at once.

Between events one invariant holds: no agent who can be offered a contact matches a contact that can be offered. So an event
needs to match only what it changed: a new contact against the free agents, or a newly free agent against the waiting contacts.
"""

from __future__ import annotations

from cti.acd.agents import Agent, Assignment, State, Status, Step
from cti.acd.decisions import Before, CancelOffer, Decision, DeclineGrant, MakeOffer, Why
from cti.acd.figures import Figures
from cti.acd.floor import Floor
from cti.acd.terms import Strategy
from cti.acd.visiting import Visiting
from cti.acd.waiting import Waiting

MOST_RUNG = 20  # phones that one contact rings at once


class Router:
    """The consequences that events have in common. `Acd` has the events."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.figures = Figures(floor)
        self.visiting = Visiting(floor, self.figures)

    # Matching

    def match_contact(self, waiting: Waiting, now: float) -> list[Decision]:
        """A contact can be offered: to who is free here, else it may wait elsewhere too."""
        if waiting.not_before > now:
            return []
        agent, passed = self.floor.matching.best_agent(waiting)
        if agent is None:
            return self.visiting.open_for(waiting, now)
        if waiting.terms.strategy is not Strategy.RING_ALL:
            return self._reserve([agent], waiting, passed, now)
        return self._reserve(self.floor.matching.all_agents(waiting)[:MOST_RUNG], waiting, passed, now)

    def match_agent(self, agent: Agent, now: float) -> list[Decision]:
        """The agent may have become free: as many contacts as the capacity allows."""
        decisions: list[Decision] = []
        while (best := self.floor.matching.best_contact(agent, now)) is not None:
            decisions += self._reserve([agent], best, [], now)
        if self.floor.matching.keeps:  # one more free agent may set another free who was kept for a queue
            decisions += self.rematch(now)
        return decisions

    def rematch(self, now: float) -> list[Decision]:
        """Offers every contact that can be offered to whoever is free, in order."""
        waiting = sorted((w for w in self.floor.waiting.values() if not w.offers), key=lambda w: w.order(now))
        return [decision for one in waiting for decision in self.match_contact(one, now)]

    # Contacts

    def again(self, contact: str, offer: str, tried: str | None, now: float) -> list[Decision]:
        """The contact of an offer that failed waits on, with its age. A visit's origin decides for itself."""
        waiting = self.floor.waiting.get(contact)
        if waiting is None or offer not in waiting.offers:
            return []
        waiting.offers.remove(offer)
        if tried is not None:
            waiting.tried.add(tried)
        if waiting.offers:
            return []
        waiting.granted_by = None
        if waiting.origin is not None:
            del self.floor.waiting[contact]
            return []
        self.floor.place(waiting, now)
        return self.match_contact(waiting, now)

    def place_again(self, waiting: Waiting, now: float) -> list[Decision]:
        """What it asks for has changed with time."""
        self.floor.matching.take(waiting)
        self.floor.place(waiting, now)
        return self.match_contact(waiting, now)

    def cancel(self, waiting: Waiting, but: str | None, now: float) -> list[Decision]:
        """Ends the offers of a contact, but one; those agents are idle again."""
        decisions: list[Decision] = []
        offers, waiting.offers = waiting.offers, [offer for offer in waiting.offers if offer == but]
        for offer in offers:
            if offer == but:
                continue
            if waiting.granted_by is not None:
                decisions.append(DeclineGrant(offer, waiting.granted_by))
            agent, one = self.floor.find(offer)
            if agent is not None and one is not None:
                decisions.append(CancelOffer(offer, agent.number, taken=but is not None))
                decisions += self.to_idle(agent, one, Step.RELEASE, now)
        return decisions

    # Agents

    def step(self, offer: str, step: Step, now: float) -> list[Decision]:
        agent, one = self.floor.find(offer)
        if agent is None or one is None:
            return []
        before = Before(agent)
        one.move(agent.number, step, now)
        agent.since = now
        return [before.changed(agent)]

    def agent_step(self, number: str, only_in: State, step: Step, now: float) -> list[Decision]:
        agent = self.floor.agents.get(number)
        current = agent.current if agent else None
        if agent is None or current is None or current.state is not only_in:
            return []
        return self.step(current.offer, step, now)

    def to_idle(self, agent: Agent, one: Assignment, step: Step, now: float) -> list[Decision]:
        """Done with one contact; a status declared meanwhile takes effect; then the agent takes the next contact."""
        before, matching = Before(agent), self.floor.matching
        one.move(agent.number, step, now)
        if one.served_since is not None:
            agent.was_busy(one.served_since, now)
            self.figures.record(one.queue).handling.add(now - one.served_since)
        self.floor.unassign(agent, one)
        agent.since = agent.idle_since = now
        was_logged_in = agent.logged_in
        if agent.next_status is not None and not agent.assignments:
            agent.status, agent.reason = agent.next_status, agent.next_reason
            agent.next_status = agent.next_reason = None
        matching.changed(agent)
        decisions: list[Decision] = [before.changed(agent)]
        if was_logged_in and not agent.logged_in:
            matching.part(agent)
            decisions += self._logged_out(now)
        return decisions + self.match_agent(agent, now)

    def set_status(self, agent: Agent, status: Status, reason: str | None, now: float) -> list[Decision]:
        """Of an agent without a contact."""
        before, matching = Before(agent), self.floor.matching
        agent.status, agent.reason = status, reason
        if status is Status.AVAILABLE and before.status is not Status.AVAILABLE:
            agent.idle_since = agent.since = now
        if before.same(agent):
            return []
        decisions: list[Decision] = [before.changed(agent)]
        if before.status is Status.LOGGED_OUT:
            matching.join(agent)
        elif not agent.logged_in:
            matching.part(agent)
            decisions += self._logged_out(now)
        else:
            matching.changed(agent)
        return decisions

    # Inside

    def _logged_out(self, now: float) -> list[Decision]:
        """An agent has left: who waited for that agent alone waits for all, and some must look elsewhere."""
        return self.free_wanting(now) + self.visiting.review(now)

    def free_wanting(self, now: float) -> list[Decision]:
        """Contacts that wait for one agent alone, who is logged in nowhere any more, wait for all."""
        vain = [w for w in self.floor.waiting.values() if self.floor.waits_in_vain(w, now)]
        return [decision for waiting in vain for decision in self.place_again(waiting, now)]

    def _reserve(self, agents: list[Agent], waiting: Waiting, passed: list[str], now: float) -> list[Decision]:
        floor, terms = self.floor, waiting.terms
        line = floor.matching.line_of(waiting.contact)
        fit, free, contacts = (line.fit, line.free, line.contacts) if line else (1, 1, 1)
        floor.matching.take(waiting)
        decisions = self.visiting.withdraw(waiting, "offered")
        for agent in agents:
            offer = floor.new_offer(waiting.contact)
            idle = now - agent.idle_since
            before = Before(agent)
            agent.last_offers[terms.queue] = now
            waiting.offers.append(offer)
            floor.assign(agent, Assignment(offer, waiting.contact, terms.queue, terms.channel, waiting.origin, now))
            ring, waited = terms.ring_at(waiting.age(now)), now - waiting.since
            why = Why(terms.strategy, ring, fit, free, idle, contacts, tuple(passed))
            decisions.append(before.changed(agent))
            decisions.append(MakeOffer(offer, waiting.contact, terms.queue, agent.number, waiting.origin, waited, why))
        return decisions
