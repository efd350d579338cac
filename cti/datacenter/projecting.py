"""Keeps the projected tables true: every contact that new facts speak of is told again from all of its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from zlib import crc32

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.models import Base, ContactRow, FactRow, LegRow, NodeVisitRow, QueueVisitRow, WrapUpRow
from cti.datacenter.projections import ContactStory, project
from cti.facts import Fact
from cti.kit.logging import get_logger

log = get_logger(__name__)
_CHUNK = 400  # contacts per statement, below SQLite's limit on bound values
_LOCK_CLASS, _LOCKS = 0x436F6E74, 256  # "Cont"; a bounded number of locks per transaction


async def refresh_contacts(connection: AsyncConnection, contacts: Iterable[str]) -> None:
    """Writes the rows of these contacts anew from the facts that this transaction sees."""
    ids = sorted(contacts)
    await _lock(connection, ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        facts = await _facts_of(connection, chunk)
        await _write(connection, [story for story in map(_told, facts.values()) if story])


async def _lock(connection: AsyncConnection, ids: Sequence[str]) -> None:
    # Two sites may speak of one contact at the same moment: the later transaction must see the facts of the earlier.
    # SQLite has one writer anyway.
    if connection.dialect.name == "postgresql" and ids:
        keys = sorted({crc32(contact.encode()) % _LOCKS for contact in ids})
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:class, k) FROM unnest(CAST(:keys AS int[])) AS k"),
            {"class": _LOCK_CLASS, "keys": keys},
        )


async def _facts_of(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, list[Fact]]:
    facts: dict[str, list[Fact]] = defaultdict(list)
    for row in await connection.execute(select(FactRow.__table__).where(FactRow.contact.in_(ids))):
        facts[row.contact].append(Fact.model_construct(**row._mapping))
    return facts


def _told(facts: Sequence[Fact]) -> ContactStory | None:
    try:
        return project(facts)
    except Exception as fault:
        # The facts are safe and can be projected again; a fault of ours must not stop the site.
        log.error("contact.not_projected", exc_info=fault, contact=facts[0].contact, facts=len(facts))
        return None


async def _write(connection: AsyncConnection, stories: Sequence[ContactStory]) -> None:
    ids = [story.contact.id for story in stories]
    for table, column in _KEYS.items():
        await connection.execute(delete(table).where(column.in_(ids)))
    for table, rows in _rows(stories).items():
        if rows:
            await connection.execute(insert(table), rows)


_KEYS: Final[dict[type[Base], Any]] = {
    ContactRow: ContactRow.id,
    LegRow: LegRow.contact,
    NodeVisitRow: NodeVisitRow.contact,
    QueueVisitRow: QueueVisitRow.contact,
    WrapUpRow: WrapUpRow.contact,
}


def _rows(stories: Sequence[ContactStory]) -> dict[type[Base], list[dict[str, Any]]]:
    def numbered(contact: str, entries: Sequence[object]) -> list[dict[str, Any]]:
        return [{"contact": contact, "n": n, **vars(entry)} for n, entry in enumerate(entries)]

    rows: dict[type[Base], list[dict[str, Any]]] = {table: [] for table in _KEYS}
    for story in stories:
        contact = story.contact.id
        rows[ContactRow].append(vars(story.contact))
        rows[LegRow] += [{"contact": contact, **vars(leg)} for leg in story.legs.values()]
        rows[NodeVisitRow] += numbered(contact, story.nodes)
        rows[QueueVisitRow] += numbered(contact, story.queues)
        rows[WrapUpRow] += numbered(contact, story.wrap_ups)
    return rows
