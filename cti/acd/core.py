"""The router: events in, decisions out.

Between events one invariant holds: no agent who can be offered a contact matches a contact that can be offered. So an event
needs to match only what it changed: a new contact against the free agents, or a newly free agent against the waiting contacts.

Who is chosen stands in `matching.py`; when contacts wait at other sites too in `overflow.py`, and how that goes in `visiting.py`.

An unknown contact, offer or agent in an event is not an error: hang-ups, answers and time-outs race, and the later of
two is simply too late. Such an event returns no decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from cti.acd.agents import VOICE_ONLY, Agent, Assignment, Capacity, State, Status, Step
from cti.acd.decisions import Before, CancelOffer, Decision, MakeOffer, Why, WrapUpOver
from cti.acd.figures import Figures
from cti.acd.matching import Matching, key_of
from cti.acd.needs import Skills
from cti.acd.overflow import DEFAULT_RULES, OverflowRule
from cti.acd.terms import Channel, Strategy, Terms
from cti.acd.visiting import Visiting
from cti.acd.waiting import Waiting
from cti.facts.kinds import OfferOutcome

# Why an agent who did not take an offer is not ready.
NOT_READY_REASON: Mapping[OfferOutcome, str] = {
    OfferOutcome.RONA: "rona",
    OfferOutcome.DECLINED: "declined",
    OfferOutcome.FAILED: "phone_unreachable",
}


@dataclass(frozen=True, slots=True)
class QueueRules:
    """What a site does with a queue, beyond the terms of each contact."""

    terms: Terms
    reserve: int = 0  # free agents that are kept for this queue
    overflow: tuple[OverflowRule, ...] = DEFAULT_RULES


class Acd:
    """One site's agents and queues. Every method takes `now` and returns what must be done, in order."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.agents: dict[str, Agent] = {}
        self.waiting: dict[str, Waiting] = {}
        self.queues: dict[str, QueueRules] = {}
        self.matching = Matching()
        self.figures = Figures(self)
        self.visiting = Visiting(self)
        self._holder: dict[str, str] = {}  # offer → agent
        self._deadlines: list[tuple[float, str, str]] = []  # (time, offer or "", contact or "")

    # Configuration

    def configure(self, queues: Mapping[str, QueueRules], now: float) -> list[Decision]:
        """The queues have new rules. Contacts that wait keep the terms with which they came."""
        self.queues = dict(queues)
        self.matching.keep({key_of(q.terms): q.reserve for q in queues.values() if q.reserve})
        return self.rematch(now) + self.visiting.review(now)

    # Agents

    def log_in(
        self, number: str, skills: Skills, now: float, capacity: Mapping[Channel, Capacity] = VOICE_ONLY
    ) -> list[Decision]:
        """The agent is on a break until a status is set. Logging in again keeps state and status."""
        agent = self.agents.setdefault(number, Agent(number, skills, since=now))
        if (agent.skills, agent.capacity) != (skills, capacity):
            agent.skills, agent.capacity = skills, capacity
            if agent.logged_in:
                self.matching.join(agent)
        if agent.logged_in and agent.next_status is not Status.LOGGED_OUT:
            return self._match_agent(agent, now)
        agent.next_status = agent.next_reason = None
        if agent.logged_in:
            return []
        return self._set_status(agent, Status.BREAK, "logged_in", now)

    def set_status(self, number: str, status: Status, reason: str | None, now: float) -> list[Decision]:
        """At once when idle; otherwise when the contact, wrap-up included, is over."""
        agent = self.agents.get(number)
        if agent is None or not agent.logged_in:
            return []
        if agent.assignments:
            before = Before(agent)
            agent.next_status, agent.next_reason = status, reason
            if status is agent.status is Status.AVAILABLE:  # takes back a break that was to come
                agent.next_status = agent.next_reason = None
            self.matching.changed(agent)
            return [before.changed(agent), *self._match_agent(agent, now)]
        return self._set_status(agent, status, reason, now) + self._match_agent(agent, now)

    def set_busy_elsewhere(self, number: str, busy: bool, now: float) -> list[Decision]:
        """Whether the agent's phone is in a call that is no contact of ours: nothing is offered meanwhile."""
        agent = self.agents.get(number)
        if agent is None or agent.busy_elsewhere is busy:
            return []
        agent.busy_elsewhere, agent.idle_since = busy, now
        self.matching.changed(agent)
        return self._match_agent(agent, now)

    def wrap_up_done(self, number: str, now: float) -> list[Decision]:
        """The agent has saved the wrap-up, or its time has passed."""
        agent = self.agents.get(number)
        current = agent.current if agent else None
        if agent is None or current is None or current.state is not State.WRAP_UP:
            return []
        return self._to_idle(agent, current, Step.DONE, now)

    # Contacts

    def enter(self, contact: Waiting, now: float) -> list[Decision]:
        """A contact begins to wait (its `since` may lie in the past)."""
        self.waiting[contact.contact] = contact
        self._place(contact, now)
        return self._match_contact(contact, now) or self.visiting.open_for(contact, now)

    def leave(self, contact: str, reason: str, now: float, *, gave_up: bool = False) -> list[Decision]:
        """The contact is gone: hung up (`gave_up`), timed out, served by another way. A pending offer is cancelled."""
        waiting = self.waiting.pop(contact, None)
        if waiting is None:
            return []
        self.matching.take(waiting)
        if waiting.origin is None and reason != "answered":
            self.figures.record(waiting.queue).unanswered(now - waiting.since, now, gave_up=gave_up)
        return self.visiting.withdraw(waiting, reason) + self._cancel(waiting, None, now)

    def postpone(self, contact: str, not_before: float, now: float) -> list[Decision]:
        """The contact keeps its place, but is offered to nobody before that time: a callback that nobody answered."""
        waiting = self.waiting.get(contact)
        if waiting is None:
            return []
        waiting.not_before = not_before
        decisions = self.visiting.withdraw(waiting, "postponed") + self._cancel(waiting, None, now)
        self.matching.take(waiting)
        self._place(waiting, now)
        return decisions

    # Offers to this site's agents

    def ringing(self, offer: str, now: float) -> list[Decision]:
        return self._step(offer, Step.RING, now)

    def answered(self, offer: str, now: float) -> list[Decision]:
        """The conversation has begun: the contact no longer waits anywhere, and nobody else is offered it."""
        agent, one = self._find(offer)
        if agent is None or one is None:
            return []
        one.served_since = now
        waiting, decisions = self.waiting.pop(one.contact, None), list[Decision]()
        if waiting is not None:
            if waiting.origin is None:
                self.figures.record(waiting.queue).answered(now - waiting.since, waiting.estimate, now)
            decisions = self.visiting.withdraw(waiting, "answered") + self._cancel(waiting, offer, now)
        return decisions + self._step(offer, Step.ANSWER, now)

    def missed(self, offer: str, outcome: OfferOutcome, now: float) -> list[Decision]:
        """The agent did not take it: not ready until they say so, and the contact goes to the next."""
        agent, one = self._find(offer)
        if agent is None or one is None:
            return []
        agent.next_status, agent.next_reason = agent.next_status or Status.NOT_READY, NOT_READY_REASON[outcome]
        decisions = self._to_idle(agent, one, Step.RELEASE, now)
        return decisions + self.again(one.contact, offer, agent.number, now)

    def released(self, offer: str, now: float) -> list[Decision]:
        """The offer came to nothing by nobody's fault (a grant that was not used): agent and contact are free again."""
        agent, one = self._find(offer)
        if agent is None or one is None:
            return []
        decisions = self.again(one.contact, offer, None, now)
        return self._to_idle(agent, one, Step.RELEASE, now) + decisions

    def held(self, number: str, now: float) -> list[Decision]:
        return self._agent_step(number, State.TALKING, Step.HOLD, now)

    def unheld(self, number: str, now: float) -> list[Decision]:
        return self._agent_step(number, State.HELD, Step.UNHOLD, now)

    def finished(self, offer: str, wrap_up_seconds: float, now: float) -> list[Decision]:
        """The conversation is over; wrap-up begins, or is skipped when it has no time."""
        agent, one = self._find(offer)
        if agent is None or one is None or one.state is State.WRAP_UP:
            return []
        if one.state in (State.RESERVED, State.RINGING):  # it ended before its answer was told
            return self._to_idle(agent, one, Step.RELEASE, now)
        before = Before(agent)
        one.move(agent.number, Step.FINISH, now)
        agent.since = now
        one.wrap_up_seconds, one.wrap_up_until = wrap_up_seconds, now + wrap_up_seconds
        decisions: list[Decision] = [before.changed(agent)]
        if wrap_up_seconds <= 0:
            return decisions + self._to_idle(agent, one, Step.DONE, now)
        heappush(self._deadlines, (one.wrap_up_until, offer, ""))
        return decisions

    def claimed(self, offer: str) -> None:
        """The other site's call for this offer is here: from now on the call decides what comes of it, not the link."""
        _, one = self._find(offer)
        if one is not None:
            one.claimed = True

    def restore_conversation(self, number: str, offer: str, contact: str, queue: str, now: float) -> list[Decision]:
        """After a restart: this agent is talking with this contact."""
        agent = self.agents.get(number)
        if agent is None or agent.assignments:
            return []
        before = Before(agent)
        one = self._assign(agent, Assignment(offer, contact, queue, Channel.VOICE, None, now))
        one.move(number, Step.ANSWER, now)
        one.served_since = now
        return [before.changed(agent)]

    # Time

    def next_deadline(self) -> float | None:
        """When `tick` must be called next, in monotonic seconds."""
        while self._deadlines and not self._due(*self._deadlines[0][1:]):
            heappop(self._deadlines)
        times = [self._deadlines[0][0]] if self._deadlines else []
        if (review := self.visiting.next_review) is not None:
            times.append(review)
        return min(times, default=None)

    def tick(self, now: float) -> list[Decision]:
        """Ends the wrap-ups whose time has passed, relaxes rings, and looks again at where contacts should wait."""
        decisions: list[Decision] = []
        while self._deadlines and self._deadlines[0][0] <= now:
            _, offer, contact = heappop(self._deadlines)
            if not self._due(offer, contact):
                continue
            if contact:
                waiting = self.waiting[contact]
                self.matching.take(waiting)
                self._place(waiting, now)
                decisions += self._match_contact(waiting, now) or self.visiting.open_for(waiting, now)
            else:
                agent, one = self._find(offer)
                if agent is not None and one is not None:
                    decisions.append(WrapUpOver(agent.number, one.contact, now - one.since))
                    decisions += self._to_idle(agent, one, Step.DONE, now)
        if (review := self.visiting.next_review) is not None and review <= now:
            decisions += self.visiting.review(now)
        return decisions

    # What is asked

    def offer_of(self, offer: str) -> tuple[str, str, str | None] | None:
        """(contact, agent, origin) of an offer that stands; None if it is over."""
        agent, one = self._find(offer)
        return (one.contact, agent.number, one.origin) if agent and one else None

    # For `visiting` too

    def again(self, contact: str, offer: str, tried: str | None, now: float) -> list[Decision]:
        """The contact of an offer that failed waits on, with its age. A visit's origin decides for itself."""
        waiting = self.waiting.get(contact)
        if waiting is None or offer not in waiting.offers:
            return []
        waiting.offers.remove(offer)
        if tried is not None:
            waiting.tried.add(tried)
        if waiting.offers:
            return []
        waiting.granted_by = None
        if waiting.origin is not None:
            del self.waiting[contact]
            return []
        self._place(waiting, now)
        return self._match_contact(waiting, now) or self.visiting.open_for(waiting, now)

    def free_wanting(self, now: float) -> list[Decision]:
        """Contacts that wait for one agent alone, who is logged in nowhere any more, wait for all."""
        decisions: list[Decision] = []
        for waiting in list(self.waiting.values()):
            wanted = waiting.terms.wanted
            if wanted is None or waiting.offers or waiting.not_before > now or self.matching.line_of(waiting.contact):
                continue
            if not self.visiting.is_logged_in(wanted):
                self.matching.take(waiting)
                self._place(waiting, now)
                decisions += self._match_contact(waiting, now)
        return decisions

    def is_claimed(self, offer: str) -> bool:
        """Whether another site's call for this offer is here."""
        _, one = self._find(offer)
        return one is not None and one.claimed

    # Inside

    def _place(self, waiting: Waiting, now: float) -> None:
        """Puts a contact where it can be matched, and notes when that will change."""
        terms, waited = waiting.terms, waiting.age(now)
        if waiting.not_before > now:
            heappush(self._deadlines, (waiting.not_before, "", waiting.contact))
            return
        wanted = terms.wanted
        if wanted is not None and waiting.wanted_until > now and self.visiting.is_logged_in(wanted):
            self.matching.put_for(waiting, wanted)
            heappush(self._deadlines, (waiting.wanted_until, "", waiting.contact))
            return
        self.matching.put(waiting, waited)
        for ring in terms.rings:
            if ring.after > waited:
                heappush(self._deadlines, (waiting.since + ring.after, "", waiting.contact))
                break

    def _due(self, offer: str, contact: str) -> bool:
        """Whether a deadline still means something."""
        if contact:
            waiting = self.waiting.get(contact)
            return waiting is not None and not waiting.offers
        return offer in self._holder

    def _match_contact(self, waiting: Waiting, now: float) -> list[Decision]:
        if waiting.not_before > now:
            return []
        agent, passed = self.matching.best_agent(waiting)
        if agent is None:
            return []
        if waiting.terms.strategy is not Strategy.RING_ALL:
            return self._reserve([agent], waiting, passed, now)
        return self._reserve(self.matching.all_agents(waiting), waiting, passed, now)

    def _match_agent(self, agent: Agent, now: float) -> list[Decision]:
        """The agent may have become free: as many contacts as the capacity allows."""
        decisions: list[Decision] = []
        while (best := self.matching.best_contact(agent, now)) is not None:
            decisions += self._reserve([agent], best, [], now)
        if self.matching.keeps:  # one more free agent may set another free who was kept for a queue
            decisions += self.rematch(now)
        return decisions

    def rematch(self, now: float) -> list[Decision]:
        """Offers every contact that can be offered to whoever is free, in order."""
        waiting = sorted((w for w in self.waiting.values() if not w.offers), key=lambda w: w.order(now))
        return [decision for one in waiting for decision in self._match_contact(one, now)]

    def _reserve(self, agents: list[Agent], waiting: Waiting, passed: list[str], now: float) -> list[Decision]:
        terms, line = waiting.terms, self.matching.line_of(waiting.contact)
        fit, free, contacts = (line.fit, line.free, line.contacts) if line else (1, 1, 1)
        self.matching.take(waiting)
        decisions = self.visiting.withdraw(waiting, "offered")
        for agent in agents:
            waiting.attempts += 1
            offer = f"{waiting.contact}-{self.site}{waiting.attempts}"
            idle = now - agent.idle_since
            before = Before(agent)
            agent.last_offers[terms.queue] = now
            waiting.offers.append(offer)
            self._assign(agent, Assignment(offer, waiting.contact, terms.queue, terms.channel, waiting.origin, now))
            waited = now - waiting.since
            why = Why(terms.strategy, terms.ring_at(waiting.age(now)), fit, free, idle, contacts, tuple(passed))
            decisions.append(before.changed(agent))
            decisions.append(MakeOffer(offer, waiting.contact, terms.queue, agent.number, waiting.origin, waited, why))
        return decisions

    def _assign(self, agent: Agent, one: Assignment) -> Assignment:
        agent.assignments[one.offer] = one
        agent.since = one.since
        self._holder[one.offer] = agent.number
        self.matching.changed(agent)
        return one

    def _cancel(self, waiting: Waiting, but: str | None, now: float) -> list[Decision]:
        """Ends the offers of a contact, but one; those agents are idle again."""
        decisions: list[Decision] = []
        offers, waiting.offers = waiting.offers, [offer for offer in waiting.offers if offer == but]
        for offer in offers:
            if offer == but:
                continue
            if waiting.granted_by is not None:
                decisions += self.visiting.give_back(offer, waiting)
            agent, one = self._find(offer)
            if agent is not None and one is not None:
                decisions.append(CancelOffer(offer, agent.number))
                decisions += self._to_idle(agent, one, Step.RELEASE, now)
        return decisions

    def _find(self, offer: str) -> tuple[Agent, Assignment] | tuple[None, None]:
        agent = self.agents.get(self._holder.get(offer, ""))
        return (agent, agent.assignments[offer]) if agent else (None, None)

    def _step(self, offer: str, step: Step, now: float) -> list[Decision]:
        agent, one = self._find(offer)
        if agent is None or one is None:
            return []
        before = Before(agent)
        one.move(agent.number, step, now)
        agent.since = now
        return [before.changed(agent)]

    def _agent_step(self, number: str, only_in: State, step: Step, now: float) -> list[Decision]:
        agent = self.agents.get(number)
        current = agent.current if agent else None
        if agent is None or current is None or current.state is not only_in:
            return []
        return self._step(current.offer, step, now)

    def _to_idle(self, agent: Agent, one: Assignment, step: Step, now: float) -> list[Decision]:
        """Done with one contact; a status declared meanwhile takes effect; then the agent takes the next contact."""
        before = Before(agent)
        one.move(agent.number, step, now)
        if one.served_since is not None:
            agent.was_busy(one.served_since, now)
            self.figures.record(one.queue).handling.add(now - one.served_since)
        del agent.assignments[one.offer], self._holder[one.offer]
        agent.since = agent.idle_since = now
        was_logged_in = agent.logged_in
        if agent.next_status is not None and not agent.assignments:
            agent.status, agent.reason = agent.next_status, agent.next_reason
            agent.next_status = agent.next_reason = None
        self.matching.changed(agent)
        decisions: list[Decision] = [before.changed(agent)]
        if was_logged_in and not agent.logged_in:
            self.matching.part(agent)
            decisions += self._lost(now)
        return decisions + self._match_agent(agent, now)

    def _set_status(self, agent: Agent, status: Status, reason: str | None, now: float) -> list[Decision]:
        before = Before(agent)
        agent.status, agent.reason = status, reason
        if status is Status.AVAILABLE and before.status is not Status.AVAILABLE:
            agent.idle_since = agent.since = now
        if before.same(agent):
            return []
        if before.status is Status.LOGGED_OUT:
            self.matching.join(agent)
        elif not agent.logged_in:
            self.matching.part(agent)
            return [before.changed(agent), *self._lost(now)]
        else:
            self.matching.changed(agent)
        return [before.changed(agent)]

    def _lost(self, now: float) -> list[Decision]:
        """An agent has left: who waited for that agent alone waits for all, and some must look elsewhere."""
        return self.free_wanting(now) + self.visiting.review(now)
