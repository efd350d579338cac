"""Contacts that wait at another site too, and agents granted to other sites.

A visit goes out when nobody here can serve a contact; the other site reserves an agent, shows the contact on the agent's screen, and
only then grants the agent. The caller's site uses the first grant and declines the rest, by dialing the agent over the inter-site
trunk; the agent's site takes that call in `visit_host.py`, and rings the agent for no call that it has not granted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cti.acd import (
    AcceptGrant,
    Acd,
    Decision,
    DeclineGrant,
    MakeOffer,
    OpenVisit,
    PeerSummary,
    QueueFigures,
    Waiting,
    Why,
    WithdrawVisit,
)
from cti.calls.context import CustomerCard
from cti.calls.ports import Offering, Peers, Screens, Visit
from cti.calls.tickets import Ticket
from cti.facts import FactData
from cti.facts.kinds import VisitGranted, VisitOpened, VisitWithdrawn
from cti.kit.logging import get_logger

log = get_logger(__name__)
GRANT_SECONDS = 5.0  # how long a granted agent waits for the other site's word, and then for its call
LONGER_SECONDS = 5.0  # by how much another site's agent is dialed longer than the phone rings there


class Floor(Protocol):
    """What the dispatcher lends: the router, the waiting tickets, and a way to act."""

    site: str
    acd: Acd
    tickets: dict[str, Ticket]

    def now(self) -> float: ...
    def record(self, data: FactData, contact: str | None = None) -> None: ...
    def do(self, decisions: Sequence[Decision]) -> None: ...


class Visits:
    """Both ends of the traffic with peers. Methods named after events come from the links."""

    def __init__(self, floor: Floor, peers: Peers, screens: Screens, address_of: Callable[[str], str]) -> None:
        self._floor, self._peers, self._screens, self._address_of = floor, peers, screens, address_of
        self._visitors: dict[str, Visit] = {}  # by contact: other sites' contacts that wait here
        self._granted: dict[
            str, tuple[Offering, asyncio.TimerHandle | None]
        ] = {}  # by offer: our agents, given to other sites
        self._again: dict[str, tuple[str, Visit, float]] = {}  # by contact: site, visit and since when
        self._addresses: dict[
            str, tuple[str, Why | None]
        ] = {}  # by offer: where to dial an agent that another site granted, and why that one

    # From peers

    def peer_summary(self, summary: PeerSummary) -> None:
        self._floor.do(self._floor.acd.peer_summary(summary, self._floor.now()))

    def peer_queues(self, site: str, queues: Mapping[str, QueueFigures]) -> None:
        """Nothing changes here, and no other site is told anything: two of them would answer each other for ever."""
        self._floor.acd.peer_queues(site, queues)

    def peer_lost(self, site: str) -> None:
        """The link is cut: its visits end here, ours there are void. Conversations go on."""
        self._floor.do(self._floor.acd.peer_lost(site, self._floor.now()))
        self._again = {c: again for c, again in self._again.items() if again[0] != site}
        waiting = self._floor.acd.waiting
        self._visitors = {c: v for c, v in self._visitors.items() if c in waiting or self._has_grant(c)}

    def opened(self, site: str, visit: Visit) -> None:
        now = self._floor.now()
        if self._has_grant(visit.contact):  # its site could not use the grant: it waits here again when that is over
            self._again[visit.contact] = (site, visit, now)
            return
        if visit.contact in self._floor.acd.waiting:
            return  # said twice
        self._visitors[visit.contact] = visit
        waiting = Waiting(visit.contact, visit.terms, now - visit.age, origin=site)
        self._floor.do(self._floor.acd.enter(waiting, now))

    def updated(self, contact: str, card: CustomerCard | None) -> None:
        visit = self._visitors.get(contact)
        if visit is None:
            return
        context = visit.context.model_copy(update={"customer": card, "customer_pending": False})
        self._visitors[contact] = replace(visit, context=context)
        for offer, (offering, _) in self._granted.items():
            if offering.contact == contact:
                self._screens.customer(offering.agent, offer, card)

    def withdrawn(self, contact: str) -> None:
        """The contact needs nobody here any more; a grant that was not used yet is void. Once its call is here, this word is older
        than the grant: the contact was withdrawn, came again, and its site has used the grant of the first time."""
        self._visitors.pop(contact, None)
        self._again.pop(contact, None)
        if not any(o.contact == contact and timer is None for o, timer in self._granted.values()):
            self._floor.do(self._floor.acd.leave(contact, "withdrawn", self._floor.now()))

    def granted(self, site: str, contact: str, offer: str, agent: str, address: str, why: Why | None = None) -> None:
        """Another site has reserved an agent for our contact, to be dialed at `address`."""
        self._addresses[offer] = address, why
        self._floor.do(self._floor.acd.grant(site, contact, offer, agent, self._floor.now()))
        self._addresses.pop(offer, None)

    def accepted(self, offer: str) -> None:
        """The other site uses our agent: its call has as long again to come."""
        offering, timer = self._granted.get(offer, (None, None))
        if offering is not None and timer is not None:
            timer.cancel()
            self._granted[offer] = (offering, self._give_back_later(offer))

    def still_needed(self, site: str, offer: str) -> None:
        self._peers.accept_grant(site, offer)

    def declined(self, offer: str) -> None:
        """The other site does not need the agent we granted. Too late once its call is here: that call's end says the rest."""
        _, timer = self._granted.get(offer, (None, None))
        if timer is not None:
            self._give_back(offer)

    # From the call that comes over the inter-site trunk

    def claim(self, offer: str, contact: str) -> Offering | None:
        """The call for a granted agent is here. None if no such grant stands for its contact: the call must be refused."""
        offering, timer = self._granted.get(offer, (None, None))
        if offering is None or timer is None or self._floor.acd.offer_of(offer) is None or offering.contact != contact:
            return None
        timer.cancel()
        self._granted[offer] = (offering, None)
        self._floor.acd.claimed(offer)
        return offering

    def _has_grant(self, contact: str) -> bool:
        """Whether an agent of ours is granted to a contact of another site."""
        return any(offering.contact == contact for offering, _ in self._granted.values())

    def over(self, contact: str) -> None:
        """The grant to a contact has ended, and its agent is free: it waits here again, if its site has said so meanwhile."""
        if (again := self._again.pop(contact, None)) is not None:
            site, visit, at = again
            self.opened(site, replace(visit, age=visit.age + self._floor.now() - at))

    def is_granted(self, offer: str) -> bool:
        """Whether another site's call for our agent is awaited, or here."""
        return offer in self._granted

    def forget_grant(self, offer: str) -> None:
        """The offer is over, one way or another."""
        offering, timer = self._granted.pop(offer, (None, None))
        if timer is not None:
            timer.cancel()
        if offering is not None:
            self._visitors.pop(offering.contact, None)

    # From the dispatcher

    async def grant(self, made: MakeOffer) -> None:
        """Shows the visitor on our agent's screen, then grants the agent to the caller's site."""
        visit = self._visitors.get(made.contact)
        if visit is None or self._floor.acd.offer_of(made.offer) is None:
            return  # withdrawn, or its link cut, in the same moment: the agent is idle again
        origin = made.origin or ""
        offering = Offering(
            made.offer, made.contact, made.queue, made.agent, self._floor.site, made.waited, self._address_of(made.agent),
            visit.terms.ring_seconds, visit.terms.wrap_up_seconds, made.why,
        )  # fmt: skip
        self._granted[made.offer] = (offering, self._give_back_later(made.offer))
        await self._screens.show(offering, visit.context)
        if made.offer in self._granted:
            self._peers.grant(origin, made.contact, made.offer, made.agent, made.why)

    def carry_out(self, decision: Decision) -> None:
        """Tells a peer what the router decided."""
        match decision:
            case DeclineGrant():
                self._peers.decline(decision.site, decision.offer)
            case WithdrawVisit():
                self._floor.record(VisitWithdrawn(to_site=decision.site, reason=decision.reason), decision.contact)
                self._peers.withdraw_visit(decision.site, decision.contact, decision.reason)
            case OpenVisit():
                self._open(decision)
            case AcceptGrant():
                self._accept(decision)

    def summary(self) -> PeerSummary:
        """What this site says of itself."""
        return self._floor.acd.visiting.summary(self._floor.now())

    def site_changed(self) -> None:
        """Agents, queues or health are not what they were: peers must know."""
        self._peers.summary_changed()

    def customer_came(self, contact: str, card: CustomerCard | None, engaged: Collection[str]) -> None:
        """`engaged`: the sites whose agents' phones ring for the contact, or talk with it."""
        waiting = self._floor.acd.waiting.get(contact)
        granted = (waiting.granted_by,) if waiting and waiting.granted_by else ()
        for site in sorted({*engaged, *granted, *(waiting.visiting if waiting else ())} - {self._floor.site}):
            self._peers.update_visit(site, contact, card)

    def close(self) -> None:
        for _, timer in self._granted.values():
            if timer is not None:
                timer.cancel()

    # Inside

    def _open(self, decision: OpenVisit) -> None:
        ticket = self._floor.tickets.get(decision.contact)
        waiting = self._floor.acd.waiting.get(decision.contact)
        if ticket is None or waiting is None:
            return
        terms, age = ticket.terms, self._floor.now() - waiting.since
        opened = VisitOpened(queue=terms.queue, to_site=decision.site, reason=decision.reason)
        self._floor.record(opened, decision.contact)
        self._peers.open_visit(decision.site, Visit(decision.contact, terms, age, ticket.context()))

    def _accept(self, decision: AcceptGrant) -> None:
        ticket = self._floor.tickets.get(decision.contact)
        address, why = self._addresses.get(decision.offer, (None, None))
        if ticket is None or address is None:
            self._peers.decline(decision.site, decision.offer)
            return
        granted = VisitGranted(queue=decision.queue, to_site=decision.site, agent=decision.agent, offer=decision.offer)
        self._floor.record(granted, decision.contact)
        self._peers.accept_grant(decision.site, decision.offer)
        made = ticket.offering(decision.offer, decision.agent, decision.site, decision.waited, address, why)
        # The agent's site ends the ringing, and knows then that nobody has answered: for both it began at the same moment.
        ticket.offers.put_nowait(replace(made, ring_seconds=made.ring_seconds + LONGER_SECONDS))

    def _give_back_later(self, offer: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(GRANT_SECONDS, self._give_back, offer)

    def _give_back(self, offer: str) -> None:
        offering, _ = self._granted[offer]
        log.info("visit.grant_unused", offer=offer, agent=offering.agent)
        self.forget_grant(offer)
        self._screens.offer_over(offering.agent, offer, "caller_gone")
        self._floor.do(self._floor.acd.released(offer, self._floor.now()))
        self.over(offering.contact)
