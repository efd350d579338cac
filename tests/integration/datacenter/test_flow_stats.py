"""Figures of a flow's nodes, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import httpx

from cti.facts.kinds import ContactArrived, EndCause, FlowEntered, NodeVisited
from tests.scribe import Scribe

URL = "/api/v1/flows/95500/stats"


def call(scribe: Scribe, number: int, version: str, cause: EndCause, *visits: tuple[str, str, int]) -> None:
    """A call; a visit is (node, outcome, ms)."""
    contact = f"sh1-{version}-{number}"
    arrived = ContactArrived(hotline="95500", caller="138", called="95500", node="sh1", asterisk_channel="PJSIP/1")
    scribe.write(arrived, contact)
    scribe.write(FlowEntered(hotline="95500", flow="main", version=version, language="zh"), contact)
    for node, outcome, ms in visits:
        scribe.write(NodeVisited(flow="main", version=version, node=node, node_kind="menu" if node == "menu" else "play",
                                 input=None, outcome=outcome, ms=ms), contact)  # fmt: skip
    scribe.ends(cause, contact)


async def stats(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await client.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def written(client: httpx.AsyncClient) -> Scribe:
    scribe = Scribe("sh")
    call(
        scribe, 1, "aaaaaa", EndCause.CONTAINED, ("hello", "next", 1000), ("menu", "silence", 5000), ("menu", "1", 2000)
    )
    call(scribe, 2, "aaaaaa", EndCause.SERVED, ("hello", "next", 3000), ("menu", "invalid", 4000), ("menu", "2", 1000))
    call(scribe, 3, "aaaaaa", EndCause.LEFT_FLOW, ("hello", "next", 2000), ("menu", "hung_up", 9000))
    call(scribe, 4, "bbbbbb", EndCause.CONTAINED, ("hello", "next", 1000))
    assert (await client.post("/api/v1/facts", json=scribe.batch())).status_code == 200
    return scribe


async def test_each_node_tells_its_visits_ways_out_seconds_and_containment(client: httpx.AsyncClient) -> None:
    await written(client)
    found = await stats(client)
    first, second = found["versions"]
    assert [(v["version"], v["contacts"], v["contained"]) for v in (first, second)] == [
        ("aaaaaa", 3, 1),
        ("bbbbbb", 1, 1),
    ]
    nodes = {node["node"]: node for node in first["nodes"]}
    assert nodes["menu"]["exits"] == {"silence": 1, "1": 1, "invalid": 1, "2": 1, "hung_up": 1}
    assert [nodes["menu"][key] for key in ("visits", "contacts", "contained")] == [5, 3, 1]
    assert (nodes["menu"]["median_ms"], nodes["menu"]["p90_ms"]) == (4000, 9000)
    assert (nodes["hello"]["median_ms"], nodes["hello"]["p90_ms"]) == (2000, 3000)


async def test_one_version_and_one_time_can_be_asked_for(client: httpx.AsyncClient) -> None:
    scribe = await written(client)
    assert [v["version"] for v in (await stats(client, version="bbbbbb"))["versions"]] == ["bbbbbb"]
    assert (await stats(client, since=scribe.now.isoformat()))["versions"] == []
    assert len((await stats(client, until=scribe.now.isoformat()))["versions"]) == 2
    assert (await client.get("/api/v1/flows/10086/stats")).json()["versions"] == []
    assert (await client.get(URL, params={"version": "no version"})).status_code == 422
