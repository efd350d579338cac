"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import asyncpg
from pydantic_core import to_json
from sqlalchemy import JSON, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.models import Base


class AlreadyThere(Exception):
    """A row with one of these keys exists. The transaction cannot go on."""


async def add(
    connection: AsyncConnection, table: type[Base], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Adds rows, whose values are in the order of `columns`. Raises `AlreadyThere`.

    The transaction must have begun: something was executed in it.
    """
    try:
        if connection.dialect.name == "postgresql":
            of_json = [n for n, name in enumerate(columns) if isinstance(table.__table__.c[name].type, JSON)]
            records = _dumped(rows, of_json[0]) if of_json else rows
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.copy_records_to_table(table.__tablename__, columns=columns, records=records)
        elif values := [dict(zip(columns, row, strict=True)) for row in rows]:
            await connection.execute(insert(table), values)
    except (asyncpg.UniqueViolationError, IntegrityError) as error:
        raise AlreadyThere from error


def _dumped(rows: Iterable[Sequence[Any]], place: int) -> Iterator[Sequence[Any]]:
    """One after the other, so that thousands of them are never there at once."""
    for row in rows:
        value = row[place]
        yield (*row[:place], None if value is None else to_json(value).decode(), *row[place + 1 :])
