"""Tells every contact again from its facts: after a fault in a projection was mended, or when it tells more than it did.

The data center may go on taking facts meanwhile: each contact is locked while it is written, and reads the facts that are there then.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from cti.datacenter.database import Database
from cti.datacenter.models import FactRow
from cti.datacenter.projecting import retell_contacts

CHUNK = 400  # contacts per transaction


async def rebuild(database: Database, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Gives the number of contacts. What was told stays told when it is cancelled; run it again to go through all. Raises
    `DatabaseUnavailable` and `DatabaseRefused`."""
    of_contacts = FactRow.contact.is_not(None)
    async with database.reading() as session:
        total = await session.scalar(select(func.count(func.distinct(FactRow.contact))).where(of_contacts)) or 0
    done, last = 0, ""
    while True:
        following = select(FactRow.contact).where(of_contacts, FactRow.contact > last).distinct()
        async with database.reading() as session:
            contacts = [c for c in await session.scalars(following.order_by(FactRow.contact).limit(CHUNK)) if c]
        if not contacts:
            return done
        async with database.writing() as connection:
            await retell_contacts(connection, contacts)
        done, last = done + len(contacts), contacts[-1]
        progress(done, total)
