"""What is: one site's agents, the contacts that wait, the offers that stand, and the moments at which something is due."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from cti.acd.agents import Agent, Assignment
from cti.acd.matching import Matching
from cti.acd.overflow import DEFAULT_RULES, OverflowRule, Peer
from cti.acd.terms import Terms
from cti.acd.waiting import Waiting


@dataclass(frozen=True, slots=True)
class QueueRules:
    """What a site does with a queue, beyond the terms of each contact."""

    terms: Terms
    reserve: int = 0  # free agents that are kept for this queue
    overflow: tuple[OverflowRule, ...] = DEFAULT_RULES


class Floor:
    """The state, and what every part of the router asks of it. It decides nothing."""

    def __init__(self, site: str, offers: int = 0) -> None:
        self.site = site
        self._numbers = count(offers + 1)
        self.agents: dict[str, Agent] = {}
        self.waiting: dict[str, Waiting] = {}
        self.queues: dict[str, QueueRules] = {}
        self.peers: dict[str, Peer] = {}
        self.matching = Matching()
        self._holder: dict[str, str] = {}  # offer → agent
        self._deadlines: list[tuple[float, str, str]] = []  # (time, offer or "", contact or "")

    # Offers

    def new_offer(self, contact: str) -> str:
        """The name of one more offer: a contact that comes again, or is offered after a restart, has no offer of the same name."""
        return f"{contact}-{self.site}{next(self._numbers)}"

    def find(self, offer: str) -> tuple[Agent, Assignment] | tuple[None, None]:
        """Who holds an offer that stands, and what has become of it."""
        agent = self.agents.get(self._holder.get(offer, ""))
        return (agent, agent.assignments[offer]) if agent else (None, None)

    def assign(self, agent: Agent, one: Assignment) -> Assignment:
        agent.assignments[one.offer] = one
        agent.since = one.since
        self._holder[one.offer] = agent.number
        self.matching.changed(agent)
        return one

    def unassign(self, agent: Agent, one: Assignment) -> None:
        del agent.assignments[one.offer], self._holder[one.offer]

    def is_claimed(self, waiting: Waiting) -> bool:
        """Whether another site's call for an offer of this contact is here."""
        found = (self.find(offer)[1] for offer in waiting.offers)
        return any(one is not None and one.claimed for one in found)

    # Contacts

    def in_order(self, now: float) -> list[Waiting]:
        return sorted(self.waiting.values(), key=lambda w: w.order(now))

    def place(self, waiting: Waiting, now: float) -> None:
        """Puts a contact where it can be matched, and notes when that will change."""
        terms, waited = waiting.terms, waiting.age(now)
        if waiting.not_before > now:
            heappush(self._deadlines, (waiting.not_before, "", waiting.contact))
            return
        wanted = waiting.waits_for(now)
        if wanted is not None and self.is_logged_in(wanted):
            self.matching.put_for(waiting, wanted)
            heappush(self._deadlines, (waiting.wanted_until, "", waiting.contact))
            return
        self.matching.put(waiting, waited)
        for ring in terms.rings:
            if ring.after > waited:
                heappush(self._deadlines, (waiting.since + ring.after, "", waiting.contact))
                break

    def waits_in_vain(self, waiting: Waiting, now: float) -> bool:
        """Whether it waits for one agent alone, who is logged in nowhere any more."""
        wanted = waiting.terms.wanted
        if wanted is None or waiting.offers or waiting.not_before > now or self.matching.line_of(waiting.contact):
            return False
        return not self.is_logged_in(wanted)

    def is_logged_in(self, agent: str) -> bool:
        """Here, or at a site that we hear of: whoever was here may have moved there."""
        known = self.agents.get(agent)
        return (known is not None and known.logged_in) or any(
            agent in peer.summary.agents for peer in self.peers.values()
        )

    # Time

    def due_at(self, time: float, offer: str) -> None:
        """Something about an offer (its wrap-up) will be over."""
        heappush(self._deadlines, (time, offer, ""))

    @property
    def next_deadline(self) -> float | None:
        while self._deadlines and not self._means_something(*self._deadlines[0][1:]):
            heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines else None

    def take_due(self, now: float) -> tuple[str, str] | None:
        """The next (offer, contact) that is due, one of them empty; None when nothing is."""
        time = self.next_deadline
        return heappop(self._deadlines)[1:] if time is not None and time <= now else None

    def _means_something(self, offer: str, contact: str) -> bool:
        if contact:
            waiting = self.waiting.get(contact)
            return waiting is not None and not waiting.offers
        return offer in self._holder
