"""Keeps `cases` and `case_events` true: every case that new facts speak of is told again from all of its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.cases.projection import KINDS, Case, case_of, project
from cti.datacenter.locks import lock_names
from cti.datacenter.models import CaseEventRow, CaseRow, FactRow
from cti.facts import Fact
from cti.kit.logging import get_logger

log = get_logger(__name__)
CASES_VERSION: Final = 1  # one more whenever the same facts give other rows

_CHUNK = 400  # facts per statement, below SQLite's limit on bound values
_LOCK_FAMILY = 0x43617365  # "Case"


async def refresh_cases(connection: AsyncConnection, facts: Iterable[Fact]) -> None:
    """Takes what is said of cases into their histories, once each, and writes those cases anew. Nearly all batches say nothing."""
    said = [(case, fact) for fact in facts if (case := case_of(fact)) is not None]
    if not said:
        return
    await lock_names(connection, _LOCK_FAMILY, (case for case, _ in said))
    for start in range(0, len(said), _CHUNK):
        chunk = said[start : start + _CHUNK]
        await _add_events(connection, chunk)
        told = await _histories(connection, {case for case, _ in chunk})
        await connection.execute(delete(CaseRow).where(CaseRow.id.in_(told)))
        if rows := [vars(case) for case in map(_told, told.values()) if case]:
            await connection.execute(insert(CaseRow), rows)


async def said_behind(connection: AsyncConnection, last: str, limit: int) -> Sequence[str]:
    """The keys of the next facts about cases, for `retell_cases`."""
    site, _, seq = last.partition(" ")
    following = (
        select(FactRow.site, FactRow.seq)
        .where(FactRow.kind.in_(KINDS), tuple_(FactRow.site, FactRow.seq) > (site, int(seq or 0)))
        .order_by(FactRow.site, FactRow.seq)
        .limit(min(limit, _CHUNK))
    )
    return [f"{row.site} {row.seq}" for row in await connection.execute(following)]


async def retell_cases(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """Writes the cases anew of which these facts speak."""
    places = [(site, int(seq)) for site, _, seq in (key.partition(" ") for key in keys)]
    found = select(FactRow.__table__).where(tuple_(FactRow.site, FactRow.seq).in_(places))
    await refresh_cases(connection, [Fact.model_construct(**row._mapping) for row in await connection.execute(found)])


async def _add_events(connection: AsyncConnection, said: Sequence[tuple[str, Fact]]) -> None:
    rows = [
        {"site": fact.site, "seq": fact.seq, "case": case, "at": fact.at, "contact": fact.contact, "kind": fact.kind,
         "v": fact.v, "data": fact.data}
        for case, fact in said
    ]  # fmt: skip
    new = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    await connection.execute(new(CaseEventRow).on_conflict_do_nothing(), rows)


async def _histories(connection: AsyncConnection, cases: Iterable[str]) -> Mapping[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    events = select(CaseEventRow.__table__).where(CaseEventRow.case.in_(cases))
    for row in await connection.execute(events):
        found[row.case].append(Fact.model_construct(id="", **{k: v for k, v in row._mapping.items() if k != "case"}))
    return found


def _told(facts: Sequence[Fact]) -> Case | None:
    try:
        return project(facts)
    except Exception as fault:  # the facts are safe; a fault of ours must not stop the site
        log.error("case.not_projected", exc_info=fault, facts=len(facts))
        return None
