"""Two real sites with a standby each, a data center on PostgreSQL, and cables that can be pulled out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.asterisk.sounds import render
from cti.ivr import load_hotline
from cti.settings import Settings
from cti.supervisor import Child
from cti.wiring import hotline_folder
from tests.cable import Cable
from tests.faults.clock import Clock, built
from tests.postgres import PostgresServer
from tests.system import System

AGENTS = 20  # at each site
SITES = ("sh", "bj")
HOST = {"sh": "127.0.201.1", "bj": "127.0.202.1"}
CARRIER = {"sh": "127.0.209.1", "bj": "127.0.209.2"}
AMI_CABLE_PORT, PEER_CABLE_PORT = 5039, 7080

FLOW = """\
hotline: "95500"
name: faults
languages: [en]
start: hello
nodes:
  hello: {kind: play, title: {zh: 欢迎, en: Hello}, prompts: [hello], next: choose}
  choose:
    kind: menu
    title: {zh: 选择, en: Choose}
    prompts: [choose]
    keys: {1: claims, 2: advice}
    wait_seconds: 4
    attempts: 5
    failed: claims
  claims: {kind: queue, title: {zh: 理赔, en: Claims}, queue: claims, timeout: over, answered: score}
  advice: {kind: queue, title: {zh: 咨询, en: Advice}, queue: advice, timeout: over, answered: score}
  score:
    kind: survey
    title: {zh: 评分, en: Score}
    question: agent
    prompts: [choose]
    wait_seconds: 1
    attempts: 1
    next: over
    skipped: over
  over: {kind: hang_up, title: {zh: 结束, en: Over}}
"""
QUEUES = """\
queues:
  claims:
    title: {zh: 理赔, en: Claims}
    skills: {claims: 50}
    priority: 5
    wrap_up_seconds: 3
    longest_wait_seconds: 3600
    overflow: [{when: {waited_seconds: 2}}]
  advice:
    title: {zh: 咨询, en: Advice}
    skills: {advice: 50}
    wrap_up_seconds: 0
    longest_wait_seconds: 3600
    overflow: [{when: {nobody_logged_in: true}}]
wrap_up_codes: [{code: done, zh: 完成, en: Done}]
break_reasons: [{code: rest, zh: 小休, en: Rest}]
"""
PROMPTS = "hello: {en: Welcome.}\nchoose: {en: Press one or two.}\n"


@dataclass(frozen=True, slots=True)
class Center:
    """Everything that stands. `cables` by name: `ami-sh`, `ami-bj`, `peers`. `clocks` by site, where they can be set."""

    system: System
    postgres: PostgresServer
    cables: dict[str, Cable]
    clocks: dict[str, Clock]

    @property
    def settings(self) -> Settings:
        return self.system.settings


@asynccontextmanager
async def standing(folder: Path, postgres: PostgresServer, *, set_clocks: bool = False) -> AsyncIterator[Center]:
    """The center, up and ready inside the block. With `set_clocks` its sites' clocks can be set, which costs them some time."""
    flows = folder / "flows"
    (flows / "95500").mkdir(parents=True)
    for name, text in (("flow", FLOW), ("queues", QUEUES), ("prompts", PROMPTS)):
        (flows / f"95500/{name}.yaml").write_text(text)
    topology = folder / "topology.yaml"
    topology.write_text(_topology())
    database = postgres.create_database("faults")
    settings = Settings.from_environment(
        state=folder / "state", topology_file=topology, flows=flows, database_url=database, probe_seconds=0
    )
    render(load_hotline(hotline_folder(settings)), settings.prompts, print)
    pbx = Pbx(settings.pbx, prepare(settings.cache, print))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pbx.stop_all)
        for site in SITES:
            await pbx.start(f"{site}1")
        system = System(settings, pbx)
        library = built(folder) if set_clocks else None
        cables, clocks = dict[str, Cable](), dict[str, Clock]()
        for site in SITES:
            cable = Cable(HOST[site], AMI_CABLE_PORT, (HOST[site], 5038))
            cables[f"ami-{site}"] = await stack.enter_async_context(cable)
        # The site whose name comes first, bj, connects to the other.
        cables["peers"] = await stack.enter_async_context(Cable(HOST["sh"], PEER_CABLE_PORT, (HOST["sh"], 8080)))
        for site in SITES:
            cabled = topology.with_name(f"{site}.yaml")
            cabled.write_text(_topology(ami_port=AMI_CABLE_PORT, port_of_sh=PEER_CABLE_PORT if site == "bj" else 8080))
            own = settings.model_copy(update={"topology_file": cabled})
            if library is not None:
                clocks[site] = Clock(library, folder / f"{site}.clock")
            environment = clocks[site].environment if library is not None else {}
            for name in (site, f"{site}-standby"):
                system.children[name] = Child(f"site-{name}", ["site", site], own, environment)
        yield Center(await stack.enter_async_context(system), postgres, cables, clocks)


def _topology(*, ami_port: int = 5038, port_of_sh: int = 8080) -> str:
    """As one of the processes sees it: by cables, or not."""
    lines = ['hotline: "95500"', "data_center: {host: 127.0.200.1, port: 8000}", "sites:"]
    for index, site in enumerate(SITES):
        lines += [f"  - name: {site}", f"    host: {HOST[site]}", f"    port: {port_of_sh if site == 'sh' else 8080}"]
        lines += [f"    nodes: [{{name: {site}1, address: {HOST[site]}, ami_port: {ami_port}}}]"]
        lines += [f"    carriers: [{{name: carrier-{site}, addresses: [{CARRIER[site]}]}}]", "    agents:"]
        for i in range(AGENTS):
            skills = "{claims: 60, advice: 60}" if i % 2 else "{claims: 80}"
            lines.append(f'      - {{number: "{(index + 1) * 1000 + i}", name: A{i}, skills: {skills}}}')
    return "\n".join(lines) + "\n"
