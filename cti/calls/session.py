"""One call, top to bottom: run the flow, wait for an agent when it says so, connect, go on with the flow, end.

It holds no policy: the flow's next step comes from `cti.ivr`, the agent from `cti.acd` through the dispatcher. Every step is
written to the journal before it is acted on. Whatever happens, a contact that ends here ends in exactly one `contact.ended`;
one whose connection broke (`TelephonyFailed`, or this process stopping) stays open and is resumed by whoever comes next. Its
place in the flow travels with the caller, in a channel variable.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Literal

from cti.calls.context import ContactContext, PathStep
from cti.calls.leftovers import conversation_closed, offer_closed, queue_left
from cti.calls.performer import Performer
from cti.calls.ports import OpenContact
from cti.calls.queueing import QueueStay
from cti.calls.rules import Wanted, is_closed, who_knows
from cti.calls.services import Services, look_up
from cti.calls.telephony import CallerGone, Telephony, TelephonyFailed
from cti.calls.tickets import Ticket, queue_entered
from cti.facts import FactData
from cti.facts.kinds import (
    AgentDisconnected,
    CallbackRequested,
    ContactArrived,
    ContactEnded,
    ContactResumed,
    EndCause,
    FlowEntered,
    LanguageChosen,
    NodeVisited,
    OfferOutcome,
    Party,
    QueueOutcome,
)
from cti.ivr import (
    Enqueue,
    Event,
    HangUp,
    LeftQueue,
    NodeVisit,
    Position,
    Step,
    again,
    begin,
    leave,
    resume,
)
from cti.kit.logging import get_logger, mask_number

log = get_logger(__name__)
AGENT_NUMBER = re.compile(r"[0-9]{1,20}")
STICKY_SECONDS = 0.5  # how long a queue that asks for the customer's own agent waits for the customer's record
POSITION = "CTI_POSITION"  # channel variable: where in the flow the caller is


class CallSession:
    """Serves one caller. Create it when the call arrives or is back; `run` it once."""

    def __init__(self, telephony: Telephony, services: Services) -> None:
        self._telephony, self._services = telephony, services
        self._contact = telephony.contact
        self._started = services.clock.monotonic()
        self._customer = look_up(services.customers, telephony.caller)
        self._edition = services.editions.choose(telephony.contact, telephony.caller)
        self._path: list[PathStep] = []
        self._step: Step | None = None
        self._performer = Performer(telephony, services, lambda: self._edition)
        self._stay: QueueStay | None = None  # the latest stay in a queue
        self._offer_found: OpenContact | None = None  # an offer that an earlier process made, not closed yet
        self._talked = False  # with an agent, under an earlier process
        self._places: dict[str, float] = {}  # queue → since when the caller had a place there, who left it by a key
        self._queue_found: OpenContact | None = None  # a stay that an earlier process began, not gone on with yet

    async def run(self, found: OpenContact | None = None, *, last_try: bool = False) -> bool:
        """Serves the call; True once the contact has ended. Cancelling it leaves caller and contact as they are.

        After a fault of ours the dialplan asks again, and the caller hears the current prompt once more; in the `last_try`
        the caller hears an apology, and the contact ends.
        """
        try:
            step = await (self._arrive() if found is None else self._return(found))
            if step is not None:
                await self._follow(step)
            cause, by = self._ended_by_flow()
        except CallerGone:
            cause, by = self._ended_by_customer(), Party.CUSTOMER
        except TelephonyFailed as error:
            log.warning("call.connection_broken", contact=self._contact, reason=str(error))
            return False
        except Exception as error:
            log.error("call.failed", contact=self._contact, exc_info=error, last_try=last_try)
            if not last_try:
                return False
            cause, by = EndCause.FAILED, Party.SYSTEM
            await self._apologize()
        finally:
            self._customer.cancel()
        await self._end(cause, by)
        return True

    # Stages

    async def _arrive(self) -> Step:
        call, services = self._telephony, self._services
        await services.journal.record(ContactArrived(
            hotline=self._edition.hotline.number, caller=call.caller, called=call.called, node=call.node,
            asterisk_channel=call.channel,
        ), self._contact)  # fmt: skip
        log.info("call.arrived", contact=self._contact, node=call.node, caller=mask_number(call.caller))
        await call.answer()
        return await self._begin()

    async def _begin(self) -> Step:
        call, services = self._telephony, self._services
        step = begin(
            self._edition.hotline, caller=call.caller, called=call.called, now=services.clock.monotonic(),
            variables=services.flow_variables,
        )  # fmt: skip
        hotline = self._edition.hotline
        await services.journal.record(FlowEntered(
            hotline=hotline.number, flow=hotline.name, version=hotline.version, language=step.position.language
        ), self._contact)  # fmt: skip
        return step

    async def _return(self, found: OpenContact) -> Step | None:
        """An earlier process served this caller. None when nothing follows the conversation that has ended meanwhile."""
        call, services = self._telephony, self._services
        self._started -= (services.journal.now() - found.arrived.at).total_seconds()
        self._offer_found, self._queue_found = found, found if found.queue is not None else None
        talked = found.connected is not None or (found.offer is not None and await call.was_connected())
        stage: Literal["flow", "queue", "conversation"]
        stage = "conversation" if talked else "queue" if found.queue else "flow"
        resumed = ContactResumed(node=call.node, asterisk_channel=call.channel, stage=stage)
        await services.journal.record(resumed, self._contact)
        log.info("call.resumed", contact=self._contact, stage=stage)
        now = services.journal.now()
        left = conversation_closed(found, now, Party.AGENT) if talked else offer_closed(found, now, OfferOutcome.FAILED)
        self._record(left)
        self._offer_found = None
        if talked:
            self._queue_found = None  # left with the offer
        self._talked = talked or found.served is not None
        position = await self._saved_position()
        if position is not None:
            self._edition = services.editions.of(position.version)
        if talked or (position is not None and await self._parted(found, position)):
            return self._after_conversation(position)
        if position is None:
            return await self._begin()
        return again(self._edition.hotline, position, services.clock.monotonic())

    async def _parted(self, found: OpenContact, position: Position) -> bool:
        """Whether the conversation for which the caller was in this node is over, and written down as such: the process died, or the
        connection broke, before the flow went on."""
        if found.served is None or found.queue is not None:
            return False
        facts = reversed(await self._services.journal.facts_of(self._contact))
        last = next((fact for fact in facts if fact.kind in (AgentDisconnected.kind, NodeVisited.kind)), None)
        if last is None or last.kind == AgentDisconnected.kind:
            return last is not None
        return (last.data["node"], last.data["outcome"]) == (position.node, QueueOutcome.ANSWERED)

    def _after_conversation(self, position: Position | None) -> Step | None:
        """What the flow has for a caller whose agent has hung up, for example a survey."""
        hotline = self._edition.hotline
        node = hotline.nodes.get(position.node) if position else None
        if position is None or node is None or node.kind != "queue":
            return None
        now = self._services.clock.monotonic()
        entered = position.model_copy(update={"entered": now})  # the time of another process means nothing here
        return resume(hotline, entered, LeftQueue(QueueOutcome.ANSWERED), now)

    async def _follow(self, step: Step) -> None:
        """Runs the flow to its end."""
        while True:
            self._note(step.visited)
            if self._step is not None and step.position.language != self._step.position.language:
                self._services.journal.record(LanguageChosen(language=step.position.language), self._contact)
            self._step = step
            if isinstance(step.command, HangUp):
                return
            await self._telephony.set(POSITION, self._services.seal.close(step.position.model_dump_json()))
            event = await self._carry_out(step)
            step = resume(self._edition.hotline, step.position, event, self._services.clock.monotonic())

    async def _carry_out(self, step: Step) -> Event:
        if not isinstance(step.command, Enqueue):
            return await self._performer.perform(step.command)
        self._performer.forget_keys()
        return await self._queue(step.command)

    async def _queue(self, command: Enqueue) -> LeftQueue:
        services, resumed = self._services, False  # whether an earlier process had put the caller into this queue
        age = 0.0  # seconds that the caller has waited in it already
        if self._edition.hotline.queues[command.queue].sticky is not None:
            await asyncio.wait({self._customer}, timeout=STICKY_SECONDS)
        terms = self._edition.terms(command.queue, command.priority, self._wanted(command))
        expected = services.dispatcher.expected_wait(terms)
        found, self._queue_found = self._queue_found, None
        entered = found.queue if found is not None else None
        if entered is not None and entered.data.get("queue") == command.queue:
            age, resumed = max(0.0, (services.journal.now() - entered.at).total_seconds()), True
        elif command.queue in self._places:  # changed the language, say: the place is kept
            age = services.clock.monotonic() - self._places[command.queue]
        elif (refused := self._refused(command.queue)) is not None:
            return LeftQueue(refused)
        if not resumed:
            await services.journal.record(queue_entered(terms, expected=expected), self._contact)
        ticket = Ticket(self._contact, terms, lambda: self._context(command.queue), self._customer, expected=expected)
        self._stay = services.queue_stay(self._edition, self._telephony, ticket, self._language, command.keys, age)
        self._places[command.queue] = services.clock.monotonic() - age
        outcome = await self._stay.run()
        if outcome is not QueueOutcome.KEY:
            del self._places[command.queue]
        return LeftQueue(outcome, self._stay.key)

    def _wanted(self, command: Enqueue) -> Wanted | None:
        """The agent for whom the caller waits first: the one the flow names, else who knows the customer and is there."""
        if command.agent is not None and AGENT_NUMBER.fullmatch(command.agent):
            return Wanted(command.agent)
        known = self._customer.done() and not self._customer.cancelled()
        who = who_knows(self._edition.hotline.queues[command.queue], self._customer.result() if known else None)
        there = (wanted for wanted in who if self._services.dispatcher.acd.is_logged_in(wanted.agent))
        return next(there, who[0] if who else None)

    def _refused(self, queue: str) -> QueueOutcome | None:
        """Whom the queue does not take at all: it is closed, or full."""
        services, config = self._services, self._edition.hotline.queues[queue]
        elsewhere = any(rule.when.outside_hours for rule in config.overflow)
        if not elsewhere and is_closed(self._edition.hotline, queue, services.clock.wall()):
            return QueueOutcome.CLOSED
        if config.most_waiting is not None and services.dispatcher.depth(queue) >= config.most_waiting:
            return QueueOutcome.FULL
        return None

    # Ends

    def _ended_by_flow(self) -> tuple[EndCause, Party]:
        step, stay = self._step, self._stay
        if step is None:
            return EndCause.SERVED, Party.SYSTEM
        if isinstance(step.command, HangUp) and step.command.failed:
            return EndCause.FAILED, Party.SYSTEM
        if self._performer.transferred_by is not None:
            return EndCause.TRANSFERRED, self._performer.transferred_by
        if stay is None:
            return EndCause.SERVED if self._talked else EndCause.CONTAINED, Party.SYSTEM
        if stay.ended_by is None:
            return EndCause.CONTAINED if self._performer.left_something else EndCause.UNSERVED, Party.SYSTEM
        return EndCause.SERVED, stay.ended_by

    def _ended_by_customer(self) -> EndCause:
        stay = self._stay
        if self._talked or (stay is not None and stay.ended_by is not None):
            return EndCause.SERVED
        if self._performer.transferred_by is not None:
            return EndCause.TRANSFERRED
        if self._performer.left_something and (stay is None or stay.outcome is not QueueOutcome.ABANDONED):
            return EndCause.CONTAINED
        abandoned = self._queue_found is not None or (stay is not None and stay.outcome is QueueOutcome.ABANDONED)
        return EndCause.ABANDONED if abandoned else EndCause.LEFT_FLOW

    async def _end(self, cause: EndCause, by: Party) -> None:
        services, now = self._services, self._services.clock.monotonic()
        if by is Party.CUSTOMER and self._step is not None:
            self._note(leave(self._edition.hotline, self._step.position, now))
        if self._offer_found is not None:
            self._record(offer_closed(self._offer_found, services.journal.now(), OfferOutcome.CALLER_GONE))
        if self._queue_found is not None:
            self._record(queue_left(self._queue_found, services.journal.now(), QueueOutcome.ABANDONED))
        ended = ContactEnded(cause=cause, by=by, ms=_ms(now - self._started))
        await services.journal.record(ended, self._contact)
        log.info("call.ended", contact=self._contact, cause=cause, by=by)
        await self._telephony.hang_up()

    async def _apologize(self) -> None:
        try:
            await self._telephony.play([self._edition.sounds.fallback])
        except (CallerGone, TelephonyFailed):
            log.info("call.gone_before_apology", contact=self._contact)

    # Small things

    def _record(self, facts: Sequence[FactData]) -> None:
        for fact in facts:
            self._services.journal.record(fact, self._contact)

    @property
    def _language(self) -> str:
        return self._step.position.language if self._step else self._edition.hotline.language

    async def _saved_position(self) -> Position | None:
        sealed = await self._telephony.get(POSITION)
        saved = self._services.seal.open(sealed) if sealed else None
        try:
            return Position.model_validate_json(saved) if saved else None
        except ValueError:
            return None

    def _note(self, visited: Sequence[NodeVisit]) -> None:
        """Writes down the nodes that were left, for the journal and for the agent's screen."""
        hotline = self._edition.hotline
        for visit in visited:
            self._call_back(
                visit.facts
            )  # before the visit is known: a process that dies in between hears the wish again
            self._services.journal.record(NodeVisited(
                flow=hotline.name, version=hotline.version, node=visit.node, node_kind=visit.kind, input=visit.input,
                outcome=visit.outcome, ms=visit.ms,
            ), self._contact)  # fmt: skip
            self._record(visit.facts)
            title = hotline.title(visit.node)
            self._path.append(PathStep(node=visit.node, title_zh=title.zh, title_en=title.en, input=visit.input))

    def _call_back(self, facts: Sequence[FactData]) -> None:
        """A place in the queue that the caller had is kept for the callback."""
        for wish in facts:
            if isinstance(wish, CallbackRequested) and self._services.call_back is not None:
                now, self._performer.left_something = self._services.clock.monotonic(), True
                waited = now - self._places.get(wish.queue, now)
                self._services.call_back(self._contact, wish.queue, wish.number, wish.language, waited)

    def _context(self, queue: str) -> ContactContext:
        call, services = self._telephony, self._services
        title, stay = self._edition.hotline.queues[queue].title, self._stay
        done = self._customer.done()
        return ContactContext(
            contact=self._contact, caller=call.caller, caller_name=call.caller_name, called=call.called, site=services.site,
            queue=queue, queue_title_zh=title.zh, queue_title_en=title.en, language=self._language,
            waited_ms=_ms(stay.waited) if stay else 0, path=tuple(self._path),
            collected=self._edition.hotline.shown(self._step.position) if self._step else {},
            customer=self._customer.result() if done and not self._customer.cancelled() else None,
            customer_pending=not done,
        )  # fmt: skip


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
