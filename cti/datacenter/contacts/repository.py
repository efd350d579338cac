"""Reads of the projected tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.cases.repository import of_contact
from cti.datacenter.cursors import Position
from cti.datacenter.models import (
    CaseRow,
    ContactRow,
    FactRow,
    FlowVersionRow,
    LegRow,
    NodeVisitRow,
    QueueVisitRow,
    WrapUpRow,
)

Titles = Mapping[str, Sequence[str]]  # node → (zh, en)


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """What the list is narrowed to. `since` is included, `until` is not."""

    callers: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    agent: str | None = None
    queue: str | None = None
    site: str | None = None
    cause: str | None = None


async def newest(
    session: AsyncSession, wanted: ContactFilter, limit: int, after: Position | None
) -> Sequence[ContactRow]:
    """At most `limit` contacts, newest first, behind `after`."""
    query = _filtered(wanted)
    if after:
        arrived_at, contact = after
        query = query.where(
            or_(ContactRow.arrived_at < arrived_at, and_(ContactRow.arrived_at == arrived_at, ContactRow.id < contact))
        )
    ordered = query.order_by(ContactRow.arrived_at.desc(), ContactRow.id.desc()).limit(limit)
    return (await session.scalars(ordered)).all()


def _filtered(wanted: ContactFilter) -> Select[ContactRow]:
    query = select(ContactRow).where(ContactRow.arrived_at.is_not(None))
    if wanted.callers:
        query = query.where(ContactRow.caller.in_(wanted.callers))
    if wanted.since:
        query = query.where(ContactRow.arrived_at >= wanted.since)
    if wanted.until:
        query = query.where(ContactRow.arrived_at < wanted.until)
    if wanted.site:
        query = query.where(ContactRow.site == wanted.site)
    if wanted.cause:
        query = query.where(ContactRow.cause == wanted.cause)
    if wanted.agent:
        talked = and_(LegRow.contact == ContactRow.id, LegRow.agent == wanted.agent, LegRow.answered_at.is_not(None))
        query = query.where(exists().where(talked))
    if wanted.queue:
        waited = and_(QueueVisitRow.contact == ContactRow.id, QueueVisitRow.queue == wanted.queue)
        query = query.where(exists().where(waited))
    return query


@dataclass(frozen=True, slots=True)
class StoryRows:
    contact: ContactRow
    legs: Sequence[LegRow]
    nodes: Sequence[NodeVisitRow]
    queues: Sequence[QueueVisitRow]
    wrap_ups: Sequence[WrapUpRow]
    cases: Sequence[CaseRow]
    facts: Sequence[FactRow]


async def story(session: AsyncSession, contact: str) -> StoryRows | None:
    """Everything about one contact; None if no fact speaks of it."""
    row = await session.get(ContactRow, contact)
    if row is None:
        return None

    nodes = select(NodeVisitRow).where(NodeVisitRow.contact == contact).order_by(NodeVisitRow.n)
    queues = select(QueueVisitRow).where(QueueVisitRow.contact == contact).order_by(QueueVisitRow.n)
    work = select(WrapUpRow).where(WrapUpRow.contact == contact).order_by(WrapUpRow.n)
    legs = select(LegRow).where(LegRow.contact == contact).order_by(LegRow.started_at, LegRow.leg)
    facts = select(FactRow).where(FactRow.contact == contact).order_by(FactRow.at, FactRow.site, FactRow.seq)
    return StoryRows(
        row,
        (await session.scalars(legs)).all(),
        (await session.scalars(nodes)).all(),
        (await session.scalars(queues)).all(),
        (await session.scalars(work)).all(),
        await of_contact(session, contact),
        (await session.scalars(facts)).all(),
    )


async def titles(session: AsyncSession, versions: Collection[str]) -> dict[str, Titles]:
    """Version → what its nodes are called; without those that were never published."""
    found = select(FlowVersionRow.version, FlowVersionRow.titles).where(FlowVersionRow.version.in_(versions))
    return {row.version: row.titles for row in await session.execute(found)}
