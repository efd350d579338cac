"""All agents' desktops of one site. Implements `calls.ports.Screens`, and follows what desktops say.

An agent has one desktop at a time; a second one takes over. When the connection is lost the agent is not ready at once, so that
nobody is offered to a dead screen, and becomes what they were as soon as the desktop is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from cti.acd import KEPT_BACK, NODE_DOWN, State, Status
from cti.agents.cases import CaseWish, CaseWork
from cti.agents.config import DesktopConfig, Seat
from cti.agents.desk import Desk
from cti.agents.messages import (
    Answer,
    Case,
    Changed,
    CustomerArrived,
    Decline,
    Device,
    Elsewhere,
    FromDesktop,
    HandOverCase,
    HangUp,
    ListCases,
    LoggedIn,
    LogIn,
    LogOut,
    NoteCase,
    Offered,
    OfferOver,
    OfferView,
    OpenCase,
    Ping,
    Pong,
    Queues,
    QueueView,
    Refused,
    SaveWrapUp,
    SetCaseStatus,
    SetStatus,
    Shown,
    Snapshot,
    WrapUpView,
)
from cti.agents.refusals import LEAVING, NOT_IN_WRAP_UP, REMOVED, TAKEN_OVER, UNKNOWN_CODE, Passwords
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Offering
from cti.kit.clock import Clock
from cti.kit.logging import get_logger
from cti.kit.tasks import Background

log = get_logger(__name__)
CONNECTION_LOST = "connection_lost"
QUEUES_INTERVAL = 0.5  # seconds between two messages with waiting counts


class AgentHub:
    """`attach` a dispatcher before the first desktop connects; `run` sends waiting counts."""

    def __init__(self, config: DesktopConfig, clock: Clock, cases: CaseWork) -> None:
        self.config, self._clock, self._cases = config, clock, cases
        self._background = Background(lambda name, error: log.error("desktop.task_failed", task=name, exc_info=error))
        self._desks: dict[str, Desk] = {}
        self._devices: dict[str, Device] = {}
        self._before_loss: dict[str, tuple[Status, str | None]] = {}
        self._offers: dict[str, OfferView] = {}  # by agent: the contact on the screen
        self._passwords = Passwords()
        self._queues_due = asyncio.Event()
        self._dispatcher: Dispatcher | None = None

    def attach(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    @property
    def dispatcher(self) -> Dispatcher:
        if self._dispatcher is None:
            raise RuntimeError("attach a dispatcher first")
        return self._dispatcher

    def device(self, agent: str) -> Device:
        """The phone the agent uses (the last one known)."""
        return self._devices.get(agent, Device.PHONE)

    @property
    def connected(self) -> int:
        return len(self._desks)

    async def run(self) -> None:
        """Sends waiting counts when they have changed, until cancelled."""
        try:
            while True:
                await self._queues_due.wait()
                self._queues_due.clear()
                for desk in list(self._desks.values()):
                    desk.send(Queues(queues=self._queue_views(desk.agent)))
                await asyncio.sleep(QUEUES_INTERVAL)
        finally:
            await self._background.cancel()

    def staff(self, seats: Mapping[str, Seat], elsewhere: Mapping[str, tuple[str, str]]) -> None:
        """Who works here, and who at other sites, is this from now on. Who is on a contact goes on; who works here no more is signed
        out when free."""
        self.config = replace(self.config, seats=seats, elsewhere=elsewhere)
        for desk in list(self._desks.values()):
            seat = seats.get(desk.agent)
            if seat is not None and seat.name != desk.name:
                desk.name = seat.name
                self.changed(desk.agent)
        dispatcher = self.dispatcher
        dispatcher.do(dispatcher.acd.staff({n: dict(seat.skills) for n, seat in seats.items()}, dispatcher.now()))

    # Connections

    def log_in(self, message: LogIn) -> Desk | Refused | Elsewhere:
        """A desk for the right password; it has been sent everything it needs."""
        config, number = self.config, message.agent
        if number in config.elsewhere:
            site, url = config.elsewhere[number]
            return Elsewhere(site=site, url=url)
        now = self._clock.monotonic()
        if refused := self._passwords.check(number, message.password, config.password, config.seats, now):
            return refused
        seat = config.seats[number]
        old = self._desks.get(number)
        if old is not None:
            old.send(TAKEN_OVER)
            old.close()
        desk = self._desks[number] = Desk(number, seat.name, message.device)
        self._devices[number] = message.device
        known = self.dispatcher.agent(number)
        was_in = known is not None and known.logged_in  # else at most a wrap-up is known, which an earlier process left
        self.dispatcher.log_in(number, dict(seat.skills))
        if not was_in and message.resume is not None:
            self.dispatcher.set_status(number, message.resume, message.resume_reason)
        self._restore(number)
        account = config.sip_account(number) if message.device is Device.BROWSER else None
        desk.send(LoggedIn(
            snapshot=self.snapshot(desk), sip=account, break_reasons=config.break_reasons, wrap_up_codes=config.wrap_up_codes
        ))  # fmt: skip
        log.info("agent.connected", agent=number, device=message.device)
        return desk

    def disconnected(self, desk: Desk) -> None:
        """The connection is gone. Nothing happens if another desktop has taken over, or the agent has logged out."""
        if self._desks.get(desk.agent) is not desk:
            return
        del self._desks[desk.agent]
        agent = self.dispatcher.agent(desk.agent)
        if agent is None or not agent.logged_in:
            return
        status, reason = (agent.next_status, agent.next_reason) if agent.next_status else (agent.status, agent.reason)
        if status is Status.NOT_READY and reason in (KEPT_BACK, NODE_DOWN):  # will be available without doing anything
            status, reason = Status.AVAILABLE, None
        if status not in (Status.LOGGED_OUT, None) and reason != CONNECTION_LOST:
            self._before_loss[desk.agent] = (status, reason)
        log.info("agent.connection_lost", agent=desk.agent)
        if status is Status.AVAILABLE:
            self.dispatcher.set_status(desk.agent, Status.NOT_READY, CONNECTION_LOST)

    def follow(self, desk: Desk, message: FromDesktop) -> None:
        """Does what the desktop asks, or refuses with a reason."""
        dispatcher, number = self.dispatcher, desk.agent
        match message:
            case Shown():
                desk.shown(message.offer)
            case SetStatus() if number not in self.config.seats:
                desk.send(LEAVING)
            case SetStatus():
                dispatcher.set_status(number, message.status, message.reason)
            case Decline():
                dispatcher.decline(number, message.offer)
            case Answer():
                dispatcher.answer(number, message.offer)
            case HangUp():
                dispatcher.hang_up(number, message.offer)
            case SaveWrapUp():
                self._save_wrap_up(desk, message)
            case OpenCase() | NoteCase() | HandOverCase() | SetCaseStatus() | ListCases():
                self._background.start(self._work_on_case(desk, message), message.type)
            case LogOut() if self._desks.get(number) is not desk:  # on its way when another desktop took over
                desk.close()
            case LogOut():
                dispatcher.set_status(number, Status.LOGGED_OUT, None)
                self._before_loss.pop(number, None)
                del self._desks[number]
                desk.close()
            case Ping():
                desk.send(Pong())
            case LogIn():
                desk.send(Refused(code="agents.logged_in_already", en="Already signed in.", zh="已经签入。"))

    # Screens

    async def show(self, offering: Offering, context: ContactContext) -> None:
        view = OfferView(offer=offering.offer, ring_seconds=offering.ring_seconds, context=context)
        self._offers[offering.agent] = view
        self._cases.shown(context.customer.cases if context.customer else ())
        desk = self._desks.get(offering.agent)
        if desk is not None:
            desk.send(Offered(offer=view))
            if not await desk.wait_shown(offering.offer):
                log.warning("offer.not_shown_in_time", agent=offering.agent, offer=offering.offer)

    def customer(self, agent: str, offer: str, card: CustomerCard | None) -> None:
        view = self._offers.get(agent)
        if view is None or view.offer != offer:
            return
        self._cases.shown(card.cases if card else ())
        if (early := view.context.customer) is not None:  # cases that were opened before the record came
            for case in reversed(early.cases):
                card = _with_case(card, case)
        context = view.context.model_copy(update={"customer": card, "customer_pending": False})
        self._offers[agent] = view.model_copy(update={"context": context})
        desk = self._desks.get(agent)
        if desk is not None:
            desk.send(CustomerArrived(offer=offer, customer=card))

    def offer_over(self, agent: str, offer: str, outcome: str) -> None:
        view = self._offers.get(agent)
        if view is not None and view.offer == offer:
            del self._offers[agent]
        desk = self._desks.get(agent)
        if desk is not None:
            desk.send(OfferOver(offer=offer, outcome=outcome))

    def changed(self, agent: str) -> None:
        now = self.dispatcher.agent(agent)
        if now is not None and now.state is State.IDLE:
            self._offers.pop(agent, None)
        desk = self._desks.get(agent)
        if desk is not None:
            desk.send(Changed(snapshot=self.snapshot(desk)))
            if agent not in self.config.seats and now is not None and not now.logged_in:
                self._dismiss(desk)

    def queues_changed(self) -> None:
        self._queues_due.set()

    # Inside

    def snapshot(self, desk: Desk) -> Snapshot:
        """Everything the desktop shows about its agent."""
        number, now = desk.agent, self._clock.monotonic()
        agent = self.dispatcher.acd.agents[number]
        wrap_up = None
        if agent.wrap_up_until is not None and agent.contact is not None:
            wrap_up = WrapUpView(
                contact=agent.contact, seconds=agent.wrap_up_seconds, left=max(0.0, agent.wrap_up_until - now),
                codes=self.config.wrap_up_codes,
            )  # fmt: skip
        return Snapshot(
            agent=number, name=desk.name, site=self.config.site, status=agent.status,
            reason=agent.reason, next_status=agent.next_status, state=agent.state, since_ms=round((now - agent.since) * 1000),
            offer=self._offers.get(number), wrap_up=wrap_up, queues=self._queue_views(number),
        )  # fmt: skip

    def _dismiss(self, desk: Desk) -> None:
        self._before_loss.pop(desk.agent, None)
        del self._desks[desk.agent]
        desk.send(REMOVED)
        desk.close()

    def _queue_views(self, number: str) -> tuple[QueueView, ...]:
        agent, counts = self.dispatcher.acd.agents[number], self.dispatcher.queue_counts()
        views = []
        for info in self.config.queues:
            if info.need.met_by(agent.skills):
                waiting, longest = counts.get(info.queue, (0, 0.0))
                views.append(QueueView(
                    queue=info.queue, title_zh=info.title_zh, title_en=info.title_en, waiting=waiting,
                    longest_ms=round(longest * 1000),
                ))  # fmt: skip
        return tuple(views)

    def _restore(self, number: str) -> None:
        """What the agent was before the connection was lost."""
        before = self._before_loss.pop(number, None)
        agent = self.dispatcher.agent(number)
        if before is None or agent is None:
            return
        if CONNECTION_LOST in (agent.reason, agent.next_reason):
            self.dispatcher.set_status(number, *before)

    async def _work_on_case(self, desk: Desk, wish: CaseWish) -> None:
        agent, view = desk.agent, self._offers.get(desk.agent)
        answer = await self._cases.do(agent, wish, view.context if view else None)
        shown = self._offers.get(agent)
        if isinstance(answer, Case) and shown is not None and _is_about(shown.context, wish, answer.case):
            customer = _with_case(shown.context.customer, answer.case)
            self._offers[agent] = shown.model_copy(
                update={"context": shown.context.model_copy(update={"customer": customer})}
            )
        self._desks.get(agent, desk).send(answer)

    def _save_wrap_up(self, desk: Desk, message: SaveWrapUp) -> None:
        if message.code not in {c.code for c in self.config.wrap_up_codes}:
            desk.send(UNKNOWN_CODE)
        elif not self.dispatcher.save_wrap_up(desk.agent, message.contact, message.code, message.note, message.then):
            desk.send(NOT_IN_WRAP_UP)


def _is_about(context: ContactContext, wish: CaseWish, case: CaseCard) -> bool:
    """Whether a case belongs on the screen that shows this contact."""
    opened = isinstance(wish, OpenCase) and wish.contact == context.contact
    return opened or (context.customer is not None and any(known.id == case.id for known in context.customer.cases))


def _with_case(customer: CustomerCard | None, case: CaseCard) -> CustomerCard:
    """The customer with a case as it is now; a new one comes first."""
    card = customer or CustomerCard()
    if any(known.id == case.id for known in card.cases):
        return card.model_copy(update={"cases": tuple(case if known.id == case.id else known for known in card.cases)})
    return card.model_copy(update={"cases": (case, *card.cases)})
