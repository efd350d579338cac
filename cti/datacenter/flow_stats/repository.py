"""SQL of the figures, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.models import ContactRow, FlowVersionRow, NodeVisitRow


@dataclass(frozen=True, slots=True)
class StatsFilter:
    """Which contacts count. `since` is included, `until` is not."""

    hotline: str
    version: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def versions(session: AsyncSession, wanted: StatsFilter) -> Sequence[Any]:
    """(flow, version, contacts, contained)."""
    contained = func.sum(case((ContactRow.cause == "contained", 1), else_=0))
    query = select(ContactRow.flow, ContactRow.flow_version, func.count(), contained)
    query = _filtered(query, wanted).where(ContactRow.flow_version.is_not(None))
    grouped = query.group_by(ContactRow.flow, ContactRow.flow_version)
    rows: Sequence[Any] = (await session.execute(grouped.order_by(func.count().desc(), ContactRow.flow_version))).all()
    return rows


async def nodes(session: AsyncSession, wanted: StatsFilter) -> Sequence[Any]:
    """(version, node, node_kind, visits, contacts, contained, median_ms, p90_ms): nearest-rank percentiles."""
    visit = NodeVisitRow
    each = (visit.version, visit.node, visit.node_kind)
    ranked = _visits(
        select(
            *each, visit.contact, visit.ms, ContactRow.cause,
            func.row_number().over(partition_by=each, order_by=visit.ms).label("rank"),
            func.count().over(partition_by=each).label("among"),
        ), wanted,
    ).subquery()  # fmt: skip
    at = ranked.c
    query = select(
        at.version, at.node, at.node_kind, func.count().label("visits"), func.count(distinct(at.contact)).label("contacts"),
        func.count(distinct(case((at.cause == "contained", at.contact)))).label("contained"),
        func.max(case((at.rank == (at.among + 1) // 2, at.ms))).label("median_ms"),
        func.max(case((at.rank == (at.among * 9 + 9) // 10, at.ms))).label("p90_ms"),
    ).group_by(at.version, at.node, at.node_kind)  # fmt: skip
    rows: Sequence[Any] = (await session.execute(query.order_by(func.count().desc(), at.node))).all()
    return rows


async def exits(session: AsyncSession, wanted: StatsFilter) -> Sequence[Any]:
    """(version, node, node_kind, outcome, visits), the most frequent first."""
    each = (NodeVisitRow.version, NodeVisitRow.node, NodeVisitRow.node_kind, NodeVisitRow.outcome)
    query = _visits(select(*each, func.count()), wanted).group_by(*each)
    rows: Sequence[Any] = (await session.execute(query.order_by(func.count().desc(), NodeVisitRow.outcome))).all()
    return rows


async def titles(session: AsyncSession, hotline: str) -> dict[str, Mapping[str, Sequence[str]]]:
    """Version → node → (zh, en), of what was published."""
    found = select(FlowVersionRow.version, FlowVersionRow.titles).where(FlowVersionRow.hotline == hotline)
    return {row.version: row.titles for row in await session.execute(found)}


def _visits(query: Any, wanted: StatsFilter) -> Any:
    joined = _filtered(query.join(ContactRow, ContactRow.id == NodeVisitRow.contact), wanted, of_contact=False)
    return joined.where(NodeVisitRow.version == wanted.version) if wanted.version else joined


def _filtered(query: Any, wanted: StatsFilter, *, of_contact: bool = True) -> Any:
    query = query.where(ContactRow.hotline == wanted.hotline)
    if wanted.version and of_contact:
        query = query.where(ContactRow.flow_version == wanted.version)
    if wanted.since:
        query = query.where(ContactRow.arrived_at >= wanted.since)
    if wanted.until:
        query = query.where(ContactRow.arrived_at < wanted.until)
    return query
