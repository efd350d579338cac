"""The router: events in, decisions out.

What is stands in `floor.py`, who is chosen in `matching.py`, what follows from an event in `router.py`, and when contacts wait at
other sites too in `overflow.py` and `visiting.py`.

An unknown contact, offer or agent in an event is not an error: hang-ups, answers and time-outs race, and the later of
two is simply too late. Such an event returns no decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cti.acd.agents import VOICE_ONLY, Agent, Assignment, Capacity, State, Status, Step
from cti.acd.brake import Brake
from cti.acd.decisions import AcceptGrant, Before, Decision, DeclineGrant, WrapUpOver
from cti.acd.estimates import QueueFigures
from cti.acd.floor import Floor, QueueRules
from cti.acd.lines import key_of
from cti.acd.needs import Skills
from cti.acd.overflow import Health, PeerSummary
from cti.acd.router import Router
from cti.acd.terms import Channel
from cti.acd.waiting import Waiting
from cti.facts.kinds import OfferOutcome

# Why an agent who did not take an offer is not ready.
NOT_READY_REASON: Mapping[OfferOutcome, str] = {
    OfferOutcome.RONA: "rona",
    OfferOutcome.DECLINED: "declined",
    OfferOutcome.FAILED: "phone_unreachable",
}
# Why an agent who is willing is not ready, and will be without doing anything.
KEPT_BACK, NODE_DOWN = "kept_back", "node_down"
REMOVED = "removed"  # why an agent is logged out who works here no more


class Acd:
    """One site's agents and queues. Every method takes `now` and returns what must be done, in order."""

    def __init__(self, site: str, offers: int = 0) -> None:
        """`offers`: so many at most were made by earlier processes of the site; the numbers go on from there."""
        self.site = site
        self._floor = floor = Floor(site, offers)
        self._router = Router(floor)
        self.brake, self._phones_gone = Brake(), frozenset[str]()
        self.agents, self.waiting, self.peers = floor.agents, floor.waiting, floor.peers
        self.is_logged_in = floor.is_logged_in
        self.matching, self.figures, self.visiting = floor.matching, self._router.figures, self._router.visiting

    @property
    def queues(self) -> Mapping[str, QueueRules]:
        return self._floor.queues

    # Configuration

    def configure(self, queues: Mapping[str, QueueRules], now: float) -> list[Decision]:
        """The queues have new rules. Contacts that wait keep the terms with which they came."""
        self._floor.queues = dict(queues)
        self.matching.keep({key_of(q.terms): q.reserve for q in queues.values() if q.reserve})
        return self._router.rematch(now) + self.visiting.review(now)

    def staff(self, skills: Mapping[str, Skills], now: float) -> list[Decision]:
        """Who works here, and what they can do, is this from now on. Who works here no more is logged out when free; contacts that
        wait are matched anew."""
        decisions: list[Decision] = []
        for agent in [agent for agent in self.agents.values() if agent.logged_in]:
            known = skills.get(agent.number)
            if known is None:
                decisions += self.set_status(agent.number, Status.LOGGED_OUT, REMOVED, now)
                continue
            if agent.skills != known:
                agent.skills = known
                self.matching.join(agent)
            if (agent.next_status, agent.next_reason) == (Status.LOGGED_OUT, REMOVED):  # and works here again
                decisions += self.set_status(agent.number, agent.status, agent.reason, now)
        return decisions + self._router.rematch(now) + self.visiting.review(now)

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
            return self._router.match_agent(agent, now)
        agent.next_status = agent.next_reason = None
        if agent.logged_in:
            self.matching.changed(agent)
            return []
        return self._router.set_status(agent, Status.BREAK, "logged_in", now)

    def set_status(self, number: str, status: Status, reason: str | None, now: float) -> list[Decision]:
        """At once when idle; otherwise when the contact, wrap-up included, is over. Who is kept back is ready when that is over."""
        agent = self.agents.get(number)
        if agent is None or not agent.logged_in:
            return []
        if status is Status.AVAILABLE and (held := self._held(number, now)) is not None:
            status, reason = Status.NOT_READY, held
        if agent.assignments:
            before = Before(agent)
            agent.next_status, agent.next_reason = status, reason
            if status is agent.status is Status.AVAILABLE:  # takes back a break that was to come
                agent.next_status = agent.next_reason = None
            self.matching.changed(agent)
            return [before.changed(agent), *self._router.match_agent(agent, now)]
        return self._router.set_status(agent, status, reason, now) + self._router.match_agent(agent, now)

    def phones_gone(self, gone: frozenset[str], now: float) -> list[Decision]:
        """The nodes are gone at which these agents' phones are: they can't be rung until they are back, and then they are as they were."""
        changed, decisions = gone ^ self._phones_gone, list[Decision]()
        self._phones_gone = gone
        for agent in [a for a in self.agents.values() if a.number in changed]:
            is_gone = agent.number in gone
            if not is_gone and NODE_DOWN in (agent.reason, agent.next_reason):
                decisions += self.set_status(agent.number, Status.AVAILABLE, None, now)
            elif is_gone and (agent.next_status or agent.status) is Status.AVAILABLE:
                decisions += self.set_status(agent.number, Status.AVAILABLE, None, now)  # which it can't be
        return decisions

    def set_busy_elsewhere(self, number: str, busy: bool, now: float) -> list[Decision]:
        """Whether the agent's phone is in a call that is no contact of ours: nothing is offered meanwhile."""
        agent = self.agents.get(number)
        if agent is None or agent.busy_elsewhere is busy:
            return []
        agent.busy_elsewhere, agent.idle_since = busy, now
        self.matching.changed(agent)
        return self._router.match_agent(agent, now)

    def wrap_up_done(self, number: str, now: float) -> list[Decision]:
        """The agent has saved the wrap-up, or its time has passed."""
        agent = self.agents.get(number)
        current = agent.current if agent else None
        if agent is None or current is None or current.state is not State.WRAP_UP:
            return []
        return self._router.to_idle(agent, current, Step.DONE, now)

    # Contacts

    def enter(self, contact: Waiting, now: float) -> list[Decision]:
        """A contact begins to wait (its `since` may lie in the past). One that waits here already is not put in twice."""
        if contact.contact in self.waiting:
            return []
        self.waiting[contact.contact] = contact
        self._floor.place(contact, now)
        return self._router.match_contact(contact, now)

    def leave(self, contact: str, reason: str, now: float, *, gave_up: bool = False) -> list[Decision]:
        """The contact is gone: hung up (`gave_up`), timed out, served by another way. A pending offer is cancelled."""
        waiting = self.waiting.pop(contact, None)
        if waiting is None:
            return []
        self.matching.take(waiting)
        if waiting.origin is None:
            self.figures.record(waiting.queue).unanswered(now - waiting.since, now, gave_up=gave_up)
        return self.visiting.withdraw(waiting, reason) + self._router.cancel(waiting, None, now)

    def postpone(self, contact: str, not_before: float, now: float) -> list[Decision]:
        """The contact keeps its place, but is offered to nobody before that time: a callback that nobody answered."""
        waiting = self.waiting.get(contact)
        if waiting is None:
            return []
        waiting.not_before = not_before
        decisions = self.visiting.withdraw(waiting, "postponed") + self._router.cancel(waiting, None, now)
        self.matching.take(waiting)
        self._floor.place(waiting, now)
        return decisions

    def expedite(self, contact: str, now: float) -> list[Decision]:
        """It may be offered at once, whatever it was postponed to."""
        waiting = self.waiting.get(contact)
        if waiting is None or waiting.offers:
            return []
        waiting.not_before = now
        return self._router.place_again(waiting, now)

    # Offers to this site's agents

    def ringing(self, offer: str, now: float) -> list[Decision]:
        return self._router.step(offer, Step.RING, now)

    def answered(self, offer: str, now: float) -> list[Decision]:
        """The conversation has begun: the contact no longer waits anywhere, and nobody else is offered it."""
        agent, one = self._floor.find(offer)
        if agent is None or one is None:
            return []
        one.served_since = now
        self.brake.reached(agent.number)
        waiting, decisions = self.waiting.pop(one.contact, None), list[Decision]()
        if waiting is not None:
            if waiting.origin is None:
                self.figures.record(waiting.queue).answered(now - waiting.since, waiting.estimate, now)
            decisions = self.visiting.withdraw(waiting, "answered") + self._router.cancel(waiting, offer, now)
        return decisions + self._router.step(offer, Step.ANSWER, now)

    def missed(self, offer: str, outcome: OfferOutcome, now: float) -> list[Decision]:
        """The agent did not take it: not ready until they say so, and the contact goes to the next."""
        agent, one = self._floor.find(offer)
        if agent is None or one is None:
            return []
        if outcome is OfferOutcome.FAILED:
            self.brake.failed(agent.number, now)
        agent.next_status, agent.next_reason = agent.next_status or Status.NOT_READY, NOT_READY_REASON[outcome]
        decisions = self._router.to_idle(agent, one, Step.RELEASE, now)
        return decisions + self._router.again(one.contact, offer, agent.number, now)

    def released(self, offer: str, now: float) -> list[Decision]:
        """The offer came to nothing by nobody's fault (a grant that was not used): agent and contact are free again."""
        agent, one = self._floor.find(offer)
        if agent is None or one is None:
            return []
        decisions = self._router.again(one.contact, offer, None, now)
        return self._router.to_idle(agent, one, Step.RELEASE, now) + decisions

    def held(self, number: str, now: float) -> list[Decision]:
        return self._router.agent_step(number, State.TALKING, Step.HOLD, now)

    def unheld(self, number: str, now: float) -> list[Decision]:
        return self._router.agent_step(number, State.HELD, Step.UNHOLD, now)

    def finished(self, offer: str, wrap_up_seconds: float, now: float) -> list[Decision]:
        """The conversation is over; wrap-up begins, or is skipped when it has no time."""
        agent, one = self._floor.find(offer)
        if agent is None or one is None or one.state is State.WRAP_UP:
            return []
        if one.state in (State.RESERVED, State.RINGING):  # it ended before its answer was told
            return self._router.to_idle(agent, one, Step.RELEASE, now)
        if wrap_up_seconds <= 0:
            return self._router.to_idle(agent, one, Step.DONE, now)
        before = Before(agent)
        one.move(agent.number, Step.FINISH, now)
        agent.since = now
        one.wrap_up_seconds, one.wrap_up_until = wrap_up_seconds, now + wrap_up_seconds
        self._floor.due_at(one.wrap_up_until, offer)
        return [before.changed(agent)]

    def restore_conversation(self, number: str, offer: str, contact: str, queue: str, now: float) -> list[Decision]:
        """After a restart: this agent is talking with this contact."""
        agent = self.agents.get(number)
        if agent is None or agent.assignments:
            return []
        before = Before(agent)
        one = self._floor.assign(agent, Assignment(offer, contact, queue, Channel.VOICE, None, now))
        one.move(number, Step.ANSWER, now)
        one.served_since = now
        return [before.changed(agent)]

    def restore_wrap_up(self, number: str, contact: str, since: float, seconds: float) -> None:
        """After a restart: this agent has been wrapping up a contact since then, whether the desktop is back or not."""
        agent = self.agents.setdefault(number, Agent(number, {}, since=since))
        if agent.assignments:
            return
        offer = f"{contact}-wrap-up"
        one = self._floor.assign(agent, Assignment(offer, contact, "", Channel.VOICE, None, since))
        one.state, one.wrap_up_seconds, one.wrap_up_until = State.WRAP_UP, seconds, since + seconds
        self._floor.due_at(one.wrap_up_until, offer)

    # Other sites

    def peer_summary(self, summary: PeerSummary, now: float) -> list[Decision]:
        """A peer says how it is."""
        self.visiting.heard_of(summary, now)
        return self._router.free_wanting(now) + self.visiting.review(now)

    def peer_queues(self, site: str, queues: Mapping[str, QueueFigures]) -> None:
        """A peer says how its queues are: the next review sees it."""
        if (peer := self.peers.get(site)) is not None:
            peer.summary = replace(peer.summary, queues=queues)

    def peer_lost(self, site: str, now: float) -> list[Decision]:
        """The link is cut: its visits here are gone, ours there are void. A call that is here already decides for itself."""
        self.visiting.lost(site)
        decisions: list[Decision] = []
        for waiting in self._floor.in_order(now):
            waiting.visiting.discard(site)
            if waiting.origin == site and not self._floor.is_claimed(waiting):
                decisions += self.leave(waiting.contact, "peer_lost", now)
        return decisions + self._router.free_wanting(now) + self.visiting.review(now)

    def site_changed(
        self, now: float, *, health: Health | None = None, closed: frozenset[str] | None = None
    ) -> list[Decision]:
        """This site is well or not; these queues are outside their hours."""
        self.visiting.site_changed(health, closed)
        return self.visiting.review(now)

    def grant(self, site: str, contact: str, offer: str, agent: str, now: float) -> list[Decision]:
        """Another site has reserved an agent for a contact of ours. The first is used, any other declined."""
        waiting = self.waiting.get(contact)
        if waiting is None or waiting.offers or waiting.not_before > now or site not in waiting.visiting:
            return [DeclineGrant(offer, site)]
        waiting.visiting.discard(site)  # the visit is spent by its grant
        self.matching.take(waiting)
        waiting.offers.append(offer)
        waiting.granted_by = site
        accept = AcceptGrant(offer, contact, waiting.queue, agent, site, now - waiting.since)
        return [accept, *self.visiting.withdraw(waiting, "offered")]

    def grant_over(self, offer: str, contact: str, agent: str, answered: bool, now: float) -> list[Decision]:
        """What came of an agent of another site."""
        waiting = self.waiting.get(contact)
        if waiting is None or offer not in waiting.offers:
            return []
        if answered:
            del self.waiting[contact]
            self.figures.record(waiting.queue).answered(now - waiting.since, waiting.estimate, now)
            return []
        return self._router.again(contact, offer, agent, now)

    def claimed(self, offer: str) -> None:
        """The other site's call for this offer is here: from now on the call decides what comes of it, not the link."""
        _, one = self._floor.find(offer)
        if one is not None:
            one.claimed = True

    # Time

    def next_deadline(self) -> float | None:
        """When `tick` must be called next, in monotonic seconds."""
        times = (self._floor.next_deadline, self.visiting.next_review, self.brake.next_release)
        return min((time for time in times if time is not None), default=None)

    def tick(self, now: float) -> list[Decision]:
        """Ends the wrap-ups whose time has passed, relaxes rings, lets go whom the brake kept back, and looks again at where contacts
        should wait."""
        decisions: list[Decision] = []
        while (due := self._floor.take_due(now)) is not None:
            offer, contact = due
            agent, one = self._floor.find(offer)
            if contact:
                decisions += self._router.place_again(self.waiting[contact], now)
            elif agent is not None and one is not None:
                decisions.append(WrapUpOver(agent.number, one.contact, now - one.since))
                decisions += self._router.to_idle(agent, one, Step.DONE, now)
        for number in self.brake.release(now):
            if (agent := self.agents.get(number)) is not None and KEPT_BACK in (agent.reason, agent.next_reason):
                decisions += self.set_status(number, Status.AVAILABLE, None, now)
        if (review := self.visiting.next_review) is not None and review <= now:
            decisions += self.visiting.review(now)
        return decisions

    # What is asked

    def offer_of(self, offer: str) -> tuple[str, str, str | None] | None:
        """(contact, agent, origin) of an offer that stands; None if it is over."""
        agent, one = self._floor.find(offer)
        return (one.contact, agent.number, one.origin) if agent and one else None

    def rematch(self, now: float) -> list[Decision]:
        """Offers every contact that can be offered to whoever is free, in order."""
        return self._router.rematch(now)

    # Inside

    def _held(self, number: str, now: float) -> str | None:
        """Why this agent can't be ready, however willing; None for one who can."""
        if number in self._phones_gone:
            return NODE_DOWN
        return KEPT_BACK if self.brake.left(number, now) > 0 else None
