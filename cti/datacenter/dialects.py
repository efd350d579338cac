"""Statements that PostgreSQL and SQLite say alike, but that SQLAlchemy has for each of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.models import Base


def insert_into(connection: AsyncConnection, table: type[Base]):  # type: ignore[no-untyped-def]  # the two share no typed base
    """An INSERT that can say what to do on a conflict."""
    return (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)


async def upsert(connection: AsyncConnection, table: type[Base], key: Sequence[str], row: dict[str, object]) -> None:
    """Puts a row in the place of the one with the same key."""
    statement = insert_into(connection, table)
    changed = {column: statement.excluded[column] for column in row if column not in key}
    await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), [row])
