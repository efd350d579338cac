"""Reads of what was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, String, and_, cast, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.cursors import Position
from cti.datacenter.models import LostFactsRow, RejectedFactRow

_rejected = select(
    RejectedFactRow.site, RejectedFactRow.seq.label("first"), RejectedFactRow.seq.label("last"), RejectedFactRow.code,
    RejectedFactRow.reason, RejectedFactRow.body, RejectedFactRow.received_at,
    (RejectedFactRow.site + "/" + cast(RejectedFactRow.seq, String) + "/" + RejectedFactRow.digest).label("key"),
)  # fmt: skip
_lost = select(
    LostFactsRow.site, LostFactsRow.first, LostFactsRow.last, literal("lost").label("code"),
    literal("the site no longer has them").label("reason"), literal("").label("body"),
    LostFactsRow.declared_at.label("received_at"),
    (LostFactsRow.site + "/" + cast(LostFactsRow.first, String) + "/" + cast(LostFactsRow.last, String)).label("key"),
)  # fmt: skip
_all = union_all(_rejected, _lost).subquery()


async def newest(session: AsyncSession, site: str | None, limit: int, after: Position | None) -> Sequence[Row[Any]]:
    """At most `limit`, newest first, behind `after`."""
    query = select(_all)
    if site is not None:
        query = query.where(_all.c.site == site)
    if after is not None:
        at, key = after
        query = query.where(or_(_all.c.received_at < at, and_(_all.c.received_at == at, _all.c.key < key)))
    return (await session.execute(query.order_by(_all.c.received_at.desc(), _all.c.key.desc()).limit(limit))).all()
