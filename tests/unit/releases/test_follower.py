"""How a site follows releases, against a data center that is a function."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from cti.calls.editions import Edition, Editions
from cti.ivr import Hotline, PromptRef, load_hotline
from cti.releases import Release, ReleaseFollower, ReleaseStore, pack

SHIPPED = Path(__file__).parents[3] / "ivr_flows/95500"


class Silent:
    fallback = "fallback"

    def find(self, prompt: PromptRef) -> str | None:
        return None

    def missing(self) -> list[str]:
        return []


class Site:
    """A site, and the data center as it sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundles: dict[str, bytes] = {}
        self.release: dict[str, Any] | None = None
        self.acknowledged: list[tuple[int, str, str]] = []
        self.taken: list[str] = []
        self.away = False
        self.start()

    def start(self) -> None:
        """A site process begins, with the files it was installed with."""
        installed = Edition(replace(load_hotline(SHIPPED), version="installed"), Silent())
        self.editions = Editions(installed)
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.follower = ReleaseFollower(
            client, "http://center", "token", "sh", "95500", ReleaseStore(self.folder / "flows"), self.editions, self._make,
            self._taken, poll_seconds=0,
        )  # fmt: skip

    @property
    def step(self) -> Callable[[], Awaitable[float]]:
        return self.follower._step

    def publish(self, wording: str) -> str:
        """A version in which something is said otherwise; gives its name."""
        source = copytree(SHIPPED, self.folder / wording)
        with (source / "prompts.yaml").open("a") as file:
            file.write(f"# {wording}\n")
        version = load_hotline(source).version
        self.bundles[version] = pack(source)
        return version

    def activate(self, n: int, version: str, canary: dict[str, Any] | None = None) -> None:
        digests = {v: hashlib.sha256(b).hexdigest() for v, b in self.bundles.items()}
        self.release = {"n": n, "version": version, "digests": digests, "canary": canary, "author": "x"}

    async def _make(self, hotline: Hotline) -> Edition:
        return Edition(hotline, Silent())

    async def _taken(self, edition: Edition) -> None:
        self.taken.append(edition.version)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        path = request.url.path.removeprefix("/api/v1/flows/95500/")
        if request.method == "PUT":
            body = json.loads(request.content)
            self.acknowledged.append((body["n"], body["outcome"], body["reason"]))
            return httpx.Response(204)
        if path == "release":
            return httpx.Response(200, json={"release": self.release, "sites": []})
        return httpx.Response(200, content=self.bundles[path.split("/")[1]])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def test_nothing_released_leaves_the_installed_files(site: Site) -> None:
    await site.step()
    assert (site.editions.current.version, site.acknowledged) == ("installed", [])


async def test_a_release_is_taken_once_and_acknowledged_once(site: Site) -> None:
    version = site.publish("one")
    site.activate(1, version)
    for _ in range(3):
        await site.step()
    assert site.editions.current.version == version
    assert (site.taken, site.acknowledged) == ([version], [(1, "taken", "")])


async def test_a_canary_is_taken_with_its_stable_version(site: Site) -> None:
    stable, other = site.publish("one"), site.publish("two")
    site.activate(1, stable, {"version": other, "percent": 0, "callers": ["1390"]})
    await site.step()
    assert site.editions.choose("c", "13900000000").version == other
    assert site.editions.choose("c", "13800000000").version == stable


async def test_a_forged_bundle_is_refused_and_calls_go_on_as_before(site: Site) -> None:
    good, bad = site.publish("one"), site.publish("two")
    site.activate(1, good)
    await site.step()
    site.activate(2, bad)
    site.bundles[bad] = site.bundles[good]
    for _ in range(3):
        await site.step()
    assert site.editions.current.version == good
    assert site.acknowledged == [(1, "taken", ""), (2, "refused", "release.forged")]


async def test_a_refused_release_is_taken_when_it_has_been_mended(site: Site) -> None:
    bad = site.publish("one")
    whole = site.bundles[bad]
    site.activate(1, bad)
    site.bundles[bad] = b"half of it"
    await site.step()
    site.bundles[bad] = whole
    await site.step()
    assert site.editions.current.version == bad
    assert site.acknowledged == [(1, "refused", "release.forged"), (1, "taken", "")]


async def test_with_the_data_center_gone_a_restarted_site_serves_what_it_had(site: Site) -> None:
    version = site.publish("one")
    site.activate(1, version)
    await site.step()
    site.away = True
    site.start()
    assert await site.follower.resume()
    await site.step()
    assert site.editions.current.version == version


async def test_a_site_that_was_away_catches_up(site: Site) -> None:
    first, second = site.publish("one"), site.publish("two")
    site.activate(1, first)
    site.away = True
    await site.step()
    assert site.editions.current.version == "installed"
    site.activate(4, second)
    site.away = False
    await site.step()
    assert (site.editions.current.version, site.acknowledged) == (second, [(4, "taken", "")])


async def test_files_spoiled_on_the_sites_disk_are_fetched_again(site: Site) -> None:
    version = site.publish("one")
    site.activate(1, version)
    await site.step()
    (site.folder / "flows" / version / "flow.yaml").write_text("spoiled: yes")
    site.start()
    assert not await site.follower.resume()
    await site.step()
    await site.step()
    assert site.editions.current.version == version


async def test_a_release_that_the_disk_refuses_to_keep_is_tried_until_it_is_taken_and_kept(site: Site) -> None:
    first, second = site.publish("one"), site.publish("two")
    site.activate(1, first)
    await site.step()
    site.activate(2, second)
    kept = site.folder / "flows" / "release.json"
    kept.rename(kept.with_suffix(".aside"))
    kept.mkdir()  # no file can take its place
    await site.step()
    assert site.editions.current.version == first, "what was refused must not be met by callers"
    kept.rmdir()
    await site.step()
    assert site.editions.current.version == second
    assert [said[:2] for said in site.acknowledged] == [(1, "taken"), (2, "refused"), (2, "taken")]
    site.start()
    assert await site.follower.resume()
    assert site.editions.current.version == second


async def test_an_acknowledgement_is_said_until_it_is_heard(site: Site) -> None:
    version = site.publish("one")
    site.activate(1, version)
    answer, site.follower._http = site.follower._http, httpx.AsyncClient(transport=httpx.MockTransport(_deaf(site)))
    await site.step()
    assert (site.editions.current.version, site.acknowledged) == (version, [])
    site.follower._http = answer
    await site.step()
    assert site.acknowledged == [(1, "taken", "")]


def _deaf(site: Site) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(503) if request.method == "PUT" else site._answer(request)


async def test_what_is_no_answer_of_the_data_center_changes_nothing(site: Site) -> None:
    for release in ({"n": 1, "version": "../../etc"}, {"n": "x"}, []):
        site.release = release  # type: ignore[assignment]
        await site.step()
    assert (site.editions.current.version, site.acknowledged) == ("installed", [])


def test_a_release_names_only_versions_that_are_safe_as_folders() -> None:
    with pytest.raises(ValueError, match="pattern"):
        Release(n=1, version="../x")
