"""The whole system, started once for this folder's tests, on nodes and addresses of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.asterisk.sounds import render
from cti.ivr import load_hotline
from cti.settings import Settings
from cti.wiring import hotline_folder
from tests.postgres import PostgresServer
from tests.system import System

TOPOLOGY = Path(__file__).parents[2] / "topology.yaml"


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> AsyncIterator[System]:
    """HOTLINE_TEST_SYSTEM is the part of the addresses (`13`: 127.0.130.1 …) in which it stands, for runs side by side."""
    state = tmp_path_factory.mktemp("system")
    topology = state / "topology.yaml"
    topology.write_text(
        TOPOLOGY.read_text().replace("127.0.10", f"127.0.{os.environ.get('HOTLINE_TEST_SYSTEM', '13')}")
    )
    settings = Settings.from_environment(
        state=state, topology_file=topology, database_url=postgres.create_database("hotline")
    )
    render(load_hotline(hotline_folder(settings)), settings.prompts, print)
    pbx = Pbx(settings.pbx, prepare(settings.cache, print))
    try:
        for site in settings.topology.sites:
            for node in site.nodes:
                await pbx.start(node.name)
        async with System(settings, pbx) as system:
            yield system
    finally:
        await pbx.stop_all()


@pytest.fixture(autouse=True)
async def nothing_is_left(system: System) -> AsyncIterator[None]:
    """After each test: no channel, no call in memory, no fact on its way."""
    yield
    await system.nothing_left()
