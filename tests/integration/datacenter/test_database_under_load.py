"""The database is taken away, filled up and upgraded while the data center serves: nobody sees a fault, nothing is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from cti.datacenter.database import Database
from tests.datacenter import INGEST_TOKEN, make_config, served_datacenter
from tests.load import loaded
from tests.postgres import PostgresServer, running_server
from tests.scribe import Scribe


@pytest.fixture
def no_traceback(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    yield
    assert not [record.getMessage() for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]


async def test_postgresql_restarted_under_load_costs_time_only(tmp_path: Path, no_traceback: None) -> None:
    with running_server() as server:
        url = server.create_database("hotline")
        async with (
            served_datacenter(make_config(url)) as client,
            loaded(client, tmp_path, INGEST_TOKEN) as load,
        ):
            await load.until(lambda: len(load.ended) > 20)
            for mode in ("fast", "immediate"):
                refused = load.answers[503]
                await asyncio.to_thread(server.stop, mode)
                await load.until(lambda: load.answers[503] > refused + 3 and load.behind > 0)  # noqa: B023
                await asyncio.to_thread(server.start)
                known, answered = len(load.ended), load.answers[200]
                await load.until(lambda: len(load.ended) > known + 20 and load.answers[200] > answered + 30)  # noqa: B023
            await load.settled(url)
    assert set(load.answers) == {200, 503}
    assert load.connected == 1  # the console's stream outlives the database's restart


@asynccontextmanager
async def held(url: str, table: str, mode: str) -> AsyncIterator[None]:
    """Inside the block somebody holds that table."""
    database = Database(url)
    try:
        async with database.writing() as connection:
            await connection.execute(text(f"LOCK TABLE {table} IN {mode} MODE"))
            yield
    finally:
        await database.close()


async def test_with_every_connection_in_use_it_says_so_soon_and_recovers(
    postgres: PostgresServer, template: str, monkeypatch: pytest.MonkeyPatch, no_traceback: None
) -> None:
    monkeypatch.setattr("cti.datacenter.database.POOL_SECONDS", 0.3)
    url = postgres.create_database("exhausted", template)
    scribe = Scribe()
    scribe.served()
    async with served_datacenter(make_config(url)) as client:
        async with held(url, "contacts", "ACCESS EXCLUSIVE"):
            slow = [asyncio.create_task(client.get("/api/v1/contacts")) for _ in range(20)]
            await in_use(url, 20)
            refused = await asyncio.gather(
                client.get("/api/v1/policies/80012345678"), client.post("/api/v1/facts", json=scribe.batch())
            )
            for response in refused:
                assert (response.status_code, response.json()["code"]) == (503, "datacenter.busy")
                assert int(response.headers["Retry-After"]) > 0
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz?sites=false")).status_code == 503
        assert {response.status_code for response in await asyncio.gather(*slow)} == {200}
        assert (await client.post("/api/v1/facts", json=scribe.batch())).json() == {"acknowledged": 12}
        assert (await client.get("/readyz?sites=false")).status_code == 200


async def in_use(url: str, connections: int) -> None:
    """Waits until that many connections wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    database = Database(url)
    try:
        async with asyncio.timeout(20), database.reading() as session:
            while (await session.scalar(waiting) or 0) < connections:
                await session.rollback()  # the view stands still within a transaction
                await asyncio.sleep(0.02)
    finally:
        await database.close()
