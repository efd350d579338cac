"""A contact's place in a queue, as the code that waits sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cti.acd import Terms, Why
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Offering
from cti.facts.kinds import QueueEntered


def queue_entered(terms: Terms, *, expected: float | None = None, waited: float = 0.0) -> QueueEntered:
    """The fact that a contact of these terms enters its queue: the wait that is forecast, and what it has waited before, in seconds."""
    first, *others = terms.need.as_skills()
    return QueueEntered(
        queue=terms.queue, skills=first, priority=terms.priority, or_skills=tuple(others), wanted=terms.wanted,
        wanted_case=terms.wanted_case, expected_ms=None if expected is None else round(expected * 1000),
        waited_ms=round(waited * 1000),
    )  # fmt: skip


@dataclass(slots=True)
class Ticket:
    """Held while a contact waits. `context` is asked at the moment of an offer; `customer` may still be on its way."""

    contact: str
    terms: Terms
    context: Callable[[], ContactContext]
    customer: asyncio.Future[CustomerCard | None]
    offers: asyncio.Queue[Offering] = field(default_factory=asyncio.Queue)
    expected: float | None = None  # seconds that it was forecast to wait
    gave_up: bool = False  # the customer left before an agent came

    async def next_offer(self) -> Offering:
        """Waits for the router to find an agent, or several at once. Cancelling it leaves the place in the queue."""
        first = await self.offers.get()
        others = []
        while not self.offers.empty():
            others.append(self.offers.get_nowait())
        return replace(first, others=tuple(others)) if others else first

    def offering(
        self, offer: str, agent: str, agent_site: str, waited: float, address: str, why: Why | None
    ) -> Offering:
        """The offer of an agent to this contact, on the queue's terms."""
        terms = self.terms
        return Offering(
            offer, self.contact, terms.queue, agent, agent_site, waited, address, terms.ring_seconds,
            terms.wrap_up_seconds, why,
        )  # fmt: skip

    @property
    def card(self) -> CustomerCard | None:
        """The customer's record, if it is there and was found."""
        done = self.customer.done() and not self.customer.cancelled() and self.customer.exception() is None
        return self.customer.result() if done else None
