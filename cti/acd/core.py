"""The router: events in, decisions out.

Between events one invariant holds: no agent who can be offered a contact matches a contact that can be offered. So an event
needs to match only what it changed: a new contact against the idle agents, or a newly idle agent against the waiting contacts.

Who is chosen stands in `matching.py`.

An unknown contact, offer or agent in an event is not an error: hang-ups, answers and time-outs race, and the later of
two is simply too late. Such an event returns no decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cti.acd.agents import Agent, State, Status, Step
from cti.acd.decisions import (
    AcceptGrant,
    Before,
    CancelOffer,
    Decision,
    DeclineGrant,
    MakeOffer,
    OpenVisit,
    WithdrawVisit,
    WrapUpOver,
)
from cti.acd.matching import best_agent, best_contact, sites_to_visit
from cti.acd.waiting import PeerSummary, Waiting
from cti.facts.kinds import OfferOutcome

# Why an agent who did not take an offer is not ready.
NOT_READY_REASON: Mapping[OfferOutcome, str] = {
    OfferOutcome.RONA: "rona",
    OfferOutcome.DECLINED: "declined",
    OfferOutcome.FAILED: "phone_unreachable",
}


@dataclass(slots=True)
class _Offer:
    contact: str
    queue: str
    agent: str
    origin: str | None
    talking: bool = False


class Acd:
    """One site's agents and queues. Every method takes `now` and returns what must be done, in order."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.agents: dict[str, Agent] = {}
        self.waiting: dict[str, Waiting] = {}
        self.peers: dict[str, PeerSummary] = {}
        self._offers: dict[str, _Offer] = {}

    # Agents

    def log_in(self, number: str, skills: Mapping[str, int], now: float) -> list[Decision]:
        """The agent is on a break until a status is set. Logging in again keeps state and status."""
        agent = self.agents.setdefault(number, Agent(number, skills, since=now))
        agent.skills = skills
        if agent.logged_in and agent.next_status is not Status.LOGGED_OUT:
            return []
        agent.next_status = agent.next_reason = None
        if agent.logged_in:
            return []
        return self._set_status(agent, Status.BREAK, "logged_in", now)

    def set_status(self, number: str, status: Status, reason: str | None, now: float) -> list[Decision]:
        """At once when idle; otherwise when the contact, wrap-up included, is over."""
        agent = self.agents.get(number)
        if agent is None or not agent.logged_in:
            return []
        if agent.state is not State.IDLE:
            before = Before(agent)
            agent.next_status, agent.next_reason = status, reason
            return [before.changed(agent)]
        decisions = self._set_status(agent, status, reason, now)
        return decisions + (self._match_agent(agent, now) if agent.assignable else [])

    def wrap_up_done(self, number: str, now: float) -> list[Decision]:
        """The agent has saved the wrap-up, or its time has passed."""
        agent = self.agents.get(number)
        if agent is None or agent.state is not State.WRAP_UP:
            return []
        return self._to_idle(agent, Step.DONE, now)

    # Contacts

    def enter(self, contact: Waiting, now: float) -> list[Decision]:
        """A contact begins to wait (its `since` may lie in the past)."""
        self.waiting[contact.contact] = contact
        return self._match_contact(contact, now) or self._visits(contact)

    def leave(self, contact: str, reason: str, now: float) -> list[Decision]:
        """The contact is gone: hung up, timed out, served by another way. A pending offer is cancelled."""
        waiting = self.waiting.pop(contact, None)
        if waiting is None:
            return []
        decisions = self._withdraw(waiting, reason)
        if waiting.offer and waiting.granted_by:
            decisions.append(DeclineGrant(waiting.offer, waiting.granted_by))
        offer = self._offers.pop(waiting.offer, None) if waiting.offer else None
        if offer and waiting.offer:
            agent = self.agents.get(offer.agent)
            if agent is not None and agent.offer == waiting.offer:
                decisions.append(CancelOffer(waiting.offer, offer.agent))
                decisions += self._to_idle(agent, Step.RELEASE, now)
        return decisions

    # Offers to this site's agents

    def ringing(self, offer: str, now: float) -> list[Decision]:
        return self._step(offer, Step.RING, now)

    def answered(self, offer: str, now: float) -> list[Decision]:
        """The conversation has begun: the contact no longer waits anywhere."""
        record = self._offers.get(offer)
        if record is None:
            return []
        record.talking = True
        waiting = self.waiting.pop(record.contact, None)
        decisions = self._withdraw(waiting, "answered") if waiting else []
        return decisions + self._step(offer, Step.ANSWER, now)

    def missed(self, offer: str, outcome: OfferOutcome, now: float) -> list[Decision]:
        """The agent did not take it: not ready until they say so, and the contact goes to the next."""
        record = self._offers.pop(offer, None)
        if record is None:
            return []
        decisions: list[Decision] = []
        agent = self.agents.get(record.agent)
        if agent is not None and agent.offer == offer:
            agent.next_status, agent.next_reason = agent.next_status or Status.NOT_READY, NOT_READY_REASON[outcome]
            decisions += self._to_idle(agent, Step.RELEASE, now)
        return decisions + self._again(record, offer, now)

    def released(self, offer: str, now: float) -> list[Decision]:
        """The offer came to nothing by nobody's fault (a grant that was not used): agent and contact are free again."""
        record = self._offers.pop(offer, None)
        if record is None:
            return []
        agent = self.agents.get(record.agent)
        decisions = self._again(record, offer, now, tried=False)
        if agent is not None and agent.offer == offer:
            decisions = self._to_idle(agent, Step.RELEASE, now) + decisions
        return decisions

    def held(self, number: str, now: float) -> list[Decision]:
        return self._agent_step(number, State.TALKING, Step.HOLD, now)

    def unheld(self, number: str, now: float) -> list[Decision]:
        return self._agent_step(number, State.HELD, Step.UNHOLD, now)

    def finished(self, offer: str, wrap_up_seconds: float, now: float) -> list[Decision]:
        """The conversation is over; wrap-up begins, or is skipped when it has no time."""
        record = self._offers.pop(offer, None)
        agent = self.agents.get(record.agent) if record else None
        if agent is None or agent.offer != offer:
            return []
        if agent.state in (State.RESERVED, State.RINGING):  # it ended before its answer was told
            return self._to_idle(agent, Step.RELEASE, now)
        before = Before(agent)
        agent.move(Step.FINISH, now)
        agent.wrap_up_seconds, agent.wrap_up_until = wrap_up_seconds, now + wrap_up_seconds
        decisions: list[Decision] = [before.changed(agent)]
        return decisions + (self._to_idle(agent, Step.DONE, now) if wrap_up_seconds <= 0 else [])

    def restore_conversation(self, number: str, offer: str, contact: str, queue: str, now: float) -> list[Decision]:
        """After a restart: this agent is talking with this contact."""
        agent = self.agents.get(number)
        if agent is None or agent.state is not State.IDLE:
            return []
        before = Before(agent)
        self._offers[offer] = _Offer(contact, queue, number, None, talking=True)
        agent.offer, agent.contact = offer, contact
        agent.move(Step.RESERVE, now)
        agent.move(Step.ANSWER, now)
        return [before.changed(agent)]

    # Other sites

    def peer_summary(self, summary: PeerSummary, now: float) -> list[Decision]:
        """A peer says who is logged in there. Contacts that only it can serve begin to visit it."""
        self.peers[summary.site] = summary
        return [d for w in self._in_order() if w.offer is None for d in self._visits(w)]

    def peer_lost(self, site: str, now: float) -> list[Decision]:
        """The link is cut: its visits here are gone, ours there are void."""
        self.peers.pop(site, None)
        decisions: list[Decision] = []
        for waiting in self._in_order():
            waiting.visiting.discard(site)
            if waiting.origin == site:
                decisions += self.leave(waiting.contact, "peer_lost", now)
        return decisions

    def grant(self, site: str, contact: str, offer: str, agent: str, now: float) -> list[Decision]:
        """Another site has reserved an agent for a contact of ours. The first is used, any other declined."""
        waiting = self.waiting.get(contact)
        if waiting is None or waiting.offer is not None or site not in waiting.visiting:
            return [DeclineGrant(offer, site)]
        waiting.visiting.discard(site)  # the visit is spent by its grant
        waiting.offer, waiting.granted_by = offer, site
        accept = AcceptGrant(offer, contact, waiting.queue, agent, site, now - waiting.since)
        return [accept, *self._withdraw(waiting, "offered")]

    def grant_over(self, offer: str, contact: str, agent: str, answered: bool, now: float) -> list[Decision]:
        """What came of an agent of another site."""
        waiting = self.waiting.get(contact)
        if waiting is None or waiting.offer != offer:
            return []
        if answered:
            del self.waiting[contact]
            return []
        return self._again(_Offer(contact, waiting.queue, agent, None), offer, now)

    # Time

    def next_deadline(self) -> float | None:
        """When `tick` must be called next, in monotonic seconds."""
        return min((a.wrap_up_until for a in self.agents.values() if a.wrap_up_until is not None), default=None)

    def tick(self, now: float) -> list[Decision]:
        """Ends the wrap-ups whose time has passed."""
        decisions: list[Decision] = []
        for agent in self.agents.values():
            if agent.wrap_up_until is not None and agent.wrap_up_until <= now and agent.contact:
                decisions.append(WrapUpOver(agent.number, agent.contact, now - agent.since))
                decisions += self._to_idle(agent, Step.DONE, now)
        return decisions

    # What is asked

    def profiles(self) -> tuple[Mapping[str, int], ...]:
        """The skills of each agent logged in here: what a peer is told."""
        return tuple(a.skills for a in self.agents.values() if a.logged_in)

    def offer_of(self, offer: str) -> tuple[str, str, str | None] | None:
        """(contact, agent, origin) of an offer that stands; None if it is over."""
        record = self._offers.get(offer)
        return (record.contact, record.agent, record.origin) if record else None

    # Inside

    def _in_order(self) -> list[Waiting]:
        return sorted(self.waiting.values(), key=lambda w: w.order)

    def _match_contact(self, waiting: Waiting, now: float) -> list[Decision]:
        best = best_agent(self.agents.values(), waiting)
        return self._reserve(best, waiting, now) if best is not None else []

    def _match_agent(self, agent: Agent, now: float) -> list[Decision]:
        best = best_contact(self.waiting.values(), agent)
        return self._reserve(agent, best, now) if best is not None else []

    def _reserve(self, agent: Agent, waiting: Waiting, now: float) -> list[Decision]:
        waiting.attempts += 1
        offer = f"{waiting.contact}-{self.site}{waiting.attempts}"
        before = Before(agent)
        agent.move(Step.RESERVE, now)
        agent.offer = waiting.offer = offer
        agent.contact = waiting.contact
        self._offers[offer] = _Offer(waiting.contact, waiting.queue, agent.number, waiting.origin)
        make = MakeOffer(offer, waiting.contact, waiting.queue, agent.number, waiting.origin, now - waiting.since)
        return [*self._withdraw(waiting, "offered"), before.changed(agent), make]

    def _again(self, record: _Offer, offer: str, now: float, *, tried: bool = True) -> list[Decision]:
        """The contact of an offer that failed waits on, with its age. A visit's origin decides for itself."""
        waiting = self.waiting.get(record.contact)
        if waiting is None or waiting.offer != offer:
            return []
        waiting.offer = waiting.granted_by = None
        if waiting.origin is not None:
            del self.waiting[record.contact]
            return []
        if tried:
            waiting.tried.add(record.agent)
        return self._match_contact(waiting, now) or self._visits(waiting)

    def _visits(self, waiting: Waiting) -> list[Decision]:
        sites = sites_to_visit(waiting, self.agents.values(), self.peers.values())
        waiting.visiting.update(sites)
        return [OpenVisit(waiting.contact, site, "no_agent_logged_in") for site in sites]

    def _withdraw(self, waiting: Waiting, reason: str) -> list[Decision]:
        sites, waiting.visiting = sorted(waiting.visiting), set()
        return [WithdrawVisit(waiting.contact, site, reason) for site in sites]

    def _step(self, offer: str, step: Step, now: float) -> list[Decision]:
        record = self._offers.get(offer)
        agent = self.agents.get(record.agent) if record else None
        if agent is None or agent.offer != offer:
            return []
        before = Before(agent)
        agent.move(step, now)
        return [before.changed(agent)]

    def _agent_step(self, number: str, only_in: State, step: Step, now: float) -> list[Decision]:
        agent = self.agents.get(number)
        if agent is None or agent.state is not only_in:
            return []
        before = Before(agent)
        agent.move(step, now)
        return [before.changed(agent)]

    def _to_idle(self, agent: Agent, step: Step, now: float) -> list[Decision]:
        """Back to idle; a status declared meanwhile takes effect; then the agent takes the next contact."""
        before = Before(agent)
        agent.move(step, now)
        agent.offer = agent.contact = agent.wrap_up_until = None
        decisions: list[Decision] = []
        if agent.next_status is not None:
            agent.status, agent.reason = agent.next_status, agent.next_reason
            agent.next_status = agent.next_reason = None
        decisions.append(before.changed(agent))
        if not agent.logged_in:
            decisions += self._revisit()
        return decisions + (self._match_agent(agent, now) if agent.assignable else [])

    def _set_status(self, agent: Agent, status: Status, reason: str | None, now: float) -> list[Decision]:
        before = Before(agent)
        agent.status, agent.reason = status, reason
        if status is Status.AVAILABLE and before.status is not Status.AVAILABLE:
            agent.idle_since = agent.since = now
        if before.same(agent):
            return []
        return [before.changed(agent), *([] if agent.logged_in else self._revisit())]

    def _revisit(self) -> list[Decision]:
        """An agent has left: contacts that nobody here can serve any more look elsewhere."""
        return [d for w in self._in_order() if w.offer is None for d in self._visits(w)]
