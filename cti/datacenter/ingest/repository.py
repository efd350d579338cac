"""SQL of the ingest. Every function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic_core import to_json
from sqlalchemy import Insert, select, text, union, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.ingest.sorting import Rejected
from cti.datacenter.models import Base, FactRow, RejectedFactRow, SiteProgressRow
from cti.facts import Fact

# One round trip whatever the number of facts, and no limit on bound parameters.
_UNNEST = text("""
    INSERT INTO facts (site, seq, id, at, contact, kind, v, data)
    SELECT :site, seq, id, at, contact, kind, v, CAST(data AS json)
    FROM unnest(CAST(:seq AS bigint[]), CAST(:id AS text[]), CAST(:at AS timestamptz[]), CAST(:contact AS text[]),
                CAST(:kind AS text[]), CAST(:v AS bigint[]), CAST(:data AS text[]))
         AS given (seq, id, at, contact, kind, v, data)
    ON CONFLICT DO NOTHING
""")
_RUN = 5000  # rows looked at per step when the acknowledged number moves on


async def lock_site(connection: AsyncConnection, site: str) -> int:
    """Puts this site's batches in line until the transaction ends; gives the acknowledged `seq`."""
    found = select(SiteProgressRow.acknowledged).where(SiteProgressRow.site == site).with_for_update()
    acknowledged = await connection.scalar(found)
    if acknowledged is None:
        row = {"site": site, "acknowledged": 0}
        await connection.execute(_insert_new(connection, SiteProgressRow), [row])
        acknowledged = await connection.scalar(found)
    return acknowledged or 0


async def stored(connection: AsyncConnection, site: str, seqs: Sequence[int]) -> dict[int, Fact]:
    """The facts already stored under some of `seqs` (ascending)."""
    if not seqs:
        return {}
    rows = await connection.execute(
        select(FactRow.__table__).where(FactRow.site == site, FactRow.seq.between(seqs[0], seqs[-1]))
    )
    wanted = set(seqs)
    return {row.seq: Fact.model_validate(row._asdict()) for row in rows if row.seq in wanted}


async def add_facts(connection: AsyncConnection, site: str, facts: Sequence[Fact]) -> None:
    if connection.dialect.name == "postgresql":
        values = {
            "site": site,
            "seq": [fact.seq for fact in facts],
            "id": [fact.id for fact in facts],
            "at": [fact.at for fact in facts],
            "contact": [fact.contact for fact in facts],
            "kind": [fact.kind for fact in facts],
            "v": [fact.v for fact in facts],
            "data": [to_json(fact.data).decode() for fact in facts],
        }
        await connection.execute(_UNNEST, values)
    else:
        await connection.execute(_insert_new(connection, FactRow), [dict(fact) for fact in facts])


async def add_rejected(connection: AsyncConnection, site: str, items: Sequence[Rejected], now: datetime) -> None:
    rows = [
        {"site": site, "seq": item.seq, "digest": item.digest, "code": item.code, "reason": item.reason,
         "body": item.body, "received_at": now}
        for item in items
    ]  # fmt: skip
    await connection.execute(_insert_new(connection, RejectedFactRow), rows)


async def advance(connection: AsyncConnection, site: str, acknowledged: int) -> int:
    """Moves the acknowledged `seq` over everything now stored without a gap, and gives it."""
    reached = acknowledged
    while True:
        nexts = union(
            select(FactRow.seq).where(FactRow.site == site, FactRow.seq > reached),
            select(RejectedFactRow.seq).where(RejectedFactRow.site == site, RejectedFactRow.seq > reached),
        )
        seqs = (await connection.scalars(nexts.order_by("seq").limit(_RUN))).all()
        run = _run_length(reached, seqs)
        reached += run
        if run < _RUN:
            break
    if reached > acknowledged:
        await connection.execute(
            update(SiteProgressRow).where(SiteProgressRow.site == site).values(acknowledged=reached)
        )
    return reached


def _run_length(after: int, seqs: Sequence[int]) -> int:
    length = 0
    while length < len(seqs) and seqs[length] == after + length + 1:
        length += 1
    return length


def _insert_new(connection: AsyncConnection, table: type[Base]) -> Insert:
    dialect_insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    return dialect_insert(table).on_conflict_do_nothing()
