"""SQL of the alarms, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.alarms.watching import MODELS
from cti.datacenter.models import FactRow, SiteProgressRow


async def acknowledged(session: AsyncSession) -> dict[str, int]:
    """Site → the number up to which its facts are here without a gap."""
    rows = await session.execute(select(SiteProgressRow.site, SiteProgressRow.acknowledged))
    return {row.site: row.acknowledged for row in rows}


async def told(session: AsyncSession, site: str, after: int, until: int) -> Sequence[Any]:
    """(kind, at, data) of synthetic calls, by their numbers: a range of the primary key, so it needs no index."""
    query = select(FactRow.kind, FactRow.at, FactRow.data)
    query = query.where(FactRow.site == site, FactRow.seq > after, FactRow.seq <= until, FactRow.kind.in_(MODELS))
    rows: Sequence[Any] = (await session.execute(query.order_by(FactRow.seq))).all()
    return rows
