"""Gaps, facts that are lost or refused, more batches than can be worked on, and writers of an earlier version."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, insert, select, text, update
from starlette.types import Message

from cti.datacenter import create_app
from cti.datacenter.database import Database
from cti.datacenter.ingest.admission import INSIDE, Admission, Busy
from cti.datacenter.ingest.reading import Batch
from cti.datacenter.ingest.service import Ingest, Ingested
from cti.datacenter.models import FactRow, RejectedFactRow, SiteProgressRow
from cti.datacenter.upgrade import downgrade, upgrade
from cti.facts.kinds import NodeUp
from cti.journal import Relay, SqliteJournal
from cti.journal.ingest import encode_refused
from cti.kit.backoff import Backoff
from cti.kit.clock import SystemClock
from tests.datacenter import INGEST_TOKEN, READ_TOKEN, make_config, running_datacenter
from tests.postgres import PostgresServer
from tests.scribe import START, Scribe


async def send(client: httpx.AsyncClient, batch: dict[str, Any]) -> dict[str, Any]:
    response = await client.post("/api/v1/facts", json=batch)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def served(contacts: int = 1) -> Scribe:
    scribe = Scribe()
    for number in range(contacts):
        scribe.served(f"c{number}")
    return scribe


async def facts_stored(database: Database) -> list[int]:
    async with database.reading() as session:
        return list(await session.scalars(select(FactRow.seq).order_by(FactRow.seq)))


async def test_the_answer_names_the_first_gap(client: httpx.AsyncClient) -> None:
    scribe = served()
    assert await send(client, scribe.batch(4, 6)) == {"acknowledged": 0, "missing": [1, 3]}
    assert await send(client, scribe.batch(9, 10)) == {"acknowledged": 0, "missing": [1, 3]}
    assert await send(client, scribe.batch(1, 2)) == {"acknowledged": 2, "missing": [3, 3]}
    metrics = (await client.get("/metrics")).text
    assert 'hotline_datacenter_facts_missing{site="sh"} 1.0' in metrics
    assert await send(client, scribe.batch(3, 3)) == {"acknowledged": 6, "missing": [7, 8]}
    assert await send(client, scribe.batch(7, 8)) == {"acknowledged": 10}
    assert await send(client, {"site": "sh", "facts": []}) == {"acknowledged": 10}


async def test_what_a_site_has_lost_is_counted_as_arrived_and_shown(client: httpx.AsyncClient) -> None:
    scribe = served()
    assert await send(client, {**scribe.batch(9, 9), "lost": [[3, 4], [6, 8]]}) == {
        "acknowledged": 0,
        "missing": [1, 2],
    }
    assert await send(client, scribe.batch(1, 2)) == {"acknowledged": 4, "missing": [5, 5]}
    assert await send(client, scribe.batch(5, 5)) == {"acknowledged": 9}
    assert await send(client, {"site": "sh", "facts": [], "lost": [[10, 2**40]]}) == {"acknowledged": 2**40}
    assert await send(client, scribe.batch()) == {"acknowledged": 2**40}  # they were found after all
    assert (await client.get("/api/v1/contacts/c0")).json()["cause"] == "served"
    shown = (await client.get("/api/v1/facts/set-aside")).json()["items"]
    assert sorted((each["first"], each["last"], each["code"]) for each in shown) == [
        (3, 4, "lost"),
        (6, 8, "lost"),
        (10, 2**40, "lost"),
    ]


@pytest.mark.parametrize("lost", [[[4, 3]], [[0, 3]], [[1]], [["1", 2]], [[1, 2**63]], 7])
async def test_ranges_that_are_none_are_refused(client: httpx.AsyncClient, lost: Any) -> None:
    response = await client.post("/api/v1/facts", json={"site": "sh", "facts": [], "lost": lost})
    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")


async def test_what_stands_for_a_refused_fact_is_shown_with_its_text(client: httpx.AsyncClient) -> None:
    scribe = served()
    await send(client, scribe.batch(1, 2))
    body = encode_refused("sh", scribe.facts[2], "HTTP 500")
    response = await client.post("/api/v1/facts", content=body, headers={"Content-Type": "application/json"})
    assert response.json() == {"acknowledged": 3}
    (shown,) = (await client.get("/api/v1/facts/set-aside")).json()["items"]
    assert (shown["site"], shown["first"], shown["code"]) == ("sh", 3, "refused")
    assert "HTTP 500" in shown["reason"]
    assert json.loads(json.loads(shown["body"])["text"])["id"] == scribe.facts[2].id
    assert 'facts_total{result="rejected",site="sh"} 1.0' in (await client.get("/metrics")).text


async def test_a_number_that_no_program_can_read_is_one_bad_fact_and_no_more(client: httpx.AsyncClient) -> None:
    scribe = served()
    body = json.dumps(scribe.batch()).replace('"ms": 2100', f'"ms": {"9" * 6000}')
    response = await client.post("/api/v1/facts", content=body, headers={"Content-Type": "application/json"})
    assert response.json() == {"acknowledged": scribe.seq}
    (shown,) = (await client.get("/api/v1/facts/set-aside")).json()["items"]
    assert (shown["first"], shown["code"]) == (3, "malformed")


async def test_what_was_set_aside_is_listed_newest_first_by_pages(client: httpx.AsyncClient) -> None:
    for site in ("sh", "bj"):
        await send(client, {"site": site, "facts": [{"seq": seq} for seq in range(1, 6)], "lost": [[6, 7]]})
    seen: list[tuple[str, int]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "5", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/api/v1/facts/set-aside", params=query)).json()
        seen += [(each["site"], each["first"]) for each in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 12
    assert {site for site, _ in seen[:6]} == {"bj"}
    only = (await client.get("/api/v1/facts/set-aside", params={"site": "sh"})).json()
    assert {each["site"] for each in only["items"]} == {"sh"}
    assert (await client.get("/api/v1/facts/set-aside", params={"cursor": "!"})).status_code == 422


async def test_only_readers_see_what_was_set_aside(database_url: str) -> None:
    async with running_datacenter(make_config(database_url, read_token=READ_TOKEN)) as client:
        client.headers["Authorization"] = "Bearer wrong"
        assert (await client.get("/api/v1/facts/set-aside")).status_code == 401


async def test_more_batches_than_fit_are_refused_at_once_and_the_others_are_not_disturbed() -> None:
    admission = Admission(inside=2, working=1)
    async with admission.enter():
        async with admission.enter():
            with pytest.raises(Busy) as refused:
                async with admission.enter():
                    pass
            assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
        async with admission.enter():
            pass


async def test_links_that_are_cut_in_the_middle_of_a_batch_keep_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is ever heard of such a link: the server waits, and has nothing to say that would fail."""
    monkeypatch.setattr("cti.datacenter.web.SILENT_SECONDS", 0.05)
    is_cut = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b'{"site"'
        await is_cut.wait()

    async with running_datacenter(make_config(f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}")) as client:
        async with asyncio.timeout(10):
            answers = await asyncio.gather(*(client.post("/api/v1/facts", content=half()) for _ in range(INSIDE)))
        assert {answer.json()["code"] for answer in answers} == {"request.incomplete"}
        assert await send(client, served().batch()) == {"acknowledged": 12}


@pytest.mark.parametrize(
    ("method", "path", "length", "status"), [("POST", "/api/v1/facts", b"100", 400), ("GET", "/api/v1/live", b"0", 200)]
)
async def test_who_leaves_before_all_was_said_is_no_fault(
    tmp_path: Path, method: str, path: str, length: bytes, status: int
) -> None:
    app = create_app(make_config(f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}"))
    said: list[Message] = [{"type": "http.disconnect"}]
    if method == "POST":
        said.insert(0, {"type": "http.request", "body": b'{"site"', "more_body": True})
    told: list[Message] = []

    async def receive() -> Message:
        return said.pop(0)

    async def send(message: Message) -> None:
        told.append(message)

    headers = [(b"authorization", f"Bearer {INGEST_TOKEN}".encode()), (b"content-length", length)]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    async with app.router.lifespan_context(app):
        await app(scope, receive, send)
    assert {message["status"] for message in told if "status" in message} <= {status}


async def test_a_flood_is_answered_with_429_and_loses_nothing(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scribe = served(6)
    batches = [scribe.batch(seq, seq) for seq in range(1, scribe.seq + 1)]
    async with database.writing() as connection:  # the site's lock: every batch waits for it, or for a turn
        if not database.is_postgresql:
            await connection.execute(text("SELECT 1"))
        else:
            await connection.execute(text("LOCK TABLE site_progress"))
        answers = [asyncio.create_task(client.post("/api/v1/facts", json=batch)) for batch in batches]
        refused, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        (first, *_) = (task.result() for task in refused)
        assert (first.status_code, first.json()["code"], first.headers["Retry-After"]) == (429, "ingest.busy", "1")
    statuses = [(await answer).status_code for answer in answers]
    assert statuses.count(429) == len(batches) - 64
    assert statuses.count(200) == 64
    await send(client, scribe.batch())
    assert await facts_stored(database) == list(range(1, scribe.seq + 1))


async def test_facts_that_an_earlier_version_stored_beside_us_are_found(
    client: httpx.AsyncClient, database: Database
) -> None:
    """It does not say how high it came; what it stored must not be stored twice, nor stop the site."""
    scribe = served(3)
    await send(client, scribe.batch(1, 14))
    await send(client, scribe.batch(20, 25))
    async with database.writing() as connection:
        await connection.execute(update(SiteProgressRow).values(highest=14))
    assert await send(client, scribe.batch()) == {"acknowledged": 36}
    assert await facts_stored(database) == list(range(1, 37))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(RejectedFactRow)) == 0
        assert await session.scalar(select(SiteProgressRow.highest)) == 36


async def test_a_site_with_one_fact_that_makes_us_fail_gets_all_others_through(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real relay against the real data center, in which a fault is planted."""
    take = Ingest.take

    async def fails(self: Ingest, batch: Batch) -> Ingested:
        if any(fact.data.get("node") == "poison" for fact in batch.sorted.facts):
            raise RuntimeError("planted")
        return await take(self, batch)

    monkeypatch.setattr(Ingest, "take", fails)
    async with await SqliteJournal.open(tmp_path / "journal", "sh", SystemClock(), patience=60.0) as journal:
        for node in ("n1", "poison", "n2", "n3"):
            await journal.record(NodeUp(node=node))
        relay = Relay(journal, "http://127.0.0.1:8000", "sh", INGEST_TOKEN, client, SystemClock(),
                      backoff=Backoff(first=0.002, cap=0.02))  # fmt: skip
        running = asyncio.create_task(relay.run())
        try:
            async with asyncio.timeout(20):
                while journal.acknowledged < 4:  # noqa: ASYNC110 - the condition has no event
                    await asyncio.sleep(0.01)
        finally:
            running.cancel()
            await asyncio.wait([running])
    assert await facts_stored(database) == [1, 3, 4]
    (shown,) = (await client.get("/api/v1/facts/set-aside")).json()["items"]
    assert (shown["first"], shown["code"], shown["reason"]) == (2, "refused", "the site was told 'HTTP 500'")


# What an earlier version does with each batch
_OLD_INSERT = text("""
    INSERT INTO facts (site, seq, id, at, contact, kind, v, data)
    SELECT :site, seq, id, at, contact, kind, v, CAST(data AS json)
    FROM unnest(CAST(:seq AS bigint[]), CAST(:id AS text[]), CAST(:at AS timestamptz[]), CAST(:contact AS text[]),
                CAST(:kind AS text[]), CAST(:v AS bigint[]), CAST(:data AS text[]))
         AS given (seq, id, at, contact, kind, v, data)
    ON CONFLICT DO NOTHING
""")


async def old_version_takes(database: Database, scribe: Scribe, first: int, last: int) -> None:
    facts = scribe.facts[first - 1 : last]
    async with database.writing() as connection:
        row = {"site": scribe.site, "acknowledged": first - 1}
        await connection.execute(
            text("INSERT INTO site_progress (site, acknowledged) VALUES (:site, :acknowledged) ON CONFLICT DO NOTHING"),
            row,
        )
        await connection.execute(
            text("SELECT acknowledged FROM site_progress WHERE site = :site FOR UPDATE"), {"site": scribe.site}
        )
        columns = {
            name: [getattr(fact, name) for fact in facts] for name in ("seq", "id", "at", "contact", "kind", "v")
        }
        data = [json.dumps(fact.data) for fact in facts]
        await connection.execute(_OLD_INSERT, {"site": scribe.site, **columns, "data": data})
        await connection.execute(
            text("UPDATE site_progress SET acknowledged = :acknowledged WHERE site = :site"),
            {"site": scribe.site, "acknowledged": last},
        )


async def test_a_filled_table_is_divided_while_an_earlier_version_goes_on_writing(postgres: PostgresServer) -> None:
    url = postgres.create_database("divided")
    database, other = Database(url), Database(url)
    before, meanwhile = Scribe(), Scribe("bj")
    for number in range(120):
        before.served(f"sh-{number}")
        meanwhile.served(f"bj-{number}")
    before.now = START.replace(year=2150)
    before.served("from a clock far ahead")
    upgraded = asyncio.Event()

    async def goes_on() -> int:
        last = 0
        while last < meanwhile.seq and not (upgraded.is_set() and last > 600):
            await old_version_takes(other, meanwhile, last + 1, last + 20)
            last += 20
        return last

    try:
        await upgrade(database, "0002")
        for first in range(1, before.seq + 1, 400):
            await old_version_takes(database, before, first, min(first + 399, before.seq))
        writing = asyncio.create_task(goes_on())
        await upgrade(database)
        upgraded.set()
        written = await writing
        async with running_datacenter(make_config(url)) as client:
            for scribe in (before, meanwhile):  # once more all that the sites have
                for first in range(1, scribe.seq + 1, 900):
                    answer = await send(client, scribe.batch(first, min(first + 899, scribe.seq)))
                assert answer == {"acknowledged": scribe.seq}
        assert written > 600
        async with database.reading() as session:
            stored = await session.execute(text("SELECT site, count(*), count(DISTINCT seq) FROM facts GROUP BY site"))
            assert sorted(tuple(row) for row in stored) == [
                ("bj", meanwhile.seq, meanwhile.seq),
                ("sh", before.seq, before.seq),
            ]
            assert await session.scalar(text("SELECT count(*) FROM facts_default")) == 12
        await downgrade(database, "0002")
        assert len(await facts_stored(database)) == before.seq + meanwhile.seq
    finally:
        await database.close()
        await other.close()


async def test_a_filled_embedded_database_is_upgraded_and_goes_on(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}"
    database = Database(url)
    scribe = served(2)
    try:
        await upgrade(database, "0002")
        async with database.writing() as connection:
            await connection.execute(insert(FactRow), [dict(fact) for fact in scribe.facts[:6] + scribe.facts[9:12]])
            await connection.execute(text("INSERT INTO site_progress (site, acknowledged) VALUES ('sh', 6)"))
        async with running_datacenter(make_config(url)) as client:
            assert await send(client, {"site": "sh", "facts": []}) == {"acknowledged": 6, "missing": [7, 9]}
            assert await send(client, scribe.batch()) == {"acknowledged": scribe.seq}
            assert (await client.get("/api/v1/contacts/c1")).json()["cause"] == "served"
        await downgrade(database, "0002")
        assert await facts_stored(database) == list(range(1, scribe.seq + 1))
    finally:
        await database.close()
