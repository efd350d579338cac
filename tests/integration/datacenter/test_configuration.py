"""Publishing what stands where, comparing, going back, and how sites stand with it; on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from cti.topology import Topology, document_of
from tests.datacenter import PUBLISH_TOKEN, demo_topology, make_config, running_datacenter

BASE = "/api/v1/configuration"
WHO = {"author": "wang", "message": "为什么"}
PUBLISHER = {"Authorization": f"Bearer {PUBLISH_TOKEN}"}


def topology(**skills: int) -> dict[str, Any]:
    """The demo's, where agent 1003 has these skills."""
    document = document_of(demo_topology())
    document["sites"][0]["agents"][2]["skills"] |= skills
    return document


async def send(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await client.post(f"{BASE}/{path}", json=WHO | body, headers=PUBLISHER)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def publish(
    client: httpx.AsyncClient, based_on: int, document: dict[str, Any], status: int = 200
) -> dict[str, Any]:
    return await send(client, "versions", {"based_on": based_on, "topology": document}, status)


async def get(client: httpx.AsyncClient, path: str = "") -> dict[str, Any]:
    return dict((await client.get(f"{BASE}{path}")).json())


def said(changes: dict[str, Any]) -> list[str]:
    return [f"{change['where']}: {change['what']['en']}" for change in changes["items"]]


async def test_before_anything_is_published_every_machine_uses_its_file(client: httpx.AsyncClient) -> None:
    assert await get(client) == {"version": None, "sites": []}
    assert (await client.get(f"{BASE}/versions/1")).json()["code"] == "configuration.unknown_version"


async def test_versions_are_numbered_and_keep_who_why_and_what(client: httpx.AsyncClient) -> None:
    first = await publish(client, 0, topology())
    await publish(client, 1, topology(advice=80))
    assert (first["n"], first["author"], first["message"], first["source"]) == (1, "wang", "为什么", 0)
    versions = (await get(client, "/versions"))["items"]
    assert [v["n"] for v in versions] == [2, 1]
    assert (await get(client))["version"] == versions[0]
    kept = await get(client, "/versions/1")
    assert Topology.model_validate(kept["topology"]) == demo_topology()
    assert kept["digest"] == first["digest"] != versions[0]["digest"]


async def test_what_differs_is_told_in_words(client: httpx.AsyncClient) -> None:
    await publish(client, 0, topology())
    changed = topology(advice=80)
    changed["sites"][0]["agents"].append({"number": "1005", "name": "新人 New", "skills": {"advice": 10}})
    await publish(client, 1, changed)
    assert said(await get(client, "/versions/2/changes")) == [
        "agent 1003: skill advice 70 → 80", "agent 1005: added at sh: 新人 New, advice 10"
    ]  # fmt: skip
    assert said(await get(client, "/versions/1/changes")) == []
    assert said(await get(client, "/versions/1/changes?since=2"))[0] == "agent 1003: skill advice 80 → 70"
    assert (await client.get(f"{BASE}/versions/2/changes?since=9")).status_code == 404


async def test_who_publishes_over_somebody_elses_change_is_told_what_it_was(client: httpx.AsyncClient) -> None:
    await publish(client, 0, topology())
    await publish(client, 1, topology(advice=80))
    refused = await publish(client, 1, topology(advice=75), 409)
    assert refused["code"] == "configuration.overtaken"
    assert "agent 1003: skill advice 70 → 80" in refused["what"]["en"]
    assert "技能 advice 70 → 80" in refused["what"]["zh"]
    assert (await publish(client, 7, topology(advice=75), 404))["code"] == "configuration.unknown_version"
    assert (await get(client))["version"]["n"] == 2


async def test_of_two_who_publish_at_once_one_is_told(client: httpx.AsyncClient) -> None:
    await publish(client, 0, topology())
    bodies = [WHO | {"based_on": 1, "topology": topology(advice=level)} for level in range(10, 16)]
    answers = await asyncio.gather(*(client.post(f"{BASE}/versions", json=b, headers=PUBLISHER) for b in bodies))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"configuration.overtaken"}
    assert (await get(client))["version"]["n"] == 2


async def test_the_same_again_is_no_fault_and_no_version(client: httpx.AsyncClient) -> None:
    await publish(client, 0, topology())
    assert (await publish(client, 0, topology()))["n"] == 1
    assert (await send(client, "rollback", {"n": 1}))["n"] == 1


async def test_what_is_wrong_is_named_by_its_path_and_stored_nowhere(client: httpx.AsyncClient) -> None:
    refused = await publish(client, 0, topology(advice=101), 422)
    assert refused["where"] == "topology.sites.0.agents.2.skills.advice"
    assert "不得大于 100" in refused["what"]["zh"]
    twice = topology()
    twice["sites"][1]["agents"][0]["number"] = "1001"
    assert "agent stands twice: 1001" in (await publish(client, 0, twice, 422))["what"]["en"]
    assert (await publish(client, 0, {"sites": []}, 422))["code"] == "config.missing_key"
    assert (await get(client))["version"] is None


async def test_a_rollback_is_a_new_version_that_says_what_the_old_one_said(client: httpx.AsyncClient) -> None:
    await publish(client, 0, topology())
    await publish(client, 1, topology(advice=80))
    back = await send(client, "rollback", {"n": 1})
    assert (back["n"], back["action"], back["source"]) == (3, "rolled_back", 1)
    assert said(await get(client, "/versions/3/changes?since=1")) == []
    assert (await send(client, "rollback", {"n": 9}, 404))["code"] == "configuration.unknown_version"


async def test_sites_say_how_they_stand(client: httpx.AsyncClient) -> None:
    for more in (
        {"outcome": "refused", "reason": "topology.port_clash"},
        {"outcome": "restart_needed", "restart": ["site bj"], "nodes": ["bj1"]},
    ):
        assert (await client.put(f"{BASE}/acknowledgement", json={"site": "bj", "n": 2} | more)).status_code == 200
    [site] = (await get(client))["sites"]
    assert (site["site"], site["n"], site["outcome"], site["reason"]) == ("bj", 2, "restart_needed", "")
    assert (site["restart"], site["nodes"]) == (["site bj"], ["bj1"])


@pytest.mark.parametrize("path", ["versions", "rollback"])
async def test_sites_may_not_publish(client: httpx.AsyncClient, path: str) -> None:
    body = WHO | ({"based_on": 0, "topology": topology()} if path == "versions" else {"n": 1})
    assert (await client.post(f"{BASE}/{path}", json=body)).status_code == 401


async def test_the_data_center_goes_by_the_newest_version_whoever_published_it(
    client: httpx.AsyncClient, database_url: str
) -> None:
    changed = topology()
    new = {"name": "gz", "title": "广州", "host": "127.0.3.1", "nodes": [{"name": "gz1", "address": "127.0.3.1"}]}
    changed["sites"].append(new)
    await publish(client, 0, changed)

    async def follows(center: httpx.AsyncClient) -> None:
        answer = await center.get("/api/v1/sites")
        assert [site["name"] for site in answer.json()["sites"]] == ["sh", "bj", "gz"]
        assert "ws://127.0.3.1:8080" in answer.headers["content-security-policy"]
        assert (await center.get("/api/v1/webphone?site=gz")).json()["uri"] == "sip:webphone@127.0.3.1"

    await follows(client)
    async with running_datacenter(make_config(database_url)) as other:  # started later: from the database
        await follows(other)
        await send(client, "versions", {"based_on": 1, "topology": topology()})
        await get(other)  # what a site asks every second
        assert len((await other.get("/api/v1/sites")).json()["sites"]) == 2
