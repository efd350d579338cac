"""Callbacks that keep their place: the caller has hung up, the contact waits on with its age and priority.

When its turn comes an agent is reserved and sees who will be called; then the customer is called; when the customer answers, the agent's
phone rings. A customer who can't be reached is tried again later: the contact keeps its place and is offered to nobody meanwhile.

A callback is a contact of its own, of direction `outbound`; `callback_of` names the one in which it was asked for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cti.calls.context import ContactContext, CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition
from cti.calls.leftovers import offer_closed
from cti.calls.ports import Journal, Offering, OpenContact, Outbound
from cti.calls.rules import terms_of
from cti.calls.services import Services, look_up
from cti.calls.telephony import CallerGone, DialOutcome, Telephony, TelephonyFailed
from cti.calls.tickets import Ticket, queue_entered
from cti.facts.kinds import (
    CallbackAttempted,
    CallbackConnected,
    CallbackMerged,
    ContactArrived,
    ContactEnded,
    EndCause,
    OfferOutcome,
    Party,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
)
from cti.ivr import CallbackPolicy
from cti.kit.clock import Clock
from cti.kit.ids import new_id
from cti.kit.logging import get_logger, mask_number
from cti.kit.tasks import Background, first_of

log = get_logger(__name__)
ARRIVAL_SECONDS = 5.0  # from the customer's answer until the call is here
HOLD_SECONDS = 3.0  # how often another site is told that its agent is still needed
_PREFIX = re.compile(r"-cb[0-9A-Z]+\Z")


@dataclass(frozen=True, slots=True)
class Callback:
    """One, as it waits."""

    contact: str
    edition: Edition  # kept, as a call keeps the one it began with: a later one may not have the queue
    number: str
    queue: str
    language: str
    since: datetime  # when the customer began to wait
    asked_at: datetime
    tried: int = 0  # how often an earlier process has called the customer
    tried_at: datetime | None = None  # the last time


Arrival = asyncio.Future[tuple[Telephony, asyncio.Future[bool]]]


class Callbacks:
    """All callbacks of one site. `attach` the services before the first."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        journal: Journal,
        clock: Clock,
        outbound: Outbound,
        ids: Callable[[], str] = new_id,
    ) -> None:
        self._dispatcher, self._journal, self._clock, self._outbound = dispatcher, journal, clock, outbound
        self._ids = ids
        self._services: Services | None = None
        self._open: dict[tuple[str, str], str] = {}  # (queue, number) → contact
        self._arrivals: dict[str, Arrival] = {}  # by contact
        self._background = Background(lambda name, error: log.error("callback.failed", task=name, exc_info=error))

    def attach(self, services: Services) -> None:
        self._services = services

    async def close(self) -> None:
        """Stops all; they are taken up again by the next process."""
        await self._background.cancel()

    @property
    def waiting(self) -> int:
        return len(self._open)

    # What asks for them

    def request(self, asked_in: str, queue: str, number: str, language: str, waited: float) -> None:
        """A customer who has waited so many seconds wants to be called. A second request for the same queue is the first one's.

        The contact is in the journal when this returns: a process that dies right after knows of the wish."""
        if (known := self._open.get((queue, number))) is not None:
            self._journal.record(CallbackMerged(queue=queue, callback=known), asked_in)
            return
        now = self._journal.now()
        contact = f"{_PREFIX.sub('', asked_in)[:40]}-cb{self._ids()[-8:]}"
        assert self._services is not None
        hotline = (edition := self._services.editions.current).hotline
        self._journal.record(ContactArrived(
            hotline=hotline.number, caller=number, called=hotline.number, node="", asterisk_channel="", direction="outbound",
            callback_of=asked_in, language=language,
        ), contact)  # fmt: skip
        if queue in hotline.queues:
            self._journal.record(queue_entered(terms_of(queue, hotline.queues[queue]), waited=waited), contact)
        log.info("callback.waits", contact=contact, queue=queue, number=mask_number(number))
        self._start(Callback(contact, edition, number, queue, language, now - timedelta(seconds=waited), now))

    def resume(self, found: OpenContact) -> bool:
        """Takes up what an earlier process left; False for a contact that is no waiting callback."""
        arrived = ContactArrived.model_validate(found.arrived.data)
        if arrived.direction != "outbound" or found.queue is None or found.connected is not None:
            return False
        assert self._services is not None
        entered = QueueEntered.model_validate(found.queue.data)
        for fact in offer_closed(found, self._journal.now(), OfferOutcome.FAILED):
            self._journal.record(fact, found.contact)
        since = found.queue.at - timedelta(milliseconds=entered.waited_ms)
        tried = CallbackAttempted.model_validate(found.called.data).attempt if found.called is not None else 0
        self._start(Callback(
            found.contact, self._services.editions.current, arrived.caller, entered.queue, arrived.language or "zh", since,
            found.arrived.at, tried, found.called.at if found.called is not None else None,
        ))  # fmt: skip
        return True

    async def arrived(self, telephony: Telephony) -> bool | None:
        """The customer who was called is on the line: returns when the call is over, and whether the contact has ended, which it has not
        when the connection broke. None if no callback waits for it."""
        arrival = self._arrivals.get(telephony.contact)
        if arrival is None or arrival.done():
            return None
        over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        arrival.set_result((telephony, over))
        return await over

    # Inside

    def _start(self, callback: Callback) -> None:
        self._open[callback.queue, callback.number] = callback.contact
        self._arrivals[callback.contact] = asyncio.get_running_loop().create_future()
        self._background.start(self._run(callback), f"callback {callback.contact}")

    async def _run(self, callback: Callback) -> None:
        arrival, end = self._arrivals[callback.contact], None
        try:
            try:
                end = await self._serve(callback)
            finally:
                self._open.pop((callback.queue, callback.number), None)
            if end is not None:  # else the line broke: the contact ends when it is seen that the customer is gone
                cause, by = end
                ms = round((self._journal.now() - callback.asked_at).total_seconds() * 1000)
                await self._journal.record(ContactEnded(cause=cause, by=by, ms=max(0, ms)), callback.contact)
                log.info("callback.ended", contact=callback.contact, cause=cause)
        finally:
            self._arrivals.pop(callback.contact, None)
            if arrival.done() and not arrival.cancelled() and not (over := arrival.result()[1]).done():
                over.set_result(end is not None)

    async def _serve(self, callback: Callback) -> tuple[EndCause, Party] | None:
        assert self._services is not None
        config = callback.edition.hotline.queues.get(callback.queue)
        if config is None:  # another version has no such queue
            return EndCause.UNSERVED, Party.SYSTEM
        policy = config.callback or CallbackPolicy()
        terms = terms_of(callback.queue, config)
        age = max(0.0, (self._journal.now() - callback.since).total_seconds())
        customer = look_up(self._services.customers, callback.number)
        ticket = Ticket(callback.contact, terms, lambda: self._context(callback, customer), customer)
        try:
            with self._dispatcher.waiting(ticket, age, self._not_before(callback, policy)):
                outcome = await self._attempts(callback, policy, ticket)
        finally:
            customer.cancel()
        if not isinstance(outcome, QueueOutcome):
            return outcome
        left = QueueLeft(queue=callback.queue, outcome=outcome, waited_ms=round(self._age(callback) * 1000))
        await self._journal.record(left, callback.contact)
        return EndCause.UNSERVED, Party.SYSTEM

    async def _attempts(
        self, callback: Callback, policy: CallbackPolicy, ticket: Ticket
    ) -> QueueOutcome | tuple[EndCause, Party] | None:
        """Calls when an agent is reserved, until the customer has been served, or it is of no use any more."""
        expires = (callback.asked_at - self._journal.now()).total_seconds() + policy.expires_hours * 3600
        arrival, tried = self._arrivals[callback.contact], callback.tried
        deadline = self._clock.monotonic() + expires
        while True:
            left = deadline - self._clock.monotonic()
            try:
                async with asyncio.timeout(max(0.0, left)):
                    turn = await first_of(ticket.next_offer(), _shielded(arrival))
            except TimeoutError:
                return QueueOutcome.TIMEOUT
            if not isinstance(turn, Offering):  # an earlier process had called: the customer is here
                self._dispatcher.expedite(callback.contact)
                return await self._talk(callback, ticket, turn[0], None)
            if (closed := self._closed_for(policy, 0.0)) > 0:  # its turn has come after hours
                self._dispatcher.postpone(callback.contact, closed)
                continue
            tried += 1
            await self._dispatcher.preview(turn, ticket.context())
            outcome = await self._call(callback, policy, turn)
            attempted = CallbackAttempted(queue=callback.queue, attempt=tried, agent=turn.agent, outcome=outcome.value)
            self._journal.record(attempted, callback.contact)
            # Who is on the line by the call of an earlier process is busy for ours.
            if outcome is DialOutcome.ANSWERED or arrival.done():
                try:
                    async with asyncio.timeout(ARRIVAL_SECONDS):
                        telephony, _ = await asyncio.shield(arrival)
                except TimeoutError:
                    log.warning("callback.never_arrived", contact=callback.contact)
                else:
                    return await self._talk(callback, ticket, telephony, turn)
            if tried >= policy.attempts:
                return QueueOutcome.TIMEOUT
            self._dispatcher.postpone(callback.contact, self._closed_for(policy, policy.retry_minutes * 60))

    async def _call(self, callback: Callback, policy: CallbackPolicy, offering: Offering) -> DialOutcome:
        """Calls the customer, while the agent is kept."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(HOLD_SECONDS)
                self._dispatcher.still_needed(offering)

        calling = self._outbound.call(callback.number, contact=callback.contact, ring_seconds=policy.ring_seconds)
        return DialOutcome(await first_of(calling, keep()))

    async def _talk(
        self, callback: Callback, ticket: Ticket, telephony: Telephony, first: Offering | None
    ) -> tuple[EndCause, Party] | None:
        """The customer is on the line: the agent's phone rings; should the agent not answer, the customer waits for the next. None when
        the connection broke, and nobody knows what became of the customer."""
        assert self._services is not None
        services, age = self._services, self._age(callback)
        connected = CallbackConnected(node=telephony.node, asterisk_channel=telephony.channel)
        await self._journal.record(connected, callback.contact)
        stay = services.queue_stay(
            callback.edition, telephony, ticket, callback.language, "", age, called_back=True, first=first
        )
        try:
            await stay.run()
            by = stay.ended_by or Party.SYSTEM
        except CallerGone:
            by = Party.CUSTOMER
        except TelephonyFailed:
            log.warning("callback.connection_broken", contact=callback.contact)
            return None
        await telephony.hang_up()
        if stay.ended_by is not None:
            return EndCause.SERVED, by
        return (EndCause.ABANDONED if by is Party.CUSTOMER else EndCause.UNSERVED), by

    def _not_before(self, callback: Callback, policy: CallbackPolicy) -> float:
        """Seconds until the customer may be called: the pause after a call that was not answered goes on after a restart."""
        pause = 0.0
        if callback.tried_at is not None:
            pause = policy.retry_minutes * 60 - (self._journal.now() - callback.tried_at).total_seconds()
        return self._closed_for(policy, min(max(0.0, pause), policy.retry_minutes * 60))

    def _closed_for(self, policy: CallbackPolicy, after: float) -> float:
        """Seconds until customers may be called, at least `after`."""
        assert self._services is not None
        calendars = self._services.editions.current.hotline.calendars
        if policy.hours is None or policy.hours not in calendars:
            return after
        calendar, at = calendars[policy.hours], self._clock.wall() + timedelta(seconds=after)
        if calendar.state(at)[0] == "open":
            return after
        opening = calendar.next_opening(at)
        return (opening - self._clock.wall()).total_seconds() if opening else policy.expires_hours * 3600

    def _age(self, callback: Callback) -> float:
        return max(0.0, (self._journal.now() - callback.since).total_seconds())

    def _context(self, callback: Callback, customer: asyncio.Future[CustomerCard | None]) -> ContactContext:
        assert self._services is not None
        hotline, done = callback.edition.hotline, customer.done() and not customer.cancelled()
        title = hotline.queues[callback.queue].title
        return ContactContext(
            contact=callback.contact, caller=callback.number, called=hotline.number, site=self._services.site, queue=callback.queue,
            queue_title_zh=title.zh, queue_title_en=title.en, language=callback.language, waited_ms=round(self._age(callback) * 1000),
            callback=True, customer=customer.result() if done else None, customer_pending=not done,
        )  # fmt: skip


async def _shielded(arrival: Arrival) -> tuple[Telephony, asyncio.Future[bool]]:
    return await asyncio.shield(arrival)
