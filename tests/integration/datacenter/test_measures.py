"""Measures of a morning computed by hand, on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest

from cti.facts import FactData
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    AgentStateChanged,
    AgentStatusChanged,
    CallbackRequested,
    ContactArrived,
    ContactEnded,
    EndCause,
    FlowEntered,
    HoldEnded,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Party,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
    SiteTakenOver,
    SurveyAnswered,
    WrapUpEnded,
    WrapUpStarted,
)
from tests.datacenter import make_config, running_datacenter
from tests.postgres import PostgresServer
from tests.scribe import START, Scribe

URL = "/api/v1/measures"
MIDNIGHT = START.replace(hour=0)
LATER = MIDNIGHT + timedelta(days=2)
MORNING = {"since": "2026-11-23T08:00:00Z", "until": "2026-11-23T09:00:00Z"}


@dataclass
class Morning(Scribe):
    """A site's journal, written with the time of day: `write_at("08:01:10", …)`."""

    day: datetime = MIDNIGHT

    def write_at(self, clock: str, data: FactData, contact: str | None = "c1") -> None:
        hours, minutes, seconds = clock.split(":")
        self.now = self.day + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        self.write(data, contact, 0)

    def comes(self, clock: str, contact: str, queue: str | None = "claims", waited_ms: int = 0, **how: Any) -> None:
        """Arrives, and enters a queue at the same moment."""
        arrived = ContactArrived(
            hotline="95500", caller="138", called="95500", node="sh1", asterisk_channel="PJSIP/1", **how
        )
        self.write_at(clock, arrived, contact)
        if not how:
            self.write_at(clock, FlowEntered(hotline="95500", flow="main", version="v1", language="zh"), contact)
        if queue:
            self.enters(clock, contact, queue, waited_ms)

    def enters(self, clock: str, contact: str, queue: str = "claims", waited_ms: int = 0) -> None:
        self.write_at(clock, QueueEntered(queue=queue, skills={}, priority=5, waited_ms=waited_ms), contact)

    def goes(self, clock: str, contact: str, outcome: QueueOutcome, waited_ms: int, queue: str = "claims") -> None:
        self.write_at(clock, QueueLeft(queue=queue, outcome=outcome, waited_ms=waited_ms), contact)

    def is_offered(self, clock: str, contact: str, agent: str, site: str = "sh", queue: str = "claims") -> None:
        made = OfferMade(offer=f"{contact}-{agent}", queue=queue, agent=agent, agent_site=site, waited_ms=0)
        self.write_at(clock, made, contact)

    def talks_at(self, clock: str, contact: str, agent: str, waited_ms: int, site: str = "sh") -> None:
        offer: dict[str, Any] = {"offer": f"{contact}-{agent}", "queue": "claims", "agent": agent, "agent_site": site}
        self.write_at(clock, AgentConnected(**offer, waited_ms=waited_ms), contact)
        self.write_at(clock, OfferEnded(**offer, outcome=OfferOutcome.ANSWERED, ring_ms=1000), contact)
        self.goes(clock, contact, QueueOutcome.ANSWERED, waited_ms)

    def hangs_up(self, clock: str, contact: str, agent: str, talk_ms: int, site: str = "sh") -> None:
        over = AgentDisconnected(
            offer=f"{contact}-{agent}", agent=agent, agent_site=site, talk_ms=talk_ms, by=Party.CUSTOMER
        )
        self.write_at(clock, over, contact)

    def finishes(self, clock: str, contact: str, cause: EndCause) -> None:
        self.write_at(clock, ContactEnded(cause=cause, by=Party.CUSTOMER, ms=1), contact)

    def wrapped_up(self, clock: str, contact: str, agent: str, ms: int) -> None:
        self.write_at(clock, WrapUpEnded(agent=agent, code="done", by=Party.AGENT, ms=ms), contact)

    def agent(self, clock: str, state: str, was: str, contact: str | None, agent: str = "1001") -> None:
        self.write_at(clock, AgentStateChanged(agent=agent, state=state, was=was), contact)

    def status(self, clock: str, status: str, was: str, reason: str | None = None, agent: str = "1001") -> None:
        self.write_at(clock, AgentStatusChanged(agent=agent, status=status, was=was, reason=reason), None)


def morning() -> tuple[Morning, Morning]:
    """One agent at sh, one at bj; eight callers, one of whom is called back."""
    sh, bj = Morning("sh"), Morning("bj")
    sh.write_at("08:00:00", SiteTakenOver(reason="started", ms=0), None)
    sh.status("08:00:00", "available", "logged_out")
    sh.comes("08:01:10", "c1")  # answered after 8 s
    sh.is_offered("08:01:10", "c1", "1001")
    sh.agent("08:01:10", "reserved", "idle", "c1")
    sh.agent("08:01:11", "ringing", "reserved", "c1")
    sh.talks_at("08:01:18", "c1", "1001", 8000)
    sh.agent("08:01:18", "talking", "ringing", "c1")
    sh.agent("08:01:40", "held", "talking", "c1")
    sh.agent("08:01:50", "talking", "held", "c1")
    sh.write_at("08:01:50", HoldEnded(agent="1001", ms=10_000))
    sh.hangs_up("08:02:18", "c1", "1001", 60_000)
    sh.agent("08:02:18", "wrap_up", "talking", "c1")
    sh.write_at("08:02:18", WrapUpStarted(agent="1001", seconds=30))
    sh.write_at("08:02:20", SurveyAnswered(question="q", score=5))
    sh.finishes("08:02:20", "c1", EndCause.SERVED)
    sh.wrapped_up("08:02:38", "c1", "1001", 20_000)
    sh.agent("08:02:38", "idle", "wrap_up", "c1")
    sh.comes("08:05:00", "c2")  # a short abandon
    sh.goes("08:05:03", "c2", QueueOutcome.ABANDONED, 3000)
    sh.finishes("08:05:03", "c2", EndCause.ABANDONED)
    sh.comes("08:06:00", "c3")  # abandoned after 30 s
    sh.goes("08:06:30", "c3", QueueOutcome.ABANDONED, 30_000)
    sh.finishes("08:06:30", "c3", EndCause.ABANDONED)
    sh.comes("08:14:50", "c4")  # answered by bj after 25 s, in the next quarter
    sh.is_offered("08:15:00", "c4", "2001", "bj")
    sh.talks_at("08:15:15", "c4", "2001", 25_000, "bj")
    sh.comes("08:16:00", "c5")  # leaves by a key, comes back, is called back
    sh.goes("08:16:40", "c5", QueueOutcome.KEY, 40_000)
    sh.enters("08:17:00", "c5")
    sh.hangs_up("08:17:15", "c4", "2001", 120_000, "bj")
    sh.write_at("08:17:16", SurveyAnswered(question="q", score=3), "c4")
    sh.finishes("08:17:16", "c4", EndCause.SERVED)
    sh.goes("08:18:00", "c5", QueueOutcome.KEY, 120_000)
    sh.comes("08:18:00", "c5-cb", waited_ms=120_000, direction="outbound", callback_of="c5")
    sh.write_at("08:18:00", CallbackRequested(queue="claims", number="138", language="zh"), "c5")
    sh.finishes("08:18:01", "c5", EndCause.CONTAINED)
    sh.comes("08:20:00", "c6", None)  # served by the flow alone
    sh.finishes("08:20:30", "c6", EndCause.CONTAINED)
    sh.is_offered("08:25:50", "c5-cb", "1001")
    sh.agent("08:25:50", "reserved", "idle", "c5-cb")
    sh.talks_at("08:26:00", "c5-cb", "1001", 600_000)
    sh.agent("08:26:00", "talking", "reserved", "c5-cb")
    sh.hangs_up("08:27:40", "c5-cb", "1001", 100_000)
    sh.agent("08:27:40", "wrap_up", "talking", "c5-cb")
    sh.write_at("08:27:40", WrapUpStarted(agent="1001", seconds=30), "c5-cb")
    sh.finishes("08:27:40", "c5-cb", EndCause.SERVED)
    sh.wrapped_up("08:27:50", "c5-cb", "1001", 10_000)
    sh.agent("08:27:50", "idle", "wrap_up", "c5-cb")
    sh.comes("08:31:00", "c7", "complaints")  # nobody takes it
    sh.is_offered("08:31:00", "c7", "1001", queue="complaints")
    sh.agent("08:31:00", "ringing", "idle", "c7")
    sh.write_at("08:31:15", OfferEnded(offer="c7-1001", queue="complaints", agent="1001", agent_site="sh",
                                       outcome=OfferOutcome.RONA, ring_ms=15_000), "c7")  # fmt: skip
    sh.agent("08:31:15", "idle", "ringing", "c7")
    sh.status("08:31:15", "not_ready", "available", "rona")
    sh.goes("08:33:00", "c7", QueueOutcome.TIMEOUT, 120_000, "complaints")
    sh.finishes("08:33:00", "c7", EndCause.UNSERVED)
    sh.status("08:35:00", "available", "not_ready")
    sh.comes("08:40:00", "c8")  # still waits
    sh.status("09:00:00", "logged_out", "available")
    bj.status("08:10:00", "available", "logged_out", agent="2001")
    bj.agent("08:15:15", "talking", "idle", "c4", "2001")
    bj.agent("08:17:15", "wrap_up", "talking", "c4", "2001")
    bj.write_at("08:17:15", WrapUpStarted(agent="2001", seconds=30), "c4")
    bj.wrapped_up("08:17:45", "c4", "2001", 30_000)
    bj.agent("08:17:45", "idle", "wrap_up", "c4", "2001")
    return sh, bj


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def center(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """One morning, which every test reads. Another site's caller comes two days later, to a queue with a hostile name."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('measures') / 'datacenter.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database(f"measures_{uuid4().hex}", request.getfixturevalue("template"))
    later = Morning("gz", day=LATER)
    later.comes("08:50:00", "evil", "=HYPERLINK(1)")
    async with running_datacenter(make_config(url)) as client:
        for scribe in (*morning(), later):
            assert (await client.post("/api/v1/facts", json=scribe.batch())).status_code == 200
        yield client


async def ask(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(URL, params={**MORNING, **query})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def figures(values: dict[str, Any], *names: str) -> list[Any]:
    return [values[name] for name in names]


def by_start(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["start"][11:16]: row["values"] for row in table["rows"]}


async def test_waits_count_in_the_quarter_in_which_they_began(center: httpx.AsyncClient) -> None:
    quarters = by_start(await ask(center, interval="15min", queue="claims"))
    names = (
        "offered",
        "answered",
        "abandoned",
        "short_abandoned",
        "waiting",
        "callbacks_requested",
        "callbacks_served",
    )
    assert figures(quarters["08:00"], *names) == [4, 2, 1, 1, 0, 0, 0]
    assert figures(quarters["08:15"], *names) == [1, 1, 0, 0, 0, 1, 1]
    assert figures(quarters["08:30"], *names) == [1, 0, 0, 0, 1, 0, 0]
    first = quarters["08:00"]
    assert first["service_level"] == pytest.approx(1 / 3)  # c1 of c1, c3, c4
    assert first["service_level_asterisk"] == 1 / 2
    assert first["service_level_2_asterisk"] == 2 / 4  # c1 and c2 of c1 to c4
    assert first["service_level_amazon"] == 2 / 4
    assert first["abandonment_rate"] == pytest.approx(1 / 3)
    assert figures(first, "asa_ms", "abandoned_wait_ms", "longest_wait_ms") == [16_500, 30_000, 30_000]
    assert figures(first, "answered_elsewhere", "overflowed") == [1, 1]
    second = quarters["08:15"]
    assert figures(second, "asa_ms", "longest_wait_ms", "service_level", "service_level_amazon") == [
        600_000,
        600_000,
        0,
        0,
    ]


async def test_totals_are_computed_from_sums_and_no_caller_counts_twice(center: httpx.AsyncClient) -> None:
    totals = (await ask(center))["totals"]
    assert figures(totals, "contacts", "entered_flow", "contained", "transferred") == [8, 8, 1, 0]
    assert totals["containment"] == 1 / 8
    # c1 to c5, c7 and c8 have waited; c6 has not, and c5 counts once, as the callback that it became.
    assert totals["offered"] == 7
    ends = ("answered", "abandoned", "short_abandoned", "timed_out", "left_by_key", "lost", "waiting")
    assert figures(totals, *ends) == [3, 1, 1, 1, 0, 0, 1]
    assert totals["answered"] == totals["handled"]
    assert totals["service_level"] == 1 / 6
    assert totals["asa_ms"] == round((8000 + 25_000 + 600_000) / 3)
    assert totals["aht_ms"] == round((80_000 + 150_000 + 110_000) / 3)
    assert figures(totals, "offers", "rona", "declined", "failed", "survey_answers") == [4, 1, 0, 0, 2]
    assert figures(totals, "csat", "survey_score") == [1 / 2, 4]
    assert figures(totals, "mean_hold_ms", "mean_talk_ms", "mean_wrap_up_ms") == [3333, 90_000, 20_000]


async def test_an_agents_time_is_split_at_each_boundary(center: httpx.AsyncClient) -> None:
    table = await ask(center, interval="15min", agent="1001")
    quarters = by_start(table)
    names = ("logged_in_ms", "idle_ms", "ringing_ms", "talking_ms", "held_ms", "wrap_up_ms", "break_ms", "not_ready_ms")
    seconds = {start: [ms / 1000 for ms in figures(values, *names)] for start, values in quarters.items()}
    assert seconds == {
        "08:00": [900, 812, 8, 50, 10, 20, 0, 0],
        "08:15": [900, 780, 10, 100, 0, 10, 0, 0],
        "08:30": [900, 660, 15, 0, 0, 0, 0, 225],
        "08:45": [900, 900, 0, 0, 0, 0, 0, 0],
    }
    assert quarters["08:00"]["occupancy"] == pytest.approx(88 / 900)
    assert quarters["08:00"]["utilization"] == pytest.approx(80 / 900)
    assert quarters["08:30"]["occupancy"] == pytest.approx(15 / 675)
    assert table["totals"]["utilization"] == pytest.approx(190 / 3600)
    # RONA belongs to the wait that began at 08:31.
    assert figures(quarters["08:30"], "offers", "rona", "handled") == [1, 1, 0]
    assert (await ask(center, agent="1001", interval="total"))["rows"][0]["values"] == table["totals"]


async def test_an_interval_that_goes_on_is_known_until_its_sites_last_fact(center: httpx.AsyncClient) -> None:
    totals = (await ask(center, agent="2001"))["totals"]
    assert figures(totals, "logged_in_ms", "idle_ms") == [465_000, 315_000]  # until 08:17:45


async def test_waits_belong_to_the_site_of_arrival_and_work_to_the_agents(center: httpx.AsyncClient) -> None:
    sites = {row["site"]: row["values"] for row in (await ask(center, group_by="site"))["rows"]}
    names = ("offered", "answered", "answered_elsewhere", "handled", "aht_ms")
    assert figures(sites["sh"], *names) == [7, 3, 1, 2, 95_000]
    assert figures(sites["bj"], *names) == [0, 0, 0, 1, 150_000]


async def test_groups_tell_what_can_be_told_by_them(center: httpx.AsyncClient) -> None:
    queues = await ask(center, group_by=["queue", "flow"], measure=["offered", "timed_out"])
    assert [(row["queue"], row["flow"], row["values"]) for row in queues["rows"]] == [
        ("claims", None, {"offered": 1, "timed_out": 0}),  # the callback
        ("claims", "main", {"offered": 5, "timed_out": 0}),
        ("complaints", "main", {"offered": 1, "timed_out": 1}),
    ]
    reasons = await ask(center, group_by=["agent", "reason"], measure="not_ready_ms", agent="1001")
    assert {row["reason"]: row["values"]["not_ready_ms"] for row in reasons["rows"]} == {None: 0, "rona": 225_000}
    agents = await ask(center, group_by="agent")
    assert "offered" not in {measure["id"] for measure in agents["measures"]}
    assert {"handled", "occupancy"} <= {measure["id"] for measure in agents["measures"]}


async def test_callbacks_can_be_left_out_or_asked_for_alone(center: httpx.AsyncClient) -> None:
    names = ("offered", "answered", "handled")
    assert figures((await ask(center, callbacks="exclude"))["totals"], *names) == [6, 2, 2]
    assert figures((await ask(center, callbacks="only"))["totals"], *names) == [1, 1, 1]


async def test_thresholds_are_parameters(center: httpx.AsyncClient) -> None:
    totals = (await ask(center, within="25", short="31"))["totals"]
    assert figures(totals, "short_abandoned", "abandoned") == [2, 0]
    assert totals["service_level"] == 2 / 5


async def test_days_are_cut_where_the_zone_says(center: httpx.AsyncClient) -> None:
    day = {"since": "2026-11-22T16:00:00Z", "until": "2026-11-24T16:00:00Z"}
    table = await ask(center, **day, interval="day", zone="Asia/Shanghai", measure="offered")
    assert [(row["start"], row["end"]) for row in table["rows"]] == [
        ("2026-11-23T00:00:00+08:00", "2026-11-24T00:00:00+08:00")
    ]
    west = await ask(center, **day, interval="day", zone="America/Los_Angeles", measure="offered")
    assert [row["start"] for row in west["rows"]] == ["2026-11-23T00:00:00-08:00"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"zone": "Mars/Olympus"}, "measures.zone"),
        ({"until": "2026-11-23T07:00:00Z"}, "measures.range"),
        ({"until": "2026-12-23T07:00:00Z", "interval": "15min"}, "measures.too_long"),
        ({"measure": "happiness"}, "measures.unknown"),
        ({"measure": "offered", "group_by": "agent"}, "measures.not_by_this"),
        ({"group_by": ["queue", "reason"]}, "measures.nothing"),
        ({"group_by": "moon"}, "request.invalid"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_a_reason(
    center: httpx.AsyncClient, query: dict[str, Any], code: str
) -> None:
    answer = await center.get(URL, params={**MORNING, **query})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_csv_has_names_in_the_language_and_runs_nothing(center: httpx.AsyncClient) -> None:
    until_later = {**MORNING, "until": "2026-11-26T00:00:00Z"}
    answer = await center.get(URL, params={**until_later, "group_by": "queue", "format": "csv", "language": "zh",
                                           "measure": ["offered", "asa_ms", "service_level"]})  # fmt: skip
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8"))))
    assert lines[0] == ["开始 (UTC)", "结束 (UTC)", "队列", "进入排队", "平均应答速度 (s)", "服务水平"]
    assert lines[1][2:] == ["'=HYPERLINK(1)", "1", "", "0.0000"]
    assert lines[2][2:] == ["claims", "6", "211.000", "0.2000"]
    assert lines[-1] == ["合计", "", "", "8", "211.000", "0.1429"]
    accepted = await center.get(URL, params=MORNING, headers={"Accept": "text/csv"})
    assert accepted.text.startswith("start (UTC),end (UTC),")


async def test_a_workbook_holds_numbers_times_and_the_formulas(center: httpx.AsyncClient) -> None:
    answer = await center.get(URL, params={**MORNING, "interval": "15min", "group_by": "queue", "format": "xlsx",
                                           "measure": ["offered", "asa_ms"]})  # fmt: skip
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    names = ElementTree.fromstring(book.read("xl/workbook.xml")).findall(".//{*}sheet")
    assert [sheet.get("name") for sheet in names] == ["Measures", "Formulas"]
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    cells = {cell.get("r"): cell for cell in sheet.findall(".//{*}c")}

    def number(place: str) -> float:
        value = cells[place].find("{*}v")
        assert cells[place].get("t") in (None, "n")
        assert value is not None
        return float(value.text or "")

    assert number("D2") == 4
    assert number("E2") * 86_400 == pytest.approx(16.5)
    words = "".join(ElementTree.fromstring(book.read("xl/sharedStrings.xml")).itertext())
    assert "wait of answered (queue + ring) / answered" in words
