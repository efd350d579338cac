"""What the data center makes of what sites say, and of their silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cti.datacenter.alarms.watching import SiteSeen

BEGAN = datetime(2026, 11, 26, 8, tzinfo=UTC)
PLAN = {"every_s": 60, "targets": [{"node": "sh1", "queue": "claims"}, {"node": "sh1", "queue": "advice"}]}


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def ended(queue: str, **values: Any) -> dict[str, Any]:
    return {"probe": "probe.sh1.X", "node": "sh1", "queue": queue, "passed": True, "ms": 600, "stages": {}} | values


def raised(queue: str) -> dict[str, Any]:
    return {"alarm": f"probe.sh1.{queue}", "node": "sh1", "queue": queue, "stuck_at": "agi", "reason": "busy"}


def site(*facts: tuple[float, str, dict[str, Any]]) -> SiteSeen:
    seen = SiteSeen("sh")
    for seconds, kind, data in facts:
        seen.take(kind, at(seconds), data)
    return seen


def ids(seen: SiteSeen, now: float, listening: float = 0) -> list[str]:
    return [alarm.id for alarm in seen.alarms(at(now), at(listening))]


def test_an_alarm_is_open_from_its_raising_to_its_clearing() -> None:
    seen = site((0, "probes.planned", PLAN), (60, "alarm.raised", raised("claims")))
    [alarm] = seen.alarms(at(61), BEGAN)
    assert (alarm.id, alarm.queue, alarm.stuck_at, alarm.since) == ("probe.sh1.claims", "claims", "agi", at(60))
    seen.take("alarm.cleared", at(100), {"alarm": "probe.sh1.claims", "ms": 40_000})
    assert ids(seen, 101) == []
    assert [(a.id, a.ended) for a in seen.over] == [("probe.sh1.claims", at(100))]


def test_a_success_closes_the_alarm_of_a_process_that_has_died_since() -> None:
    seen = site(
        (0, "probes.planned", PLAN), (60, "alarm.raised", raised("claims")), (90, "probe.ended", ended("claims"))
    )
    assert ids(seen, 91) == []


def test_a_site_of_which_nothing_is_heard_for_two_intervals_has_an_alarm() -> None:
    seen = site((0, "probes.planned", PLAN), (30, "probe.ended", ended("claims")), (45, "probe.ended", ended("advice")))
    assert ids(seen, 164) == []
    [alarm] = seen.alarms(at(165), BEGAN)
    assert (alarm.id, alarm.kind, alarm.since) == ("silent.sh", "site_silent", at(45))
    seen.take("probe.ended", at(170), ended("claims"))
    assert "silent.sh" not in ids(seen, 171)


def test_silence_does_not_count_while_the_data_center_itself_was_away() -> None:
    seen = site((0, "probes.planned", PLAN), (30, "probe.ended", ended("claims")))
    assert ids(seen, 3700, listening=3600) == []
    assert ids(seen, 3720, listening=3600) == ["silent.sh"]


def test_facts_that_come_late_are_no_sign_of_life() -> None:
    seen = site((0, "probes.planned", PLAN), (30, "probe.ended", ended("claims")))
    seen.take("probe.ended", at(40), ended("advice"))  # whenever it arrives
    assert ids(seen, 500) == ["silent.sh"]


def test_a_queue_without_success_has_an_alarm_though_its_site_raised_none() -> None:
    seen = site((0, "probes.planned", PLAN))
    for second in range(30, 241, 30):
        seen.take("probe.ended", at(second), ended("claims"))
        seen.take("probe.ended", at(second), ended("advice", passed=False, stuck_at="voice", reason="not done"))
    [alarm] = seen.alarms(at(241), BEGAN)
    assert (alarm.id, alarm.kind, alarm.stuck_at) == ("probe.sh1.advice", "calls_fail", "voice")


def test_what_is_not_called_any_more_has_no_alarm() -> None:
    seen = site((0, "probes.planned", PLAN), (60, "alarm.raised", raised("claims")))
    seen.take("probes.planned", at(70), {"every_s": 60, "targets": PLAN["targets"][1:]})
    assert ids(seen, 71) == []
    seen.take("probes.planned", at(80), {"every_s": 0, "targets": []})
    assert ids(seen, 9999) == []


def test_a_site_that_has_never_planned_a_call_has_no_alarm() -> None:
    assert ids(SiteSeen("sh"), 9999) == []
