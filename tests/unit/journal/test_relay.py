"""The relay against a real HTTP server that fails in every way."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from cti.facts import Fact
from cti.facts.kinds import ContactArrived, NodeUp
from cti.journal import Relay, SqliteJournal
from cti.journal.ingest import encode, post
from cti.kit.backoff import Backoff
from cti.kit.clock import SystemClock
from tests.ports import free_port

Handler = Callable[["DataCenter", Request], Awaitable[Response]]
CLOCK = SystemClock()


class DataCenter:
    """Keeps facts as the real one does; `misdeeds` are answers it gives first, in this order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.facts: dict[int, str] = {}
        self.lost: set[int] = set()
        self.refused: dict[int, str] = {}
        self.knows_lost = True
        self.poison: dict[int, int] = {}  # seq → the status with which it is refused
        self.misdeeds: list[Handler] = []
        self.batches: list[list[int]] = []
        self.tokens: set[str | None] = set()
        self.asked_at: list[float] = []

    @property
    def acknowledged(self) -> int:
        n = 0
        while n + 1 in self.facts or n + 1 in self.lost or n + 1 in self.refused:
            n += 1
        return n

    async def answer(self, request: Request) -> Response:
        self.asked_at.append(asyncio.get_running_loop().time())
        self.tokens.add(request.headers.get("authorization"))
        if self.misdeeds:
            return await self.misdeeds.pop(0)(self, request)
        return await self.take(request)

    async def take(self, request: Request) -> Response:
        body = await request.json()
        assert body["site"] == "sh"
        if status := next((self.poison[fact["seq"]] for fact in body["facts"] if self._is_poison(fact)), None):
            return Response(status_code=status)
        self.refused |= {fact["seq"]: fact["text"] for fact in body["facts"] if "refused" in fact}
        facts = [Fact.model_validate(fact) for fact in body["facts"] if "refused" not in fact]
        for first, last in body.get("lost", []) if self.knows_lost else []:
            self.lost |= set(range(first, last + 1))
        if facts:
            self.batches.append([fact.seq for fact in facts])
        for fact in facts:
            self.facts.setdefault(fact.seq, fact.id)
        return JSONResponse({"acknowledged": self.acknowledged})

    def _is_poison(self, fact: dict[str, Any]) -> bool:
        return fact["seq"] in self.poison and "refused" not in fact


def says(content: Any, status: int = 200, **headers: str) -> Handler:
    async def handler(_: DataCenter, __: Request) -> Response:
        return JSONResponse(content, status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


async def html(_: DataCenter, __: Request) -> Response:
    return HTMLResponse("<html><body>Welcome to the hotel's Wi-Fi</body></html>")


async def garbage(_: DataCenter, __: Request) -> Response:
    return Response(b"\xff\x00\xfe" * 1000, media_type="application/json")


async def hangs(_: DataCenter, request: Request) -> Response:
    while not await request.is_disconnected():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return Response()


async def never_stops(_: DataCenter, __: Request) -> Response:
    async def stream() -> AsyncIterator[bytes]:
        while True:
            yield b"1" * 10_000
            await asyncio.sleep(0)  # leaves the loop to the others

    return StreamingResponse(stream())


async def compressed(_: DataCenter, __: Request) -> Response:
    return Response(b"\x1f\x8b" + b"\x00" * 50, headers={"Content-Encoding": "gzip"})


async def takes_but_fails(center: DataCenter, request: Request) -> Response:
    await center.take(request)
    return Response(status_code=502)


async def as_it_should(center: DataCenter, request: Request) -> Response:
    return await center.take(request)


async def takes_half(center: DataCenter, request: Request) -> Response:
    body = await request.json()
    for fact in body["facts"][: len(body["facts"]) // 2]:
        center.facts[fact["seq"]] = fact["id"]
    return JSONResponse({"acknowledged": center.acknowledged})


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[FastAPI]:
    app = FastAPI()

    async def answer(request: Request) -> Response:
        center: DataCenter = app.state.center
        return await center.answer(request)

    app.add_api_route("/api/v1/facts", answer, methods=["POST"], response_model=None)
    # With the protocol named, asyncio sets TCP_NODELAY; without, every answer takes 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1, ws="none"))
    serving = asyncio.create_task(server.serve([sock]))
    await until(lambda: server.started)
    app.state.url = "http://{}:{}".format(*sock.getsockname())
    yield app
    server.should_exit = True
    await serving
    sock.close()


@pytest.fixture
def center(server: FastAPI) -> DataCenter:
    server.state.center = center = DataCenter(server.state.url)
    return center


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    async with await SqliteJournal.open(tmp_path, "sh", CLOCK, patience=60.0) as journal:
        yield journal


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0.005)


async def record(journal: SqliteJournal, count: int) -> Sequence[Fact]:
    return await asyncio.gather(*(journal.record(NodeUp(node=f"n{i}")) for i in range(count)))


@asynccontextmanager
async def relaying(journal: SqliteJournal, url: str, timeout: float = 5.0) -> AsyncIterator[Relay]:
    backoff = Backoff(first=0.002, cap=0.02)
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        relay = Relay(journal, url, "sh", "s3cret", http, CLOCK, timeout=timeout, backoff=backoff)
        running = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            running.cancel()
            await asyncio.wait([running])
        assert running.cancelled()


async def stored(journal: SqliteJournal) -> dict[int, str]:
    return {fact.seq: fact.id for fact in await journal.read(0, 10**9)}


async def test_all_facts_arrive_in_order_in_batches_of_at_most_500(journal: SqliteJournal, center: DataCenter) -> None:
    await record(journal, 1200)
    async with relaying(journal, center.url) as relay:
        await until(lambda: journal.acknowledged == 1200)
        assert [len(batch) for batch in center.batches] == [500, 500, 200]
        await record(journal, 1)
        await until(lambda: journal.acknowledged == 1201)
        assert (relay.figures().waiting, relay.figures().oldest_seconds, relay.figures().flowing) == (0, 0.0, True)
    assert center.facts == await stored(journal)
    assert center.tokens == {"Bearer s3cret"}


async def test_nothing_is_asked_while_there_is_nothing_to_send(journal: SqliteJournal, center: DataCenter) -> None:
    async with relaying(journal, center.url):
        await record(journal, 1)
        await until(lambda: journal.acknowledged == 1)
        await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.2)
    assert len(center.asked_at) == 2  # what it has, and one batch


@pytest.mark.parametrize("met", [False, True])
@pytest.mark.parametrize(
    "misdeed",
    [
        says({"detail": "oops"}, 500),
        says({"acknowledged": 9}, 302, Location="/elsewhere"),
        says({"detail": "no"}, 401),
        says({"acknowledged": True}),
        says({"acknowledged": -1}),
        says({"acknowledged": "3"}),
        says({"acknowledged": 10**30}),
        says({"acknowledged": None}),
        says([1, 2]),
        says("acknowledged"),
        says({"acknowledged": 0}),
        html,
        garbage,
        hangs,
        never_stops,
        compressed,
        takes_but_fails,
        takes_half,
    ],
)
async def test_no_answer_stops_the_relay_or_loses_a_fact(
    journal: SqliteJournal, center: DataCenter, misdeed: Handler, met: bool
) -> None:
    center.misdeeds = [misdeed, *[as_it_should] * met, misdeed, misdeed]
    await record(journal, 20)
    async with relaying(journal, center.url, timeout=0.3):
        await until(lambda: journal.acknowledged == 20)
    assert center.facts == await stored(journal)


async def test_a_data_center_that_is_down_gets_everything_when_it_is_back(
    journal: SqliteJournal, center: DataCenter
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    await record(journal, 3)
    async with relaying(journal, nobody) as relay:
        await until(lambda: relay.figures().oldest_seconds > 0.05 and not relay.figures().flowing)
        assert relay.figures().waiting == 3
        assert await relay.drain(0.1) is False
    async with relaying(journal, center.url) as relay:
        assert await relay.drain(20.0) is True
    assert center.facts == await stored(journal)


async def test_retry_after_is_honored(journal: SqliteJournal, center: DataCenter) -> None:
    center.misdeeds = [says({}, 429, Retry_After="1")]
    await record(journal, 1)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == 1)
    first, second, *_ = center.asked_at
    assert second - first >= 0.99


async def test_drain_does_not_wait_for_a_pause_to_end(journal: SqliteJournal, center: DataCenter) -> None:
    center.misdeeds = [says({}, 503, Retry_After="60")]
    await record(journal, 1)
    async with relaying(journal, center.url) as relay:
        await until(lambda: not relay.figures().flowing)
        assert await relay.drain(20.0) is True
    assert journal.acknowledged == 1


async def test_drain_waits_for_a_fact_that_came_while_the_journal_was_found_empty(
    journal: SqliteJournal, center: DataCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last facts of a process come as it ends; what it does not send then waits until the site is started again."""
    read, found_empty, goes_on = journal.read, asyncio.Event(), asyncio.Event()

    async def slow_read(after: int, limit: int) -> Sequence[Fact]:
        found = await read(after, limit)
        if journal.met and not found:
            found_empty.set()
            await goes_on.wait()
        return found

    monkeypatch.setattr(journal, "read", slow_read)
    async with relaying(journal, center.url) as relay, asyncio.timeout(5):
        await found_empty.wait()
        await record(journal, 1)
        draining = asyncio.create_task(relay.drain(4.0))
        await asyncio.sleep(0)
        goes_on.set()
        assert await draining is True
        assert center.facts == await stored(journal)


async def test_drain_gives_up_in_time(journal: SqliteJournal, center: DataCenter) -> None:
    center.misdeeds = [hangs] * 100
    await record(journal, 1)
    async with relaying(journal, center.url, timeout=60) as relay, asyncio.timeout(20):
        assert await relay.drain(0.2) is False


async def test_a_batch_that_is_too_much_is_halved(journal: SqliteJournal, center: DataCenter) -> None:
    async def small_only(center: DataCenter, request: Request) -> Response:
        facts = (await request.json())["facts"]
        return Response(status_code=413) if len(facts) > 30 else await center.take(request)

    center.misdeeds = [small_only] * 12
    await record(journal, 500)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == 500)
    assert len(center.batches[0]) <= 30
    assert center.facts == await stored(journal)


async def test_a_data_center_restored_from_a_backup_gets_again_what_it_lost(
    journal: SqliteJournal, center: DataCenter
) -> None:
    await record(journal, 50)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == 50)
        center.facts = {seq: fact_id for seq, fact_id in center.facts.items() if seq <= 10}
        await record(journal, 1)
        await until(lambda: journal.acknowledged == 51)
    assert center.facts == await stored(journal)


async def test_facts_deleted_since_are_declared_lost(tmp_path: Path, center: DataCenter) -> None:
    async with await SqliteJournal.open(tmp_path, "sh", CLOCK, patience=60.0, segment_facts=10) as journal:
        await record(journal, 20)
        arrived = ContactArrived(hotline="95500", caller="", called="", node="n", asterisk_channel="c")
        await journal.record(arrived, "open")
        for _ in range(29):
            await record(journal, 1)
        async with relaying(journal, center.url):
            await until(lambda: journal.acknowledged == 50)
            await journal.prune(days=-1)
            center.facts = {seq: fact_id for seq, fact_id in center.facts.items() if seq <= 10}
            await record(journal, 1)
            await until(lambda: journal.acknowledged == 51)
    assert center.lost == {*range(11, 21), *range(31, 51)}
    assert sorted(center.facts) == [*range(1, 11), *range(21, 31), 51]


@pytest.mark.parametrize("status", [400, 413, 422, 500])
async def test_one_fact_that_is_refused_holds_up_nobody_and_something_stands_in_its_place(
    journal: SqliteJournal, center: DataCenter, status: int
) -> None:
    center.poison = {33: status, 34: status, 70: status}
    facts = await record(journal, 100)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == 100)
    assert sorted(center.refused) == [33, 34, 70]
    assert facts[32].id in center.refused[33]
    assert sorted(center.facts) == [seq for seq in range(1, 101) if seq not in center.refused]


@pytest.mark.parametrize("status", [413, 500])
async def test_a_data_center_that_refuses_everything_makes_nobody_set_anything_aside(
    journal: SqliteJournal, center: DataCenter, status: int
) -> None:
    center.poison = dict.fromkeys(range(1, 31), status)
    await record(journal, 30)
    async with relaying(journal, center.url):
        await until(lambda: len(center.asked_at) > 30)
        center.poison = {}
        await until(lambda: journal.acknowledged == 30)
    assert (center.refused, center.lost) == ({}, set())
    assert center.facts == await stored(journal)


async def test_a_last_fact_that_is_refused_waits_until_another_one_is_taken(
    journal: SqliteJournal, center: DataCenter
) -> None:
    center.poison = {1: 422}
    await record(journal, 1)
    async with relaying(journal, center.url):
        await until(lambda: len(center.asked_at) > 10)
        assert center.refused == {}
        await record(journal, 1)
        await until(lambda: journal.acknowledged == 2)
    assert (sorted(center.refused), sorted(center.facts)) == ([1], [2])


async def test_facts_deleted_since_do_not_hold_up_the_others(journal: SqliteJournal, center: DataCenter) -> None:
    center.knows_lost = False  # as an earlier version
    await record(journal, 50)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == 50)
        await journal.prune(days=-1)
        center.facts = {seq: fact_id for seq, fact_id in center.facts.items() if seq <= 10}
        for last in (51, 52, 53):
            await record(journal, 1)
            await until(lambda last=last: last in center.facts)  # type: ignore[misc]
        assert journal.acknowledged == 10  # keeps what follows, and the alarm
    assert sorted(center.facts) == [*range(1, 11), 51, 52, 53]
    assert len(center.batches) < 12


@pytest.mark.parametrize("known", [1, 100, 5000])
async def test_a_new_journal_takes_no_number_of_its_former_life(
    journal: SqliteJournal, center: DataCenter, known: int
) -> None:
    former = {seq: f"former{seq}" for seq in range(1, known + 1)}
    center.facts = dict(former)
    facts = await record(journal, 200)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == known + 200)
        await record(journal, 1)
        await until(lambda: journal.acknowledged == known + 201)
    assert center.facts == former | await stored(journal)
    assert [center.facts[known + fact.seq] for fact in facts] == [fact.id for fact in facts]


async def test_an_old_copy_of_the_journal_takes_no_number_of_its_former_life(
    journal: SqliteJournal, center: DataCenter
) -> None:
    await record(journal, 10)
    async with relaying(journal, center.url):
        await until(lambda: journal.acknowledged == 10)
    center.facts |= {seq: f"former{seq}" for seq in range(11, 31)}
    async with relaying(journal, center.url):
        await record(journal, 5)
        await until(lambda: journal.acknowledged == 35)
    assert [seq for seq in center.facts if seq not in await stored(journal)] == list(range(11, 31))
    assert sorted(center.facts) == list(range(1, 36))


async def test_a_data_center_that_was_met_before_is_not_taken_for_a_former_life(
    journal: SqliteJournal, center: DataCenter
) -> None:
    await record(journal, 10)
    center.misdeeds = [says({"acknowledged": 0}), takes_but_fails]
    async with relaying(journal, center.url):
        await until(lambda: len(center.facts) == 10)
    async with relaying(journal, center.url):  # as after a crash that forgot the last acknowledgements
        await until(lambda: journal.acknowledged == 10)
    assert center.facts == await stored(journal)
    assert sorted(center.facts) == list(range(1, 11))


async def test_a_former_life_is_believed_only_when_said_twice(journal: SqliteJournal, center: DataCenter) -> None:
    center.misdeeds = [says({"acknowledged": 77}), says({"acknowledged": 99})]
    async with relaying(journal, center.url):
        await record(journal, 3)
        await until(lambda: journal.acknowledged == 3)
    assert sorted(center.facts) == [1, 2, 3]


def fact(seq: int, size: int = 10) -> Fact:
    return Fact(site="sh", seq=seq, id="0" * 26, at=CLOCK.wall(), kind="node.up", data={"node": "x" * size})


def test_a_batch_is_cut_by_bytes_but_holds_at_least_one_fact() -> None:
    facts = [fact(seq, 10_000) for seq in range(1, 20)]
    body, sent = encode("sh", facts, 50_000)
    assert 40_000 < len(body) <= 50_100
    assert [f["seq"] for f in json.loads(body)["facts"]] == [f.seq for f in sent] == [1, 2, 3, 4]
    assert len(encode("sh", [fact(1, 90_000)], 50_000)[1]) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("9" * 5000, 999_999_999.0),
        ("Sun, 01 Mar 2026 12:00:30 +" + "9" * 20, 0.0),
        ("", 0.0),
    ],
)
async def test_retry_after_may_be_seconds_or_a_date(center: DataCenter, header: str, seconds: float) -> None:
    center.misdeeds = [says({}, 503, Retry_After=header)]
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await post(http, f"{center.url}/api/v1/facts", "t", b"{}", timeout=5, now=now)
    assert (answer.acknowledged, answer.reason, answer.retry_after) == (None, "HTTP 503", seconds)
