"""Migrations, and what happens while the database is away."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.pool import QueuePool

from cti.datacenter import upgrade_database
from cti.datacenter.alarms.service import Alarms
from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.datacenter.models import Base
from cti.datacenter.partitions import is_ours
from cti.datacenter.upgrade import downgrade, upgrade
from tests.datacenter import make_config, running_datacenter
from tests.postgres import PostgresServer, running_server
from tests.scribe import Scribe

CHECKOUT = Path(__file__).resolve().parents[3]


async def tables(database: Database) -> set[str]:
    async with database.writing() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_table_names())
    return {name for name in names if is_ours(name, "table", {})}


async def test_migrations_run_up_down_and_up_again(empty_database: str) -> None:
    database = Database(empty_database)
    try:
        for _ in range(2):
            await upgrade(database)
            assert await tables(database) == {"alembic_version", *Base.metadata.tables}
            await downgrade(database, "base")
            assert await tables(database) == {"alembic_version"}
    finally:
        await database.close()


async def test_the_migrated_schema_is_that_of_the_models(empty_database: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        return list(compare_metadata(context, Base.metadata))

    await upgrade_database(empty_database)
    database = Database(empty_database)
    try:
        async with database.writing() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.close()


async def test_what_is_read_in_one_go_is_of_one_moment(empty_database: str) -> None:
    await upgrade_database(empty_database)
    database = Database(empty_database)
    count, add = text("SELECT count(*) FROM alembic_version"), text("INSERT INTO alembic_version VALUES ('another')")
    try:
        async with database.reading() as session:
            assert await session.scalar(count) == 1
            async with database.writing() as connection:
                await connection.execute(add)
            assert await session.scalar(count) == 1
        async with database.reading() as session:
            assert await session.scalar(count) == 2
        async with database.writing() as connection:  # the same connection, from the pool
            await connection.execute(text("DELETE FROM alembic_version WHERE version_num = 'another'"))
    finally:
        await database.close()


async def test_several_upgrades_at_once_do_no_harm(empty_database: str) -> None:
    program = (
        "import asyncio, sys; from cti.datacenter import upgrade_database; asyncio.run(upgrade_database(sys.argv[1]))"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, empty_database, cwd=CHECKOUT, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for process in processes:
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()


async def test_alembics_own_command_line_upgrades_too(empty_database: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "-x", f"url={empty_database}", "upgrade", "head",
        cwd=CHECKOUT, stderr=subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    database = Database(empty_database)
    try:
        assert "facts" in await tables(database)
    finally:
        await database.close()


async def until_200(client: httpx.AsyncClient, path: str) -> None:
    async with asyncio.timeout(20):
        while (await client.get(path)).status_code != 200:  # noqa: ASYNC110 - the answer is what we wait for
            await asyncio.sleep(0.05)


async def test_postgresql_away_at_start_and_later_costs_time_but_no_fact() -> None:
    scribe = Scribe()
    scribe.served()
    with running_server() as server:
        url = server.create_database("hotline")
        server.stop()
        async with running_datacenter(make_config(url)) as client:
            await _refused(client, scribe)
            server.start()
            await until_200(client, "/api/v1/contacts")
            assert (await client.post("/api/v1/facts", json=scribe.batch(1, 6))).json() == {"acknowledged": 6}
            server.stop("immediate")
            await _refused(client, scribe)
            assert (await client.get("/readyz")).json()["missing"][0]["name"] == "postgresql"
            assert (await client.get("/healthz")).status_code == 200
            server.start()
            # The pool notices by itself: the first request after the return succeeds.
            assert (await client.post("/api/v1/facts", json=scribe.batch())).json() == {"acknowledged": 12}
            assert (await client.get("/api/v1/contacts/c1")).json()["cause"] == "served"


async def _refused(client: httpx.AsyncClient, scribe: Scribe) -> None:
    for response in (await client.post("/api/v1/facts", json=scribe.batch()), await client.get("/api/v1/contacts")):
        assert (response.status_code, response.json()["code"]) == (503, "datacenter.database_unavailable")
        assert int(response.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in response.text


async def test_a_database_that_refuses_us_is_told_from_one_that_is_away(postgres: PostgresServer) -> None:
    with pytest.raises(DatabaseRefused, match=r"datacenter\.database_refused"):
        await upgrade_database(postgres.url("never_created"))
    with pytest.raises(DatabaseUnavailable):
        await upgrade_database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable):
        await upgrade_database("sqlite+aiosqlite:////nonexistent/folder/datacenter.db")


async def test_a_database_that_no_longer_lets_us_in_is_503_and_not_a_fault(
    postgres: PostgresServer, template: str
) -> None:
    """A site sets facts aside when they meet the same fault again and again. This is none of the facts'."""
    url = postgres.create_database("locked_out", template).replace("postgres@", "clerk@")
    scribe = Scribe()
    scribe.served()
    operator = Database(postgres.url("postgres"))

    async def say(*statements: str) -> None:
        async with operator.writing() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    try:
        await say("CREATE ROLE clerk SUPERUSER LOGIN")
        async with running_datacenter(make_config(url)) as client:
            await say(
                "ALTER ROLE clerk NOLOGIN",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerk'",
            )
            for response in (
                await client.post("/api/v1/facts", json=scribe.batch()),
                await client.get("/api/v1/alarms"),
            ):
                assert (response.status_code, response.json()["code"]) == (503, "datacenter.database_refused")
                assert int(response.headers["Retry-After"]) > 0
                assert "127.0.0.1" not in response.text
            assert (await client.get("/readyz?sites=false")).json()["missing"] == [
                {"what": "database", "name": "postgresql", "reason": "no_answer"}
            ]
            await say("ALTER ROLE clerk LOGIN")
            assert (await client.post("/api/v1/facts", json=scribe.batch())).json() == {"acknowledged": 12}
            assert (await client.get("/readyz?sites=false")).status_code == 200
    finally:
        await operator.close()


async def test_what_fails_beside_the_requests_is_heard_and_keeps_nothing_open_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed, closed = asyncio.Event(), []

    async def watch(_alarms: Alarms) -> None:
        failed.set()
        raise RuntimeError("a mistake of ours")

    async def close(database: Database) -> None:
        closed.append(database)
        await database.engine.dispose()

    monkeypatch.setattr(Alarms, "watch", watch)
    before = asyncio.all_tasks()
    async with running_datacenter(make_config(f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}")) as client:
        monkeypatch.setattr(Database, "close", close)
        async with asyncio.timeout(5):
            await failed.wait()
        assert (await client.get("/api/v1/alarms")).status_code == 200
        [said] = [record for record in caplog.records if record.message == "datacenter.task_failed"]
        assert (said.fields["task"], said.exc_info is None) == ("datacenter-alarms", False)  # type: ignore[attr-defined]
    assert len(closed) == 1
    assert asyncio.all_tasks() == before


async def test_a_locked_sqlite_file_is_503_and_not_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.datacenter.database.POOL_SECONDS", 0.2)
    url = f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}"
    scribe = Scribe()
    scribe.served()
    async with running_datacenter(make_config(url)) as client:
        other = Database(url)
        try:
            async with other.writing():
                response = await client.post("/api/v1/facts", json=scribe.batch())
                assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
            assert (await client.post("/api/v1/facts", json=scribe.batch())).json() == {"acknowledged": 12}
        finally:
            await other.close()


async def test_cancelled_work_gives_its_connection_back(database_url: str) -> None:
    await upgrade_database(database_url)
    database = Database(database_url)

    async def work() -> None:
        async with database.writing() as connection:
            await connection.run_sync(lambda c: inspect(c).get_table_names())
            await asyncio.sleep(0.01)
        async with database.reading() as session:
            await session.connection()
            await asyncio.sleep(0.01)

    try:
        for moment in range(40):
            task = asyncio.create_task(work())
            await asyncio.wait([task], timeout=moment * 0.001)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert isinstance(database.engine.pool, QueuePool)
        assert database.engine.pool.checkedout() == 0
        assert await database.answers()
        async with database.writing():  # nobody holds the writer's turn either
            pass
    finally:
        await database.close()
