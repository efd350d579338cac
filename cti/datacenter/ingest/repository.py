"""SQL of the ingest. Every function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Insert, Select, func, select, union, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter import bulk
from cti.datacenter.ingest.sorting import Rejected
from cti.datacenter.models import Base, FactRow, LostFactsRow, RejectedFactRow, SiteProgressRow
from cti.facts import Fact

Range = tuple[int, int]  # of `seq`, both ends included
_RUN = 5000  # rows looked at per step when the acknowledged number moves on
_COLUMNS: Final = ("site", "seq", "id", "at", "contact", "kind", "v", "data")
_progress = SiteProgressRow.__table__


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one site: nothing is missing up to `acknowledged`, and nothing has arrived above `highest`."""

    acknowledged: int
    highest: int


async def lock_site(connection: AsyncConnection, site: str) -> Progress:
    """Puts this site's batches in line until the transaction ends."""
    found = select(_progress.c.acknowledged, _progress.c.highest).where(_progress.c.site == site).with_for_update()
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        await connection.execute(_insert_new(connection, SiteProgressRow), [{"site": site, "acknowledged": 0}])
        row = (await connection.execute(found)).one()
    return Progress(row.acknowledged, max(row.highest, row.acknowledged))


async def stored(connection: AsyncConnection, site: str, seqs: Sequence[int]) -> dict[int, Fact]:
    """The facts already stored under some of `seqs`."""
    if not seqs:
        return {}
    rows = await connection.execute(select(FactRow.__table__).where(FactRow.site == site, FactRow.seq.in_(seqs)))
    return {row.seq: Fact.model_construct(**row._mapping) for row in rows}


async def add_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Raises `bulk.AlreadyThere`."""
    rows = ((f.site, f.seq, f.id, f.at, f.contact, f.kind, f.v, f.data) for f in facts)
    await bulk.add(connection, FactRow, _COLUMNS, rows)


async def add_rejected(connection: AsyncConnection, site: str, items: Sequence[Rejected], now: datetime) -> None:
    rows = [
        {"site": site, "seq": item.seq, "digest": item.digest, "code": item.code, "reason": item.reason,
         "body": item.body, "received_at": now}
        for item in items
    ]  # fmt: skip
    await connection.execute(_insert_new(connection, RejectedFactRow), rows)


async def add_lost(connection: AsyncConnection, site: str, ranges: Sequence[Range], now: datetime) -> None:
    rows = [{"site": site, "first": first, "last": last, "declared_at": now} for first, last in ranges]
    await connection.execute(_insert_new(connection, LostFactsRow), rows)


async def advance(
    connection: AsyncConnection, site: str, before: Progress, seqs: Collection[int], lost: Sequence[Range]
) -> Progress:
    """Moves the site's progress on after these arrived: over everything that is now there without a gap."""
    reached = _over(before.acknowledged, seqs, lost)
    if before.acknowledged < before.highest and reached > before.acknowledged:
        reached = await _walk(connection, site, reached)
    highest = max((before.highest, *seqs, *(last for _, last in lost)))
    after = Progress(reached, highest)
    if after != before:
        await connection.execute(
            update(SiteProgressRow)
            .where(SiteProgressRow.site == site)
            .values(acknowledged=after.acknowledged, highest=after.highest)
        )
    return after


async def first_gap(connection: AsyncConnection, site: str, progress: Progress) -> Range | None:
    """What is missing before the next that is there."""
    if progress.acknowledged >= progress.highest:
        return None
    nexts: list[int | None] = [
        await connection.scalar(_above(function, column, site, progress.acknowledged))
        for function, column in (
            (func.min(FactRow.seq), FactRow.seq),
            (func.min(RejectedFactRow.seq), RejectedFactRow.seq),
            (func.min(LostFactsRow.first), LostFactsRow.first),
        )
    ]
    following = min((seq for seq in nexts if seq is not None), default=None)
    return None if following is None else (progress.acknowledged + 1, following - 1)


def _above(what: Any, column: Any, site: str, seq: int) -> Select[Any]:
    return select(what).where(column.class_.site == site, column > seq)


async def _walk(connection: AsyncConnection, site: str, reached: int) -> int:
    """As far as it goes on in the tables."""
    while True:
        nexts = union(
            select(FactRow.seq).where(FactRow.site == site, FactRow.seq > reached),
            select(RejectedFactRow.seq).where(RejectedFactRow.site == site, RejectedFactRow.seq > reached),
        )
        seqs = (await connection.scalars(nexts.order_by("seq").limit(_RUN))).all()
        lost = select(LostFactsRow.first, LostFactsRow.last).where(
            LostFactsRow.site == site, LostFactsRow.last > reached
        )
        ranges = [
            (row.first, row.last) for row in await connection.execute(lost.order_by(LostFactsRow.first).limit(_RUN))
        ]
        further = _over(reached, seqs, ranges)
        if further == reached:
            return reached
        reached = further


def _over(reached: int, seqs: Collection[int], lost: Sequence[Range]) -> int:
    """The last number without a gap behind `reached`, by these alone."""
    for first, last in sorted([*((seq, seq) for seq in seqs), *lost]):
        if first > reached + 1:
            break
        reached = max(reached, last)
    return reached


def _insert_new(connection: AsyncConnection, table: type[Base]) -> Insert:
    dialect_insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    return dialect_insert(table).on_conflict_do_nothing()
