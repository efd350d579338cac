"""SQL of the counted parts. The database adds up; what it can't split at an interval's boundary comes back in rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, and_, case, cast, func, literal_column, null, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.agent_intervals import LONGEST
from cti.datacenter.measures.counting import (
    MOST_ROWS,
    Counted,
    key_of,
    labels,
    last_facts,
    on_postgresql,
    only,
    rows_of,
    too_much,
    total,
)
from cti.datacenter.measures.formulas import Dimension, Source
from cti.datacenter.measures.intervals import Every
from cti.datacenter.measures.question import Callbacks, Question
from cti.datacenter.measures.scheduled import scheduled_times
from cti.datacenter.models import AgentIntervalRow, ContactRow, LegRow, QueueVisitRow
from cti.facts.kinds import EndCause, OfferOutcome, QueueOutcome

# Until the transaction ends. Compiling a query of so many sums takes longer than running it, and sorting on disk longer than in memory.
_FOR_REPORTS: Final = ("SET LOCAL jit = off", "SET LOCAL work_mem = '64MB'")


async def counted(session: AsyncSession, source: Source, question: Question) -> Sequence[Counted]:
    """Raises `BadRequest` when it is too much to tell."""
    if on_postgresql(session):
        for setting in _FOR_REPORTS:
            await session.execute(text(setting))
    match source:
        case Source.STAYS:
            return await _stays(session, question)
        case Source.WORK:
            return await _work(session, question)
        case Source.CONTACTS:
            return await _contacts(session, question)
        case Source.CLOCK:
            return [*await _whole_times(session, question), *await _cut_times(session, question)]
        case Source.SCHEDULE:
            return await scheduled_times(session, question)


async def _stays(session: AsyncSession, question: Question) -> Sequence[Counted]:
    stay, contact = QueueVisitRow, ContactRow
    offered = and_(stay.continued.is_(None), stay.entered_at.is_not(None))
    called_back = stay.continued == "callback"
    begun = and_(stay.entered_at.is_not(None), or_(stay.continued.is_(None), called_back), ~_is_callback())
    in_time = stay.waited_ms <= round(question.within * 1000)
    answered = and_(offered, stay.outcome == QueueOutcome.ANSWERED)
    gone = and_(offered, stay.outcome == QueueOutcome.ABANDONED)
    short = and_(gone, stay.waited_ms < round(question.short * 1000))
    abandoned = and_(gone, stay.waited_ms >= round(question.short * 1000))
    elsewhere = and_(answered, stay.agent_site != contact.site)
    open_ = and_(offered, stay.outcome.is_(None))
    parts = {
        "offered": _number(offered),
        "answered": _number(answered),
        "answered_in_time": _number(answered, in_time),
        "answered_wait_ms": total(stay.waited_ms, answered),
        "answered_elsewhere": _number(elsewhere),
        "abandoned": _number(abandoned),
        "abandoned_waits_ms": total(stay.waited_ms, abandoned),
        "abandoned_in_time": _number(gone, in_time),
        "short_abandoned": _number(short),
        "timed_out": _number(offered, stay.outcome == QueueOutcome.TIMEOUT),
        "overflowed": _number(or_(elsewhere, and_(offered, stay.outcome == QueueOutcome.OVERFLOWED))),
        "left_by_key": _number(offered, stay.outcome == QueueOutcome.KEY),
        "lost": _number(open_, contact.ended_at.is_not(None)),
        "waiting": _number(open_, contact.ended_at.is_(None)),
        "callbacks_requested": _number(called_back),
        "callbacks_served": _number(answered, _is_callback()),
        "queued": _number(begun),
        "left_in_time": _number(begun, in_time, or_(called_back, answered, gone)),
        "longest_wait_ms": func.coalesce(func.max(case((offered, stay.waited_ms))), 0),
    }
    columns = {Dimension.QUEUE: stay.queue, Dimension.SITE: contact.site, Dimension.FLOW: contact.flow}
    query = select(*labels(parts)).join(contact, contact.id == stay.contact)
    return await _grouped(session, question, query.where(*_callbacks(question)), stay.since, columns, parts)


async def _work(session: AsyncSession, question: Question) -> Sequence[Counted]:
    """What came of an offer counts when the customer began to wait; without a wait, when the contact arrived."""
    leg, contact, stay = LegRow, ContactRow, QueueVisitRow
    site = func.coalesce(leg.agent_site, contact.site).label("site")
    same = (leg.queue, leg.agent, contact.flow, site, leg.party, leg.outcome, leg.answered_at, leg.talk_ms, leg.hold_ms,
            leg.wrap_up_ms, leg.survey_answers, leg.survey_satisfied, leg.survey_sum)  # fmt: skip
    waited = (
        select(stay.since.label("moment"), *same)
        .join(stay, and_(stay.contact == leg.contact, stay.n == leg.visit))
        .join(contact, contact.id == leg.contact)
        .where(*_within(question, stay.since), *_callbacks(question))
    )
    came = (
        select(contact.arrived_at.label("moment"), *same)
        .join(contact, contact.id == leg.contact)
        .where(leg.visit.is_(None), *_within(question, contact.arrived_at), *_callbacks(question))
    )
    one = union_all(waited, came).subquery().c
    offer, handled = one.party == "agent", one.answered_at.is_not(None)
    hold = func.coalesce(one.hold_ms, 0)
    parts = {
        "offers": _number(offer),
        "handled": _number(offer, handled),
        "rona": _number(one.outcome == OfferOutcome.RONA),
        "declined": _number(one.outcome == OfferOutcome.DECLINED),
        "failed": _number(one.outcome == OfferOutcome.FAILED),
        "handled_talk_ms": total(func.coalesce(one.talk_ms, hold) - hold, handled),
        "handled_hold_ms": total(hold, handled),
        "handled_wrap_up_ms": total(one.wrap_up_ms, handled),
        "survey_answers": total(one.survey_answers),
        "survey_satisfied": total(one.survey_satisfied),
        "survey_sum": total(one.survey_sum),
    }
    columns = {
        Dimension.QUEUE: one.queue,
        Dimension.SITE: one.site,
        Dimension.AGENT: one.agent,
        Dimension.FLOW: one.flow,
    }
    return await _grouped(session, question, select(*labels(parts)), one.moment, columns, parts)


async def _contacts(session: AsyncSession, question: Question) -> Sequence[Counted]:
    contact = ContactRow
    in_flow = contact.flow.is_not(None)
    parts = {
        "contacts": _number(literal_column("1") == literal_column("1")),
        "entered_flow": _number(in_flow),
        "contained": _number(in_flow, contact.cause == EndCause.CONTAINED, contact.callback_queue.is_(None)),
        "transferred": _number(contact.cause == EndCause.TRANSFERRED),
    }
    columns = {Dimension.SITE: contact.site, Dimension.FLOW: contact.flow}
    query = select(*labels(parts)).where(~_is_callback())
    return await _grouped(session, question, query, contact.arrived_at, columns, parts)


async def _whole_times(session: AsyncSession, question: Question) -> Sequence[Counted]:
    """Agents' intervals that lie in one piece of time: nearly all."""
    time = AgentIntervalRow
    parts = {
        "logged_in_ms": total(time.ms),
        **{part: total(time.ms, time.state.in_(states)) for part, states in _STATES.items()},
        **{part: total(time.ms, time.state == "idle", time.status == status) for part, status in _STATUSES.items()},
    }
    query = select(*labels(parts)).where(~_crosses(session, question))
    return await _grouped(session, question, query, time.started_at, _of_agents(), parts)


async def _cut_times(session: AsyncSession, question: Question) -> Sequence[Counted]:
    """Those that cross a boundary, or go on: at most one per agent and boundary. One that goes on is known until its site's last fact."""
    time, asked = AgentIntervalRow, question.intervals
    last = await last_facts(session)
    columns = [column.label(name) for name, column in _of_agents().items() if name in question.by]
    began = and_(time.started_at >= asked.since, time.started_at < asked.until, _crosses(session, question))
    goes_on = or_(time.ended_at.is_(None), time.ended_at > asked.since)
    before = and_(time.started_at < asked.since, time.started_at > asked.since - LONGEST, goes_on)
    query = select(time.site.label("at_site"), time.status, time.state, time.started_at, time.ended_at, *columns)
    found: list[Counted] = []
    wanted = query.where(or_(began, before), *only(question, _of_agents())).limit(MOST_ROWS + 1)
    for row in await session.execute(wanted):
        known = last.get(row.at_site, row.started_at)
        ended = row.ended_at or min(max(known, row.started_at), row.started_at + LONGEST)
        key, part = key_of(row, question), _PARTS.get(row.state) or _PARTS.get(row.status)
        for bucket, ms in asked.split(row.started_at, ended):
            found.append(Counted(bucket, key, {"logged_in_ms": ms} | ({part: ms} if part else {})))
        if len(found) > MOST_ROWS:
            raise too_much()
    return found


def _crosses(session: AsyncSession, question: Question) -> Any:
    """Whether an agent's interval goes beyond the piece of time, or beyond the time asked for, in which it began."""
    time, asked = AgentIntervalRow, question.intervals
    beyond = or_(time.ended_at.is_(None), time.ended_at >= asked.until)
    if asked.every is Every.TOTAL:
        return beyond
    return or_(beyond, _bucket(session, question, time.started_at) != _bucket(session, question, time.ended_at))


_STATES: Final = {
    "ringing_ms": ("reserved", "ringing"), "talking_ms": ("talking",), "held_ms": ("held",), "wrap_up_ms": ("wrap_up",),
}  # fmt: skip
_STATUSES: Final = {
    "idle_ms": "available",
    "break_ms": "break",
    "not_ready_ms": "not_ready",
}  # of an agent without a contact
_PARTS: Final = {state: part for part, states in _STATES.items() for state in states} | {
    status: part for part, status in _STATUSES.items()
}


def _of_agents() -> dict[Dimension, Any]:
    time = AgentIntervalRow
    # Written out, as in `_bucket`.
    away = and_(time.state == literal_column("'idle'"), time.status != literal_column("'available'"))
    reason = case((away, time.reason), else_=null())
    return {Dimension.SITE: time.site, Dimension.AGENT: time.agent, Dimension.REASON: reason}


async def _grouped(
    session: AsyncSession, question: Question, query: Any, moment: Any, columns: dict[Dimension, Any], parts: dict[str, Any]
) -> Sequence[Counted]:  # fmt: skip
    bucket = _bucket(session, question, moment)
    each = [columns[dimension] for dimension in question.by]
    query = query.add_columns(
        bucket.label("bucket"), *(column.label(name) for name, column in zip(question.by, each, strict=True))
    ).where(*_within(question, moment), *only(question, columns))
    grouped = query.group_by(*([] if question.intervals.every is Every.TOTAL else [bucket]), *each)
    return [
        Counted(
            _number_of(question, row.bucket), key_of(row, question), {part: int(getattr(row, part)) for part in parts}
        )
        for row in await rows_of(session, grouped)
    ]


def _bucket(session: AsyncSession, question: Question, moment: Any) -> Any:
    """Which piece of time: its number, or on PostgreSQL where it begins. Numbers are written out: PostgreSQL must see that what is
    selected is what is grouped by."""
    width, shift = question.intervals.bucket
    if question.intervals.every is Every.TOTAL:
        return literal_column("0")
    if on_postgresql(session):
        stride: Any = literal_column(f"interval '{width} seconds'")
        origin: Any = literal_column(f"timestamptz '1970-01-01 00:00:00+00' - interval '{shift} seconds'")
        return func.date_bin(stride, moment, origin)
    return (cast(func.strftime("%s", moment), BigInteger) + literal_column(str(shift), BigInteger)) // literal_column(
        str(width), BigInteger
    )


def _number_of(question: Question, bucket: int | datetime) -> int:
    width, shift = question.intervals.bucket
    return round(bucket.timestamp() + shift) // width if isinstance(bucket, datetime) else bucket


def _within(question: Question, moment: Any) -> tuple[Any, Any]:
    return moment >= question.intervals.since, moment < question.intervals.until


def _is_callback() -> Any:
    return func.coalesce(ContactRow.direction, "inbound") == "outbound"


def _callbacks(question: Question) -> tuple[Any, ...]:
    match question.callbacks:
        case Callbacks.INCLUDE:
            return ()
        case Callbacks.EXCLUDE:
            return (~_is_callback(),)
        case Callbacks.ONLY:
            return (_is_callback(),)


def _number(*conditions: Any) -> Any:
    return func.count().filter(and_(*conditions))
