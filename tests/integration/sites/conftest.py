"""Topologies that come with Hotline, each started as a whole on addresses of its own."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.asterisk.sounds import render
from cti.ivr import load_hotline
from cti.settings import TOPOLOGIES, Settings
from cti.supervisor import Child
from cti.wiring import hotline_folder
from tests.cable import Cable
from tests.postgres import PostgresServer
from tests.system import System

PART = os.environ.get("HOTLINE_TEST_SITES", "17")
CABLE = f"127.0.{PART}8.1"
_databases = itertools.count(1)
Changes = Mapping[str, Mapping[str, Any]]


def addressed(text: str) -> str:
    """A topology on the tests' addresses."""
    for site in "123":
        text = text.replace(f"127.0.{site}.", f"127.0.{PART}{site}.")
    return text.replace("127.0.9.", f"127.0.{PART}9.").replace("host: 127.0.0.1", f"host: 127.0.{PART}0.1")


def _merge(file: Path, part: str, changes: Changes) -> None:
    content = yaml.safe_load(file.read_text())
    for name, change in changes.items():
        content[part].setdefault(name, {}).update(change)
    dumper = yaml.SafeDumper
    dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign,assignment]
    file.write_text(yaml.dump(content, Dumper=dumper, allow_unicode=True))


@asynccontextmanager
async def standing(
    name: str, folder: Path, postgres: PostgresServer, queues: Changes | None = None, nodes: Changes | None = None
) -> AsyncIterator[System]:
    """The topology of that name, up and ready. `queues` and `nodes` are merged into those of the hotline, key by key."""
    topology = folder / f"{name}.yaml"
    topology.write_text(addressed((TOPOLOGIES / f"{name}.yaml").read_text()))
    flows = folder / "flows"
    shutil.copytree(Settings.from_environment().flows, flows)
    _merge(flows / "95500/queues.yaml", "queues", queues or {})
    _merge(flows / "95500/flow.yaml", "nodes", nodes or {})
    database = postgres.create_database(f"sites_{next(_databases)}")
    settings = Settings.from_environment(
        state=folder / "state", topology_file=topology, flows=flows, database_url=database
    )
    render(load_hotline(hotline_folder(settings)), settings.prompts, print)
    pbx = Pbx(settings.pbx, prepare(settings.cache, print))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pbx.stop_all)
        for site in settings.topology.sites:
            for node in site.nodes:
                await pbx.start(node.name)
        system = System(settings, pbx)
        system.cables = await _cabled(system, topology, stack)
        yield await stack.enter_async_context(system)


async def _cabled(system: System, topology: Path, stack: AsyncExitStack) -> dict[str, Cable]:
    """Each pair of sites is connected by a cable: the one that connects is told the cable's address for the other."""
    cables, sites = {}, sorted(system.topology.sites, key=lambda s: s.name)
    for i, site in enumerate(sites):
        text = topology.read_text()
        for j, other in enumerate(sites[i + 1 :]):
            cable = Cable(CABLE, 7000 + 10 * i + j, (other.host, other.port))
            cables[f"{site.name}-{other.name}"] = await stack.enter_async_context(cable)
            text = text.replace(f"    host: {other.host}\n", f"    host: {CABLE}\n    port: {cable.port}\n")
        own = topology.with_name(f"{topology.stem}-{site.name}.yaml")
        own.write_text(text)
        system.children[site.name] = Child(
            f"site-{site.name}", ["site", site.name], system.settings.model_copy(update={"topology_file": own})
        )
    return cables


@pytest.fixture(scope="module")
async def three(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> AsyncIterator[System]:
    """Three sites with trunks and agents. Claims wait elsewhere after two seconds, complaints at once."""
    queues: Changes = {
        "claims": {
            "overflow": [{"when": {"nobody_logged_in": True}}, {"when": {"waited_seconds": 2}}],
            "wrap_up_seconds": 0,
        },
        "complaints": {"overflow": [{"when": {"always": True}}], "wrap_up_seconds": 0},
        "advice": {"sticky": {"wait_seconds": 20}, "wrap_up_seconds": 0},
    }
    async with standing("multiple", tmp_path_factory.mktemp("three"), postgres, queues) as system:
        yield system
