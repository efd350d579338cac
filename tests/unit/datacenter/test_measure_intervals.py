from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.datacenter.measures.formulas import MEASURES, add
from cti.datacenter.measures.intervals import Every, Intervals

BERLIN, SHANGHAI, KOLKATA, LORD_HOWE = map(
    ZoneInfo, ("Europe/Berlin", "Asia/Shanghai", "Asia/Kolkata", "Australia/Lord_Howe")
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def bounds(intervals: Intervals) -> list[tuple[str, str]]:
    """Every interval, from the pieces that the database would give."""
    width, shift = intervals.bucket
    first, last = (
        int((m.timestamp() + shift) // width) for m in (intervals.since, intervals.until - timedelta(seconds=1))
    )
    starts = sorted({intervals.start_of(bucket) for bucket in range(first, last + 1)}, key=datetime.timestamp)
    return [(start.isoformat(), intervals.end_of(start).isoformat()) for start in starts]


def test_a_day_is_as_long_as_its_zone_makes_it() -> None:
    longer = Intervals(moment("2026-10-24T00:00+02:00"), moment("2026-10-27T00:00+01:00"), Every.DAY, BERLIN)
    assert bounds(longer) == [
        ("2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00"),
        ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),  # 25 hours
        ("2026-10-26T00:00:00+01:00", "2026-10-27T00:00:00+01:00"),
    ]


def test_the_hour_that_comes_twice_is_two_intervals() -> None:
    night = Intervals(moment("2026-10-25T01:00+02:00"), moment("2026-10-25T04:00+01:00"), Every.HOUR, BERLIN)
    found = bounds(night)
    assert len(found) == 4
    assert [start for start, _ in found][1:3] == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


def test_first_and_last_interval_are_cut_to_what_was_asked() -> None:
    cut = Intervals(moment("2026-11-23T08:10+08:00"), moment("2026-11-23T09:20+08:00"), Every.HOUR, SHANGHAI)
    assert bounds(cut) == [
        ("2026-11-23T08:10:00+08:00", "2026-11-23T09:00:00+08:00"),
        ("2026-11-23T09:00:00+08:00", "2026-11-23T09:20:00+08:00"),
    ]


@pytest.mark.parametrize("zone", [KOLKATA, LORD_HOWE, BERLIN])
@pytest.mark.parametrize("every", [Every.QUARTER, Every.HOUR, Every.DAY])
def test_intervals_meet_without_gap_whatever_the_offset(zone: ZoneInfo, every: Every) -> None:
    since = datetime(2026, 10, 3, 12, 0, tzinfo=UTC)  # Lord Howe's clock goes half an hour ahead that night
    found = bounds(Intervals(since, since + timedelta(days=2), every, zone))
    assert [end for _, end in found[:-1]] == [start for start, _ in found[1:]]


@given(
    began=st.integers(0, 10**12), length=st.integers(0, 10**11), every=st.sampled_from(list(Every)),
    zone=st.sampled_from([BERLIN, SHANGHAI, KOLKATA]),
)  # fmt: skip
def test_the_parts_of_a_split_time_add_up(began: int, length: int, every: Every, zone: ZoneInfo) -> None:
    since = datetime(2026, 10, 20, tzinfo=UTC)
    start = since + timedelta(microseconds=began)
    end = start + timedelta(microseconds=length)
    whole = Intervals(since, since + timedelta(days=40), every, zone)
    assert sum(ms for _, ms in whole.split(start, end)) == round((end - start) / timedelta(milliseconds=1))


counts = st.dictionaries(
    st.sampled_from(["offered", "answered", "answered_in_time", "answered_wait_ms"]), st.integers(0, 10**6)
)


@given(st.lists(counts))
def test_totals_are_the_measures_of_the_sums(parts: list[dict[str, int]]) -> None:
    total: dict[str, int] = {}
    for each in parts:
        add(total, each)
    offered, in_time = (sum(each.get(name, 0) for each in parts) for name in ("offered", "answered_in_time"))
    assert MEASURES["service_level"].of(total) == (in_time / offered if offered else None)


def test_every_measure_of_nothing_is_nothing_or_zero() -> None:
    assert {measure.of({}) for measure in MEASURES.values()} == {0, None}


def test_the_page_of_measures_has_each_with_its_formula() -> None:
    page = (Path(__file__).parents[3] / "docs/measures.md").read_text()
    for measure in MEASURES.values():
        line = f"| `{measure.id}` | {measure.en} {measure.zh} | {measure.unit} | {measure.formula_en} |"
        assert line in page, line
