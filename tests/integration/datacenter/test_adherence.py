"""Adherence and shrinkage of a day computed by hand, and of invented days by code that looks at every second. SQLite and PostgreSQL."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from cti.facts.kinds import AgentStateChanged, AgentStatusChanged
from tests.datacenter import make_config, running_datacenter
from tests.postgres import PostgresServer
from tests.schedules import HEADER, plan, published
from tests.scribe import START, Scribe

NAMES = ("scheduled_ms", "adhered_ms", "paid_ms", "unavailable_ms")
MIDNIGHT = START.replace(hour=0)
DAY = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}


def at(scribe: Scribe, clock: str, agent: str, status: str | None = None, state: str | None = None) -> None:
    """A fact at a time of day, about an agent's status or state."""
    hours, minutes, seconds = f"{clock}:00".split(":")[:3]
    scribe.now = MIDNIGHT + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    if status is not None:
        scribe.write(AgentStatusChanged(agent=agent, status=status, was="?"), None, 0)
    else:
        scribe.write(AgentStateChanged(agent=agent, state=state or "idle", was="idle"), None, 0)


def worked() -> tuple[Scribe, Scribe]:
    """1001 comes late, takes breaks at the wrong time and leaves early; 1003 comes though absent; 2001 is still there."""
    sh, bj = Scribe("sh"), Scribe("bj")
    at(sh, "08:10", "1001", "available")
    at(sh, "09:00", "1003", "available")
    at(sh, "09:10", "1001", state="talking")  # across a quarter
    at(sh, "09:20", "1001", state="wrap_up")
    at(sh, "09:21", "1001", state="idle")
    at(sh, "09:30", "1003", "logged_out")
    at(sh, "10:05", "1001", "break")
    at(sh, "10:20", "1001", "available")
    at(sh, "11:50", "1001", "logged_out")
    at(sh, "12:55", "1001", "available")
    at(sh, "13:05", "1001", "break")
    at(sh, "14:00", "1001", "available")
    at(sh, "14:30", "1001", "logged_out")
    at(sh, "15:30", "1004", "available")  # facts, but no schedule
    at(sh, "16:00", "1004", "logged_out")
    at(bj, "08:00", "2001", "available")
    at(bj, "09:00", "2002", "available")  # the last that bj has told
    return sh, bj


SHIFTS = (
    *("1001 08:00-10:00 work", "1001 10:00-10:15 break", "1001 10:15-12:00 work", "1001 12:00-13:00 unpaid"),
    *("1001 13:00-14:00 off_phone", "1001 14:00-15:00 work"),
    *("1002 08:20-08:40 work", "1002 08:40-08:50 break"),  # a schedule, but no facts
    *("1003 08:00-12:00 absent", "2001 08:00-12:00 work"),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def center(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('adherence') / 'datacenter.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database(f"adherence_{uuid4().hex}", request.getfixturevalue("template"))
    async with running_datacenter(make_config(url)) as client:
        for scribe in worked():
            assert (await client.post("/api/v1/facts", json=scribe.batch())).status_code == 200
        await published(client, plan(*SHIFTS))
        tuesday = plan("1001 08:00-16:00 work", day="2026-11-24")
        await published(client, tuesday, since="2026-11-24T00:00:00Z", until="2026-11-25T00:00:00Z")
        yield client


async def ask(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/api/v1/measures", params={**DAY, **query})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def minutes(values: dict[str, Any]) -> list[float]:
    return [values[name] / 60_000 for name in NAMES]


async def test_adherence_and_shrinkage_of_a_day_are_what_a_hand_computes(center: httpx.AsyncClient) -> None:
    rows = {row["agent"]: row["values"] for row in (await ask(center, group_by="agent"))["rows"]}
    # adherent: 110 of 120 and 90 of 105 and 30 of 60 of work, 10 of 15 of the break, 55 of 60 of lunch, 55 of 60 off the phone
    assert minutes(rows["1001"]) == [420, 350, 360, 120]
    assert rows["1001"]["adherence"] == pytest.approx(350 / 420)
    assert rows["1001"]["shrinkage"] == pytest.approx(120 / 360)
    assert minutes(rows["1002"]) == [30, 10, 30, 30]
    assert minutes(rows["1003"]) == [240, 210, 240, 210]
    assert minutes(rows["2001"]) == [60, 60, 60, 0]  # as far as bj has told
    assert minutes(rows["1004"]) == [0, 0, 0, 0]
    assert (rows["1004"]["adherence"], rows["1004"]["shrinkage"]) == (None, None)
    assert rows["1004"]["logged_in_ms"] == 30 * 60_000


async def test_scheduled_time_is_cut_at_each_boundary(center: httpx.AsyncClient) -> None:
    table = await ask(center, interval="15min", agent="1001", measure=[*NAMES, "shrinkage"])
    quarters = {row["start"][11:16]: row["values"] for row in table["rows"]}
    assert len(quarters) == 28
    assert minutes(quarters["08:00"]) == [15, 5, 15, 10]  # late
    assert minutes(quarters["09:00"]) == [15, 15, 15, 0]
    assert minutes(quarters["09:15"]) == [15, 15, 15, 0]
    assert minutes(quarters["10:00"]) == [15, 10, 15, 10]  # the break, begun late
    assert minutes(quarters["10:15"]) == [15, 10, 15, 5]  # and ended late
    assert minutes(quarters["12:00"]) == [15, 15, 0, 0]  # lunch is not paid
    assert quarters["12:00"]["shrinkage"] is None
    assert minutes(quarters["12:45"]) == [15, 10, 0, 0]
    assert minutes(quarters["13:00"]) == [15, 10, 15, 10]
    assert minutes(quarters["14:30"]) == [15, 0, 15, 15]  # gone early
    table = await ask(center, interval="15min", agent="1002", measure=list(NAMES))
    assert [(row["start"][11:16], minutes(row["values"])) for row in table["rows"]] == [
        ("08:15", [10, 0, 10, 10]), ("08:30", [15, 5, 15, 15]), ("08:45", [5, 5, 5, 5])
    ]  # fmt: skip


async def test_parts_add_up_whatever_the_interval(center: httpx.AsyncClient) -> None:
    totals = [
        (await ask(center, interval=interval, zone="Asia/Kolkata", measure=[*NAMES, "adherence"]))["totals"]
        for interval in ("15min", "hour", "day", "total")
    ]
    assert minutes(totals[0]) == [750, 630, 690, 360]
    assert all(each == totals[0] for each in totals)


async def test_sites_are_told_apart(center: httpx.AsyncClient) -> None:
    rows = {row["site"]: row["values"] for row in (await ask(center, group_by="site", measure=list(NAMES)))["rows"]}
    assert {site: minutes(values) for site, values in rows.items()} == {
        "sh": [690, 570, 630, 360], "bj": [60, 60, 60, 0]
    }  # fmt: skip
    assert minutes((await ask(center, site="bj", measure=list(NAMES)))["totals"]) == [60, 60, 60, 0]


async def test_a_schedule_of_tomorrow_lowers_nothing_today(center: httpx.AsyncClient) -> None:
    longer = {"until": "2026-11-26T00:00:00Z"}
    assert minutes((await ask(center, **longer, measure=list(NAMES)))["totals"]) == [750, 630, 690, 360]


async def test_part_of_a_line_counts_where_only_part_of_it_is_asked_for(center: httpx.AsyncClient) -> None:
    part = {"since": "2026-11-23T08:05:00Z", "until": "2026-11-23T08:12:00Z"}
    totals = (await ask(center, **part, agent="1001", measure=list(NAMES)))["totals"]
    assert minutes(totals) == [7, 2, 7, 5]


async def test_a_schedule_belongs_to_no_queue_and_no_reason(center: httpx.AsyncClient) -> None:
    told = await ask(center, group_by=["agent", "reason"])
    assert "adherence" not in {measure["id"] for measure in told["measures"]}
    for query in ({"group_by": "reason"}, {"group_by": "queue"}, {"flow": "main"}, {"callbacks": "only"}):
        answer = await center.get("/api/v1/measures", params={**DAY, **query, "measure": "adherence"})
        assert (answer.status_code, answer.json()["code"]) == (422, "measures.not_by_this"), query
    assert "staff = required / (1 − shrinkage)" in next(
        measure["formula_en"] for measure in (await ask(center))["measures"] if measure["id"] == "shrinkage"
    )


async def test_without_schedules_there_is_nothing_to_divide_by(client: httpx.AsyncClient) -> None:
    scribe = worked()[0]
    assert (await client.post("/api/v1/facts", json=scribe.batch())).status_code == 200
    totals = (await ask(client))["totals"]
    assert (totals["adherence"], totals["shrinkage"], totals["scheduled_ms"]) == (None, None, 0)


async def test_without_facts_nothing_is_known(client: httpx.AsyncClient) -> None:
    await published(client, plan("1001 08:00-16:00 work"))
    assert (await ask(client))["totals"]["scheduled_ms"] == 0


# Other code: it looks at every second.

HOURS = 40
AGENTS = {"1001": "sh", "1002": "sh", "2001": "bj"}


def invented_plan(dice: random.Random) -> list[tuple[str, int, int, str]]:
    """(agent, first second, last second but one, activity): without overlaps, with gaps."""
    found = []
    for agent in AGENTS:
        now = dice.randrange(3000)
        while (end := now + dice.randrange(60, 20_000)) < HOURS * 3600:
            found.append(
                (agent, now, end, dice.choice(["work", "work", "work", "break", "off_phone", "absent", "unpaid"]))
            )
            now = end + dice.choice([0, 0, dice.randrange(5000)])
    return found


def invented_facts(dice: random.Random, site: str) -> Scribe:
    scribe, moments = Scribe(site, now=MIDNIGHT), []
    for agent in (agent for agent, its in AGENTS.items() if its == site):
        status, state, now = "logged_out", "idle", 0
        while (now := now + dice.randrange(1, 4000)) < (HOURS - 3) * 3600:
            if state == "idle" and dice.random() < 0.5:
                status = dice.choice([s for s in ("logged_out", "available", "break", "not_ready") if s != status])
                moments.append((now, AgentStatusChanged(agent=agent, status=status, was="?")))
            else:
                was, state = state, dice.choice([s for s in ("idle", "ringing", "talking", "wrap_up") if s != state])
                moments.append((now, AgentStateChanged(agent=agent, state=state, was=was)))
    for now, data in sorted(moments, key=lambda one: one[0]):
        scribe.now = MIDNIGHT + timedelta(seconds=now)
        scribe.write(data, None, 0)
    return scribe


def seconds_of(scribe: Scribe, agent: str) -> list[tuple[bool, bool]]:
    """(there, takes contacts) for each second that the site has told of."""
    found: list[tuple[bool, bool]] = []
    status, state = "logged_out", "idle"
    for fact in scribe.facts:
        until = round((fact.at - MIDNIGHT).total_seconds())
        now = (status, state) != ("logged_out", "idle"), state != "idle" or status == "available"
        found += [now] * (until - len(found))
        if fact.data["agent"] == agent:
            status, state = fact.data.get("status", status), fact.data.get("state", state)
    return found


def recounted(
    lines: list[tuple[str, int, int, str]], scribes: dict[str, Scribe], width: int, zone: ZoneInfo
) -> dict[tuple[int, str], list[int]]:
    """(start, agent) → seconds, as in `NAMES`."""
    found: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    shift = round((MIDNIGHT.astimezone(zone).utcoffset() or timedelta()).total_seconds())
    begins = round(MIDNIGHT.timestamp())
    seconds = {agent: seconds_of(scribes[site], agent) for agent, site in AGENTS.items()}
    for agent, start, end, activity in lines:
        for second in range(start, min(end, len(seconds[agent]))):
            there, takes = seconds[agent][second]
            begin = max((begins + second + shift) // width * width - shift, begins)
            adherent = takes if activity == "work" else not there if activity == "absent" else not takes
            paid = activity != "unpaid"
            for n, counts in enumerate((True, adherent, paid, paid and not takes)):
                found[begin, agent][n] += counts
    return dict(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_adherence_is_what_every_second_says(client: httpx.AsyncClient, seed: int) -> None:
    dice, zone = random.Random(seed), ZoneInfo("Asia/Kolkata")
    lines = invented_plan(dice)
    scribes = {site: invented_facts(dice, site) for site in ("sh", "bj")}
    for scribe in scribes.values():
        assert (await client.post("/api/v1/facts", json=scribe.batch())).status_code == 200
    span = {"since": MIDNIGHT.isoformat(), "until": (MIDNIGHT + timedelta(hours=HOURS)).isoformat()}
    moments = [
        (agent, MIDNIGHT + timedelta(seconds=a), MIDNIGHT + timedelta(seconds=b), what) for agent, a, b, what in lines
    ]
    file = HEADER + "".join(f"{agent},{a.isoformat()},{b.isoformat()},{what}\n" for agent, a, b, what in moments)
    await published(client, file, **span)
    for interval, width in (("15min", 900), ("hour", 3600), ("day", 86_400)):
        query = {**span, "interval": interval, "zone": zone.key, "group_by": "agent", "measure": list(NAMES)}
        rows = (await ask(client, **query))["rows"]
        told = {
            (round(datetime.fromisoformat(row["start"]).astimezone(UTC).timestamp()), row["agent"]):
            [row["values"][name] / 1000 for name in NAMES] for row in rows
        }  # fmt: skip
        assert told == recounted(lines, scribes, width, zone), interval
