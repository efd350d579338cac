from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from cti.datacenter import NodeTitle
from cti.facts.kinds import EndCause, OfferOutcome, QueueOutcome
from tests.datacenter import make_config, running_datacenter
from tests.scribe import START, Scribe


async def send(client: httpx.AsyncClient, scribe: Scribe) -> None:
    for start in range(0, scribe.seq, 1000):
        response = await client.post("/api/v1/facts", json=scribe.batch(start + 1, start + 1000))
        assert response.status_code == 200, response.text


async def ids(client: httpx.AsyncClient, **filters: str | int) -> list[str]:
    response = await client.get("/api/v1/contacts", params=filters)
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


@pytest.fixture
async def told(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Three contacts at sh and one at bj."""
    scribe = Scribe()
    scribe.served("c1")
    scribe.arrives("c2", caller="+8613900139000")
    scribe.waits("c2", queue="complaints")
    scribe.leaves(QueueOutcome.ABANDONED, 5000, "c2", queue="complaints")
    scribe.ends(EndCause.ABANDONED, "c2")
    scribe.arrives("c3", caller="")
    other = Scribe("bj", now=START + timedelta(hours=1))
    other.arrives("c4", caller="13900139000")
    other.waits("c4")
    other.offers("o1", "2001", "c4")
    other.offer_ends("o1", "2001", OfferOutcome.RONA, "c4")
    await send(client, scribe)
    await send(client, other)
    return client


async def test_the_story_of_a_contact_is_told_whole(told: httpx.AsyncClient) -> None:
    story = (await told.get("/api/v1/contacts/c1")).json()
    expected = {
        "id": "c1", "site": "sh", "caller": "13800138000", "called": "95500", "channel": "voice", "hotline": "95500",
        "language": "zh", "queue": "claims", "waited_ms": 4000, "agent": "1001", "agent_site": "sh", "talk_ms": 60_000,
        "cause": "served", "ended_by": "customer", "duration_ms": 70_000, "wrap_up_code": "claim_reported",
        "flow": "main", "flow_version": "v1", "node": "sh1",
    }  # fmt: skip
    assert expected.items() <= story.items()
    assert [leg["leg"] for leg in story["legs"]] == ["customer", "c1-o1"]
    assert [(offer["agent"], offer["outcome"], offer["ring_ms"]) for offer in story["offers"]] == [
        ("1001", "answered", 3000)
    ]
    assert [(node["node"], node["input"], node["title"]) for node in story["nodes"]] == [("menu", "1", None)]
    assert [(visit["queue"], visit["outcome"]) for visit in story["queues"]] == [("claims", "answered")]
    assert [work["note"] for work in story["wrap_ups"]] == ["已登记"]
    assert [fact["seq"] for fact in story["facts"]] == list(range(1, 13))
    assert story["arrived_at"] == story["facts"][0]["at"] == "2026-11-23T08:00:00.250000Z"


async def test_a_contact_going_on_is_told_so_far(told: httpx.AsyncClient) -> None:
    story = (await told.get("/api/v1/contacts/c4")).json()
    assert (story["ended_at"], story["cause"], story["agent"]) == (None, None, None)
    assert [offer["outcome"] for offer in story["offers"]] == ["rona"]
    assert [visit["left_at"] for visit in story["queues"]] == [None]


async def test_an_unknown_contact_is_404(told: httpx.AsyncClient) -> None:
    response = await told.get("/api/v1/contacts/nobody")
    assert (response.status_code, response.json()["code"]) == (404, "contact.unknown")


async def test_filters_narrow_the_list(told: httpx.AsyncClient) -> None:
    assert await ids(told) == ["c4", "c3", "c2", "c1"]
    assert await ids(told, caller="13800138000") == ["c1"]
    assert await ids(told, caller="+8613900139000") == ["c2"]
    assert await ids(told, caller="8613900139000") == ["c2"]
    assert await ids(told, caller="13900139000") == ["c4"]
    assert await ids(told, site="bj") == ["c4"]
    assert await ids(told, queue="claims") == ["c4", "c1"]
    assert await ids(told, agent="1001") == ["c1"]
    assert await ids(told, agent="2001") == []  # was offered the contact, did not talk
    assert await ids(told, cause="abandoned") == ["c2"]
    hour = (START + timedelta(hours=1)).isoformat()
    assert await ids(told, since=hour) == ["c4"]
    assert await ids(told, until=hour) == ["c3", "c2", "c1"]
    assert await ids(told, since="2026-11-23T17:00:00+08:00") == ["c4"]
    assert await ids(told, caller="13800138000", site="bj") == []


async def test_an_offset_whose_plus_was_not_encoded_is_understood(told: httpx.AsyncClient) -> None:
    response = await told.get("/api/v1/contacts?since=2026-11-23T17:00:00+08:00")
    assert [item["id"] for item in response.json()["items"]] == ["c4"]


async def test_pages_cover_everything_once_also_when_contacts_arrive_meanwhile(client: httpx.AsyncClient) -> None:
    scribe = Scribe(step=timedelta(0))  # all arrive at the same microsecond: only the id tells them apart
    for i in range(23):
        scribe.arrives(f"c{i:02}")
    await send(client, scribe)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await client.get("/api/v1/contacts", params={"limit": 5} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        newer = Scribe(f"s{len(seen)}", now=START + timedelta(hours=1))
        newer.arrives(f"new{len(seen)}")
        await send(client, newer)
    assert seen == [f"c{i:02}" for i in reversed(range(23))]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("cursor", "!!!"),
        ("cursor", "bm90IGEgY3Vyc29y"),
        ("since", "yesterday"),
        ("since", "2026-11-23T08:00:00"),
        ("since", "0001-01-01T00:00:00+14:00"),
        ("limit", "0"),
        ("limit", "201"),
        ("cause", "boredom"),
        ("site", "a\x00b"),
        ("caller", "1" * 40),
    ],
)
async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    response = await client.get("/api/v1/contacts", params={parameter: value})
    assert response.status_code == 422
    assert response.json()["where"].startswith(f"query.{parameter}")


async def test_titles_of_nodes_are_shown_where_the_flow_is_known(database_url: str) -> None:
    titles = {("main", "menu"): NodeTitle(zh="主菜单", en="Main menu")}
    async with running_datacenter(make_config(database_url, node_titles=titles)) as client:
        scribe = Scribe()
        scribe.served()
        await send(client, scribe)
        nodes = (await client.get("/api/v1/contacts/c1")).json()["nodes"]
    assert nodes[0]["title"] == {"zh": "主菜单", "en": "Main menu"}
