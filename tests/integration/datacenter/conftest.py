from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from cti.datacenter import upgrade_database
from cti.datacenter.database import Database
from tests.datacenter import make_config, running_datacenter
from tests.postgres import PostgresServer

TEMPLATE = "hotline_template"


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> str:
    """A database at the newest schema, to be copied: faster than migrating for each test."""
    url = postgres.create_database(TEMPLATE)
    with ThreadPoolExecutor(1) as thread:  # not in the tests' event loop, which may be running
        thread.submit(lambda: asyncio.run(upgrade_database(url))).result()
    return TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create_database(f"empty_{uuid4().hex}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of the test's own; the same tests pass on both kinds."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create_database(f"test_{uuid4().hex}", request.getfixturevalue("template"))


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_datacenter(make_config(database_url)) as client:
        yield client


@pytest.fixture
async def database(client: httpx.AsyncClient, database_url: str) -> AsyncIterator[Database]:
    """A second way into the database of `client`."""
    database = Database(database_url)
    yield database
    await asyncio.shield(database.close())
