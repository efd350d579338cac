"""Months of facts, their deletion for age, and projections that are made anew after an upgrade."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import func, select, text, update

from cti.datacenter import upgrade_database
from cti.datacenter.database import Database
from cti.datacenter.metrics import Metrics
from cti.datacenter.models import AgentIntervalRow, Base, ContactRow, FactRow, LegRow, ProjectionRow
from cti.datacenter.partitions import make_months, month_of, partitions
from cti.datacenter.rebuilding import CONTACTS, bring_up_to_date, rebuild
from cti.datacenter.retention import delete_old_facts, limit
from cti.datacenter.upkeep import Upkeep
from cti.facts.kinds import AgentStateChanged, AgentStatusChanged
from cti.kit.clock import SystemClock
from tests.datacenter import make_config, running_datacenter
from tests.postgres import PostgresServer
from tests.scribe import Scribe

NOVEMBER = datetime(2026, 11, 5, tzinfo=UTC)


class Autumn(SystemClock):
    """It is October 2026."""

    def wall(self) -> datetime:
        return datetime(2026, 10, 15, tzinfo=UTC)


@pytest.fixture
async def migrated(database_url: str) -> AsyncIterator[Database]:
    await upgrade_database(database_url)
    database = Database(database_url)
    yield database
    await asyncio.shield(database.close())


async def send(client: httpx.AsyncClient, scribe: Scribe, first: int = 1) -> int:
    acknowledged = 0
    for start in range(first, scribe.seq + 1, 900):
        answer = await client.post("/api/v1/facts", json=scribe.batch(start, min(start + 899, scribe.seq)))
        assert answer.status_code == 200, answer.text
        acknowledged = answer.json()["acknowledged"]
    return acknowledged


async def count(database: Database, table: type[Base]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def contacts_with_facts(database: Database) -> set[str | None]:
    async with database.reading() as session:
        return set(await session.scalars(select(FactRow.contact).distinct()))


def test_a_limit_is_a_number_of_whole_months_besides_the_one_that_runs() -> None:
    assert limit(None)(NOVEMBER) is None
    assert limit(2)(NOVEMBER) == datetime(2026, 9, 1, tzinfo=UTC)
    assert limit(11)(NOVEMBER) == datetime(2025, 12, 1, tzinfo=UTC)
    assert month_of(datetime(2026, 12, 31, tzinfo=UTC), 1) == datetime(2027, 1, 1, tzinfo=UTC)


async def test_facts_of_any_time_are_taken_and_come_into_their_month_when_there_is_one(postgres: PostgresServer,
                                                                                      template: str) -> None:  # fmt: skip
    url = postgres.create_database("months", template)
    database = Database(url)
    far = datetime(2031, 3, 15, tzinfo=UTC)
    scribe = Scribe()
    for moment in (NOVEMBER, far, datetime(2150, 1, 1, tzinfo=UTC), datetime(2001, 1, 1, tzinfo=UTC)):
        scribe.now = moment
        scribe.arrives(f"c{moment.year}")
    try:
        async with running_datacenter(make_config(url)) as client:
            assert await send(client, scribe) == scribe.seq
            await make_months(database, far)
            assert await send(client, scribe) == scribe.seq
            scribe.now = far
            scribe.arrives("late")
            assert await send(client, scribe, scribe.seq - 2) == scribe.seq
        async with database.writing() as connection:
            months = [each.name for each in await partitions(connection)]
            assert await connection.scalar(text("SELECT count(*) FROM facts_2031_03")) == 6
        assert {"facts_2031_02", "facts_2031_03", "facts_2031_06"} <= set(months)
        assert await count(database, FactRow) == scribe.seq
    finally:
        await database.close()


async def test_old_facts_go_with_their_contacts_and_what_was_told_stays(database_url: str, migrated: Database) -> None:
    """Those of contacts that are open, or have younger facts, are kept; and none that was deleted comes back."""
    scribe = Scribe()
    scribe.now = datetime(2026, 5, 31, 23, 50, tzinfo=UTC)
    for month in (datetime(2026, 5, 10, tzinfo=UTC), datetime(2026, 8, 10, tzinfo=UTC)):
        await make_months(migrated, month)
    scribe.served("ended")
    scribe.arrives("open")
    scribe.served("goes-on")
    scribe.now = datetime(2026, 8, 20, tzinfo=UTC)
    scribe.wraps_up("1001", "goes-on")
    scribe.served("younger")
    before = datetime(2026, 8, 1, tzinfo=UTC)
    async with running_datacenter(make_config(database_url, fact_months=2), Autumn()) as client:
        assert await send(client, scribe) == scribe.seq
        assert await delete_old_facts(migrated, before) > 0
        assert await delete_old_facts(migrated, before) == 0
        assert await contacts_with_facts(migrated) == {"open", "goes-on", "younger"}
        assert await send(client, scribe) == scribe.seq
        assert await contacts_with_facts(migrated) == {"open", "goes-on", "younger"}
        story = (await client.get("/api/v1/contacts/ended")).json()
        assert (story["cause"], story["facts"]) == ("served", [])
        scribe.wraps_up("1001", "ended")  # months too late: what was told from all facts stands
        assert await send(client, scribe, scribe.seq - 1) == scribe.seq
        assert (await client.get("/api/v1/contacts/ended")).json()["cause"] == "served"
        assert len((await client.get("/api/v1/contacts/goes-on")).json()["facts"]) == 14
        assert await delete_old_facts(migrated, datetime(2026, 9, 1, tzinfo=UTC)) > 0
        assert await contacts_with_facts(migrated) == {"open"}
    if migrated.is_postgresql:
        async with migrated.writing() as connection:
            assert min(each.end for each in await partitions(connection)) > before


async def test_what_comes_months_too_late_never_takes_the_place_of_what_was_told_from_all_facts(
    database_url: str, migrated: Database
) -> None:
    """A disk that was found at another site brings its facts of a contact in several batches; then all is told anew."""
    home, away = Scribe(now=datetime(2026, 5, 10, tzinfo=UTC)), Scribe("bj", now=datetime(2026, 5, 10, tzinfo=UTC))
    home.served("ended")
    for _ in range(3):
        away.wraps_up("2001", "ended")
    async with running_datacenter(make_config(database_url, fact_months=2), Autumn()) as client:
        assert await send(client, home) == home.seq
        story = (await client.get("/api/v1/contacts/ended")).json() | {"facts": []}
        assert await delete_old_facts(migrated, datetime(2026, 8, 1, tzinfo=UTC)) > 0
        for first in (1, 3):
            batch = away.batch(first, first + 1)
            assert (await client.post("/api/v1/facts", json=batch)).json() == {"acknowledged": first + 1}
            assert (await client.get("/api/v1/contacts/ended")).json() | {"facts": []} == story
        await rebuild(migrated)
        assert (await client.get("/api/v1/contacts/ended")).json() | {"facts": []} == story


async def test_making_agents_times_anew_keeps_those_of_months_whose_facts_are_gone(
    database_url: str, migrated: Database
) -> None:
    """Also where a contact that is open has kept some of them, between others that went."""
    scribe = Scribe(now=datetime(2026, 5, 10, tzinfo=UTC))
    scribe.arrives("open")
    for month in (5, 5, 8, 9):
        scribe.now = max(scribe.now, datetime(2026, month, 10, tzinfo=UTC))
        scribe.write(AgentStatusChanged(agent="1001", status="available", was="logged_out"), None)
        scribe.write(AgentStateChanged(agent="1001", state="talking", was="idle"), "open")
        scribe.write(AgentStateChanged(agent="1001", state="idle", was="talking"), None, after_ms=60_000)
        scribe.write(AgentStatusChanged(agent="1001", status="logged_out", was="available"), None)
    async with running_datacenter(make_config(database_url, fact_months=2), Autumn()) as client:
        assert await send(client, scribe) == scribe.seq

        async def intervals() -> list[tuple[object, ...]]:
            async with migrated.reading() as session:
                every = select(AgentIntervalRow.__table__).order_by(AgentIntervalRow.started_seq)
                return [tuple(row) for row in await session.execute(every)]

        told = await intervals()
        assert len(told) == 12
        assert await delete_old_facts(migrated, datetime(2026, 8, 1, tzinfo=UTC)) > 0
        async with migrated.writing() as connection:
            later = AgentIntervalRow.started_at > datetime(2026, 9, 1, tzinfo=UTC)
            await connection.execute(update(AgentIntervalRow).where(later).values(status="wrong"))
        await rebuild(migrated)
        assert await intervals() == told


async def test_a_new_version_of_a_projection_makes_its_rows_anew_from_where_a_killed_process_left_off(
    client: httpx.AsyncClient, database: Database
) -> None:
    scribe = Scribe()
    for number in range(30):
        scribe.served(f"c{number:02}")
    await send(client, scribe)
    async with database.writing() as connection:
        await connection.execute(update(LegRow).values(outcome="wrong"))
    assert await bring_up_to_date(database, CONTACTS) == "done"
    newer = replace(CONTACTS, version=CONTACTS.version + 1)
    of_contacts = select(ProjectionRow.__table__).where(ProjectionRow.name == CONTACTS.name)
    for _ in range(2):
        assert await bring_up_to_date(database, newer, chunk=10) == "more"
    async with database.reading() as session:
        row = (await session.execute(of_contacts)).one()
        assert (row.version, row.building, row.cursor, row.made) == (CONTACTS.version, newer.version, "c19", 20)
        wrong = select(func.count()).select_from(LegRow).where(LegRow.outcome == "wrong")
        assert await session.scalar(wrong) == 10 * 2
    metrics = Metrics()
    await Upkeep(database, SystemClock(), metrics, months=None, projections=[newer]).bring_up_to_date()
    async with database.reading() as session:
        assert await session.scalar(wrong) == 0
        row = (await session.execute(of_contacts)).one()
    assert (row.version, row.building, row.made) == (newer.version, None, 30)
    assert f'projection_version{{projection="contacts"}} {newer.version}.0' in metrics.render().decode()
    assert await bring_up_to_date(database, CONTACTS) == "done"  # an earlier version's process leaves it alone


async def test_of_two_processes_one_makes_a_projection_anew(postgres: PostgresServer, template: str) -> None:
    database = Database(postgres.create_database("rebuilt_by_two", template))
    inside = asyncio.Event()
    on = asyncio.Event()

    async def waits(connection: object, keys: object) -> None:
        inside.set()
        await on.wait()

    slow = replace(CONTACTS, version=9, make=waits)
    try:
        async with running_datacenter(make_config(database.where)) as client:
            scribe = Scribe()
            scribe.served()
            await send(client, scribe)
            first = asyncio.create_task(bring_up_to_date(database, slow))
            await inside.wait()
            assert await bring_up_to_date(database, slow) == "busy"
            on.set()
            assert await first == "more"
            assert await bring_up_to_date(database, slow) == "done"
    finally:
        await database.close()


async def test_the_data_center_keeps_up_by_itself(database_url: str, migrated: Database) -> None:
    scribe = Scribe()
    scribe.now = datetime(2020, 1, 1, tzinfo=UTC)
    scribe.served("old")
    async with running_datacenter(make_config(database_url)) as client:
        await send(client, scribe)
    async with migrated.writing() as connection:
        await connection.execute(update(ProjectionRow).values(version=0))
        await connection.execute(update(ContactRow).values(cause="wrong"))
    async with running_datacenter(make_config(database_url, fact_months=2)) as client, asyncio.timeout(20):
        while await count(migrated, FactRow):  # noqa: ASYNC110 - what we wait for is in the database
            await asyncio.sleep(0.02)
        assert (await client.get("/api/v1/contacts/old")).json()["cause"] == "served"
