"""SQL of scheduled time and of what agents did in it. The database cuts both at the intervals' boundaries and intersects them.

Moments become whole milliseconds since 1970 first: whatever is cut out of a time, the parts add up exactly, and so do adherent time and
the rest of scheduled time. Lines of schedules and agents' intervals are found by agent and piece of time, never each with each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    union_all,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter import agent_intervals
from cti.datacenter.agent_intervals import IDLE
from cti.datacenter.measures.counting import Counted, key_of, labels, last_facts, on_postgresql, only, rows_of, total
from cti.datacenter.measures.formulas import Dimension
from cti.datacenter.measures.intervals import Every
from cti.datacenter.measures.question import Question
from cti.datacenter.models import AgentIntervalRow, ScheduleLineRow
from cti.datacenter.schedules.lines import LONGEST, Activity

_HOUR: Final = 3600
# Until the transaction ends. How many pieces there are is more than PostgreSQL can guess; too few, and it sorts millions of rows.
_BY_HASH: Final = "SET LOCAL enable_sort = off"
_MS: Final = timedelta(milliseconds=1)


async def scheduled_times(session: AsyncSession, question: Question) -> Sequence[Counted]:
    """First as if no agent had logged in; then what agents did is added, and taken away. Raises `BadRequest` when it is too much."""
    last = await last_facts(session)
    if not last:
        return []
    if on_postgresql(session):
        await session.execute(text(_BY_HASH))
    lines = _lines(session, question, last)
    piece = _pieces(session, question, lines).c
    length, paid = cast(piece.b - piece.a, Integer), piece.activity != Activity.UNPAID
    nobody = {
        "scheduled_ms": total(length),
        "adhered_ms": total(length, piece.activity != Activity.WORK),
        "paid_ms": total(length, paid),
        "unavailable_ms": total(length, paid),
    }
    planned = await _grouped(session, question, piece, select(*labels(nobody)), nobody)
    if not planned:
        return []
    done = _times(session, question, last)
    common = cast(_lesser(session, piece.b, done.b) - _greater(session, piece.a, done.a), Integer)
    working, absent = piece.activity == Activity.WORK, piece.activity == Activity.ABSENT
    changed = {
        "adhered_ms": total(case(
            (and_(working, done.takes), common),
            (and_(not_(working), or_(absent, done.takes)), -common),
            else_=0,
        )),
        "unavailable_ms": total(-common, done.takes, paid),
    }  # fmt: skip
    same = and_(done.agent == piece.agent, done.n == piece.n, done.a < piece.b, done.b > piece.a)
    meeting = select(*labels(changed)).where(same)
    return [*planned, *await _grouped(session, question, piece, meeting, changed)]


def _lines(session: AsyncSession, question: Question, last: Mapping[str, datetime]) -> Any:
    """(agent, site, activity, began, ended): of schedules, as far as asked and as known by the site's facts."""
    line, asked = ScheduleLineRow, question.intervals
    known = case(*((line.site == site, _of(at)) for site, at in last.items()), else_=0)
    ended = _lesser(session, _lesser(session, _ms(session, line.ended_at), _of(asked.until)), known)
    return select(
        line.agent, line.site, line.activity,
        _greater(session, _ms(session, line.started_at), _of(asked.since)).label("began"), ended.label("ended"),
    ).where(
        line.started_at > asked.since - LONGEST, line.started_at < asked.until, line.ended_at > asked.since,
        *only(question, {Dimension.SITE: line.site, Dimension.AGENT: line.agent}),
    )  # fmt: skip


def _times(session: AsyncSession, question: Question, last: Mapping[str, datetime]) -> Any:
    """(agent, takes, n, a, b): agents' intervals in their pieces. `takes`: the agent was available or on a contact.

    Nearly all lie in one piece, so all stand in their first one as they are, and those that go beyond it in the others too.
    """
    grid = _Grid.of(question)
    one = _intervals(session, question, last).subquery().c
    in_first = select(
        one.agent, one.takes, grid.first(one.began).label("n"), one.began.label("a"), one.ended.label("b")
    )
    one = _intervals(session, question, last).subquery().c
    later = _offsets("later", 1, grid.most)
    n = grid.first(one.began) + later
    in_others = select(one.agent, one.takes, n.label("n"), one.began.label("a"), one.ended.label("b")).where(
        grid.first(one.began) < grid.first(one.ended - 1),
        or_(later == 1, one.ms.is_(None), one.ms > grid.width),  # cheap, and true of few
        n <= grid.first(one.ended - 1),
    )
    return union_all(in_first, in_others).subquery().c


def _intervals(session: AsyncSession, question: Question, last: Mapping[str, datetime]) -> Any:
    """(agent, takes, began, ended, ms). One that goes on is known until its site's last fact."""
    time, asked = AgentIntervalRow, question.intervals
    began = _ms(session, time.started_at)
    known = case(*((time.site == site, _of(at)) for site, at in last.items()), else_=0)
    longest = round(agent_intervals.LONGEST / _MS)
    ended = func.coalesce(
        _ms(session, time.ended_at), _lesser(session, _greater(session, known, began), began + longest)
    )
    takes = or_(time.state != IDLE, time.status == "available")
    return select(time.agent, takes.label("takes"), began.label("began"), ended.label("ended"), time.ms).where(
        time.started_at > asked.since - agent_intervals.LONGEST,
        time.started_at < asked.until,
        or_(time.ended_at.is_(None), time.ended_at > asked.since),
        *(time.agent.in_(agents) for agents in (question.only.get(Dimension.AGENT),) if agents),
    )


def _pieces(session: AsyncSession, question: Question, lines: Any) -> Any:
    """(agent, site, activity, n, a, b, bucket): lines cut where pieces of time meet. Empty ones give nothing.

    Lines differ anyway: DISTINCT has PostgreSQL compute what is selected once, instead of at each comparison.
    """
    grid, (width, shift) = _Grid.of(question), question.intervals.bucket
    whole = lines.subquery().c
    in_ms = select(whole, grid.first(whole.began).label("first"), grid.first(whole.ended - 1).label("final"))
    one = in_ms.distinct().subquery().c
    n = one.first + _offsets("offsets", 0, grid.most)
    begins = n * grid.width - grid.shift
    bucket = (begins + shift * 1000) // (width * 1000)
    pieces = select(
        one.agent, one.site, one.activity, n.label("n"), bucket.label("bucket"),
        _greater(session, one.began, begins).label("a"), _lesser(session, one.ended, begins + grid.width).label("b"),
    )  # fmt: skip
    return pieces.where(one.began < one.ended, n <= one.final).distinct().subquery()


def _offsets(name: str, first: int, end: int) -> Any:
    """The numbers from `first` to before `end`, as a column."""
    return values(column("k", BigInteger), name=name).data([(k,) for k in range(first, end)]).cte(name).c.k


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where pieces of time meet, in ms: each quarter or hour, by the clock of the question's zone. What happens in days is found by hours
    too: the fewer lines of an agent are in one piece, the fewer are held against each interval."""

    width: int
    shift: int

    @staticmethod
    def of(question: Question) -> _Grid:
        width, shift = question.intervals.bucket
        piece = min(width, _HOUR)
        return _Grid(piece * 1000, shift % piece * 1000)

    @property
    def most(self) -> int:
        """In how many pieces lies what is as long as may be."""
        return round(LONGEST / _MS) // self.width + 1

    def first(self, moment: Any) -> Any:
        """The piece in which a moment lies."""
        return (moment + self.shift) // self.width


async def _grouped(
    session: AsyncSession, question: Question, piece: Any, query: Any, parts: Mapping[str, Any]
) -> Sequence[Counted]:
    """What was counted, by interval and the question's dimensions; without groups of which there is nothing."""
    in_total = question.intervals.every is Every.TOTAL
    each = [getattr(piece, dimension.value) for dimension in question.by] + ([] if in_total else [piece.bucket])
    grouped = query.add_columns(*each, func.count().label("times")).group_by(*each)
    return [
        Counted(0 if in_total else row.bucket, key_of(row, question), {part: int(getattr(row, part)) for part in parts})
        for row in await rows_of(session, grouped)
        if row.times
    ]


def _ms(session: AsyncSession, moment: Any) -> Any:
    """Of a column: whole milliseconds since 1970."""
    if on_postgresql(session):
        return cast(func.round(func.date_part("epoch", moment, type_=Float) * literal_column("1000")), BigInteger)
    days = func.julianday(moment, type_=Float) - literal_column("2440587.5")
    return cast(func.round(days * literal_column("86400000")), BigInteger)


def _of(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _lesser(session: AsyncSession, one: Any, other: Any) -> Any:
    named = func.least if on_postgresql(session) else func.min
    return named(one, other, type_=BigInteger)


def _greater(session: AsyncSession, one: Any, other: Any) -> Any:
    named = func.greatest if on_postgresql(session) else func.max
    return named(one, other, type_=BigInteger)
