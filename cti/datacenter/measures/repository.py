"""SQL of the counted parts. The database adds up; what it can't split at an interval's boundary comes back in rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, and_, case, cast, extract, func, literal_column, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.agent_intervals import LONGEST
from cti.datacenter.errors import BadRequest
from cti.datacenter.measures.formulas import Dimension, Source
from cti.datacenter.measures.question import Callbacks, Question
from cti.datacenter.models import AgentIntervalRow, ContactRow, FactRow, LegRow, QueueVisitRow, SiteProgressRow
from cti.facts.kinds import EndCause, OfferOutcome, QueueOutcome
from cti.kit.errors import problem

MOST_ROWS: Final = 200_000  # that the database gives for one question
Key = tuple[str | None, ...]  # the values of the dimensions, in the question's order


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in one piece of time, for one combination of dimensions."""

    bucket: int
    key: Key
    parts: dict[str, int]


async def counted(session: AsyncSession, source: Source, question: Question) -> Sequence[Counted]:
    """Raises `BadRequest` when it is too much to tell."""
    match source:
        case Source.STAYS:
            return await _stays(session, question)
        case Source.WORK:
            return await _work(session, question)
        case Source.CONTACTS:
            return await _contacts(session, question)
        case Source.CLOCK:
            return [*await _whole_times(session, question), *await _cut_times(session, question)]


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
        "answered_wait_ms": _total(stay.waited_ms, answered),
        "answered_elsewhere": _number(elsewhere),
        "abandoned": _number(abandoned),
        "abandoned_waits_ms": _total(stay.waited_ms, abandoned),
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
    query = select(*_labels(parts)).join(contact, contact.id == stay.contact)
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
        "handled_talk_ms": _total(func.coalesce(one.talk_ms, hold) - hold, handled),
        "handled_hold_ms": _total(hold, handled),
        "handled_wrap_up_ms": _total(one.wrap_up_ms, handled),
        "survey_answers": _total(one.survey_answers),
        "survey_satisfied": _total(one.survey_satisfied),
        "survey_sum": _total(one.survey_sum),
    }
    columns = {
        Dimension.QUEUE: one.queue,
        Dimension.SITE: one.site,
        Dimension.AGENT: one.agent,
        Dimension.FLOW: one.flow,
    }
    return await _grouped(session, question, select(*_labels(parts)), one.moment, columns, parts)


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
    query = select(*_labels(parts)).where(~_is_callback())
    return await _grouped(session, question, query, contact.arrived_at, columns, parts)


async def _whole_times(session: AsyncSession, question: Question) -> Sequence[Counted]:
    """Agents' intervals that lie in one piece of time: nearly all."""
    time = AgentIntervalRow
    bucket = _bucket(session, question, time.started_at)
    parts = {"ms": _total(time.ms)}
    query = select(*_labels(parts), time.status, time.state).where(
        time.ended_at < question.intervals.until, bucket == _bucket(session, question, time.ended_at)
    )
    rows = await _rows(session, question, query, time.started_at, _of_agents(), (time.status, time.state))
    return [
        Counted(row.bucket, _key(row, question), part)
        for row in rows
        for part in [_clock_parts(row.status, row.state, int(row.ms))]
    ]


async def _cut_times(session: AsyncSession, question: Question) -> Sequence[Counted]:
    """Those that cross a boundary, or go on: at most one per agent and boundary. One that goes on is known until its site's last fact."""
    time, asked = AgentIntervalRow, question.intervals
    last = await _last_facts(session)
    columns = [column.label(name) for name, column in _of_agents().items() if name in question.by]
    crosses = or_(
        time.ended_at.is_(None), time.ended_at >= asked.until, time.started_at < asked.since,
        _bucket(session, question, time.started_at) != _bucket(session, question, time.ended_at),
    )  # fmt: skip
    query = select(time.site.label("at_site"), time.status, time.state, time.started_at, time.ended_at, *columns).where(
        time.started_at < asked.until, time.started_at > asked.since - LONGEST,
        or_(time.ended_at.is_(None), time.ended_at > asked.since), crosses, *_only(question, _of_agents()),
    )  # fmt: skip
    found: list[Counted] = []
    for row in await session.execute(query.limit(MOST_ROWS + 1)):
        known = last.get(row.at_site, row.started_at)
        ended = row.ended_at or min(max(known, row.started_at), row.started_at + LONGEST)
        key = _key(row, question)
        found += [
            Counted(bucket, key, _clock_parts(row.status, row.state, ms))
            for bucket, ms in asked.split(row.started_at, ended)
        ]
        if len(found) > MOST_ROWS:
            raise _too_much()
    return found


_STATE_PARTS: Final = {
    "reserved": "ringing_ms", "ringing": "ringing_ms", "talking": "talking_ms", "held": "held_ms", "wrap_up": "wrap_up_ms",
}  # fmt: skip
_STATUS_PARTS: Final = {"available": "idle_ms", "break": "break_ms", "not_ready": "not_ready_ms"}


def _clock_parts(status: str, state: str, ms: int) -> dict[str, int]:
    part = _STATE_PARTS.get(state) or _STATUS_PARTS.get(status)
    return {"logged_in_ms": ms} | ({part: ms} if part else {})


def _of_agents() -> dict[Dimension, Any]:
    time = AgentIntervalRow
    # Written out, as in `_bucket`.
    away = and_(time.state == literal_column("'idle'"), time.status != literal_column("'available'"))
    reason = case((away, time.reason), else_=null())
    return {Dimension.SITE: time.site, Dimension.AGENT: time.agent, Dimension.REASON: reason}


async def _last_facts(session: AsyncSession) -> dict[str, datetime]:
    """Until when each site has told what happened."""
    found = {}
    for site in (await session.scalars(select(SiteProgressRow.site))).all():
        newest = select(FactRow.at).where(FactRow.site == site).order_by(FactRow.seq.desc()).limit(1)
        if (at := await session.scalar(newest)) is not None:
            found[site] = at
    return found


async def _grouped(
    session: AsyncSession, question: Question, query: Any, moment: Any, columns: dict[Dimension, Any], parts: dict[str, Any]
) -> Sequence[Counted]:  # fmt: skip
    rows = await _rows(session, question, query, moment, columns)
    return [Counted(row.bucket, _key(row, question), {part: int(getattr(row, part)) for part in parts}) for row in rows]


async def _rows(
    session: AsyncSession, question: Question, query: Any, moment: Any, columns: dict[Dimension, Any], also: Sequence[Any] = ()
) -> Sequence[Any]:  # fmt: skip
    bucket = _bucket(session, question, moment)
    each = [columns[dimension] for dimension in question.by]
    query = query.add_columns(
        bucket.label("bucket"), *(column.label(name) for name, column in zip(question.by, each, strict=True))
    ).where(*_within(question, moment), *_only(question, columns))
    rows: Sequence[Any] = (await session.execute(query.group_by(bucket, *each, *also).limit(MOST_ROWS + 1))).all()
    if len(rows) > MOST_ROWS:
        raise _too_much()
    return rows


def _bucket(session: AsyncSession, question: Question, moment: Any) -> Any:
    """Which piece of time. Numbers are written out: PostgreSQL must see that what is selected is what is grouped by."""
    width, shift = (literal_column(str(number), BigInteger) for number in question.intervals.bucket)
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.floor((extract("epoch", moment) + shift) / width), BigInteger)
    return (cast(func.strftime("%s", moment), BigInteger) + shift) // width


def _within(question: Question, moment: Any) -> tuple[Any, Any]:
    return moment >= question.intervals.since, moment < question.intervals.until


def _only(question: Question, columns: dict[Dimension, Any]) -> Iterator[Any]:
    return (columns[dimension].in_(values) for dimension, values in question.only.items() if values)


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


def _key(row: Any, question: Question) -> Key:
    return tuple(getattr(row, dimension) for dimension in question.by)


def _labels(parts: dict[str, Any]) -> list[Any]:
    return [part.label(name) for name, part in parts.items()]


def _number(*conditions: Any) -> Any:
    return func.count().filter(and_(*conditions))


def _total(column: Any, *conditions: Any) -> Any:
    total = func.sum(column).filter(and_(*conditions)) if conditions else func.sum(column)
    return func.coalesce(total, 0)


def _too_much() -> BadRequest:
    return BadRequest(problem(
        "measures.too_many", "group_by", "That would be more rows than can be told at once.", "结果行数过多。",
        "Ask for less time, longer intervals or fewer groups, or narrow it down.",
        "请缩短时间范围、延长间隔、减少分组或增加筛选。"))  # fmt: skip
