from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from cti.datacenter.database import Database
from cti.datacenter.models import (
    Base,
    ContactRow,
    FactRow,
    LegRow,
    NodeVisitRow,
    QueueVisitRow,
    RejectedFactRow,
    WrapUpRow,
)
from cti.facts.kinds import ConfigApplied, EndCause, OfferOutcome
from tests.scribe import Scribe


async def send(client: httpx.AsyncClient, batch: dict[str, Any]) -> int:
    response = await client.post("/api/v1/facts", json=batch)
    assert response.status_code == 200, response.text
    return int(response.json()["acknowledged"])


async def count(database: Database, table: type[Base]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def served() -> Scribe:
    scribe = Scribe()
    scribe.served()
    return scribe


async def test_a_batch_sent_twice_is_stored_once(client: httpx.AsyncClient, database: Database) -> None:
    scribe = served()
    assert await send(client, scribe.batch()) == scribe.seq
    assert await send(client, scribe.batch()) == scribe.seq
    assert await send(client, scribe.batch(3, 7)) == scribe.seq
    assert await count(database, FactRow) == scribe.seq
    assert await count(database, RejectedFactRow) == 0


async def test_acknowledged_stays_below_a_gap_until_it_is_filled(client: httpx.AsyncClient) -> None:
    scribe = served()
    assert await send(client, scribe.batch(6, 9)) == 0
    assert await send(client, scribe.batch(1, 2)) == 2
    assert await send(client, scribe.batch(11, 12)) == 2
    assert await send(client, scribe.batch(3, 5)) == 9
    assert await send(client, scribe.batch(10, 10)) == 12


async def test_sites_are_counted_apart(client: httpx.AsyncClient) -> None:
    other = Scribe("bj")
    other.served("c2")
    assert await send(client, served().batch(1, 4)) == 4
    assert await send(client, other.batch(1, 7)) == 7
    assert await send(client, {"site": "sh", "facts": []}) == 4
    assert await send(client, {"site": "gz", "facts": []}) == 0


async def test_the_order_of_batches_does_not_change_the_story(client: httpx.AsyncClient) -> None:
    scribe = served()
    for seq in (9, 3, 12, 1, 7, 2, 8, 5, 4, 11, 6, 10):
        await send(client, scribe.batch(seq, seq))
    backwards = (await client.get("/api/v1/contacts/c1")).json()
    forwards = Scribe()
    forwards.served("c2")
    await send(client, {"site": "sh2", "facts": [{**fact, "site": "sh2"} for fact in forwards.batch()["facts"]]})
    expected = (await client.get("/api/v1/contacts/c2")).json()
    for name in ("legs", "offers", "facts", "id", "site", "agent_site"):
        backwards.pop(name), expected.pop(name)
    for work in (*backwards["wrap_ups"], *expected["wrap_ups"]):
        work.pop("agent_site")
    assert backwards == expected


async def test_another_fact_with_a_known_seq_is_set_aside_and_the_first_stands(
    client: httpx.AsyncClient, database: Database
) -> None:
    scribe = served()
    await send(client, scribe.batch(1, 3))
    batch = scribe.batch(1, 4)
    batch["facts"][0]["data"]["caller"] = "10086"
    for _ in range(2):
        assert await send(client, batch) == 4
    contact = (await client.get("/api/v1/contacts/c1")).json()
    assert contact["caller"] == "13800138000"
    async with database.reading() as session:
        rejected = (await session.scalars(select(RejectedFactRow))).all()
    assert [(row.seq, row.code) for row in rejected] == [(1, "conflict")]
    assert "10086" in rejected[0].body


async def test_a_poisoned_fact_is_set_aside_acknowledged_and_does_not_hold_up_the_site(
    client: httpx.AsyncClient, database: Database
) -> None:
    scribe = served()
    batch = scribe.batch()
    batch["facts"][1]["data"]["language"] = "\ud800\x00"
    batch["facts"][2]["data"]["ms"] = 10**40
    batch["facts"][4] = "garbage"
    body = json.dumps(batch)  # with a lone surrogate, which httpx would not write
    for _ in range(2):
        response = await client.post("/api/v1/facts", content=body, headers={"Content-Type": "application/json"})
        assert response.json() == {"acknowledged": scribe.seq}
    assert await count(database, FactRow) == scribe.seq - 3
    async with database.reading() as session:
        rejected = (await session.scalars(select(RejectedFactRow).order_by(RejectedFactRow.seq))).all()
    assert [(row.seq, row.code) for row in rejected] == [(2, "malformed"), (3, "malformed"), (5, "malformed")]
    assert (await client.get("/api/v1/contacts/c1")).json()["cause"] == "served"


async def test_hostile_text_is_kept_as_it_is(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    scribe.arrives(caller="'; DROP TABLE facts; --")
    scribe.wraps_up("1001", code="<script>alert(1)</script>\r\n%s {0} 張🙂")
    assert await send(client, scribe.batch()) == scribe.seq
    contact = (await client.get("/api/v1/contacts/c1")).json()
    assert contact["caller"] == "'; DROP TABLE facts; --"
    assert contact["wrap_up_code"] == "<script>alert(1)</script>\r\n%s {0} 張🙂"


async def test_unknown_kinds_are_stored_and_shown_but_not_projected(client: httpx.AsyncClient) -> None:
    scribe = served()
    batch = scribe.batch()
    batch["facts"].append({**batch["facts"][-1], "seq": 13, "kind": "video.started", "data": {"codec": "AV1"}})
    assert await send(client, batch) == 13
    contact = (await client.get("/api/v1/contacts/c1")).json()
    assert contact["facts"][-1]["kind"] == "video.started"
    assert contact["facts"][-1]["data"] == {"codec": "AV1"}


async def test_facts_without_a_contact_are_stored(client: httpx.AsyncClient, database: Database) -> None:
    scribe = Scribe()
    scribe.write(ConfigApplied(what="flow", digest="v1"), contact=None)
    assert await send(client, scribe.batch()) == 1
    assert await count(database, ContactRow) == 0


async def test_a_thousand_facts_are_one_batch_and_one_more_is_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    scribe = Scribe()
    for i in range(84):
        scribe.served(f"c{i}")
    assert scribe.seq == 1008
    assert await send(client, scribe.batch(1, 1000)) == 1000
    refused = await client.post("/api/v1/facts", json=scribe.batch(1, 1001))
    assert (refused.status_code, refused.json()["where"]) == (422, "body.facts")
    assert await count(database, ContactRow) == 84
    for table, rows in ((LegRow, 167), (NodeVisitRow, 84), (QueueVisitRow, 84), (WrapUpRow, 83)):
        assert await count(database, table) == rows


async def test_two_sites_speak_of_one_contact_at_the_same_moment(client: httpx.AsyncClient) -> None:
    """Each transaction must tell the story with the other's facts in it: the last word is complete."""
    home, away = Scribe("sh"), Scribe("bj")
    contacts = [f"c{i}" for i in range(30)]
    for contact in contacts:
        home.arrives(contact)
        home.waits(contact)
        home.offers(f"{contact}-o", "2001", contact, agent_site="bj")
        home.offer_ends(f"{contact}-o", "2001", OfferOutcome.ANSWERED, contact, agent_site="bj")
        home.talks(f"{contact}-o", "2001", contact, agent_site="bj")
        home.ends(EndCause.SERVED, contact)
        away.wraps_up("2001", contact)
    per_contact = home.seq // len(contacts)
    parts = [home.batch(i * per_contact + 1, (i + 1) * per_contact) for i in range(len(contacts))]
    parts += [away.batch(i * 2 + 1, i * 2 + 2) for i in range(len(contacts))]
    await asyncio.gather(*(send(client, part) for part in parts))
    for contact in contacts:
        story = (await client.get(f"/api/v1/contacts/{contact}")).json()
        assert (story["cause"], story["wrap_up_code"], story["agent"]) == ("served", "claim_reported", "2001")
    assert await send(client, {"site": "sh", "facts": []}) == home.seq
    assert await send(client, {"site": "bj", "facts": []}) == away.seq


@pytest.mark.parametrize("token", [None, "", "wrong", "read-token-of-the-tests", "ingest-token-of-the-tests2", "张"])
async def test_nobody_writes_without_the_ingest_token(client: httpx.AsyncClient, token: str | None) -> None:
    client.headers.pop("Authorization")
    headers = {} if token is None else {"Authorization": f"Bearer {token}".encode()}
    response = await client.post("/api/v1/facts", json=served().batch(), headers=headers)
    assert response.status_code == 401
    assert response.json()["code"] == "request.unauthorized"
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_four_mebibytes_is_refused(client: httpx.AsyncClient, chunked: bool) -> None:
    body = b'{"site": "sh", "facts": [' + b" " * (4 * 1024 * 1024) + b"]}"

    async def parts() -> Any:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = {"Content-Type": "application/json"}
    response = await client.post("/api/v1/facts", content=parts() if chunked else body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "request.too_large")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"site": "SH!", "facts": []}', b"[" * 100_000]
)
async def test_a_body_that_is_no_batch_is_refused_in_the_one_shape(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/api/v1/facts", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    assert set(response.json()) == {"code", "where", "what", "mend"}
