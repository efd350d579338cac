"""Keeps the projected tables true: every contact that new facts speak of is told again from all of its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter import bulk
from cti.datacenter.locks import lock_names
from cti.datacenter.models import Base, ContactRow, FactRow, LegRow, NodeVisitRow, QueueVisitRow, WrapUpRow
from cti.datacenter.projections import Contact, ContactStory, Leg, NodeVisit, QueueVisit, WrapUp, project
from cti.facts import Fact
from cti.kit.logging import get_logger

log = get_logger(__name__)

# One more whenever the same facts give other rows: every data center then makes them anew.
PROJECTION_VERSION: Final = 1

_CHUNK = 400  # contacts per statement, below SQLite's limit on bound values
_LOCK_FAMILY = 0x436F6E74  # "Cont"


async def tell_contacts(connection: AsyncConnection, fresh: Iterable[Fact], *, wary: bool = False) -> None:
    """Writes the rows of the contacts of these facts, which are about to be added, from all that is known of each.

    A contact whose facts were deleted for their age stays as it was told from all of them. Raises `bulk.AlreadyThere` for one that
    begins once more; `wary`, it leaves that as it was told too.
    """
    told: dict[str, list[Fact]] = defaultdict(list)
    for fact in fresh:
        if fact.contact:
            told[fact.contact].append(fact)
    ids = sorted(told)
    await lock_names(connection, _LOCK_FAMILY, ids)
    for chunk in _chunks(ids):
        earlier = await _facts_of(connection, chunk)
        left = await _told_of_deleted(connection, set(chunk) - earlier.keys()) if wary else set()
        stories = [_told([*earlier.get(contact, ()), *told[contact]]) for contact in chunk if contact not in left]
        await _write(connection, await _whole(connection, stories), list(earlier))


async def retell_contacts(connection: AsyncConnection, contacts: Iterable[str]) -> None:
    """Writes the rows of these contacts anew from the facts that this transaction sees."""
    ids = sorted(contacts)
    await lock_names(connection, _LOCK_FAMILY, ids)
    for chunk in _chunks(ids):
        facts = await _facts_of(connection, chunk)
        await _write(connection, await _whole(connection, [_told(each) for each in facts.values()]), chunk)


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


async def _facts_of(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, list[Fact]]:
    facts: dict[str, list[Fact]] = defaultdict(list)
    for row in await connection.execute(select(FactRow.__table__).where(FactRow.contact.in_(ids))):
        facts[row.contact].append(Fact.model_construct(**row._mapping))
    return facts


async def _told_of_deleted(connection: AsyncConnection, ids: Iterable[str]) -> set[str]:
    """Of contacts without a fact, those that have been told."""
    return set(await connection.scalars(select(ContactRow.id).where(ContactRow.id.in_(ids))))


async def _whole(connection: AsyncConnection, stories: Iterable[ContactStory | None]) -> list[ContactStory]:
    """Those that could be told, without what is left of a contact whose other facts were deleted: of that more was told already, its
    beginning or its end."""
    told = {story.contact.id: story for story in stories if story}
    headless = [contact for contact, story in told.items() if story.contact.arrived_at is None]
    if headless:
        before = select(ContactRow.id, ContactRow.arrived_at, ContactRow.ended_at).where(ContactRow.id.in_(headless))
        for row in await connection.execute(before):
            if row.arrived_at or (row.ended_at and not told[row.id].contact.ended_at):
                del told[row.id]
    return list(told.values())


def _told(facts: Sequence[Fact]) -> ContactStory | None:
    try:
        return project(facts)
    except Exception as fault:
        # The facts are safe and can be projected again; a fault of ours must not stop the site.
        log.error("contact.not_projected", exc_info=fault, contact=facts[0].contact, facts=len(facts))
        return None


async def _write(connection: AsyncConnection, stories: Sequence[ContactStory], replaced: Sequence[str]) -> None:
    """Adds their rows; `replaced` are contacts that may have rows."""
    told = {story.contact.id for story in stories}
    replaced = [contact for contact in replaced if contact in told]
    if replaced:
        for table, (column, _) in _TABLES.items():
            await connection.execute(delete(table).where(column.in_(replaced)))
    for table, rows in _rows(stories).items():
        if rows:
            await bulk.add(connection, table, _TABLES[table][1], rows)


def _columns(kind: type, *before: str) -> tuple[str, ...]:
    return (*before, *(field.name for field in fields(kind)))


# Table → (which of its columns is the contact's id, all columns in the order of `_rows`)
_TABLES: Final[dict[type[Base], tuple[Any, Sequence[str]]]] = {
    ContactRow: (ContactRow.id, _columns(Contact)),
    LegRow: (LegRow.contact, _columns(Leg, "contact")),
    NodeVisitRow: (NodeVisitRow.contact, _columns(NodeVisit, "contact", "n")),
    QueueVisitRow: (QueueVisitRow.contact, _columns(QueueVisit, "contact", "n")),
    WrapUpRow: (WrapUpRow.contact, _columns(WrapUp, "contact", "n")),
}


def _rows(stories: Iterable[ContactStory]) -> dict[type[Base], list[tuple[Any, ...]]]:
    def numbered(contact: str, entries: Sequence[object]) -> list[tuple[Any, ...]]:
        return [(contact, n, *vars(entry).values()) for n, entry in enumerate(entries)]

    rows: dict[type[Base], list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
    for story in stories:
        contact = story.contact.id
        rows[ContactRow].append(tuple(vars(story.contact).values()))
        rows[LegRow] += [(contact, *vars(leg).values()) for leg in story.legs.values()]
        rows[NodeVisitRow] += numbered(contact, story.nodes)
        rows[QueueVisitRow] += numbered(contact, story.queues)
        rows[WrapUpRow] += numbered(contact, story.wrap_ups)
    return rows
