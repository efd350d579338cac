"""Reads of customers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.models import ContactRow, CustomerRow, PolicyRow


async def by_number(session: AsyncSession, number: str) -> CustomerRow | None:
    return await session.scalar(select(CustomerRow).where(CustomerRow.number == number))


async def by_id(session: AsyncSession, customer: str) -> CustomerRow | None:
    return await session.get(CustomerRow, customer)


async def last_agent(session: AsyncSession, number: str) -> str | None:
    """Who talked last with a caller of this number, as carriers write it."""
    written = (number, f"0{number}", f"86{number}", f"+86{number}", f"0086{number}")
    talked = select(ContactRow.agent).where(ContactRow.caller.in_(written), ContactRow.agent.is_not(None))
    return await session.scalar(talked.order_by(ContactRow.arrived_at.desc()).limit(1))


async def policies_of(session: AsyncSession, customer: str) -> Sequence[str]:
    found = select(PolicyRow.number).where(PolicyRow.customer == customer).order_by(PolicyRow.number)
    return (await session.scalars(found)).all()
