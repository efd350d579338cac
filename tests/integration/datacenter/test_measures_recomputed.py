"""Figures from the tables against figures recomputed from the facts alone, by other code; and agents' intervals that don't depend on how
the facts came."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from cti.datacenter import rebuild
from cti.datacenter.database import Database
from cti.datacenter.models import AgentIntervalRow
from cti.facts import Fact, FactData
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
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Party,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
    SiteTakenOver,
    WrapUpEnded,
)
from tests.scribe import START, Scribe

HOURS = 3
END = START + timedelta(hours=HOURS)
Timed = list[tuple[float, FactData, str | None]]


def invented_day(site: str, seed: int, contacts: int) -> Scribe:
    """What a site may write in three hours: everything by whole seconds, mixed as it comes."""
    dice = random.Random(f"{site}{seed}")
    plan: Timed = []
    for n in range(contacts):
        _invent_contact(plan, dice, site, f"{site}1-{n}", float(dice.randrange(HOURS * 3600 - 900)))
    for agent in ("1001", "1002", "1003"):
        _invent_agent(plan, dice, agent)
    for _ in range(2):
        plan.append(
            (float(dice.randrange(HOURS * 3600)), SiteTakenOver(reason="died", ms=1000 * dice.randrange(3)), None)
        )
    scribe = Scribe(site)
    for second, data, contact in sorted(plan, key=lambda step: step[0]):
        scribe.now = START + timedelta(seconds=second)
        scribe.write(data, contact, 0)
    return scribe


def _invent_contact(plan: Timed, dice: random.Random, site: str, contact: str, now: float) -> None:
    def write(data: FactData, after: float = 0.0, of: str = contact) -> None:
        nonlocal now
        now += after
        plan.append((now, data, of))

    arrived: dict[str, Any] = {"hotline": "1", "caller": "2", "called": "1", "node": "n", "asterisk_channel": "c"}
    write(ContactArrived(**arrived))
    write(FlowEntered(hotline="1", flow=dice.choice(["main", "other"]), version="v", language="zh"))
    queue = dice.choice(["claims", "general"])
    fate = dice.choice(["answered", "answered", "answered", "abandoned", "timeout", "key", "callback", "self", "waits"])
    if fate == "self":
        write(ContactEnded(cause=EndCause.CONTAINED, by=Party.SYSTEM, ms=1), 10)
        return
    write(QueueEntered(queue=queue, skills={}, priority=5), 3)
    wait = float(dice.choice([1, 4, 5, 19, 20, 21, 300]))
    agent, elsewhere = dice.choice(["1001", "1002"]), dice.choice([site, "xx"])
    offer: dict[str, Any] = {"queue": queue, "agent": agent, "agent_site": elsewhere}

    def answered(of: str, waited: float) -> None:
        write(OfferMade(offer=f"{of}-o", waited_ms=0, **offer), 0, of)
        write(AgentConnected(offer=f"{of}-o", waited_ms=0, **offer), 1, of)
        write(OfferEnded(offer=f"{of}-o", outcome=OfferOutcome.ANSWERED, ring_ms=1, **offer), 0, of)
        write(QueueLeft(queue=queue, outcome=QueueOutcome.ANSWERED, waited_ms=round(1000 * waited)), 0, of)
        talk = dice.randrange(1, 600)
        over = AgentDisconnected(
            offer=f"{of}-o", agent=agent, agent_site=elsewhere, talk_ms=talk * 1000, by=Party.AGENT
        )
        write(over, talk, of)
        write(ContactEnded(cause=EndCause.SERVED, by=Party.AGENT, ms=1), 0, of)
        if dice.random() < 0.8:
            write(WrapUpEnded(agent=agent, code="x", by=Party.AGENT, ms=dice.randrange(60_000)), 30, of)

    if fate == "answered":
        write(OfferMade(offer=f"{contact}-r", waited_ms=0, **offer), wait - 1)
        write(OfferEnded(offer=f"{contact}-r", outcome=dice.choice([OfferOutcome.RONA, OfferOutcome.DECLINED]), ring_ms=1,
                         **offer))  # fmt: skip
        answered(contact, wait)
        return
    if fate == "waits":
        return
    outcome = {"abandoned": QueueOutcome.ABANDONED, "timeout": QueueOutcome.TIMEOUT}.get(fate, QueueOutcome.KEY)
    write(QueueLeft(queue=queue, outcome=outcome, waited_ms=round(1000 * wait)), wait)
    if fate == "callback":
        back, since = f"{contact}-cb", now
        write(CallbackRequested(queue=queue, number="2", language="zh"), 2)
        write(ContactEnded(cause=EndCause.CONTAINED, by=Party.SYSTEM, ms=1))
        write(ContactArrived(**arrived, direction="outbound", callback_of=contact), 0, back)
        kept = now - since + wait
        write(QueueEntered(queue=queue, skills={}, priority=5, waited_ms=round(1000 * kept)), 0, back)
        answered(back, kept + 60)
        return
    write(ContactEnded(cause=EndCause.UNSERVED, by=Party.CUSTOMER, ms=1))


def _invent_agent(plan: Timed, dice: random.Random, agent: str) -> None:
    status, state, now = "logged_out", "idle", 0.0
    while (now := now + dice.randrange(1, 700)) < HOURS * 3600:
        if state == "idle" and dice.random() < 0.5:
            new = dice.choice([s for s in ("logged_out", "available", "break", "not_ready") if s != status])
            plan.append((now, AgentStatusChanged(agent=agent, status=new, was=status, reason=None), None))
            status = new
        else:
            new = dice.choice([s for s in ("idle", "ringing", "talking", "held", "wrap_up") if s != state])
            plan.append((now, AgentStateChanged(agent=agent, state=new, was=state), None))
            state = new


# The other code: it knows nothing of tables, and looks at every second of an agent's day.


def quarter(moment: datetime) -> str:
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0).isoformat().replace("+00:00", "Z")


def recomputed(facts: Sequence[Fact]) -> dict[str, dict[str, int]]:
    figures: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_contact: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.contact:
            by_contact[fact.contact].append(fact)
    for its in by_contact.values():
        _recount(figures, its)
    return {start: dict(values) for start, values in figures.items()}


def _recount(figures: dict[str, dict[str, int]], facts: Sequence[Fact]) -> None:
    first = {fact.kind: fact for fact in reversed(facts)}
    if first["contact.arrived"].data["direction"] == "inbound":
        at = figures[quarter(first["contact.arrived"].at)]
        at["contacts"] += 1
        at["contained"] += first["contact.ended"].data["cause"] == "contained" and "callback.requested" not in first \
            if "contact.ended" in first else 0  # fmt: skip
    if "queue.entered" not in first:
        return
    entered = first["queue.entered"]
    at = figures[quarter(entered.at - timedelta(milliseconds=entered.data["waited_ms"]))]
    for fact in facts:
        at["offers"] += fact.kind == "offer.made"
        at["handled"] += fact.kind == "agent.connected"
        at["rona"] += fact.kind == "offer.ended" and fact.data["outcome"] == "rona"
        at["handling"] += fact.data["talk_ms"] if fact.kind == "agent.disconnected" else 0
        at["handling"] += fact.data["ms"] if fact.kind == "wrap_up.ended" else 0
    if "callback.requested" in first:
        at["callbacks_requested"] += 1
        return
    at["offered"] += 1
    if "queue.left" not in first:
        at["waiting"] += 1
        return
    outcome, waited = first["queue.left"].data["outcome"], first["queue.left"].data["waited_ms"]
    at["longest_wait_ms"] = max(at["longest_wait_ms"], waited)
    at["answered"] += outcome == "answered"
    at["in_time"] += outcome == "answered" and waited <= 20_000
    at["short_abandoned"] += outcome == "abandoned" and waited < 5000
    at["abandoned"] += outcome == "abandoned" and waited >= 5000
    at["timed_out"] += outcome == "timeout"
    at["left_by_key"] += outcome == "key"


def seconds_of_agents(facts: Iterable[Fact]) -> dict[tuple[str, str], int]:
    """(quarter, agent) → seconds logged in: looked at second by second."""
    ordered = sorted(facts, key=lambda fact: fact.seq)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for agent in ("1001", "1002", "1003"):
        there = [False] * (HOURS * 3600)
        status, state, since, seen = "logged_out", "idle", START, START
        for fact in ordered:
            mine = fact.data.get("agent") == agent and fact.kind in ("agent.status_changed", "agent.state_changed")
            if mine or fact.kind == "site.taken_over":
                until = fact.at
                if not mine:
                    until = max(since, seen, fact.at - timedelta(milliseconds=fact.data["ms"]))
                if (status, state) != ("logged_out", "idle"):
                    for second in range(_second(since), _second(until)):
                        there[second] = True
                since = fact.at
                if mine:
                    status, state = fact.data.get("status", status), fact.data.get("state", state)
                else:
                    status, state = "logged_out", "idle"
            seen = fact.at
        if (status, state) != ("logged_out", "idle"):
            for second in range(_second(since), _second(seen)):
                there[second] = True
        for second, on in enumerate(there):
            found[quarter(START + timedelta(seconds=second)), agent] += on
    return {key: seconds for key, seconds in found.items() if seconds}


def _second(moment: datetime) -> int:
    return min(round((moment - START).total_seconds()), HOURS * 3600)


async def measured(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    span = {"since": START.isoformat(), "until": END.isoformat(), "interval": "15min"}
    answer = await client.get("/api/v1/measures", params={**span, **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def deliver(client: httpx.AsyncClient, scribe: Scribe, batches: Iterable[tuple[int, int]]) -> None:
    for first, last in batches:
        assert (await client.post("/api/v1/facts", json=scribe.batch(first, last))).status_code == 200


def batches(scribe: Scribe, size: int) -> list[tuple[int, int]]:
    return [(first, min(first + size - 1, scribe.seq)) for first in range(1, scribe.seq + 1, size)]


@pytest.mark.parametrize("seed", [1, 2])
async def test_measures_are_what_the_facts_alone_say(client: httpx.AsyncClient, seed: int) -> None:
    scribes = [invented_day("sh", seed, 120), invented_day("bj", seed, 60)]
    for scribe in scribes:
        await deliver(client, scribe, batches(scribe, 300))
    expected = recomputed([fact for scribe in scribes for fact in scribe.facts])
    rows = {row["start"]: row["values"] for row in await measured(client)}
    names = ("contacts", "contained", "offered", "answered", "abandoned", "short_abandoned", "timed_out", "left_by_key",
             "waiting", "callbacks_requested", "longest_wait_ms", "offers", "handled", "rona")  # fmt: skip
    for start, values in rows.items():
        known = expected.get(start, {})
        assert {name: values[name] for name in names} == {name: known.get(name, 0) for name in names}, start
        if base := known.get("offered", 0) - known.get("short_abandoned", 0):
            assert values["service_level"] == known["in_time"] / base
        if known.get("handled"):
            assert values["aht_ms"] == round(known["handling"] / known["handled"])
    assert set(expected) <= set(rows)
    for scribe in scribes:
        rows_of_agents = await measured(client, group_by="agent", site=scribe.site, measure="logged_in_ms")
        seconds = {(r["start"], r["agent"]): r["values"]["logged_in_ms"] / 1000 for r in rows_of_agents}
        assert seconds == seconds_of_agents(scribe.facts)


async def intervals(database: Database) -> list[tuple[Any, ...]]:
    async with database.reading() as session:
        table = AgentIntervalRow.__table__
        rows = await session.execute(select(*table.columns).order_by(*table.primary_key))
        return [tuple(row) for row in rows]


async def test_agents_intervals_are_the_same_however_the_facts_come(
    client: httpx.AsyncClient, database: Database
) -> None:
    scribe = invented_day("sh", 7, 5)
    await deliver(client, scribe, batches(scribe, 10_000))
    in_one = await intervals(database)
    assert len(in_one) > 20
    dice = random.Random(7)
    for site in ("s1", "s2", "s3"):
        other = Scribe(site, seq=scribe.seq, facts=[fact.model_copy(update={"site": site}) for fact in scribe.facts])
        pieces = [*batches(other, dice.randrange(3, 12)), *batches(other, 25)]  # each fact twice
        dice.shuffle(pieces)
        await deliver(client, other, pieces)
        assert [row[1:] for row in await intervals(database) if row[0] == site] == [row[1:] for row in in_one]
    before = await intervals(database)
    await rebuild(database)
    assert await intervals(database) == before
