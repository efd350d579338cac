"""SQL of the configuration."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import undefer

from cti.datacenter.dialects import upsert
from cti.datacenter.models import ConfigurationAcknowledgementRow, ConfigurationVersionRow

_DOCUMENT = undefer(ConfigurationVersionRow.document)


async def latest(session: AsyncSession) -> ConfigurationVersionRow | None:
    """Without its document."""
    return await session.scalar(select(ConfigurationVersionRow).order_by(ConfigurationVersionRow.n.desc()).limit(1))


async def versions(session: AsyncSession) -> Sequence[ConfigurationVersionRow]:
    """Newest first, without their documents."""
    return (await session.scalars(select(ConfigurationVersionRow).order_by(ConfigurationVersionRow.n.desc()))).all()


async def version(session: AsyncSession, n: int) -> ConfigurationVersionRow | None:
    return await session.scalar(
        select(ConfigurationVersionRow).where(ConfigurationVersionRow.n == n).options(_DOCUMENT)
    )


async def standings(session: AsyncSession) -> Sequence[ConfigurationAcknowledgementRow]:
    found = select(ConfigurationAcknowledgementRow).order_by(ConfigurationAcknowledgementRow.site)
    return (await session.scalars(found)).all()


async def add(connection: AsyncConnection, row: dict[str, object]) -> None:
    """IntegrityError when another version has taken this number."""
    await connection.execute(insert(ConfigurationVersionRow), [row])


async def acknowledge(connection: AsyncConnection, row: dict[str, object]) -> None:
    await upsert(connection, ConfigurationAcknowledgementRow, ("site",), row)
