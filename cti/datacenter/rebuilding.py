"""Tells every contact, every case and what agents did again from the facts: after a fault in a projection was mended, or when it tells
more than it did.

The data center may go on taking facts meanwhile: each contact is locked while it is written, and reads the facts that are there then.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from cti.datacenter.agent_refreshing import rebuild_agents
from cti.datacenter.cases.projecting import rebuild_cases
from cti.datacenter.database import Database
from cti.datacenter.models import FactRow, SiteProgressRow
from cti.datacenter.projecting import refresh_contacts

CHUNK = 400  # contacts per transaction


async def rebuild(database: Database, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Gives the number of contacts. What was told stays told when it is cancelled; run it again to go through all. Raises
    `DatabaseUnavailable` and `DatabaseRefused`."""
    of_contacts = FactRow.contact.is_not(None)
    async with database.reading() as session:
        total = await session.scalar(select(func.count(func.distinct(FactRow.contact))).where(of_contacts)) or 0
        sites = (await session.scalars(select(SiteProgressRow.site).order_by(SiteProgressRow.site))).all()
    for site in sites:
        async with database.writing() as connection:
            await rebuild_agents(connection, site)
    done, last = 0, ""
    while True:
        following = select(FactRow.contact).where(of_contacts, FactRow.contact > last).distinct()
        async with database.reading() as session:
            contacts = [c for c in await session.scalars(following.order_by(FactRow.contact).limit(CHUNK)) if c]
        if not contacts:
            await rebuild_cases(database)
            return done
        async with database.writing() as connection:
            await refresh_contacts(connection, contacts)
        done, last = done + len(contacts), contacts[-1]
        progress(done, total)
