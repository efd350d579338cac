"""Deletes facts for their age, where a limit is set: whole months on PostgreSQL, and what else is as old.

A contact's facts go together: they stay as long as it is open, and until the youngest of them is old enough. What was told of
it (contacts, legs, visits, wrap-ups) stays, and can then not be told again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from sqlalchemy import MetaData, Table, delete, exists, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.database import Database
from cti.datacenter.locks import lock_age
from cti.datacenter.models import ContactRow, FactRow
from cti.datacenter.partitions import DEFAULT, lock, month_of, partitions
from cti.kit.logging import get_logger

log = get_logger(__name__)

_facts = cast(Table, FactRow.__table__)
_CHUNK = 2000  # facts per transaction, where they are deleted one by one


def limit(months: int | None) -> Callable[[datetime], datetime | None]:
    """Tells by the time now the moment before which facts may go: so many whole months are kept, besides the one that runs."""
    return lambda now: None if months is None else month_of(now, -months)


async def delete_old_facts(database: Database, before: datetime) -> int:
    """Gives how many months were dropped and facts deleted, together. May be cancelled, and run again at any time."""
    dropped = 0
    if database.is_postgresql:
        while await _drop_a_month(database, before):
            dropped += 1
    return dropped + await _delete_others(database, before)


async def _drop_a_month(database: Database, before: datetime) -> bool:
    async with database.writing() as connection:
        await lock_age(connection)
        old = next((each for each in await partitions(connection) if each.end <= before), None)
        if old is None:
            return False
        kept = await _drop(connection, old.name, f"'{before:%Y-%m-%d} 00:00:00+00'")
    log.info("facts.month_dropped", partition=old.name, kept=kept)
    return True


async def _drop(connection: AsyncConnection, name: str, before: str) -> int:
    """But for the facts that must stay; gives how many these are. They are looked for while others can still read and write."""
    find = f"""
        CREATE TEMPORARY TABLE kept_{name} ON COMMIT DROP AS SELECT f.* FROM {name} f WHERE f.contact IS NOT NULL AND (
            EXISTS (SELECT 1 FROM facts g WHERE g.contact = f.contact AND g.at >= {before})
            OR EXISTS (SELECT 1 FROM contacts c WHERE c.id = f.contact AND c.ended_at IS NULL)
        )
    """  # noqa: S608 - names and moments of ours
    await connection.execute(text(f"LOCK TABLE {name} IN SHARE MODE"))
    await connection.execute(text(find))
    await lock(connection, "facts")
    await connection.execute(text(f"ALTER TABLE facts DETACH PARTITION {name}"))
    kept = await connection.execute(text(f"INSERT INTO {DEFAULT} SELECT * FROM kept_{name}"))  # noqa: S608
    await connection.execute(text(f"DROP TABLE {name}"))
    return kept.rowcount


async def _delete_others(database: Database, before: datetime) -> int:
    """Those that are in no month: what was kept before, and on SQLite all."""
    table = _facts.to_metadata(MetaData(), name=DEFAULT) if database.is_postgresql else _facts
    younger = _facts.alias("younger")
    needed = or_(
        exists().where(younger.c.contact == table.c.contact, younger.c.at >= before),
        exists().where(ContactRow.id == table.c.contact, ContactRow.ended_at.is_(None)),
    )
    old = select(table.c.site, table.c.seq).where(table.c.at < before, ~needed)
    # In their order: who is cancelled leaves no gap.
    old = old.order_by(table.c.site, table.c.seq).limit(_CHUNK)
    deleted = 0
    while True:
        async with database.reading() as session:
            keys = [(row.site, row.seq) for row in await session.execute(old)]
        if not keys:
            return deleted
        async with database.writing() as connection:
            await lock_age(connection)
            gone = delete(table).where(tuple_(table.c.site, table.c.seq).in_(keys))
            deleted += (await connection.execute(gone)).rowcount
