"""Cases as the data center tells them, from the facts that sites send."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from cti.facts.cases import CaseNoted, CaseOwnerChanged, CaseStatus, CaseStatusChanged
from tests.datacenter import READ_TOKEN, make_config, running_datacenter
from tests.scribe import Scribe


async def sends(client: httpx.AsyncClient, scribe: Scribe, first: int = 1, last: int | None = None) -> None:
    assert (await client.post("/api/v1/facts", json=scribe.batch(first, last))).status_code == 200


async def listed(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/cases", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_case_is_told_with_its_history_and_its_contacts(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    scribe.served("c1")
    case = scribe.opens_case("c1", "1003")
    scribe.served("c2")
    scribe.write(CaseNoted(case=case, agent="1004", note="客户再次来电"), "c2")
    scribe.write(CaseStatusChanged(case=case, agent="1003", status=CaseStatus.CLOSED, resolution="已赔付"), None)
    await sends(client, scribe)
    await sends(client, scribe)  # as a site does that heard no answer
    told = (await client.get(f"/api/v1/cases/{case}")).json()
    assert (told["owner"], told["status"], told["resolution"], told["note"]) == (
        "1003",
        "closed",
        "已赔付",
        "客户再次来电",
    )
    assert [(e["kind"], e["agent"], e["contact"], e["note"]) for e in told["history"]] == [
        ("case.opened", "1003", "c1", None),
        ("case.noted", "1004", "c2", "客户再次来电"),
        ("case.status_changed", "1003", None, "已赔付"),
    ]
    assert told["contacts"] == ["c1", "c2"]
    story = (await client.get("/api/v1/contacts/c2")).json()
    assert [c["id"] for c in story["cases"]] == [case]


async def test_what_another_site_said_first_waits_for_the_opening(client: httpx.AsyncClient) -> None:
    sh, bj = Scribe("sh"), Scribe("bj")
    case = sh.opens_case()
    bj.now = sh.now
    bj.write(CaseOwnerChanged(case=case, agent="2001", owner="2002"), None)
    await sends(client, bj)
    assert (await client.get(f"/api/v1/cases/{case}")).status_code == 404
    await sends(client, sh)
    assert (await client.get(f"/api/v1/cases/{case}")).json()["owner"] == "2002"


async def test_cases_are_listed_by_customer_owner_and_status_in_pages(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    ids = [scribe.opens_case(f"c{n}", agent, number) for n, (agent, number) in enumerate([
        ("1001", "13800138000"), ("1002", "+8613800138000"), ("1002", "013800138000"), ("1002", "13900139000"),
    ])]  # fmt: skip
    scribe.write(CaseStatusChanged(case=ids[0], agent="1001", status=CaseStatus.PENDING), None)
    scribe.write(CaseStatusChanged(case=ids[1], agent="1002", status=CaseStatus.CLOSED), None)
    await sends(client, scribe)
    assert [c["id"] for c in await listed(client, number="+86 138 0013 8000")] == [ids[2], ids[1], ids[0]]
    assert [c["id"] for c in await listed(client, number="13800138000", status=["open", "pending"])] == [ids[2], ids[0]]
    assert [c["id"] for c in await listed(client, owner="1002", status="open")] == [ids[3], ids[2]]
    assert await listed(client, kind="claim") == []
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/v1/cases", params=query)).json()
        seen += [c["id"] for c in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ids[::-1]


@pytest.mark.parametrize("query", ["status=done", "owner=x", "limit=0", "cursor=nonsense", "number=%27", "kind=A"])
async def test_a_question_that_makes_no_sense_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/api/v1/cases?{query}")).status_code == 422


async def test_a_case_nobody_opened_is_404_and_strangers_read_none(
    client: httpx.AsyncClient, database_url: str
) -> None:
    response = await client.get("/api/v1/cases/01JD8Q7M0W3V9K2X4Z6B8N1R5T")
    assert (response.status_code, response.json()["code"]) == (404, "case.unknown")
    assert (await client.get("/api/v1/cases/nonsense")).status_code == 422
    async with running_datacenter(make_config(database_url, read_token=READ_TOKEN)) as guarded:
        del guarded.headers["Authorization"]
        assert (await guarded.get("/api/v1/cases")).status_code == 401
