"""Reads of policies."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.models import CustomerRow, PolicyRow


async def by_number(session: AsyncSession, number: str) -> tuple[PolicyRow, str] | None:
    """The policy and its holder's name."""
    query = select(PolicyRow, CustomerRow.name).join(CustomerRow, CustomerRow.id == PolicyRow.customer)
    row = (await session.execute(query.where(PolicyRow.number == number))).one_or_none()
    return (row[0], row[1]) if row else None
