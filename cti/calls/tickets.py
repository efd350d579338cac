"""A contact's place in a queue, as the code that waits sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Offering


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """What a queue asks for and allows. Times in seconds."""

    queue: str
    skills: Mapping[str, int]  # skill → least level
    priority: int
    ring_seconds: float
    wrap_up_seconds: float


@dataclass(slots=True)
class Ticket:
    """Held while a contact waits. `context` is asked at the moment of an offer; `customer` may still be on its way."""

    contact: str
    terms: QueueTerms
    context: Callable[[], ContactContext]
    customer: asyncio.Future[CustomerCard | None]
    offers: asyncio.Queue[Offering] = field(default_factory=asyncio.Queue)

    async def next_offer(self) -> Offering:
        """Waits for the router to find an agent. Cancelling it leaves the place in the queue."""
        return await self.offers.get()

    def offering(self, offer: str, agent: str, agent_site: str, waited: float, address: str) -> Offering:
        """The offer of an agent to this contact, on the queue's terms."""
        terms = self.terms
        return Offering(
            offer,
            self.contact,
            terms.queue,
            agent,
            agent_site,
            waited,
            address,
            terms.ring_seconds,
            terms.wrap_up_seconds,
        )

    @property
    def card(self) -> CustomerCard | None:
        """The customer's record, if it is there and was found."""
        done = self.customer.done() and not self.customer.cancelled() and self.customer.exception() is None
        return self.customer.result() if done else None
