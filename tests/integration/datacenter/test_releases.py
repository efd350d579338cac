"""Publishing, activating, rolling back, canaries and acknowledgements, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cti.datacenter import InspectedBundle
from cti.facts.kinds import ContactArrived, EndCause, FlowEntered, NodeVisited
from cti.kit.errors import ConfigError, problem
from tests.datacenter import PUBLISH_TOKEN, make_config, running_datacenter
from tests.scribe import Scribe

BASE = "/api/v1/flows/95500"
WHO = {"author": "wang", "message": "为什么"}
PUBLISHER = {"Authorization": f"Bearer {PUBLISH_TOKEN}"}


def inspect(bundle: bytes) -> InspectedBundle:
    """In these tests a bundle is `hotline version`."""
    hotline, _, version = bundle.decode().strip().partition(" ")
    if version == "broken":
        raise ConfigError(
            problem("flow.unknown_node", "flow.yaml:3:1", "There is no node x.", "节点 x 不存在。", "Mend.", "改。")
        )
    return InspectedBundle(hotline, "main", version, {"main_menu": (f"菜单{version}", f"Menu {version}")})


@pytest.fixture
async def center(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_datacenter(make_config(database_url, inspect_bundle=inspect)) as client:
        yield client


async def post(center: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await center.post(f"{BASE}/{path}", json=body, headers=PUBLISHER)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def publish(center: httpx.AsyncClient, *versions: str) -> None:
    for version in versions:
        bundle = base64.b64encode(f"95500 {version}".encode()).decode()
        await post(center, "versions", WHO | {"bundle": bundle})


async def activate(center: httpx.AsyncClient, version: str) -> dict[str, Any]:
    return await post(center, "releases", WHO | {"version": version})


def call(scribe: Scribe, caller: str, version: str, cause: EndCause, node: str = "menu") -> str:
    """A call that ends in the flow."""
    contact = f"sh1-{caller}"
    arrived = ContactArrived(hotline="95500", caller=caller, called="95500", node="sh1", asterisk_channel="PJSIP/1")
    scribe.write(arrived, contact)
    scribe.write(FlowEntered(hotline="95500", flow="main", version=version, language="zh"), contact)
    visit = NodeVisited(flow="main", version=version, node=node, node_kind="menu", input="1", outcome="1", ms=2100)
    scribe.write(visit, contact)
    scribe.ends(cause, contact)
    return contact


async def send(scribe: Scribe, center: httpx.AsyncClient) -> None:
    assert (await center.post("/api/v1/facts", json=scribe.batch())).status_code == 200


async def release(center: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await center.get(f"{BASE}/release")).json())


async def test_before_the_first_release_sites_use_their_files(center: httpx.AsyncClient) -> None:
    assert await release(center) == {"release": None, "sites": []}
    assert (await post(center, "rollback", WHO, 422))["code"] == "release.nothing_before"


async def test_a_version_is_stored_once_and_never_changes(center: httpx.AsyncClient) -> None:
    await publish(center, "aaaaaa", "aaaaaa")
    versions = (await center.get(f"{BASE}/versions")).json()["items"]
    assert [(v["version"], v["author"], v["message"]) for v in versions] == [("aaaaaa", "wang", "为什么")]
    bundle = await center.get(f"{BASE}/versions/aaaaaa/bundle")
    assert bundle.content == b"95500 aaaaaa"
    assert versions[0]["digest"] == hashlib.sha256(bundle.content).hexdigest()


async def test_broken_files_are_refused_with_what_is_wrong(center: httpx.AsyncClient) -> None:
    for bundle, code in ((b"95500 broken", "flow.unknown_node"), (b"10086 aaaaaa", "release.other_hotline")):
        answer = await post(center, "versions", WHO | {"bundle": base64.b64encode(bundle).decode()}, 422)
        assert answer["code"] == code
    assert (await center.get(f"{BASE}/versions")).json()["items"] == []


async def test_what_was_never_published_is_never_activated(center: httpx.AsyncClient) -> None:
    assert (await post(center, "releases", WHO | {"version": "abcdef"}, 404))["code"] == "release.unknown_version"
    assert (await release(center))["release"] is None


async def test_rollbacks_go_back_step_by_step_and_never_forth(center: httpx.AsyncClient) -> None:
    await publish(center, "aaaaaa", "bbbbbb", "cccccc")
    for version in ("aaaaaa", "bbbbbb", "cccccc"):
        await activate(center, version)
    assert (await post(center, "rollback", WHO))["version"] == "bbbbbb"
    assert (await post(center, "rollback", WHO))["version"] == "aaaaaa"
    assert (await post(center, "rollback", WHO, 422))["code"] == "release.nothing_before"
    await activate(center, "cccccc")
    assert (await post(center, "rollback", WHO))["version"] == "aaaaaa"
    history = (await center.get(f"{BASE}/releases")).json()["items"]
    assert [r["n"] for r in history] == [7, 6, 5, 4, 3, 2, 1]


async def test_a_rollback_ends_a_canary_first(center: httpx.AsyncClient) -> None:
    await publish(center, "aaaaaa", "bbbbbb")
    alone = await post(center, "releases", WHO | {"canary": {"version": "bbbbbb", "percent": 5}}, 422)
    assert alone["code"] == "release.canary_alone"
    await activate(center, "aaaaaa")
    await post(center, "releases", WHO | {"canary": {"version": "bbbbbb", "percent": 5, "callers": ["138"]}})
    now = (await release(center))["release"]
    assert (now["version"], now["canary"]["version"], set(now["digests"])) == ("aaaaaa", "bbbbbb", {"aaaaaa", "bbbbbb"})
    back = await post(center, "rollback", WHO)
    assert (back["version"], back["canary"], back["action"]) == ("aaaaaa", None, "rolled_back")


async def test_a_canary_of_which_too_many_calls_fail_returns_by_itself(center: httpx.AsyncClient) -> None:
    await publish(center, "aaaaaa", "bbbbbb")
    await activate(center, "aaaaaa")
    canary = {"version": "bbbbbb", "percent": 50, "least_calls": 4, "tolerance_percent": 10}
    await post(center, "releases", WHO | {"canary": canary})
    scribe = Scribe("sh", now=datetime.now(UTC))
    for number in range(4):
        call(scribe, f"13800{number}", "aaaaaa", EndCause.CONTAINED)
    for number in range(3):
        call(scribe, f"13900{number}", "bbbbbb", EndCause.FAILED)
    await send(scribe, center)
    assert (await release(center))["release"]["canary"] is not None
    call(scribe, "139003", "bbbbbb", EndCause.CONTAINED)
    await send(scribe, center)
    answers = await asyncio.gather(*(release(center) for _ in range(4)))
    assert {a["release"]["action"] for a in answers} == {"canary_returned"}
    assert {(a["release"]["n"], a["release"]["version"], a["release"]["canary"]) for a in answers} == {
        (3, "aaaaaa", None)
    }
    assert "3 of 4 calls failed" in answers[0]["release"]["message"]


async def test_of_two_who_release_at_once_one_is_told(center: httpx.AsyncClient) -> None:
    await publish(center, "aaaaaa", "bbbbbb")
    bodies = [WHO | {"version": version} for version in ("aaaaaa", "bbbbbb") * 3]
    answers = await asyncio.gather(*(center.post(f"{BASE}/releases", json=body, headers=PUBLISHER) for body in bodies))
    made = [a.json()["n"] for a in answers if a.status_code == 200]
    assert sorted(made) == list(range(1, len(made) + 1))
    assert {a.json()["code"] for a in answers if a.status_code != 200} <= {"release.overtaken"}


async def test_sites_say_what_they_made_of_it(center: httpx.AsyncClient) -> None:
    for outcome, reason in (("refused", "release.forged"), ("taken", "")):
        body = {"site": "bj", "n": 2, "outcome": outcome, "reason": reason}
        assert (await center.put(f"{BASE}/acknowledgement", json=body)).status_code == 200
    sites = (await release(center))["sites"]
    assert [(s["site"], s["n"], s["outcome"], s["reason"]) for s in sites] == [("bj", 2, "taken", "")]


async def test_sites_may_not_publish(center: httpx.AsyncClient) -> None:
    bundle = base64.b64encode(b"95500 aaaaaa").decode()
    for path, body in (
        ("versions", WHO | {"bundle": bundle}),
        ("releases", WHO | {"version": "aaaaaa"}),
        ("rollback", WHO),
    ):
        assert (await center.post(f"{BASE}/{path}", json=body)).status_code == 401


async def test_a_contact_shows_the_titles_of_its_own_version(center: httpx.AsyncClient) -> None:
    await publish(center, "aaaaaa", "bbbbbb")
    scribe = Scribe("sh", now=datetime.now(UTC))
    contact = call(scribe, "13800138000", "aaaaaa", EndCause.CONTAINED, node="main_menu")
    await send(scribe, center)
    story = (await center.get(f"/api/v1/contacts/{contact}")).json()
    assert [node["title"] for node in story["nodes"]] == [{"zh": "菜单aaaaaa", "en": "Menu aaaaaa"}]


async def test_a_hotline_with_recordings_may_be_large_but_only_who_may_publish_sends_so_much(
    center: httpx.AsyncClient,
) -> None:
    bundle = b"95500 aa11bb22cc33".ljust(9_000_000)
    body = WHO | {"bundle": base64.b64encode(bundle).decode()}
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert (await center.post(f"{BASE}/versions", json=body, headers=headers)).status_code == 413
    assert (await post(center, "versions", body))["version"] == "aa11bb22cc33"
    assert (await center.get(f"{BASE}/versions/aa11bb22cc33/bundle")).content == bundle
    too_large = b"x" * (100 * 1024 * 1024)
    answer = await center.post(f"{BASE}/versions", content=too_large, headers=PUBLISHER)
    assert answer.status_code == 413
