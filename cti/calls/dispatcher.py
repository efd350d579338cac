"""Carries out what the router decides about this site's agents and contacts; `visits.py` does so for the other sites.

The router (`cti.acd`) is pure; here its events get their `now`, and its decisions become facts, messages to desktops and offers
to waiting sessions. All methods that take an event are synchronous, so events are seen in the order in which they happen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from cti.acd import (
    Acd,
    Agent,
    AgentChanged,
    CancelOffer,
    Decision,
    Health,
    MakeOffer,
    QueueRules,
    State,
    Status,
    Terms,
    Waiting,
    WrapUpOver,
)
from cti.calls.context import ContactContext
from cti.calls.engagement import Engagement
from cti.calls.left_agents import LeftAgents
from cti.calls.ports import Journal, Offering, Peers, Screens
from cti.calls.reconciler import Reconciler
from cti.calls.tickets import Ticket
from cti.calls.visits import Visits
from cti.facts import FactData
from cti.facts.kinds import (
    AgentStateChanged,
    AgentStatusChanged,
    HoldEnded,
    HoldStarted,
    OfferOutcome,
    Party,
    WrapUpEnded,
    WrapUpStarted,
)
from cti.kit.clock import Clock
from cti.kit.logging import get_logger
from cti.kit.tasks import Background

log = get_logger(__name__)
ON_THE_PHONE = (State.RINGING, State.TALKING, State.HELD)
TIME_OUT_CODE = "time_out"  # the wrap-up code written when the agent saved none


class Dispatcher:
    """The live state of one site's queues and agents. `close` cancels what it has started."""

    def __init__(
        self,
        site: str,
        journal: Journal,
        clock: Clock,
        screens: Screens,
        peers: Peers,
        address_of: Callable[[str], str],
        offers: int = 0,
    ) -> None:
        """`offers`: as `Acd` has it."""
        self.site = site
        self.acd = Acd(site, offers)
        self.tickets: dict[str, Ticket] = {}  # by contact: those of this site that wait
        self.engagements: dict[str, Engagement] = {}  # by offer: phones that ring or talk
        self._engaged_with: dict[str, list[Engagement]] = {}  # by contact
        self._journal, self._clock, self._screens = journal, clock, screens
        self._address_of = address_of
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._background = Background(
            lambda name, error: log.error("dispatcher.task_failed", task=name, exc_info=error)
        )
        self.visits = Visits(self, peers, screens, address_of)
        self.left = LeftAgents(self)
        self.reconciler = Reconciler(self, self.left)

    # Agents

    def agent(self, number: str) -> Agent | None:
        return self.acd.agents.get(number)

    def log_in(self, number: str, skills: dict[str, int]) -> None:
        self.do(self.acd.log_in(number, skills, self.now()))
        self.left.logged_in(number)

    def set_status(self, number: str, status: Status, reason: str | None) -> None:
        self.do(self.acd.set_status(number, status, reason, self.now()))

    def set_busy_elsewhere(self, number: str, busy: bool) -> None:
        """Whether the agent's phone is in a call that is no contact of ours."""
        self.do(self.acd.set_busy_elsewhere(number, busy, self.now()))

    def held(self, number: str, on: bool) -> None:
        """The agent's phone has put the customer on hold, or taken them back."""
        event = self.acd.held if on else self.acd.unheld
        self.do(event(number, self.now()))

    def save_wrap_up(self, number: str, contact: str, code: str, note: str | None, then: Status) -> bool:
        """False if that contact is not being wrapped up by this agent (any more): nothing is written."""
        agent, now = self.agent(number), self.now()
        if agent is None or agent.state is not State.WRAP_UP or agent.contact != contact:
            return False
        self._wrap_up_ended(number, contact, code, note, Party.AGENT, now - agent.since)
        declared = self.acd.set_status(number, then, None, now) if agent.next_status is None else []
        self.do([*declared, *self.acd.wrap_up_done(number, now)])
        return True

    # Contacts of this site

    @contextmanager
    def waiting(self, ticket: Ticket, age: float = 0.0, not_before: float = 0.0) -> Iterator[Ticket]:
        """The contact waits inside this block, `age` seconds old already, and is offered to nobody for `not_before` seconds.
        Leaving it in any way frees agent and place."""
        now = self.now()
        contact = Waiting(
            ticket.contact, ticket.terms, now - age, not_before=now + not_before, estimate=ticket.expected
        )
        self.tickets[ticket.contact] = ticket
        ticket.customer.add_done_callback(lambda _: self._customer_came(ticket))
        try:
            self.do(self.acd.enter(contact, now))
            yield ticket
        finally:
            self.tickets.pop(ticket.contact, None)
            self.do(self.acd.leave(ticket.contact, "left", self.now(), gave_up=ticket.gave_up))

    async def show(self, offering: Offering, context: ContactContext) -> None:
        """The offer reaches the agent's screen; when this returns the phone may ring."""
        if offering.agent_site == self.site:
            await self._screens.show(offering, context)
            self.ringing(offering)

    async def preview(self, offering: Offering, context: ContactContext) -> None:
        """The offer is on the agent's screen; the phone does not ring yet."""
        if offering.agent_site == self.site:
            await self._screens.show(offering, context)

    def still_needed(self, offering: Offering) -> None:
        """An agent of another site is kept, though no call is on its way yet."""
        if offering.agent_site != self.site:
            self.visits.still_needed(offering.agent_site, offering.offer)

    def postpone(self, contact: str, seconds: float) -> None:
        """The contact keeps its place and is offered to nobody for so long; who was reserved for it is free."""
        now = self.now()
        self.do(self.acd.postpone(contact, now + seconds, now))

    def expedite(self, contact: str) -> None:
        """A postponed contact may be offered at once: the customer is on the line."""
        self.do(self.acd.expedite(contact, self.now()))

    def ringing(self, offering: Offering) -> None:
        """The phone of one of our agents begins to ring."""
        self.do(self.acd.ringing(offering.offer, self.now()))

    def caller_left(self, contact: str) -> None:
        """Frees whoever was reserved for a contact that is gone."""
        self.do(self.acd.leave(contact, "caller_gone", self.now()))

    @contextmanager
    def engaged(self, offering: Offering) -> Iterator[Engagement]:
        """A phone rings inside this block, then talks. Leaving it in any way ends the agent's part."""
        engagement = self.engagements[offering.offer] = Engagement(offering)
        beside = self._engaged_with.setdefault(offering.contact, [])
        beside.append(engagement)
        try:
            yield engagement
        finally:
            del self.engagements[offering.offer]
            beside.remove(engagement)
            if not beside:
                self._engaged_with.pop(offering.contact, None)
            if engagement.answered and offering.agent_site == self.site:
                self.do(self.acd.finished(offering.offer, offering.wrap_up_seconds, self.now()))

    def offer_ended(self, offering: Offering, outcome: OfferOutcome) -> None:
        """What came of ringing. A caller who hung up is seen by the end of `waiting`."""
        now = self.now()
        if offering.agent_site != self.site:
            answered = outcome is OfferOutcome.ANSWERED
            self.do(self.acd.grant_over(offering.offer, offering.contact, offering.agent, answered, now))
        elif outcome is OfferOutcome.ANSWERED:
            self.do(self.acd.answered(offering.offer, now))
        elif outcome is not OfferOutcome.CALLER_GONE:
            self._screens.offer_over(offering.agent, offering.offer, outcome)
            self.do(self.acd.missed(offering.offer, outcome, now))

    # From desktops

    def decline(self, number: str, offer: str) -> None:
        if (engagement := self._engagement(number, offer)) is not None:
            self._background.start(engagement.decline(), f"decline {offer}")

    def hang_up(self, number: str, offer: str) -> None:
        engagement = self._engagement(number, offer)
        if engagement is not None and engagement.answered:
            self._background.start(engagement.hang_up(), f"hang up {offer}")

    def answer(self, number: str, offer: str) -> None:
        engagement = self._engagement(number, offer)
        if engagement is not None and not engagement.answered:
            self._background.start(engagement.answer(), f"answer {offer}")

    # What is asked

    def configure(self, queues: Mapping[str, QueueRules]) -> None:
        """The queues have other rules from now on."""
        self.do(self.acd.configure(queues, self.now()))

    def site_changed(self, *, health: Health | None = None, closed: frozenset[str] | None = None) -> None:
        """This site is well or not; these queues are outside their hours."""
        self.do(self.acd.site_changed(self.now(), health=health, closed=closed))

    def phones_gone(self, agents: frozenset[str]) -> None:
        """The node is gone at which these agents' phones are; all others' are there."""
        if decisions := self.acd.phones_gone(agents, self.now()):
            log.warning("agents.phones_gone", agents=len(agents))
            self.do(decisions)

    def expected_wait(self, terms: Terms) -> float | None:
        """The EWT in seconds of a contact that would begin to wait now; None when nobody works for its queue."""
        now = self.now()
        return self.acd.figures.expected_wait(Waiting("", terms, now), now)

    def depth(self, queue: str) -> int:
        """How many contacts of this site wait in a queue."""
        return sum(w.origin is None and w.terms.queue == queue for w in self.acd.waiting.values())

    def progress(self, contact: str) -> tuple[int, float | None] | None:
        """A waiting contact's place in its queue, from 1, and its EWT in seconds from now; None when it waits no more."""
        waiting, now = self.acd.waiting.get(contact), self.now()
        if waiting is None:
            return None
        return self.acd.figures.position(waiting, now), self.acd.figures.expected_wait(waiting, now)

    def queue_counts(self) -> dict[str, tuple[int, float]]:
        """Per queue: how many wait, and for how many seconds the oldest has."""
        now, counts = self.now(), dict[str, tuple[int, float]]()
        for waiting in self.acd.waiting.values():
            count, longest = counts.get(waiting.queue, (0, 0.0))
            counts[waiting.queue] = (count + 1, max(longest, now - waiting.since))
        return counts

    async def close(self) -> None:
        """Stops timers and tasks. Agents and contacts stay as they are for whoever comes next: nothing is decided any more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self.visits.close()
        await self._background.cancel()

    def is_served(self, offer: str) -> bool:
        """Whether somebody here works on an offer: a session, or a grant that waits for the other site's call."""
        contact, _, _ = self.acd.offer_of(offer) or ("", "", None)
        waiting = self.acd.waiting.get(contact)
        queued = contact in self.tickets and waiting is not None and offer in waiting.offers
        return queued or offer in self.engagements or self.visits.is_granted(offer)

    # For `Visits`, `LeftAgents` and `Reconciler` too

    def now(self) -> float:
        return self._clock.monotonic()

    def record(self, data: FactData, contact: str | None = None) -> None:
        """Writes a fact in order, without waiting for the disk."""
        self._journal.record(data, contact)

    def do(self, decisions: Sequence[Decision]) -> None:
        """Carries out decisions in order."""
        if self._closed:
            return
        for decision in decisions:
            match decision:
                case AgentChanged():
                    self._agent_changed(decision)
                case MakeOffer(origin=None):
                    self._offer(decision)
                case MakeOffer():
                    self._background.start(self.visits.grant(decision), f"grant {decision.offer}")
                case CancelOffer():
                    self.visits.forget_grant(decision.offer)
                    outcome = OfferOutcome.TAKEN if decision.taken else OfferOutcome.CALLER_GONE
                    self._screens.offer_over(decision.agent, decision.offer, outcome)
                case WrapUpOver():
                    self._wrap_up_ended(
                        decision.agent, decision.contact, TIME_OUT_CODE, None, Party.SYSTEM, decision.lasted
                    )
                case _:
                    self.visits.carry_out(decision)
        self._screens.queues_changed()
        self.visits.site_changed()
        self._set_timer()

    # Inside

    def _engagement(self, number: str, offer: str) -> Engagement | None:
        engagement = self.engagements.get(offer)
        return engagement if engagement is not None and engagement.offering.agent == number else None

    def _offer(self, made: MakeOffer) -> None:
        ticket = self.tickets[made.contact]
        address = self._address_of(made.agent)
        ticket.offers.put_nowait(ticket.offering(made.offer, made.agent, self.site, made.waited, address, made.why))

    def _agent_changed(self, change: AgentChanged) -> None:
        agent, contact = change.agent, change.contact
        if change.state is not change.was_state:
            self._state_changed(change)
            match change.was_state, change.state:
                case State.TALKING, State.HELD:
                    self.record(HoldStarted(agent=agent), contact)
                case State.HELD, _:
                    self.record(HoldEnded(agent=agent, ms=round(change.lasted * 1000)), contact)
            if change.state is State.WRAP_UP:
                self.record(WrapUpStarted(agent=agent, seconds=self.acd.agents[agent].wrap_up_seconds), contact)
        if (change.status, change.reason) != (change.was_status, change.was_reason):
            self.record(
                AgentStatusChanged(agent=agent, status=change.status, was=change.was_status, reason=change.reason)
            )
            log.info("agent.status_changed", agent=agent, was=change.was_status, status=change.status)
        self._screens.changed(agent)

    def _state_changed(self, change: AgentChanged) -> None:
        """With what a later process must know of a phone that rings or talks: another site's contact is in no other fact of this one."""
        one = self.acd.agents[change.agent].current
        its = one if one is not None and one.state is change.state and change.state in ON_THE_PHONE else None
        self.record(AgentStateChanged(
            agent=change.agent, state=change.state, was=change.was_state, offer=its.offer if its else None,
            queue=its.queue if its else None,
        ), change.contact)  # fmt: skip

    def _wrap_up_ended(self, agent: str, contact: str, code: str, note: str | None, by: Party, seconds: float) -> None:
        self.record(WrapUpEnded(agent=agent, code=code, note=note, by=by, ms=round(seconds * 1000)), contact)

    def _customer_came(self, ticket: Ticket) -> None:
        """The customer's record: to the screens that show the contact already."""
        card = ticket.card
        offerings = [engagement.offering for engagement in self._engaged_with.get(ticket.contact, ())]
        for offering in offerings:
            if offering.agent_site == self.site:
                self._screens.customer(offering.agent, offering.offer, card)
        self.visits.customer_came(ticket.contact, card, {offering.agent_site for offering in offerings})

    def _tick(self) -> None:
        if decisions := self.acd.tick(self.now()):
            self.do(decisions)
        else:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.acd.next_deadline()
        if deadline is not None:
            delay = max(0.0, deadline - self.now())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)
