"""What every journal does: the one on disk, and the one in memory that stands in for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cti.facts import Fact, FactData
from cti.facts.kinds import (
    AgentConnected,
    ContactArrived,
    ContactEnded,
    EndCause,
    NodeUp,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Party,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
    WrapUpEnded,
    WrapUpStarted,
)
from cti.journal import SqliteJournal
from cti.testing.journal import MemoryJournal

AnyJournal = SqliteJournal | MemoryJournal
ARRIVED = ContactArrived(hotline="95500", caller="13800138000", called="95500", node="sh1", asterisk_channel="PJSIP/1")
UP = NodeUp(node="sh1")
PATIENCE = 60.0  # seconds: what was awaited is on disk, however slow that is
ENDED = ContactEnded(cause=EndCause.SERVED, by=Party.CUSTOMER, ms=9000)
QUEUED = QueueEntered(queue="claims", skills={"car_claims": 1}, priority=0)
LEFT = QueueLeft(queue="claims", outcome=QueueOutcome.ANSWERED, waited_ms=100)
OFFERED = OfferMade(offer="o1", queue="claims", agent="1001", agent_site="sh", waited_ms=5)
OFFER_ENDED = OfferEnded(
    offer="o1", queue="claims", agent="1001", agent_site="sh", outcome=OfferOutcome.ANSWERED, ring_ms=3
)
CONNECTED = AgentConnected(offer="o1", queue="claims", agent="1001", agent_site="sh", waited_ms=8)


class SteppedClock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def wall(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture(params=["disk", "segments", "memory"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path, clock: SteppedClock) -> AsyncIterator[AnyJournal]:
    made: AnyJournal
    match request.param:
        case "disk":
            made = await SqliteJournal.open(tmp_path, "sh", clock, patience=PATIENCE)
        case "segments":  # a new one begins after nearly every fact
            made = await SqliteJournal.open(tmp_path, "sh", clock, patience=PATIENCE, segment_facts=1)
        case _:
            made = MemoryJournal("sh", clock)
    yield made
    await made.close()


async def tell(journal: AnyJournal, contact: str | None, *story: FactData) -> list[Fact]:
    return list(await asyncio.gather(*(journal.record(data, contact) for data in story)))


async def test_a_fact_gets_its_envelope(journal: AnyJournal, clock: SteppedClock) -> None:
    fact = await journal.record(ARRIVED, "c1")
    assert (fact.site, fact.seq, fact.at, fact.contact, fact.v) == ("sh", 1, clock.now, "c1", 1)
    assert (fact.kind, fact.data["caller"]) == ("contact.arrived", "13800138000")


async def test_the_order_of_calls_is_the_order_of_numbers(journal: AnyJournal) -> None:
    waiting = [journal.record(NodeUp(node=f"n{i}")) for i in range(10)]
    facts = await asyncio.gather(*reversed(waiting))
    assert [(f.seq, f.data["node"]) for f in reversed(facts)] == [(i + 1, f"n{i}") for i in range(10)]


async def test_numbers_have_no_gap_when_many_record_at_once(journal: AnyJournal) -> None:
    async def one(name: str) -> int:
        await asyncio.sleep(0)
        return (await journal.record(NodeUp(node=name))).seq

    seqs = await asyncio.gather(*(one(f"n{i}") for i in range(1000)))
    assert sorted(seqs) == list(range(1, 1001))
    stored = await journal.read(0, 2000)
    assert [f.seq for f in stored] == list(range(1, 1001))
    assert {f.data["node"] for f in stored} == {f"n{i}" for i in range(1000)}
    assert journal.last_seq == 1000


async def test_time_never_decreases_with_the_number(journal: AnyJournal, clock: SteppedClock) -> None:
    await journal.record(NodeUp(node="a"))
    clock.now -= timedelta(hours=1)
    await journal.record(NodeUp(node="b"))
    clock.now += timedelta(hours=2)
    await journal.record(NodeUp(node="c"))
    first, second, third = [f.at for f in await journal.read(0, 9)]
    assert first <= second < third == clock.now


async def test_what_is_read_is_what_was_recorded(journal: AnyJournal) -> None:
    hostile = ContactArrived(
        hotline="95500",
        caller="",
        called="'; DROP TABLE facts; --",
        node='"\\\n\x7f\udce5张三丰😀',
        asterisk_channel="[]",
    )
    recorded = await journal.record(hostile, "c-1.2")
    assert list(await journal.read(0, 9)) == [recorded]
    assert list(await journal.facts_of("c-1.2")) == [recorded]


async def test_read_goes_on_behind_a_number(journal: AnyJournal) -> None:
    await tell(journal, None, *(NodeUp(node=f"n{i}") for i in range(5)))
    assert [f.seq for f in await journal.read(2, 2)] == [3, 4]
    assert list(await journal.read(5, 2)) == []


async def test_a_cancelled_caller_takes_no_fact_back(journal: AnyJournal) -> None:
    waiting = asyncio.ensure_future(journal.record(NodeUp(node="a")))
    waiting.cancel()
    await journal.record(NodeUp(node="b"))
    assert [f.data["node"] for f in await journal.read(0, 9)] == ["a", "b"]


async def test_open_contacts_are_those_that_arrived_and_have_not_ended(journal: AnyJournal) -> None:
    await tell(journal, "done", ARRIVED, ENDED)
    await tell(journal, "remote", OFFERED, CONNECTED)
    second = await tell(journal, "waiting", ARRIVED, QUEUED)
    third = await tell(journal, "talking", ARRIVED, QUEUED, OFFERED, OFFER_ENDED, CONNECTED, LEFT)
    waiting, talking = await journal.open_contacts()
    assert (waiting.contact, waiting.arrived, waiting.last_seen, waiting.queue) == ("waiting", *second, second[1])
    assert (waiting.offer, waiting.connected) == (None, None)
    assert (talking.contact, talking.last_seen, talking.queue) == ("talking", third[-1], None)
    assert (talking.offer, talking.connected) == (None, third[4])


async def test_open_agents_are_those_that_have_begun_and_not_ended(journal: AnyJournal) -> None:
    for agent in ("1001", "1002"):
        await journal.record(WrapUpStarted(agent=agent, seconds=30), f"c{agent}")
    await journal.record(WrapUpEnded(agent="1001", code="resolved", by=Party.AGENT, ms=9), "c1001")
    [found] = await journal.open_agents()
    assert (found.contact, found.data["agent"]) == ("c1002", "1002")
    await journal.continue_after(500, above=0)
    [found] = await journal.open_agents()
    assert found.seq == 502


async def test_facts_of_a_contact_come_in_order_and_alone(journal: AnyJournal) -> None:
    await journal.record(ARRIVED, "c1")
    await journal.record(ARRIVED, "c2")
    await journal.record(ENDED, "c1")
    assert [f.kind for f in await journal.facts_of("c1")] == ["contact.arrived", "contact.ended"]


async def test_listeners_hear_every_fact_in_order_until_they_leave(journal: AnyJournal) -> None:
    heard: list[int] = []
    leave = journal.subscribe(lambda fact: heard.append(fact.seq))
    await tell(journal, None, *(NodeUp(node="n") for _ in range(20)))
    leave()
    await journal.record(NodeUp(node="n"))
    assert heard == list(range(1, 21))


async def test_prune_deletes_what_is_old_and_acknowledged_but_nothing_of_open_contacts(
    journal: AnyJournal, clock: SteppedClock
) -> None:
    """A journal on disk deletes segments as a whole: it may keep more, never less."""
    for contact, data in (("open", ARRIVED), ("done", ARRIVED), ("done", ENDED), (None, UP), (None, UP)):
        await journal.record(data, contact)
    clock.now += timedelta(days=3)
    await journal.record(UP)
    assert await journal.prune(days=2) == 0
    journal.set_acknowledged(4)
    assert await journal.prune(days=4) == 0
    deleted = await journal.prune(days=2)
    left = [f.seq for f in await journal.read(0, 9)]
    assert len(left) == 6 - deleted
    assert {1, 5, 6} <= set(left)
    assert [c.contact for c in await journal.open_contacts()] == ["open"]
    await journal.record(ENDED, "open")
    journal.set_acknowledged(7)
    await journal.prune(days=-1)
    assert [f.seq for f in await journal.read(0, 9)] == []
    assert (await journal.record(UP)).seq == 8


async def test_numbers_can_continue_behind_those_of_a_former_life(journal: AnyJournal) -> None:
    await tell(journal, "c1", ARRIVED, QUEUED)
    ids = [f.id for f in await journal.read(0, 9)]
    assert not journal.met
    await journal.continue_after(500, above=0)
    assert (journal.met, journal.acknowledged, journal.last_seq) == (True, 500, 502)
    await journal.record(NodeUp(node="a"))
    stored = await journal.read(0, 9)
    assert [f.seq for f in stored] == [501, 502, 503]
    assert [f.id for f in stored[:2]] == ids
    (contact,) = await journal.open_contacts()
    assert contact.queue == stored[1]


async def test_numbers_continue_behind_the_facts_that_the_former_life_wrote(journal: AnyJournal) -> None:
    await tell(journal, "c1", ARRIVED, QUEUED, OFFERED)
    await journal.continue_after(10, above=2)
    assert [f.seq for f in await journal.read(0, 9)] == [1, 2, 11]


async def test_meeting_a_data_center_that_knows_nothing_moves_no_number(journal: AnyJournal) -> None:
    await tell(journal, "c1", ARRIVED, QUEUED)
    await journal.continue_after(0, above=0)
    assert (journal.met, journal.acknowledged, journal.last_seq) == (True, 0, 2)
    assert [f.seq for f in await journal.read(0, 9)] == [1, 2]


async def test_the_time_of_the_next_fact_is_known_and_never_lies_before_the_last(
    journal: AnyJournal, clock: SteppedClock
) -> None:
    before = clock.now
    fact = await journal.record(NodeUp(node="sh1"))
    clock.now -= timedelta(hours=1)
    assert fact.at == before
    assert journal.now() == before
    clock.now += timedelta(hours=1, seconds=5)
    assert journal.now() == before + timedelta(seconds=5)
