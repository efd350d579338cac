"""SQL of published flows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import undefer

from cti.datacenter.dialects import insert_into, upsert
from cti.datacenter.models import ContactRow, FlowAcknowledgementRow, FlowReleaseRow, FlowVersionRow

# A call that broke, or whose caller gave up before any service: what a bad flow makes more of.
_FAILED = ("failed", "left_flow")


async def version(
    session: AsyncSession, hotline: str, name: str, *, with_bundle: bool = False
) -> FlowVersionRow | None:
    query = select(FlowVersionRow).where(FlowVersionRow.hotline == hotline, FlowVersionRow.version == name)
    return await session.scalar(query.options(undefer(FlowVersionRow.bundle)) if with_bundle else query)


async def versions(session: AsyncSession, hotline: str) -> Sequence[FlowVersionRow]:
    found = select(FlowVersionRow).where(FlowVersionRow.hotline == hotline)
    return (await session.scalars(found.order_by(FlowVersionRow.published_at.desc()))).all()


async def releases(session: AsyncSession, hotline: str) -> Sequence[FlowReleaseRow]:
    """Oldest first."""
    found = select(FlowReleaseRow).where(FlowReleaseRow.hotline == hotline)
    return (await session.scalars(found.order_by(FlowReleaseRow.n))).all()


async def latest(session: AsyncSession, hotline: str) -> FlowReleaseRow | None:
    found = select(FlowReleaseRow).where(FlowReleaseRow.hotline == hotline)
    return await session.scalar(found.order_by(FlowReleaseRow.n.desc()).limit(1))


async def digests(session: AsyncSession, hotline: str, names: Collection[str]) -> dict[str, str]:
    found = select(FlowVersionRow.version, FlowVersionRow.digest)
    rows = await session.execute(found.where(FlowVersionRow.hotline == hotline, FlowVersionRow.version.in_(names)))
    return {row.version: row.digest for row in rows}


async def acknowledgements(session: AsyncSession, hotline: str) -> Sequence[FlowAcknowledgementRow]:
    found = select(FlowAcknowledgementRow).where(FlowAcknowledgementRow.hotline == hotline)
    return (await session.scalars(found.order_by(FlowAcknowledgementRow.site))).all()


async def outcomes(session: AsyncSession, hotline: str, since: datetime) -> dict[str, tuple[int, int]]:
    """Version → (ended calls, failed ones) of the calls that arrived since then."""
    failed: ColumnElement[int] = func.sum(case((ContactRow.cause.in_(_FAILED), 1), else_=0))
    query = select(ContactRow.flow_version, func.count(), failed).where(
        ContactRow.arrived_at >= since, ContactRow.hotline == hotline, ContactRow.cause.is_not(None)
    )
    rows = await session.execute(query.group_by(ContactRow.flow_version))
    return {version: (int(ended), int(failed)) for version, ended, failed in rows if version}


async def add_version(connection: AsyncConnection, row: dict[str, object]) -> None:
    """Nothing when it is there already."""
    await connection.execute(insert_into(connection, FlowVersionRow).on_conflict_do_nothing(), [row])


async def add_release(connection: AsyncConnection, row: dict[str, object]) -> None:
    """IntegrityError when another release has taken this number."""
    await connection.execute(insert(FlowReleaseRow), [row])


async def acknowledge(connection: AsyncConnection, row: dict[str, object]) -> None:
    await upsert(connection, FlowAcknowledgementRow, ("hotline", "site"), row)
