from __future__ import annotations

from datetime import timedelta

from cti.datacenter.agent_intervals import LONGEST, AgentInterval, Tracker
from cti.facts import Fact
from cti.facts.kinds import AgentStateChanged, AgentStatusChanged, NodeUp, SiteTakenOver
from tests.scribe import START, Scribe


def status(scribe: Scribe, status: str, was: str, after_ms: int = 1000, reason: str | None = None) -> Fact:
    return scribe.write(AgentStatusChanged(agent="1001", status=status, was=was, reason=reason), None, after_ms)


def state(scribe: Scribe, state: str, was: str, after_ms: int = 1000, contact: str | None = "c1") -> Fact:
    return scribe.write(AgentStateChanged(agent="1001", state=state, was=was), contact, after_ms)


def told(scribe: Scribe) -> list[AgentInterval]:
    tracker, found, seen = Tracker(scribe.site), list[AgentInterval](), None
    for fact in scribe.facts:
        found += tracker.follow(fact, seen)
        seen = fact.at
    return found + list(tracker.open.values())


def brief(intervals: list[AgentInterval]) -> list[tuple[str, str, int | None]]:
    return [(interval.status, interval.state, interval.ms) for interval in intervals if interval.ms != 0]


def test_a_working_day_is_told_in_intervals_without_gaps() -> None:
    scribe = Scribe()
    status(scribe, "break", "logged_out", reason="logged_in")
    status(scribe, "available", "break", 2000)
    state(scribe, "reserved", "idle", 3000)
    state(scribe, "ringing", "reserved", 200)
    state(scribe, "talking", "ringing", 4000)
    state(scribe, "held", "talking", 60_000)
    state(scribe, "talking", "held", 5000)
    state(scribe, "wrap_up", "talking", 10_000)
    state(scribe, "idle", "wrap_up", 8000)
    status(scribe, "break", "available", 0, "lunch")
    status(scribe, "logged_out", "break", 900)
    found = told(scribe)
    assert brief(found) == [
        ("break", "idle", 2000), ("available", "idle", 3000), ("available", "reserved", 200), ("available", "ringing", 4000),
        ("available", "talking", 60_000), ("available", "held", 5000), ("available", "talking", 10_000),
        ("available", "wrap_up", 8000), ("break", "idle", 900),
    ]  # fmt: skip
    assert [interval.reason for interval in found if interval.status == "break"] == ["logged_in", "lunch"]
    assert all(interval.contact == ("c1" if interval.state != "idle" else None) for interval in found)


def test_what_a_dead_process_left_open_ended_when_it_was_last_seen_alive() -> None:
    scribe = Scribe()
    status(scribe, "available", "logged_out")
    state(scribe, "talking", "idle", 5000)
    scribe.write(SiteTakenOver(reason="hung", ms=2000), None, 7000)
    status(scribe, "available", "logged_out", 1000)
    assert brief(told(scribe)) == [
        ("available", "idle", 5000),
        ("available", "talking", 5000),
        ("available", "idle", None),
    ]


def test_a_site_that_was_off_all_night_left_nobody_working_through_it() -> None:
    scribe = Scribe()
    status(scribe, "available", "logged_out")
    scribe.write(NodeUp(node="sh1"), None, 60_000)
    scribe.write(SiteTakenOver(reason="started", ms=0), None, 10 * 3600 * 1000)
    assert brief(told(scribe)) == [("available", "idle", 60_000)]


def test_a_wrap_up_that_outlives_its_process_is_known_by_what_the_next_fact_says_was() -> None:
    scribe = Scribe()
    scribe.write(SiteTakenOver(reason="died", ms=500), None)
    status(scribe, "break", "logged_out", reason="logged_in")
    status(scribe, "available", "break", 0)
    state(scribe, "idle", "wrap_up", 9000)
    assert brief(told(scribe)) == [("available", "wrap_up", 9000), ("available", "idle", None)]


def test_nothing_lasts_longer_than_a_day() -> None:
    scribe = Scribe()
    status(scribe, "available", "logged_out")
    status(scribe, "logged_out", "available", 80 * 3600 * 1000)
    (only,) = told(scribe)
    assert only.ms == LONGEST / timedelta(milliseconds=1)
    assert only.ended_at == START + timedelta(seconds=1) + LONGEST


def test_facts_of_newer_versions_are_passed_over() -> None:
    scribe = Scribe()
    status(scribe, "available", "logged_out")
    newer = state(scribe, "talking", "ringing")
    scribe.facts[-1] = newer.model_copy(update={"v": 2})
    assert brief(told(scribe)) == [("available", "idle", None)]
