"""Looking after the database: rebuilt projections are the same rows, and a copy put back is made whole by the sites."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import URL, delete, select, update

from cti.datacenter import back_up, rebuild, restore
from cti.datacenter.database import Database
from cti.datacenter.models import (
    AgentIntervalRow,
    Base,
    CaseEventRow,
    CaseRow,
    ContactRow,
    LegRow,
    NodeVisitRow,
    QueueVisitRow,
    WrapUpRow,
)
from cti.facts.cases import CaseOwnerChanged
from cti.kit.errors import EnvironmentProblem
from tests.datacenter import make_config, running_datacenter
from tests.scribe import Scribe

PROJECTED: tuple[type[Base], ...] = (
    AgentIntervalRow, ContactRow, LegRow, NodeVisitRow, QueueVisitRow, WrapUpRow, CaseRow, CaseEventRow)  # fmt: skip


async def told(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every projected row."""
    async with database.reading() as session:
        found = {}
        for table in PROJECTED:
            rows = await session.execute(select(*table.__table__.columns).order_by(*table.__table__.primary_key))
            found[table.__tablename__] = [tuple(row) for row in rows]
        return found


async def sends(client: httpx.AsyncClient, scribe: Scribe, first: int = 1) -> int:
    acknowledged = 0
    for start in range(first, scribe.seq + 1, 900):
        batch = scribe.batch(start, min(start + 899, scribe.seq))
        acknowledged = (await client.post("/api/v1/facts", json=batch)).json()["acknowledged"]
    return acknowledged


def story(contacts: int) -> Scribe:
    scribe = Scribe()
    for number in range(contacts):
        scribe.served(f"c{number}")
        if number % 10 == 0:
            case = scribe.opens_case(f"c{number}")
            scribe.write(CaseOwnerChanged(case=case, agent="1001", owner="1002"), f"c{number}")
    return scribe


async def test_a_copy_is_of_the_database_that_is_named_whatever_its_folder_is_called(tmp_path: Path) -> None:
    for name in ("#1", "50%31", "501"):
        (tmp_path / name).mkdir()
        with closing(sqlite3.connect(tmp_path / name / "datacenter.db")) as file:
            file.executescript(f"CREATE TABLE told (who); INSERT INTO told VALUES ('{name}')")
    for name in ("#1", "50%31"):
        copy = tmp_path / f"{name}.backup"
        url = URL.create("sqlite+aiosqlite", database=str(tmp_path / name / "datacenter.db"))
        await back_up(url.render_as_string(), copy)
        with closing(sqlite3.connect(copy)) as file:
            assert file.execute("SELECT who FROM told").fetchall() == [(name,)]


async def test_rebuilt_projections_are_the_same_rows(client: httpx.AsyncClient, database: Database) -> None:
    await sends(client, story(500))
    before = await told(database)
    async with database.writing() as connection:
        await connection.execute(delete(LegRow))
        await connection.execute(delete(CaseRow).where(CaseRow.contact < "c3"))
        await connection.execute(delete(CaseEventRow).where(CaseEventRow.seq > 3000))
        await connection.execute(update(CaseRow).values(owner="1009"))
        await connection.execute(delete(ContactRow).where(ContactRow.id < "c3"))
        await connection.execute(update(ContactRow).values(cause="lost", talk_ms=1))
    seen: list[tuple[int, int]] = []
    assert await rebuild(database, lambda done, of: seen.append((done, of))) == 500
    assert await told(database) == before
    assert seen == [(400, 500), (500, 500)]


async def test_a_copy_put_back_is_made_whole_by_the_sites(
    client: httpx.AsyncClient, database_url: str, database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    scribe = story(20)
    await sends(client, scribe)
    copy = tmp_path / "copy.dump"
    await back_up(database_url, copy)
    known = scribe.seq
    for number in range(20, 30):
        scribe.served(f"c{number}")
    await sends(client, scribe, known + 1)
    whole = await told(database)

    empty = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    if "postgresql" in database_url:
        empty = request.getfixturevalue("postgres").create_database(f"restored_{uuid4().hex}")
    await restore(empty, copy)
    again = Database(empty)
    try:
        async with running_datacenter(make_config(empty)) as restored:
            answer = await restored.post("/api/v1/facts", json={"site": scribe.site, "facts": []})
            assert answer.json()["acknowledged"] == known
            assert await sends(restored, scribe, known + 1) == scribe.seq
        assert await told(again) == whole
    finally:
        await again.close()


async def test_nothing_is_written_over(client: httpx.AsyncClient, database_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    await back_up(database_url, copy)
    with pytest.raises(EnvironmentProblem, match=r"backup\.exists"):
        await back_up(database_url, copy)
    with pytest.raises(EnvironmentProblem, match=r"restore\.not_empty"):
        await restore(database_url, copy)
    with pytest.raises(EnvironmentProblem, match=r"restore\.no_file"):
        await restore(database_url, tmp_path / "nothing")


async def test_the_command_says_what_it_did(client: httpx.AsyncClient, database_url: str, tmp_path: Path) -> None:
    await sends(client, story(5))
    done = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-m", "cti", "datacenter", "rebuild", "--backup", str(tmp_path / "a.dump"), "--json"],
        env={**os.environ, "HOTLINE_DATABASE_URL": database_url, "HOTLINE_STATE": str(tmp_path / "state")},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["contacts"] == 5
    assert (tmp_path / "a.dump").stat().st_mode & 0o777 == 0o600
