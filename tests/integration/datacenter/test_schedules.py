"""Schedules published and read back, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import httpx
import pytest

from cti.datacenter.schedules.lines import MOST_BYTES
from tests.datacenter import INGEST_TOKEN
from tests.schedules import HEADER, MONDAY, PUBLISHER, URL, agents_of, lines, plan, publish, published

TUESDAY = "2026-11-24"
WEEK = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-30T00:00:00Z"}


async def test_what_is_published_is_told_with_who_published_it(client: httpx.AsyncClient) -> None:
    done = await published(client, plan("1001 08:00-12:00 work", "1001 12:00-13:00 unpaid", "2001 08:00-16:00 absent"))
    assert {name: done[name] for name in ("n", "author", "message", "agents", "lines", "replaced")} == {
        "n": 1, "author": "wang.fang", "message": "班表", "agents": 2, "lines": 3, "replaced": 0
    }  # fmt: skip
    answer = await client.get(URL, params=WEEK | {"zone": "Asia/Shanghai"})
    told = answer.json()
    assert told["items"][0] == {
        "agent": "1001", "site": "sh", "start": "2026-11-23T16:00:00+08:00", "end": "2026-11-23T20:00:00+08:00",
        "activity": "work", "publication": 1,
    }  # fmt: skip
    assert [item["site"] for item in told["items"]] == ["sh", "sh", "bj"]
    assert told["publications"] == [done]
    assert (await client.get(f"{URL}/publications")).json()["items"] == [done]


async def test_a_file_replaces_what_starts_in_its_time_of_the_agents_in_it_and_nothing_else(
    client: httpx.AsyncClient,
) -> None:
    await published(client, plan("1001 08:00-16:00 work", "1002 08:00-16:00 work", "1001 22:00-06:00 work"))
    await published(
        client, plan("1001 08:00-16:00 work", day=TUESDAY), since=f"{TUESDAY}T00:00:00Z", until=WEEK["until"]
    )
    done = await published(client, plan("1001 09:00-10:00 off_phone"))
    assert done["replaced"] == 2
    assert await lines(client) == ["1001 09:00-10:00 off_phone", "1002 08:00-16:00 work"]
    assert await lines(client, **WEEK) == [
        "1001 09:00-10:00 off_phone", "1001 08:00-16:00 work", "1002 08:00-16:00 work"
    ]  # fmt: skip
    told = (await client.get(URL, params=WEEK)).json()
    assert [one["n"] for one in told["publications"]] == [3, 2, 1]


async def test_the_same_file_again_changes_nothing_but_who_said_so(client: httpx.AsyncClient) -> None:
    file = plan("1001 08:00-12:00 work", "1001 12:00-13:00 unpaid")
    await published(client, file)
    before = await lines(client)
    assert (await published(client, file, author="li"))["replaced"] == 2
    assert await lines(client) == before


async def test_lines_of_an_agent_who_is_named_go_though_the_file_has_none(client: httpx.AsyncClient) -> None:
    await published(client, plan("1001 08:00-12:00 work", "1002 08:00-12:00 work", "1003 08:00-12:00 work"))
    done = await published(client, plan("1002 09:00-12:00 work"), agent=["1001"])
    assert (done["agents"], done["lines"], done["replaced"]) == (2, 1, 2)
    assert agents_of(await lines(client)) == {"1002", "1003"}
    assert (await published(client, HEADER, agent=["1002", "1003"]))["replaced"] == 2
    assert await lines(client) == []


async def test_a_line_that_reaches_into_what_stays_is_refused(client: httpx.AsyncClient) -> None:
    await published(client, plan("1001 22:00-06:00 work", "1002 22:00-06:00 work"))
    tuesday = {"since": f"{TUESDAY}T00:00:00Z", "until": f"{TUESDAY}T12:00:00Z"}
    file = plan("1003 05:00-07:00 work", "1001 06:00-07:00 work", "1001 05:00-06:00 work", day=TUESDAY)
    refused = await publish(client, file, **tuesday)
    assert (refused.status_code, refused.json()["code"]) == (409, "schedules.overlaps_published")
    assert refused.json()["where"] == "schedule:4"
    assert "2026-11-23T22:00:00+00:00" in refused.json()["what"]["en"]
    await published(client, plan("1001 06:00-07:00 work", "1003 05:00-07:00 work", day=TUESDAY), **tuesday)
    before = await publish(client, plan("1003 20:00-05:30 work"))
    assert (before.status_code, before.json()["where"]) == (409, "schedule:2")
    assert await lines(client, agent="1003", **tuesday) == ["1003 05:00-07:00 work"]


@pytest.mark.parametrize(
    ("file", "query", "code", "where"),
    [
        (plan("1001 08:00-12:00 work", "9999 08:00-12:00 work"), {}, "schedules.unknown_agent", "schedule:3"),
        (plan("1001 08:00-12:00 work", "1001 11:00-12:00 break"), {}, "schedules.overlap", "schedule:3"),
        (HEADER + "1001,=cmd(),,\n", {}, "schedules.time", "schedule:2"),
        (HEADER, {}, "schedules.empty", "schedule"),
        (b"\x00" * 1000, {}, "schedules.header", "schedule:1"),
        (plan("1001 08:00-12:00 work"), {"until": f"{MONDAY}T00:00:00Z"}, "schedules.range", "since, until"),
        (plan("1001 08:00-12:00 work"), {"until": "2027-12-01T00:00:00Z"}, "schedules.too_long", "since, until"),
        (plan("1001 08:00-12:00 work"), {"author": "a\x00b"}, "request.invalid", "query.author"),
        (plan("1001 08:00-12:00 work"), {"agent": "10 01"}, "request.invalid", "query.agent.0"),
    ],
)
async def test_what_is_wrong_is_refused_with_the_line_and_nothing_is_changed(
    client: httpx.AsyncClient, file: str | bytes, query: dict[str, Any], code: str, where: str
) -> None:
    await published(client, plan("1001 10:00-11:00 absent"))
    refused = await publish(client, file, **query)
    assert (refused.status_code, refused.json()["code"], refused.json()["where"]) == (422, code, where)
    assert await lines(client) == ["1001 10:00-11:00 absent"]
    assert len((await client.get(f"{URL}/publications")).json()["items"]) == 1


async def test_a_file_that_is_too_large_is_not_read(client: httpx.AsyncClient) -> None:
    assert (await publish(client, b"x" * (MOST_BYTES + 1))).json()["code"] == "request.too_large"


async def test_only_who_may_publish_publishes(client: httpx.AsyncClient) -> None:
    site = PUBLISHER | {"Authorization": f"Bearer {INGEST_TOKEN}"}
    query = WEEK | {"author": "sh", "message": "-"}
    refused = await client.put(URL, params=query, content=plan("1001 08:00-12:00 work"), headers=site)
    assert refused.json()["code"] == "request.unauthorized"


async def test_files_that_come_at_once_stand_one_after_the_other(client: httpx.AsyncClient) -> None:
    files = [plan(*(f"1001 {hour:02}:00-{hour + 2:02}:00 work" for hour in range(start, 20, 2))) for start in range(8)]
    done = await asyncio.gather(*(published(client, file) for file in files))
    assert sorted(one["n"] for one in done) == list(range(1, 9))
    last = max(done, key=lambda one: one["n"])
    told = (await client.get(URL, params=WEEK)).json()
    assert {item["publication"] for item in told["items"]} == {last["n"]}
    assert len(told["items"]) == last["lines"]


async def test_what_is_read_as_csv_can_be_published_again(client: httpx.AsyncClient) -> None:
    await published(client, plan("1001 08:00-12:00 work", "1001 12:00-13:00 unpaid", "2001 22:00-06:00 work"))
    before = await lines(client)
    answer = await client.get(URL, params=WEEK | {"zone": "Asia/Shanghai"}, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(answer.text)))[1] == [
        "1001", "2026-11-23T16:00:00+08:00", "2026-11-23T20:00:00+08:00", "work"
    ]  # fmt: skip
    assert (await published(client, answer.content))["replaced"] == 3
    assert await lines(client) == before


async def test_some_agents_or_sites_can_be_asked_for(client: httpx.AsyncClient) -> None:
    await published(client, plan("1001 08:00-12:00 work", "1002 08:00-12:00 work", "2001 08:00-12:00 work"))
    assert agents_of(await lines(client, agent=["1001", "2001"])) == {"1001", "2001"}
    assert agents_of(await lines(client, site="sh")) == {"1001", "1002"}
    assert await lines(client, site="bj", agent="1001") == []
    refused = await client.get(URL, params=WEEK | {"zone": "Mars/Olympus"})
    assert refused.json()["code"] == "schedules.zone"
