"""The facts' partitions on PostgreSQL: one per month of `at`, made ahead, and one (`facts_default`) for what no month takes.

What is done here takes short locks; several processes may do it at once, and one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.database import Database
from cti.kit.logging import get_logger

log = get_logger(__name__)

DEFAULT: Final = "facts_default"
MONTHS_AHEAD: Final = 3
_LOCK: Final = 0x4D6F6E74  # "Mont"
_NAME: Final = re.compile(r"facts_(until_)?(\d{4})_(\d{2})")


@dataclass(frozen=True, slots=True)
class Partition:
    """Holds facts before `end`."""

    name: str
    end: datetime


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """For Alembic's comparison with the models, which know nothing of partitions."""
    return kind != "table" or not (name or "").startswith("facts_")


def month_of(moment: datetime, months_later: int = 0) -> datetime:
    """The beginning (UTC) of the month of `moment`, or of one so many months later; negative: earlier."""
    months = moment.year * 12 + moment.month - 1 + months_later
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


async def make_months(database: Database, now: datetime) -> None:
    """Makes the partitions from last month (whose facts a new data center may still be sent) to `MONTHS_AHEAD`."""
    if not database.is_postgresql:
        return
    async with database.writing() as connection:
        if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}):
            return  # another process is at it
        known = list(await partitions(connection))
        taken = max((each.end for each in known if each.name.startswith("facts_until_")), default=None)
        names = {each.name for each in known}
        wanted = {f"facts_{begin:%Y_%m}": begin for begin in _months(now) if taken is None or begin >= taken}
        if wanted.keys() - names:
            await lock(connection, DEFAULT)
        for name, begin in wanted.items():
            if name not in names:
                await _make(connection, name, begin)


async def partitions(connection: AsyncConnection) -> Iterator[Partition]:
    """All but the default one, oldest first."""
    rows = await connection.scalars(
        text("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
             " WHERE i.inhparent = 'facts'::regclass")
    )  # fmt: skip
    found = [Partition(name, end) for name in rows if (end := _end(name))]
    return iter(sorted(found, key=lambda each: each.end))


async def lock(connection: AsyncConnection, table: str) -> None:
    """Keeps everybody from it until the transaction ends. Before anything else is locked there: who reads and then writes would
    else wait for us while we wait for it. Gives up soon, because all wait meanwhile; raises `DatabaseUnavailable` then."""
    await connection.execute(text("SET LOCAL lock_timeout = '3s'"))
    await connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))


def _end(name: str) -> datetime | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    until, year, month = match.groups()
    begin = datetime(int(year), int(month), 1, tzinfo=UTC)
    return begin if until else month_of(begin, 1)


def _months(now: datetime) -> Iterator[datetime]:
    return (month_of(now, later) for later in range(-1, MONTHS_AHEAD + 1))


async def _make(connection: AsyncConnection, name: str, begin: datetime) -> None:
    """Filled with what the default partition has of this month, before it takes its place."""
    start, end = (f"'{moment:%Y-%m-%d} 00:00:00+00'" for moment in (begin, month_of(begin, 1)))
    for statement in (
        f"CREATE TABLE {name} (LIKE facts INCLUDING DEFAULTS, CONSTRAINT pk_{name} PRIMARY KEY (site, seq))",
        f"INSERT INTO {name} SELECT * FROM {DEFAULT} WHERE at >= {start} AND at < {end}",  # noqa: S608 - names of ours
        f"DELETE FROM {DEFAULT} WHERE at >= {start} AND at < {end}",  # noqa: S608
        f"ALTER TABLE facts ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})",
    ):
        await connection.execute(text(statement))
    log.info("facts.month_made", partition=name)
