"""Reads of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.cursors import Position
from cti.datacenter.models import CaseEventRow, CaseRow


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the list is narrowed to."""

    number: str | None = None
    owner: str | None = None
    statuses: Sequence[str] = ()
    kind: str | None = None


async def newest(session: AsyncSession, wanted: CaseFilter, limit: int, after: Position | None) -> Sequence[CaseRow]:
    """At most `limit` cases, the newest first, behind `after`."""
    query = select(CaseRow)
    if wanted.number is not None:
        query = query.where(CaseRow.number == wanted.number)
    if wanted.owner is not None:
        query = query.where(CaseRow.owner == wanted.owner)
    if wanted.statuses:
        query = query.where(CaseRow.status.in_(wanted.statuses))
    if wanted.kind is not None:
        query = query.where(CaseRow.kind == wanted.kind)
    if after:
        query = query.where(tuple_(CaseRow.opened_at, CaseRow.id) < after)
    return (await session.scalars(query.order_by(CaseRow.opened_at.desc(), CaseRow.id.desc()).limit(limit))).all()


async def by_id(session: AsyncSession, case: str) -> CaseRow | None:
    return await session.get(CaseRow, case)


async def events(session: AsyncSession, case: str) -> Sequence[CaseEventRow]:
    return (await session.scalars(select(CaseEventRow).where(CaseEventRow.case == case))).all()


async def of_contact(session: AsyncSession, contact: str) -> Sequence[CaseRow]:
    """The cases with which something was done in a contact, the oldest first."""
    touched = select(CaseEventRow.case).where(CaseEventRow.contact == contact)
    query = select(CaseRow).where(CaseRow.id.in_(touched)).order_by(CaseRow.opened_at, CaseRow.id)
    return (await session.scalars(query)).all()
