"""How a site follows the published configuration, against a data center that is a function; and its own copy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from cti.kit.errors import ConfigError, problem
from cti.releases import Configuration, ConfigurationCache, ConfigurationFollower, Standing
from cti.settings import Settings
from cti.topology import DataCenter, digest_of, document_of
from tests.datacenter import TOPOLOGY, demo_topology

NOTHING = Standing()


def version(n: int, title: str = "") -> dict[str, Any]:
    document = document_of(demo_topology())
    document["sites"][0]["title"] = title
    return {"n": n, "digest": digest_of(document), "topology": document, "author": "wang"}


def configuration(n: int, title: str = "") -> Configuration:
    found = version(n, title)
    return Configuration.published(n, found["digest"], found["topology"])


class Site:
    """A site, and the data center as it sees it."""

    def __init__(self) -> None:
        self.configuration = Configuration.installed(demo_topology())
        self.standing = NOTHING
        self.wrong = ""  # why it can't take what is published
        self.published: dict[str, Any] | None = None
        self.heard: list[tuple[int, str, str, list[str], list[str]]] = []
        self.away = False
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.follower = ConfigurationFollower(client, "http://center", "token", "sh", self, poll_seconds=0)

    async def take(self, newer: Configuration) -> None:
        if self.wrong:
            raise ConfigError(problem(self.wrong, "x", "Wrong.", "错误。", "Mend.", "请修正。"))
        self.configuration = newer

    async def settle(self) -> Standing:
        return self.standing

    async def step(self, times: int = 1) -> None:
        for _ in range(times):
            await self.follower._step()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        if request.method == "PUT":
            body = json.loads(request.content)
            more = body.get("restart", []), body.get("nodes", [])
            self.heard.append((body["n"], body["outcome"], body["reason"], *more))
            return httpx.Response(200, json={})
        if request.url.path.endswith("/configuration"):
            return httpx.Response(200, json={"version": self.published, "sites": []})
        return httpx.Response(200, json=self.published)


@pytest.fixture
def site() -> Site:
    return Site()


async def test_while_nothing_is_published_nothing_is_said(site: Site) -> None:
    await site.step(2)
    assert (site.configuration.n, site.heard) == (0, [])


async def test_a_version_is_taken_once_and_acknowledged_once(site: Site) -> None:
    site.published = version(1, "上海")
    await site.step(3)
    assert (site.configuration.n, site.configuration.topology.sites[0].title) == (1, "上海")
    assert site.heard == [(1, "taken", "", [], [])]


async def test_what_is_left_to_do_is_said_and_said_again_when_it_has_changed(site: Site) -> None:
    site.published, site.standing = version(1), Standing(("site sh",), ("sh1",))
    await site.step(2)
    site.standing = NOTHING
    await site.step(2)
    assert site.heard == [(1, "restart_needed", "", ["site sh"], ["sh1"]), (1, "taken", "", [], [])]


async def test_what_can_not_be_taken_is_refused_until_it_can(site: Site) -> None:
    site.published, site.wrong = version(1), "topology.port_clash"
    await site.step(2)
    assert site.configuration.n == 0
    site.wrong = ""
    await site.step()
    assert [one[:3] for one in site.heard] == [(1, "refused", "topology.port_clash"), (1, "taken", "")]


async def test_what_is_not_what_was_published_is_refused(site: Site) -> None:
    site.published = version(1) | {"topology": document_of(demo_topology())}
    await site.step()
    assert (site.configuration.n, site.heard[0][2]) == (0, "configuration.forged")


async def test_what_a_newer_data_center_says_and_this_site_does_not_know_is_refused(site: Site) -> None:
    document = document_of(demo_topology()) | {"moons": 2}
    site.published = {"n": 1, "digest": digest_of(document), "topology": document}
    await site.step()
    assert (site.configuration.n, site.heard[0][2]) == (0, "configuration.not_understood")


async def test_a_site_that_was_away_catches_up_and_says_so(site: Site) -> None:
    site.published, site.away = version(4), True
    await site.step(2)
    assert (site.configuration.n, site.heard) == (0, [])
    site.away = False
    await site.step()
    assert (site.configuration.n, site.heard) == (4, [(4, "taken", "", [], [])])


async def test_after_a_restart_it_says_again_how_it_stands(site: Site) -> None:
    site.published = version(2)
    site.configuration = configuration(2)
    await site.step(2)
    assert site.heard == [(2, "taken", "", [], [])]


async def test_of_a_data_center_that_lost_versions_the_other_with_the_same_number_is_taken(site: Site) -> None:
    site.configuration, site.published = configuration(2, "before"), version(2, "after")
    await site.step()
    assert site.configuration.topology.sites[0].title == "after"


@pytest.mark.parametrize("answer", [{"n": "x", "digest": ""}, {"n": 1}, []])
async def test_what_is_no_answer_of_the_data_center_changes_nothing(site: Site, answer: Any) -> None:
    site.published = answer
    await site.step(2)
    assert (site.configuration.n, site.heard) == (0, [])


def test_a_copy_gives_back_what_it_took_and_nothing_when_it_was_spoiled(tmp_path: Path) -> None:
    cache = ConfigurationCache(tmp_path / "sh")
    assert cache.remembered() is None
    cache.remember(configuration(3, "上海"))
    assert cache.remembered() == configuration(3, "上海")
    assert [path.name for path in (tmp_path / "sh").iterdir()] == ["configuration.json"]
    kept = tmp_path / "sh/configuration.json"
    whole = kept.read_text()
    for spoiled in (whole[:-20], whole.replace("上海", "下海"), "", "[]"):
        kept.write_text(spoiled)
        assert cache.remembered() is None


class TestSettings:
    """Which configuration a process starts with."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings.from_environment(state=tmp_path, topology_file=TOPOLOGY)

    def test_without_a_published_one_the_file_counts(self, settings: Settings) -> None:
        assert (settings.configuration.n, settings.topology) == (0, demo_topology())

    def test_what_a_site_has_taken_wins_over_the_file(self, settings: Settings) -> None:
        ConfigurationCache(settings.site_folder("sh")).remember(configuration(2, "older"))
        ConfigurationCache(settings.site_folder("bj")).remember(configuration(3, "newer"))
        assert settings.configuration.n == 3
        assert settings.afresh(taken_by="sh").topology.sites[0].title == "older"
        assert settings.afresh(taken_by="gz").configuration.n == 0
        assert settings.afresh(as_installed=True).topology == demo_topology()

    def test_read_afresh_it_is_what_was_taken_meanwhile(self, settings: Settings) -> None:
        assert settings.configuration.n == 0
        ConfigurationCache(settings.site_folder("sh")).remember(configuration(1))
        assert (settings.configuration.n, settings.afresh().configuration.n) == (0, 1)

    def test_a_spoiled_copy_leaves_the_file(self, settings: Settings) -> None:
        settings.site_folder("sh").mkdir(parents=True)
        (settings.site_folder("sh") / "configuration.json").write_text("{")
        assert settings.configuration.n == 0

    def test_the_file_alone_says_where_the_data_center_is(self, settings: Settings) -> None:
        document = document_of(demo_topology()) | {"data_center": {"host": "127.0.0.99"}}
        ConfigurationCache(settings.site_folder("sh")).remember(
            Configuration.published(1, digest_of(document), document)
        )
        assert (settings.configuration.n, settings.topology.data_center) == (1, DataCenter())
