"""A database with a month of facts is upgraded while the data center serves: nobody sees a fault, nobody waits for long."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import text

from cti.datacenter.database import Database, DatabaseUnavailable
from cti.datacenter.upgrade import migrate, upgrade, upgrade_database
from cti.settings import Settings
from tests.datacenter import TOPOLOGY, answering, make_config, served_datacenter
from tests.load import loaded
from tests.migrating import code_before, fill, held_long, last_two, with_one_more
from tests.ports import free_port
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def filled(postgres: PostgresServer) -> str:
    """The name of a database with a month of facts, as it was before the newest migration."""

    async def make() -> None:
        database = Database(postgres.create_database("filled"))
        await upgrade(database, last_two()[0])
        async with database.writing() as connection:
            await fill(connection)
        await database.close()

    with ThreadPoolExecutor(1) as thread:  # not in the tests' event loop, which may be running
        thread.submit(lambda: asyncio.run(make())).result()
    return "filled"


@asynccontextmanager
async def serving_before(url: str, folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, str, Path]]:
    """A process of the version before the newest migration: a client, the ingest token, and its log."""
    code, state, port = folder / "code", folder / "state", free_port()
    code.mkdir()
    topology = yaml.safe_load(TOPOLOGY.read_text()) | {"data_center": {"host": "127.0.0.1", "port": port}}
    file = folder / "topology.yaml"
    file.write_text(yaml.safe_dump(topology, allow_unicode=True))
    token = Settings.from_environment(state=state, topology_file=file).secrets.derive("ingest")
    environment = os.environ | {"HOTLINE_STATE": str(state), "HOTLINE_TOPOLOGY": str(file), "HOTLINE_DATABASE_URL": url}
    log = folder / "log"
    where = code_before(code)
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cti", "datacenter", cwd=where, env=environment | {"PYTHONPATH": str(where)},
            stdout=output, stderr=output,
        )  # fmt: skip
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            await answering(client, "/api/v1/contacts")
            yield client, token, log
    finally:
        process.terminate()
        await process.wait()


async def test_the_newest_migration_runs_under_load_while_the_version_before_it_serves(
    postgres: PostgresServer, filled: str, tmp_path: Path
) -> None:
    url = postgres.create_database("migrated", filled)
    database = Database(url, statement_seconds=None)
    try:
        async with (
            serving_before(url, tmp_path) as (client, token, log),
            loaded(client, tmp_path / "journal", token, console=False) as load,
        ):
            await load.until(lambda: load.answers[200] > 30 and load.behind < 20)
            await asyncio.gather(upgrade(database), load.more())
            answered = load.answers[200]
            await load.until(lambda: load.answers[200] > answered + 30)
            await load.settled(url)
            assert "Traceback" not in log.read_text()
    finally:
        await database.close()
    assert set(load.answers) <= {200, 503}


async def held_by(url: str, revision: str = "head") -> list[str]:
    database = Database(url, statement_seconds=None)
    try:
        async with database.writing() as connection:
            await migrate(connection, revision)
            return await held_long(connection)
    finally:
        await database.close()


async def test_the_newest_migration_holds_no_large_table_for_long_or_says_that_it_does(
    postgres: PostgresServer, filled: str
) -> None:
    held = await held_by(postgres.create_database("looked_at", filled))
    assert not held or last_two()[2], (
        f"While this migration runs, all wait for {', '.join(held)}: it goes through every row under a lock. Do it in steps "
        'that do not; or say in the migration\'s file what operators must plan for: long_lock = "…".'
    )


@pytest.mark.parametrize(
    ("statement", "held"),
    [
        ("ALTER TABLE facts ADD COLUMN planted text", []),
        ("CREATE TABLE planted (n int)", []),
        ("ALTER TABLE facts ALTER COLUMN v TYPE integer", ["facts"]),
        ("ALTER TABLE contacts ALTER COLUMN site SET NOT NULL, ADD CHECK (site <> '')", ["contacts"]),
        ("CREATE INDEX planted ON facts (kind)", ["facts"]),
        ("UPDATE legs SET party = 'agent'", ["legs"]),
    ],
)
async def test_a_migration_that_would_make_others_wait_is_noticed(
    postgres: PostgresServer,
    filled: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    held: list[str],
) -> None:
    url = postgres.create_database(f"planted_{abs(hash(statement))}", filled)
    await upgrade_database(url)
    monkeypatch.setattr("cti.datacenter.upgrade.MIGRATIONS", with_one_more(tmp_path, statement))
    assert await held_by(url) == held


async def test_a_migration_waits_for_a_table_only_for_a_moment_since_all_others_wait_behind_it(
    postgres: PostgresServer, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.create_database("in_use", template)
    monkeypatch.setattr("cti.datacenter.upgrade.LOCK_SECONDS", 0.2)
    monkeypatch.setattr(
        "cti.datacenter.upgrade.MIGRATIONS", with_one_more(tmp_path, "ALTER TABLE contacts ADD COLUMN planted text")
    )
    backup = Database(url)
    try:
        async with backup.reading() as session:
            await session.execute(text("SELECT 1 FROM contacts"))  # as pg_dump does, for hours
            with pytest.raises(DatabaseUnavailable):
                await upgrade_database(url)
        await upgrade_database(url)
    finally:
        await backup.close()


async def test_columns_that_change_under_a_running_process_are_no_fault(
    postgres: PostgresServer,
    template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = postgres.create_database("changing", template)
    async with served_datacenter(make_config(url)) as client:
        paths = ("/api/v1/contacts", "/api/v1/policies/80012345678")
        for path in paths:
            assert (await client.get(path)).status_code == 200
        monkeypatch.setattr(
            "cti.datacenter.upgrade.MIGRATIONS",
            with_one_more(tmp_path, "ALTER TABLE policies ALTER COLUMN product TYPE varchar(200)"),
        )
        await upgrade_database(url)
        for path in paths:  # what was prepared before is prepared again, on each of the connections that are open
            answers = [(await client.get(path)).status_code for _ in range(20)]
            assert set(answers) <= {200, 503}
            assert answers[-5:] == [200] * 5
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_database_that_a_newer_version_has_upgraded_is_served_as_it_is(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(
            "cti.datacenter.upgrade.MIGRATIONS",
            with_one_more(tmp_path, "ALTER TABLE contacts ADD COLUMN planted VARCHAR(9)"),
        )
        await upgrade_database(database_url)
    async with served_datacenter(make_config(database_url)) as client:
        assert (await client.get("/api/v1/contacts")).status_code == 200
