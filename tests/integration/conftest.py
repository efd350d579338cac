"""What all tests against the real thing share: two Asterisk nodes and a PostgreSQL, started once, on addresses that only tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.settings import Settings
from tests.postgres import postgres

__all__ = ["postgres"]  # a fixture, shared by import
TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation of its own: nothing of the developer's is read or written, but for the cached Asterisk root."""
    return Settings.from_environment(state=tmp_path_factory.mktemp("hotline"), topology_file=TESTS / "topology.yaml")


@pytest.fixture(scope="session")
async def pbx(settings: Settings) -> AsyncIterator[Pbx]:
    """Nodes `sh1` (127.0.101.1) and `bj1` (127.0.102.1), running."""
    nodes = Pbx(settings.pbx, prepare(settings.cache, print))
    try:
        for site in settings.topology.sites:
            for node in site.nodes:
                await nodes.start(node.name)
                log = settings.node_folder(node.name) / "log"
                (log / "boot.log").write_bytes((log / "messages.log").read_bytes())  # before any test adds to it
        yield nodes
    finally:
        await nodes.stop_all()
