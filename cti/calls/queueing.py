"""A contact's stay in a queue: wait, be offered to agents one after the other, talk with the one who answers.

While it waits the caller hears music and, now and then, an announcement that never delays an agent: an offer stops it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cti.calls.dispatcher import Dispatcher
from cti.calls.engagement import Engagement
from cti.calls.ports import CallerGone, Journal, Offering, Telephony
from cti.calls.tickets import Ticket
from cti.facts import FactData
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Party,
    QueueAnnounced,
    QueueLeft,
    QueueOutcome,
)
from cti.kit.clock import Clock
from cti.kit.logging import get_logger
from cti.kit.tasks import first_of

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Comfort:
    """What a waiting caller is told from time to time."""

    prompt: str
    sounds: tuple[str, ...]
    every: float  # seconds


class QueueStay:
    """One contact in one queue. `run` once; `talked_by` then says who ended the conversation, if there was one."""

    def __init__(
        self, telephony: Telephony, dispatcher: Dispatcher, journal: Journal, clock: Clock, ticket: Ticket,
        offer_headers: Callable[[str, str], Mapping[str, str]], *, longest_wait: float, music: str, comfort: Comfort | None,
        age: float = 0.0,
    ) -> None:  # fmt: skip
        self._telephony, self._dispatcher, self._journal, self._clock = telephony, dispatcher, journal, clock
        self._ticket, self._offer_headers = ticket, offer_headers
        self._longest_wait, self._music, self._comfort = longest_wait, music, comfort
        self._since = clock.monotonic() - age
        self.ended_by: Party | None = None  # who ended the conversation; None while there was none
        self.outcome: QueueOutcome | None = None  # how the contact left the queue

    async def run(self) -> QueueOutcome:
        """Waits and talks; `answered` or `timeout`. Raises `CallerGone` at any moment, with the facts of leaving written."""
        try:
            await self._telephony.forget_connected()  # an earlier conversation is not the one to come
            with self._dispatcher.waiting(self._ticket, self._clock.monotonic() - self._since):
                while (offering := await self._next_offer()) is not None:
                    if await self._offer(offering):
                        return QueueOutcome.ANSWERED
        except CallerGone:
            if self.outcome is None:
                await self._left(QueueOutcome.ABANDONED)
            raise
        await self._left(QueueOutcome.TIMEOUT)
        await self._telephony.unhold()
        return QueueOutcome.TIMEOUT

    async def _next_offer(self) -> Offering | None:
        """The next agent; None when the longest wait has passed. Announcements go on meanwhile."""
        left = self._longest_wait - self.waited
        if left <= 0:
            return None
        await self._telephony.hold(self._music)  # ringing has stopped the music
        try:
            async with asyncio.timeout(left):
                offer: Offering = await first_of(
                    self._ticket.next_offer(), self._telephony.caller_gone(), self._announce()
                )
        except TimeoutError:
            return None
        if not isinstance(offer, Offering):
            raise CallerGone
        return offer

    async def _announce(self) -> None:
        """Comforts the caller every so often, for ever."""
        if self._comfort is None:
            await asyncio.Event().wait()
            return
        while True:
            await asyncio.sleep(self._comfort.every)
            self._record(QueueAnnounced(queue=self._ticket.terms.queue, prompt=self._comfort.prompt))
            await self._telephony.announce(self._comfort.sounds)

    async def _offer(self, offering: Offering) -> bool:
        """Offers the contact to one agent. True after a conversation."""
        made_at = self._clock.monotonic()
        await self._fact(OfferMade(
            offer=offering.offer, queue=offering.queue, agent=offering.agent, agent_site=offering.agent_site,
            waited_ms=_ms(offering.waited),
        ))  # fmt: skip
        with self._dispatcher.engaged(offering) as engagement:
            try:
                outcome = await self._ring(engagement)
            except CallerGone:
                self._offer_ended(offering, OfferOutcome.CALLER_GONE, made_at)
                raise
            if outcome is OfferOutcome.ANSWERED:
                self._connected(offering)  # first of the three: from here on a restarted process knows that they talk
            self._offer_ended(offering, outcome, made_at)
            if outcome is OfferOutcome.ANSWERED:
                await self._left(QueueOutcome.ANSWERED)
            self._dispatcher.offer_ended(offering, outcome)
            if outcome is not OfferOutcome.ANSWERED:
                return False
            await self._talk(engagement)
        return True

    async def _ring(self, engagement: Engagement) -> OfferOutcome:
        offering = engagement.offering
        await self._dispatcher.show(offering, self._ticket.context())
        headers = dict(self._offer_headers(offering.contact, offering.offer))
        return await engagement.ring(self._telephony, headers)

    async def _talk(self, engagement: Engagement) -> None:
        try:
            await engagement.talk()
        except CallerGone:
            self._disconnected(engagement, Party.CUSTOMER)
            raise
        self._disconnected(engagement, Party.AGENT)

    def _connected(self, offering: Offering) -> None:
        self._record(AgentConnected(
            offer=offering.offer, queue=offering.queue, agent=offering.agent, agent_site=offering.agent_site,
            waited_ms=_ms(self.waited),
        ))  # fmt: skip

    def _disconnected(self, engagement: Engagement, by: Party) -> None:
        self.ended_by, offering = by, engagement.offering
        self._record(AgentDisconnected(
            offer=offering.offer, agent=offering.agent, agent_site=offering.agent_site, talk_ms=_ms(engagement.talked),
            by=by,
        ))  # fmt: skip

    def _offer_ended(self, offering: Offering, outcome: OfferOutcome, made_at: float) -> None:
        self._record(OfferEnded(
            offer=offering.offer, queue=offering.queue, agent=offering.agent, agent_site=offering.agent_site,
            outcome=outcome, ring_ms=_ms(self._clock.monotonic() - made_at),
        ))  # fmt: skip
        log.info("offer.ended", contact=offering.contact, offer=offering.offer, agent=offering.agent, outcome=outcome)

    async def _left(self, outcome: QueueOutcome) -> None:
        self.outcome = outcome
        left = QueueLeft(queue=self._ticket.terms.queue, outcome=outcome, waited_ms=_ms(self.waited))
        await self._fact(left)

    async def _fact(self, data: FactData) -> None:
        await self._journal.record(data, self._ticket.contact)

    def _record(self, data: FactData) -> None:
        self._journal.record(data, self._ticket.contact)

    @property
    def waited(self) -> float:
        """Seconds since the contact began to wait."""
        return self._clock.monotonic() - self._since


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
