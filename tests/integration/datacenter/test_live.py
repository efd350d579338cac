"""Live updates of one data center: told in time, whole, once joined; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from cti.datacenter import create_app
from cti.datacenter.live.bell import Ears
from cti.datacenter.live.schemas import LiveEvent
from cti.datacenter.live.streams import encode
from cti.facts.kinds import AgentStateChanged, AgentStatusChanged, EndCause, OfferOutcome, QueueOutcome
from cti.serving import serve
from tests.datacenter import READ_TOKEN, answering, client_of, make_config, served_datacenter
from tests.live import following
from tests.ports import free_port
from tests.scribe import Scribe


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with served_datacenter(make_config(database_url)) as client:
        yield client


async def send(client: httpx.AsyncClient, scribe: Scribe, first: int = 1) -> int:
    """Sends what was written from `first` on, and gives the number that the next will have."""
    for start in range(first, scribe.seq + 1, 1000):
        response = await client.post("/api/v1/facts", json=scribe.batch(start, min(start + 999, scribe.seq)))
        assert response.status_code == 200
    return scribe.seq + 1


async def test_a_contact_is_followed_from_its_arrival_to_its_end(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    async with following(client, topic="contacts") as reader:
        scribe.arrives("c1")
        following_seq = await send(client, scribe)
        arrived = await reader.next()
        assert arrived.name == "contact"
        assert {k: arrived.data[k] for k in ("contact", "change", "site", "state", "queue", "seq")} == {
            "contact": "c1", "change": "arrived", "site": "sh", "state": "in_flow", "queue": None, "seq": {"sh": 3},
        }  # fmt: skip
        assert not {"caller", "called"} & arrived.data.keys()

        scribe.waits("c1")
        following_seq = await send(client, scribe, following_seq)
        waiting = await reader.contact("c1", "waiting")
        assert (waiting.data["queue"], waiting.data["change"]) == ("claims", "changed")

        scribe.offers("o1", "1001", "c1")
        scribe.offer_ends("o1", "1001", OfferOutcome.ANSWERED, "c1")
        scribe.leaves(QueueOutcome.ANSWERED, 4000, "c1")
        following_seq = await send(client, scribe, following_seq)
        assert (await reader.contact("c1", "talking")).data["agent"] == "1001"

        scribe.ends(EndCause.SERVED, "c1")
        await send(client, scribe, following_seq)
        ended = await reader.contact("c1", "ended")
        assert (ended.data["change"], ended.data["seq"]) == ("ended", {"sh": scribe.seq})
        assert reader.cursor == f"sh:{scribe.seq}"


async def test_each_reader_gets_what_it_asked_for(client: httpx.AsyncClient) -> None:
    sh, bj = Scribe("sh"), Scribe("bj")
    sh.arrives("c1")
    sh.waits("c1", queue="claims")
    sh.leaves(QueueOutcome.ABANDONED, 900, "c1", queue="claims")
    sh.waits("c1", queue="complaints")
    bj.arrives("c2")
    bj.write(AgentStatusChanged(agent="2001", status="break", was="available", reason="lunch"), None)
    bj.write(AgentStateChanged(agent="2001", state="idle", was="wrap_up"), None)
    async with (
        following(client, topic="contacts", site="bj") as of_bj,
        following(client, topic="contacts", queue=["claims", "advice"]) as of_claims,
        following(client, topic=["agents", "sites"]) as of_agents,
    ):
        await send(client, sh)
        await send(client, bj)
        assert (await of_bj.next()).data["contact"] == "c2"
        left = (await of_claims.next()).data  # it has left that queue: who shows the queue must know
        assert (left["contact"], left["queue"]) == ("c1", "complaints")
        agent = (await of_agents.next("agent")).data
        assert agent | {"at": ""} == {
            "site": "bj", "agent": "2001", "status": "break", "reason": "lunch", "state": "idle", "at": "", "seq": 5,
        }  # fmt: skip
        site = (await of_agents.next("site")).data
        assert (site["site"], site["acknowledged"]) == ("bj", 5)


async def test_what_a_newer_site_says_of_an_agent_in_a_way_of_its_own_keeps_no_news_from_anybody(
    client: httpx.AsyncClient,
) -> None:
    """A site may be upgraded before the data center."""
    scribe = Scribe()
    newer = scribe.write(AgentStatusChanged(agent="1001", status="break", was="available"), None)
    scribe.facts[0] = newer.model_copy(update={"v": newer.v + 1, "data": {"agent": "1001", "status": {"is": "break"}}})
    async with following(client) as reader:
        scribe.arrives("c1")
        scribe.write(AgentStateChanged(agent="1001", state="talking", was="idle"), None)
        await send(client, scribe)
        assert (await reader.contact("c1", "in_flow")).data["change"] == "arrived"
    async with following(client, after="") as reader:
        told = await reader.next("agent")
        assert (told.data["state"], told.data["status"], told.data["seq"]) == ("talking", None, scribe.seq)


async def test_who_comes_back_is_told_what_it_missed_and_nobody_is_told_old_after_new(
    client: httpx.AsyncClient,
) -> None:
    scribe = Scribe()
    scribe.arrives("c0")
    following_seq = await send(client, scribe)
    async with following(client) as reader:
        cursor = reader.cursor
    assert cursor == "sh:3"
    scribe.served("c1")
    following_seq = await send(client, scribe, following_seq)
    async with following(client, after=cursor, topic="contacts") as reader:
        assert (await reader.next()).data["contact"] == "c1"
        assert reader.cursor == f"sh:{scribe.seq}"
        scribe.ends(EndCause.SERVED, "c0")
        await send(client, scribe, following_seq)
        assert (await reader.next()).data["contact"] == "c0"


async def test_a_reader_that_was_cut_off_while_it_was_told_is_told_again(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    for number in range(3):
        scribe.arrives(f"c{number}")
    await send(client, scribe)
    async with following(client, after="", topic="contacts") as reader:
        await reader.next()
        assert reader.cursor == ""  # there is more of the same
        await reader.next()
        await reader.next()
        assert reader.cursor == "sh:9"


async def test_too_much_to_tell_is_to_be_read_again(client: httpx.AsyncClient) -> None:
    sh, bj = Scribe("sh"), Scribe("bj")
    for number in range(200):
        sh.served(f"c{number}")
    bj.arrives("b1")
    async with following(client, topic="contacts") as reader:
        cursor = reader.cursor
    await send(client, sh)
    await send(client, bj)
    async with following(client, after=cursor, topic="contacts") as reader:
        assert (await reader.next()).data == {"sites": ["sh"]}
        assert (await reader.next()).data["contact"] == "b1"
        assert reader.cursor == f"bj:3,sh:{sh.seq}"


async def test_a_cursor_that_this_database_does_not_know_is_to_be_read_again(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    scribe.arrives()
    await send(client, scribe)
    async with following(client, after="nj:4,sh:3000") as reader:  # before a copy was put back, perhaps
        assert (await reader.next()).data == {"sites": ["nj", "sh"]}
        assert reader.cursor == "sh:3"


async def test_a_cursor_that_nobody_gave_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/live", headers={"Last-Event-ID": "yesterday"})
    assert (response.status_code, response.json()["code"]) == (422, "live.cursor")


async def test_facts_behind_a_gap_are_told_at_once_and_the_cursor_waits_for_the_gap(client: httpx.AsyncClient) -> None:
    scribe = Scribe()
    scribe.arrives("c1")
    scribe.arrives("c2")
    async with following(client, topic="contacts") as reader:
        await client.post("/api/v1/facts", json=scribe.batch(4, 6))
        assert (await reader.next()).data["contact"] == "c2"
        assert reader.cursor == "sh:0"
        await client.post("/api/v1/facts", json=scribe.batch(1, 3))
        await reader.contact("c1", "in_flow")
        while reader.cursor != "sh:6":
            await reader.next()


async def test_a_reader_that_does_not_read_is_sent_away_and_loses_nothing(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.datacenter.live.streams.MAX_BYTES", 2000)
    scribe = Scribe()
    for number in range(20):
        scribe.arrives(f"c{number}")
    async with following(client, topic="contacts") as reader:
        cursor = reader.cursor
        await send(client, scribe)
        assert (await reader.next()).data == {"reason": "slow"}
        with pytest.raises(StopAsyncIteration):
            await reader.next()
    monkeypatch.undo()
    async with following(client, after=cursor, topic="contacts") as reader:
        assert {(await reader.next()).data["contact"] for _ in range(20)} == {f"c{n}" for n in range(20)}
    assert "hotline_datacenter_live_dropped_total 1.0" in (await client.get("/metrics")).text


class Mute:
    """A bell whose word is always lost, as that of a process that dies right after it has stored facts."""

    def ring(self, site: str, seq: int) -> None:
        pass

    async def listen(self, ears: Ears) -> NoReturn:
        ears.opened()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_word_that_was_lost_costs_a_moment_only(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.datacenter.app.bell_of", lambda _: Mute())
    monkeypatch.setattr("cti.datacenter.live.service.LOOK_SECONDS", 0.1)
    scribe = Scribe()
    scribe.served()
    async with served_datacenter(make_config(database_url)) as client, following(client) as reader:
        await send(client, scribe)
        await reader.contact("c1", "ended")


async def test_a_silent_stream_says_where_it_is(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.datacenter.live.streams.HEARTBEAT_SECONDS", 0.05)
    scribe = Scribe()
    scribe.arrives()
    async with client.stream("GET", "/api/v1/live", params={"topic": "agents"}) as response:
        lines = response.aiter_lines()
        async with asyncio.timeout(10):
            while await anext(lines) != "id: ":
                pass
            await send(client, scribe)
            while await anext(lines) != "id: sh:3":  # nothing of it concerned this reader
                pass


async def test_only_readers_may_follow_and_not_more_than_fit(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.datacenter.live.service.MAX_STREAMS", 1)
    async with served_datacenter(make_config(database_url, read_token=READ_TOKEN)) as client:
        async with following(client):
            response = await client.get("/api/v1/live")
            assert (response.status_code, response.json()["code"]) == (503, "live.full")
            assert int(response.headers["Retry-After"]) > 0
        async with asyncio.timeout(10):
            while (await client.get("/metrics")).text.count("live_streams 0.0") == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        async with following(client):
            pass
        stranger = await client.get("/api/v1/live", headers={"Authorization": "Bearer nobody"})
        assert stranger.status_code == 401


async def test_a_stop_ends_streams_in_order_and_does_not_wait_for_them(database_url: str) -> None:
    app, port = create_app(make_config(database_url)), free_port()
    serving = asyncio.create_task(serve(app, "127.0.0.1", port, before_stop=app.state.end_streams))
    async with client_of(port) as client:
        await answering(client)
        async with following(client) as reader:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            assert (await reader.next("end")).data == {"reason": "stopping"}
            with pytest.raises(StopAsyncIteration):  # to the end, not cut off: that would be a transport's error
                await reader.next()


async def test_a_reader_that_takes_nothing_at_all_holds_up_nobody_not_even_the_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def padded(events: Sequence[LiveEvent], cursor: str) -> bytes:
        return encode(events, cursor) + b":" + b"x" * 200_000 + b"\n\n"

    monkeypatch.setattr("cti.datacenter.live.service.encode", padded)
    app, port = create_app(make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}")), free_port()
    serving = asyncio.create_task(serve(app, "127.0.0.1", port, before_stop=app.state.end_streams))
    async with client_of(port) as client:
        await answering(client)
        _, deaf = await asyncio.open_connection("127.0.0.1", port, limit=4096)
        deaf.write(b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        async with following(client, topic="contacts") as reader, asyncio.timeout(60):
            scribe = Scribe()
            while "live_dropped_total 1.0" not in (await client.get("/metrics")).text:
                first = scribe.seq + 1
                scribe.arrives(f"c{first}")
                await send(client, scribe, first)
                await reader.contact(f"c{first}", "in_flow")
        async with asyncio.timeout(15):
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        deaf.close()
