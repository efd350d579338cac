"""Makes projections anew from the facts: by hand, after a fault in one was mended; by itself, after an upgrade to a version that
tells more or otherwise.

The data center goes on taking facts meanwhile: each contact is locked while it is written, and reads the facts that are there then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.agent_refreshing import AGENTS_VERSION, rebuild_agents
from cti.datacenter.cases.projecting import CASES_VERSION, retell_cases, said_behind
from cti.datacenter.database import Database
from cti.datacenter.models import FactRow, ProjectionRow, SiteProgressRow
from cti.datacenter.projecting import PROJECTION_VERSION, retell_contacts
from cti.kit.logging import get_logger

log = get_logger(__name__)

CHUNK: Final = 400  # keys per transaction
_LOCK: Final = 0x50726F6A  # "Proj"
_of_contacts = FactRow.contact.is_not(None)


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows that are made from facts, key by key. `version` grows whenever the same facts give other rows."""

    name: str
    version: int
    following: Callable[[AsyncConnection, str, int], Awaitable[Sequence[str]]]  # keys behind a key, in order, so many
    make: Callable[[AsyncConnection, Sequence[str]], Awaitable[None]]  # the rows of these keys


async def _contacts_behind(connection: AsyncConnection, last: str, limit: int) -> Sequence[str]:
    following = select(FactRow.contact).where(_of_contacts, FactRow.contact > last).distinct()
    return [
        contact for contact in await connection.scalars(following.order_by(FactRow.contact).limit(limit)) if contact
    ]


async def _site_behind(connection: AsyncConnection, last: str, limit: int) -> Sequence[str]:
    """One at a time, whatever the limit: a site has many agents."""
    following = select(SiteProgressRow.site).where(SiteProgressRow.site > last).order_by(SiteProgressRow.site)
    return list(await connection.scalars(following.limit(1)))


CONTACTS: Final = Projection("contacts", PROJECTION_VERSION, _contacts_behind, retell_contacts)
AGENTS: Final = Projection("agents", AGENTS_VERSION, _site_behind, rebuild_agents)
CASES: Final = Projection("cases", CASES_VERSION, said_behind, retell_cases)
PROJECTIONS: Final = (CONTACTS, AGENTS, CASES)


async def rebuild(database: Database, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Makes all projections anew, and gives the number of contacts. What was made stays when it is cancelled; run it again to go
    through all. Raises `DatabaseUnavailable` and `DatabaseRefused`."""
    async with database.reading() as session:
        total = await session.scalar(select(func.count(func.distinct(FactRow.contact))).where(_of_contacts)) or 0
    for projection in (AGENTS, CASES):
        await _remake(database, projection)
    return await _remake(database, CONTACTS, lambda done: progress(done, total))


async def _remake(
    database: Database, projection: Projection, progress: Callable[[int], None] = lambda done: None
) -> int:
    done, last = 0, ""
    while True:
        async with database.writing() as connection:
            keys = await projection.following(connection, last, CHUNK)
            if not keys:
                return done
            await projection.make(connection, keys)
        done, last = done + len(keys), keys[-1]
        progress(done)


async def bring_up_to_date(
    database: Database, projection: Projection, chunk: int = CHUNK // 4
) -> Literal["more", "done", "busy"]:
    """Makes the next rows of a projection whose rows are of an older version, of so many keys. `busy`: another process does so.

    One transaction, which keeps how far it came: a process that ends in the middle is followed by any other at that place,
    and of several processes one works at a time.
    """
    async with database.writing() as connection:
        if database.is_postgresql and not await connection.scalar(
            text("SELECT pg_try_advisory_xact_lock(:key, hashtext(:name))"), {"key": _LOCK, "name": projection.name}
        ):
            return "busy"
        row = await _row_of(connection, projection)
        if row.version >= projection.version:
            return "done"
        begun = row.building == projection.version
        cursor, made = (row.cursor, row.made) if begun else ("", 0)
        if not begun:
            log.info("projection.rebuilding", projection=projection.name, version=projection.version)
        keys = await projection.following(connection, cursor, chunk)
        if keys:
            await projection.make(connection, keys)
            values = {"building": projection.version, "cursor": keys[-1], "made": made + len(keys)}
        else:
            values = {"building": None, "cursor": "", "made": made, "version": projection.version}
            log.info("projection.rebuilt", projection=projection.name, version=projection.version, keys=made)
        await connection.execute(update(ProjectionRow).where(ProjectionRow.name == projection.name).values(values))
        return "more" if keys else "done"


async def states(database: Database) -> Sequence[Row[Any]]:
    """The rows of the table `projections`: what `/metrics` tells."""
    async with database.reading() as session:
        return (await session.execute(select(ProjectionRow.__table__))).all()


async def _row_of(connection: AsyncConnection, projection: Projection) -> Row[Any]:
    found = select(ProjectionRow.__table__).where(ProjectionRow.name == projection.name)
    row = (await connection.execute(found)).one_or_none()
    if row is None:  # a projection that is new in this version
        unmade = {"name": projection.name, "version": 0, "building": None, "cursor": "", "made": 0}
        await connection.execute(insert(ProjectionRow), [unmade])
        row = (await connection.execute(found)).one()
    return row
