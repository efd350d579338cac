"""A newer configuration, as one site's process takes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cti.asterisk import dialplan
from cti.asterisk.ami import AmiLink
from cti.asterisk.ami.errors import AmiDown
from cti.asterisk.pbx.live import RELOADED
from cti.asterisk.pbx.runtime import Runtime
from cti.kit.clock import SystemClock
from cti.kit.errors import HotlineError
from cti.releases import Configuration, ConfigurationCache, Standing
from cti.settings import Settings
from cti.site.topology import SiteTopology
from cti.testing.journal import MemoryJournal
from cti.topology import digest_of, document_of, node_digest
from tests.datacenter import TOPOLOGY, demo_topology


class Node(AmiLink):
    """What a running node says of itself: it has loaded what its files said when it was told to."""

    def __init__(self, etc: Path) -> None:
        self.node, self.etc = "sh1", etc
        self.loaded, self.reloaded, self.away, self.deaf = "", list[str](), False, False

    @property
    def up(self) -> bool:
        return not self.away

    async def global_variable(self, name: str) -> str:
        assert name == dialplan.CONFIGURATION
        if self.away:
            raise AmiDown(self.node, "not connected")
        return self.loaded

    async def reload(self, *modules: str) -> None:
        if self.away:
            raise AmiDown(self.node, "not connected")
        self.reloaded += modules
        if not self.deaf:
            lines = (self.etc / "extensions.conf").read_text().splitlines()
            [self.loaded] = [line.split(" = ")[1] for line in lines if line.startswith(dialplan.CONFIGURATION)]


class Site:
    """The process of site sh, whose node's folder is on this machine."""

    def __init__(self, state: Path) -> None:
        self.settings = Settings.from_environment(state=state, topology_file=TOPOLOGY)
        self.journal = MemoryJournal("sh", SystemClock())
        self.topology = SiteTopology(self.settings, "sh", self.journal)
        self.etc = self.settings.node_folder("sh1") / "etc"
        self.node = self.topology.links["sh1"] = Node(self.etc)
        self.etc.mkdir(parents=True)
        (self.etc / "pjsip.conf").touch()

    def kept(self) -> int:
        found = ConfigurationCache(self.settings.site_folder("sh")).remembered()
        return found.n if found else 0


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr("cti.site.topology.find", lambda cache: Runtime("asterisk", None, frozenset()))
    monkeypatch.setattr("cti.asterisk.pbx.live.render_prompts", lambda folder: folder)
    return Site(tmp_path)


def version(n: int, change: Callable[[dict[str, Any]], object] = lambda document: None) -> Configuration:
    document = document_of(demo_topology())
    change(document)
    return Configuration.published(n, digest_of(document), document)


def one_more(document: dict[str, Any]) -> None:
    document["sites"][0]["agents"].append({"number": "1005", "name": "新人", "skills": {"advice": 10}})


async def test_at_its_start_a_node_of_an_older_version_is_given_the_newest(site: Site) -> None:
    assert await site.topology.settle() == Standing()
    assert site.node.reloaded == list(RELOADED)
    await site.topology.settle()
    assert site.node.reloaded == list(RELOADED), "once"


async def test_a_new_agent_is_given_to_the_node_and_kept_for_the_next_start(site: Site) -> None:
    await site.topology.take(version(1, one_more))
    assert await site.topology.settle() == Standing()
    assert "[1005](phone)" in (site.etc / "pjsip.conf").read_text()
    assert "exten = 1005," in (site.etc / "intersite.conf").read_text()
    assert not (site.etc / "rtp.conf").exists(), "ports are for the next start"
    assert site.kept() == 1
    [fact] = [f for f in site.journal.facts if f.kind == "config.applied"]
    assert (fact.data["what"], fact.data["n"], fact.data["restart"]) == ("configuration", 1, [])


async def test_skills_alone_are_no_concern_of_the_node(site: Site) -> None:
    await site.topology.settle()
    site.node.reloaded.clear()
    await site.topology.take(version(1, lambda d: d["sites"][0]["agents"][0]["skills"].update(english=90)))
    assert (await site.topology.settle(), site.node.reloaded) == (Standing(), [])


async def test_a_node_that_is_away_is_given_it_when_it_is_back(site: Site) -> None:
    site.node.away = True
    await site.topology.take(version(1, one_more))
    assert await site.topology.settle() == Standing(nodes=("sh1",))
    site.node.away = False
    assert await site.topology.settle() == Standing()
    site.node.away = True
    assert await site.topology.settle() == Standing(nodes=("sh1",))
    site.node.away, site.node.loaded = False, "of before"
    assert await site.topology.settle() == Standing()
    assert site.node.loaded != "of before"


async def test_a_node_that_does_not_load_it_is_not_told_again_and_again(site: Site) -> None:
    site.node.deaf = True
    for _ in range(3):
        assert await site.topology.settle() == Standing(nodes=("sh1",))
    assert site.node.reloaded == list(RELOADED)
    site.node.deaf = False
    await site.topology.take(version(1, one_more))
    assert await site.topology.settle() == Standing()


async def test_a_node_does_not_send_calls_to_where_nobody_listens_yet(site: Site) -> None:
    await site.topology.settle()
    await site.topology.take(version(1, lambda d: d["sites"][0].update(agi_port=4600)))
    assert await site.topology.settle() == Standing(("site sh",), ("sh1",))
    assert "4600" not in (site.etc / "inbound.conf").read_text()
    again = SiteTopology(site.settings.afresh(taken_by="sh"), "sh", site.journal)
    again.links["sh1"] = site.node
    assert await again.settle() == Standing()
    assert "4600" in (site.etc / "inbound.conf").read_text()


async def test_a_node_elsewhere_is_waited_for_until_it_says_that_it_has_it(site: Site) -> None:
    await site.topology.settle()
    (site.etc / "pjsip.conf").unlink()
    site.node.reloaded.clear()
    await site.topology.take(version(1, one_more))
    assert await site.topology.settle() == Standing(nodes=("sh1",))
    assert site.node.reloaded == []
    site.node.loaded = node_digest(version(1, one_more).topology)
    assert await site.topology.settle() == Standing()


async def test_what_is_taken_at_the_next_start_is_named_until_then(site: Site) -> None:
    moved = version(1, lambda d: d["sites"][0].update(port=8099))
    await site.topology.take(moved)
    assert (await site.topology.settle()).restart == ("site sh",)
    again = SiteTopology(site.settings.afresh(taken_by="sh"), "sh", site.journal)
    again.links["sh1"] = site.node
    assert (again.configuration.n, await again.settle()) == (1, Standing())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d["sites"].pop(0), "configuration.without_this_site"),
        (lambda d: d["sites"][0].update(agi_port=8080), "topology.port_clash"),
    ],
)
async def test_what_this_site_can_not_run_with_changes_nothing(
    site: Site, change: Callable[[dict[str, Any]], object], code: str
) -> None:
    with pytest.raises(HotlineError) as refused:
        await site.topology.take(version(1, change))
    assert refused.value.problems[0].code == code
    assert (site.topology.configuration.n, site.kept(), site.journal.facts) == (0, 0, [])


async def test_a_disk_that_refuses_changes_nothing(site: Site) -> None:
    site.settings.site_folder("sh").parent.mkdir(parents=True)
    site.settings.site_folder("sh").touch()
    with pytest.raises(OSError, match=r"exists|directory"):
        await site.topology.take(version(1, one_more))
    assert site.topology.configuration.n == 0


async def test_a_site_that_is_nowhere_does_not_start(tmp_path: Path) -> None:
    settings = Settings.from_environment(state=tmp_path, topology_file=TOPOLOGY)
    with pytest.raises(HotlineError, match="without_this_site"):
        SiteTopology(settings, "gz", MemoryJournal("gz", SystemClock()))
