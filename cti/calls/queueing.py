"""A contact's stay in a queue: wait, be offered to agents one after the other, talk with the one who answers.

While it waits the caller hears music and, now and then, an announcement that never delays an agent: an offer stops it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack, nullcontext
from typing import Any

from cti.calls.dispatcher import Dispatcher
from cti.calls.engagement import Engagement
from cti.calls.ports import Journal, Offering
from cti.calls.ringing import Ringing
from cti.calls.telephony import CallerGone, Telephony
from cti.calls.tickets import Ticket
from cti.calls.waiting_room import WaitingRoom
from cti.facts import FactData
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OfferReason,
    Party,
    QueueAnnounced,
    QueueLeft,
    QueueOutcome,
)
from cti.kit.clock import Clock
from cti.kit.logging import get_logger
from cti.kit.tasks import first_of

log = get_logger(__name__)


class QueueStay:
    """One contact in one queue. `run` once; `talked_by` then says who ended the conversation, if there was one."""

    def __init__(
        self, telephony: Telephony, dispatcher: Dispatcher, journal: Journal, clock: Clock, ticket: Ticket, room: WaitingRoom,
        offer_headers: Callable[[str, str], Mapping[str, str]], age: float = 0.0, *, placed: bool = False,
        first: Offering | None = None,
    ) -> None:  # fmt: skip
        """`placed`: the contact waits already, and somebody else sees to its leaving; `first`: an offer that is made already."""
        self._telephony, self._dispatcher, self._journal, self._clock = telephony, dispatcher, journal, clock
        self._ticket, self._offer_headers, self._room = ticket, offer_headers, room
        self._since, self._placed, self._first = clock.monotonic() - age, placed, first
        self.ended_by: Party | None = None  # who ended the conversation; None while there was none
        self.outcome: QueueOutcome | None = None  # how the contact left the queue
        self.key = ""  # the key with which the caller left

    async def run(self) -> QueueOutcome:
        """Waits and talks; `answered`, `timeout` or `key`. Raises `CallerGone` at any moment, with the facts of leaving written."""
        try:
            await self._telephony.forget_connected()  # an earlier conversation is not the one to come
            place = nullcontext() if self._placed else self._dispatcher.waiting(self._ticket, self.waited)
            with place:
                try:
                    while isinstance(next_ := await self._next(), Offering):
                        if await self._offer(next_):
                            return QueueOutcome.ANSWERED
                except CallerGone:
                    self._ticket.gave_up = True
                    raise
        except CallerGone:
            if self.outcome is None:
                await self._left(QueueOutcome.ABANDONED)
            raise
        self.key = next_ or ""
        await self._left(QueueOutcome.KEY if self.key else QueueOutcome.TIMEOUT)
        await self._telephony.unhold()
        return QueueOutcome.KEY if self.key else QueueOutcome.TIMEOUT

    async def _next(self) -> Offering | str | None:
        """The next agents, or the key that was pressed; None when the longest wait has passed. Announcements go on meanwhile."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        if self._room.music == "default" and not self._ticket.offers.empty():
            return await self._ticket.next_offer()  # somebody is free: there is nothing to hear first
        left = self._room.longest_wait - self.waited
        if left <= 0:
            return None
        call = self._telephony
        await call.hold(self._room.music)  # ringing has stopped the music
        waiting: list[Coroutine[Any, Any, Any]] = [call.pressed(self._room.keys)] if self._room.keys else []
        if self._room.announcements:
            waiting.append(self._room.announce(call, self.waited, self._announced))
        try:
            async with asyncio.timeout(left):
                next_: Offering | str | None = await first_of(self._ticket.next_offer(), call.caller_gone(), *waiting)
        except TimeoutError:
            return None
        if next_ is None:
            raise CallerGone
        return next_

    def _announced(self, prompt: str) -> None:
        self._record(QueueAnnounced(queue=self._ticket.terms.queue, prompt=prompt))

    async def _offer(self, offering: Offering) -> bool:
        """Offers the contact to one agent, or to several at once. True after a conversation."""
        made_at, offerings = self._clock.monotonic(), (offering, *offering.others)
        for one in offerings:
            await self._fact(_offer_made(one))

        def ended(one: Offering, outcome: OfferOutcome) -> None:
            if outcome is OfferOutcome.ANSWERED:
                self._connected(one)  # first of the three: from here on a restarted process knows that they talk
            self._offer_ended(one, outcome, made_at)
            if outcome in (OfferOutcome.RONA, OfferOutcome.DECLINED, OfferOutcome.FAILED):
                self._dispatcher.offer_ended(one, outcome)

        with ExitStack() as stack:
            ringing = Ringing(
                self._telephony, self._dispatcher, self._ticket, self._offer_headers, stack, offerings, ended
            )
            answered = await ringing.ring()
            if ringing.answered is None or not answered:
                return False
            await self._left(QueueOutcome.ANSWERED)
            self._dispatcher.offer_ended(ringing.answered.offering, OfferOutcome.ANSWERED)
            await self._talk(ringing.answered)
        return True

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


def _offer_made(offering: Offering) -> OfferMade:
    reason = None
    if (why := offering.why) is not None:
        reason = OfferReason(
            strategy=why.strategy, ring=why.ring, fit=why.fit, free=why.free, idle_ms=_ms(why.idle_seconds), waiting=why.waiting,
            passed_over=why.passed_over,
        )  # fmt: skip
    return OfferMade(
        offer=offering.offer, queue=offering.queue, agent=offering.agent, agent_site=offering.agent_site,
        waited_ms=_ms(offering.waited), why=reason,
    )  # fmt: skip
