"""SQL of schedules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from cti.datacenter import bulk
from cti.datacenter.locks import lock_names
from cti.datacenter.models import ScheduleLineRow, SchedulePublicationRow
from cti.datacenter.schedules.lines import LONGEST, MOST_LINES, Span

_LOCK_FAMILY: Final = 0x53636865  # "Sche"
_LISTED: Final = 200  # publications
_COLUMNS: Final = ("agent", "started_at", "ended_at", "activity", "site", "publication")
_line, _publication = ScheduleLineRow, SchedulePublicationRow


async def next_number(connection: AsyncConnection) -> int:
    """Of the publication that this transaction adds; others wait until it is over."""
    await lock_names(connection, _LOCK_FAMILY, ["publications"])
    return (await connection.scalar(select(func.max(_publication.n))) or 0) + 1


async def add_publication(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(_publication), [row])


async def neighbors(connection: AsyncConnection, agents: Collection[str], span: Span) -> Sequence[Any]:
    """(agent, started_at, ended_at, publication) of what reaches into the span from before, and of what begins soon behind it."""
    before = and_(_line.started_at < span.since, _line.started_at > span.since - LONGEST, _line.ended_at > span.since)
    behind = and_(_line.started_at >= span.until, _line.started_at < span.until + LONGEST)
    columns = (_line.agent, _line.started_at, _line.ended_at, _line.publication)
    wanted = select(*columns).where(_line.agent.in_(agents), or_(before, behind))
    return (await connection.execute(wanted.order_by(_line.agent, _line.started_at))).all()


async def remove(connection: AsyncConnection, agents: Collection[str], span: Span) -> int:
    """Gives how many lines there were."""
    return (await connection.execute(delete(_line).where(*_of(agents, (), span)))).rowcount


async def add_lines(connection: AsyncConnection, rows: Iterable[Sequence[Any]]) -> None:
    """(agent, started_at, ended_at, activity, site, publication) each; none of them is there."""
    await bulk.add(connection, _line, _COLUMNS, rows)


async def lines(session: AsyncSession, agents: Collection[str], sites: Collection[str], span: Span) -> Sequence[Any]:
    """By agent and time; one more than may be told where there are more."""
    wanted = select(*(getattr(_line, name) for name in _COLUMNS)).where(*_of(agents, sites, span))
    return (await session.execute(wanted.order_by(_line.agent, _line.started_at).limit(MOST_LINES + 1))).all()


async def publications_of(
    session: AsyncSession, agents: Collection[str], sites: Collection[str], span: Span
) -> Sequence[SchedulePublicationRow]:
    """Those that lines come from, newest first."""
    numbers = select(_line.publication).where(*_of(agents, sites, span))
    found = select(_publication).where(_publication.n.in_(numbers)).order_by(_publication.n.desc())
    return (await session.scalars(found)).all()


async def publications(session: AsyncSession) -> Sequence[SchedulePublicationRow]:
    """The last ones, newest first."""
    return (await session.scalars(select(_publication).order_by(_publication.n.desc()).limit(_LISTED))).all()


def _of(agents: Collection[str], sites: Collection[str], span: Span) -> list[Any]:
    """Of these agents and sites; of all, where none is named."""
    conditions = [_line.started_at >= span.since, _line.started_at < span.until]
    conditions += [_line.agent.in_(agents)] if agents else []
    conditions += [_line.site.in_(sites)] if sites else []
    return conditions
