"""Locks that PostgreSQL keeps until the end of a transaction. SQLite has one writer, and needs none."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_AGE = 0x52657469  # "Reti"
_LOCKS = 256  # of each family: a bounded number per transaction
_TAKE = text("SELECT pg_advisory_xact_lock(:family, k) FROM unnest(CAST(:keys AS int[])) AS k")


async def lock_names(connection: AsyncConnection, family: int, names: Iterable[str]) -> None:
    """Of two transactions that write what is told of one name, the later waits, and then sees the facts of the earlier."""
    keys = sorted({crc32(name.encode()) % _LOCKS for name in names})
    if keys and connection.dialect.name == "postgresql":
        await connection.execute(_TAKE, {"family": family, "keys": keys})


async def lock_age(connection: AsyncConnection, *, shared: bool = False) -> None:
    """Who deletes facts for their age waits for those who delete, and for those who tell what they made from facts anew (`shared`)."""
    if connection.dialect.name == "postgresql":
        how = "_shared" if shared else ""
        await connection.execute(text(f"SELECT pg_advisory_xact_lock{how}(:key)"), {"key": _AGE})
