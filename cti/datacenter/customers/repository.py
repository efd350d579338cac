"""Reads of customers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.models import CustomerRow, PolicyRow


async def by_number(session: AsyncSession, number: str) -> CustomerRow | None:
    return await session.scalar(select(CustomerRow).where(CustomerRow.number == number))


async def by_id(session: AsyncSession, customer: str) -> CustomerRow | None:
    return await session.get(CustomerRow, customer)


async def policies_of(session: AsyncSession, customer: str) -> Sequence[str]:
    found = select(PolicyRow.number).where(PolicyRow.customer == customer).order_by(PolicyRow.number)
    return (await session.scalars(found)).all()
