"""Keeps `agent_intervals` true: what a site's facts say of its agents from one `seq` on is told again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.agent_intervals import AGENT_KINDS, AgentInterval, Tracker
from cti.datacenter.locks import lock_age
from cti.datacenter.models import AgentIntervalRow, FactRow, SiteProgressRow
from cti.facts import Fact

AGENTS_VERSION: Final = 1  # one more whenever the same facts give other rows

_CHUNK = 5000  # facts per statement
_NO_SEQ: Final = 2**63 - 1  # beyond all that sites count
_FIELDS: Final = tuple(field.name for field in fields(AgentInterval))


async def refresh_agents(connection: AsyncConnection, site: str, since: int) -> None:
    """Writes the intervals of a site's agents anew from the facts that this transaction sees, as far as `seq` ≥ `since` changes them.

    The caller holds the site's row in `site_progress`. What came in order costs one query over the new facts, and nothing more
    where none of them is about agents.
    """
    tracker: Tracker | None = None
    kept: dict[int, AgentInterval] = {}  # in the table already, begun before `since`; by `started_seq`
    begun: list[AgentInterval] = []
    async for fact, seen in _facts(connection, site, since):
        if tracker is None:
            in_force = await _cut(connection, site, since)
            kept = {interval.started_seq: interval for interval in in_force}
            tracker = Tracker(site, in_force)
        for interval in tracker.follow(fact, seen):
            if interval.started_seq < since:
                kept[interval.started_seq] = interval
            else:
                begun.append(interval)
        if len(begun) >= _CHUNK:
            await _insert(connection, begun)
            begun.clear()
    if tracker is None:
        return
    await _insert(connection, begun + [i for i in tracker.open.values() if i.started_seq >= since])
    await _update(connection, [interval for interval in kept.values() if interval.ended_seq is not None])


async def rebuild_agents(connection: AsyncConnection, sites: Sequence[str]) -> None:
    """Every interval of some sites anew, as far as their facts are still there. Their next batches wait meanwhile."""
    table = AgentIntervalRow
    await lock_age(connection, shared=True)
    for site in sites:
        progress = select(SiteProgressRow.acknowledged).where(SiteProgressRow.site == site)
        await connection.execute(progress.with_for_update())
        since = await _behind_deleted(connection, site)
        await connection.execute(delete(table).where(table.site == site, table.started_seq >= since))
        await refresh_agents(connection, site, since)


async def _behind_deleted(connection: AsyncConnection, site: str) -> int:
    """From where on every fact is there; 0 where none was deleted for its age. Facts of no contact go in their order, those of contacts
    later or never: so behind the first of no contact nothing is missing."""
    at_site = FactRow.site == site
    first = await connection.scalar(select(func.min(FactRow.seq)).where(at_site, FactRow.contact.is_(None)))
    behind = _NO_SEQ if first is None else first + 1
    begun = AgentIntervalRow.started_seq
    earlier = select(begun).where(AgentIntervalRow.site == site, begun < behind)
    gone = earlier.where(~exists().where(at_site, FactRow.seq == begun)).limit(1)
    return 0 if await connection.scalar(gone) is None else behind


async def _facts(connection: AsyncConnection, site: str, since: int) -> AsyncIterator[tuple[Fact, datetime | None]]:
    """What is said of agents from `since` on, by `seq`; with the time of the fact before, whatever its kind."""
    while True:
        columns = (
            FactRow.__table__,
            func.lag(FactRow.at, type_=FactRow.at.type).over(order_by=FactRow.seq).label("seen"),
        )
        # The fact before the first one is read for its time only.
        near = select(*columns).where(FactRow.site == site, FactRow.seq >= since - 1).subquery()
        wanted = select(near).where(near.c.seq >= since, near.c.kind.in_(AGENT_KINDS))
        rows = (await connection.execute(wanted.order_by(near.c.seq).limit(_CHUNK))).all()
        for row in rows:
            values = dict(row._mapping)
            seen = values.pop("seen")
            yield Fact.model_construct(**values), seen
        if len(rows) < _CHUNK:
            return
        since = rows[-1].seq + 1


async def _cut(connection: AsyncConnection, site: str, since: int) -> list[AgentInterval]:
    """Forgets what `since` and later facts began; gives what was in force just before, opened again."""
    table = AgentIntervalRow
    await connection.execute(delete(table).where(table.site == site, table.started_seq >= since))
    still = or_(table.ended_seq.is_(None), table.ended_seq >= since)
    rows = (await connection.execute(select(table.__table__).where(table.site == site, still))).all()
    reopened = update(table).where(table.site == site, table.ended_seq >= since)
    await connection.execute(reopened.values(ended_seq=None, ended_at=None, ms=None))
    return [AgentInterval(**{name: getattr(row, name) for name in _FIELDS}).reopened() for row in rows]


async def _insert(connection: AsyncConnection, intervals: Sequence[AgentInterval]) -> None:
    if intervals:
        await connection.execute(insert(AgentIntervalRow), [asdict(interval) for interval in intervals])


async def _update(connection: AsyncConnection, intervals: Sequence[AgentInterval]) -> None:
    if not intervals:
        return
    table: Any = AgentIntervalRow.__table__
    matches = (table.c.site == bindparam("of_site"), table.c.started_seq == bindparam("of_seq"))
    changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("state", "ended_seq", "ended_at", "ms")}
    values = [
        {"of_site": i.site, "of_seq": i.started_seq, "new_state": i.state, "new_ended_seq": i.ended_seq,
         "new_ended_at": i.ended_at, "new_ms": i.ms}
        for i in intervals
    ]  # fmt: skip
    await connection.execute(update(table).where(*matches).values(changes), values)
