from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.datacenter.schedules.lines import HEADER, MOST_LINES, TOLD, Activity, Span, as_csv, read_lines, span_of
from cti.kit.errors import ConfigError

DAY = Span(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
FIRST = ",".join(HEADER)
GOOD = "1001,2026-11-23T09:00:00+08:00,2026-11-23T12:00:00+08:00,work"


def problems(text: str | bytes) -> list[tuple[str, str]]:
    """(code, where) of everything that is wrong with a file."""
    with pytest.raises(ConfigError) as refused:
        read_lines(text.encode() if isinstance(text, str) else text, "plan.csv", DAY)
    for found in refused.value.problems:
        assert all((found.what.en, found.what.zh, found.mend.en, found.mend.zh))
    return [(found.code, found.where) for found in refused.value.problems]


def test_a_line_is_read_whatever_its_zone_and_however_the_tool_ends_lines() -> None:
    text = f"\ufeff{FIRST}\r\n{GOOD}\r\n\r\n 1001 , 2026-11-23T04:00:00Z,2026-11-23 13:00:00+08:00,unpaid\r\n"
    first, second = read_lines(text.encode(), "plan.csv", DAY)
    assert (first.number, first.agent, first.activity) == (2, "1001", Activity.WORK)
    assert first.start == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert (second.number, second.end - second.start) == (4, timedelta(hours=1))


def test_a_night_shift_belongs_to_the_day_on_which_it_starts() -> None:
    night = "1001,2026-11-23T22:00:00Z,2026-11-24T06:00:00Z,work"
    assert len(read_lines(f"{FIRST}\n{night}\n".encode(), "plan.csv", DAY)) == 1
    late = "1001,2026-11-24T00:00:00Z,2026-11-24T06:00:00Z,work"
    assert problems(f"{FIRST}\n{late}\n") == [("schedules.outside", "plan.csv:2")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("=1+1,2026-11-23T09:00:00Z,2026-11-23T12:00:00Z,work", "schedules.agent"),
        ("10\x0001,2026-11-23T09:00:00Z,2026-11-23T12:00:00Z,work", "schedules.agent"),
        ("١٠٠١,2026-11-23T09:00:00Z,2026-11-23T12:00:00Z,work", "schedules.agent"),
        (f"{'1' * 21},2026-11-23T09:00:00Z,2026-11-23T12:00:00Z,work", "schedules.agent"),
        ("1001,2026-11-23T09:00:00,2026-11-23T12:00:00Z,work", "schedules.time"),
        ("1001,2026-11-23T09:00:00Z,2026-11-23T12:00:00 Asia/Shanghai,work", "schedules.time"),
        ("1001,2026-11-23T09:00:00+99:00,2026-11-23T12:00:00Z,work", "schedules.time"),
        ("1001,0001-01-01T00:00:00+08:00,2026-11-23T12:00:00Z,work", "schedules.time"),
        ("1001,2026-11-23T09:00:00.5Z,2026-11-23T12:00:00Z,work", "schedules.time"),
        ("1001,23.11.2026 09:00,23.11.2026 12:00,work", "schedules.time"),
        ("1001,2026-11-23T12:00:00Z,2026-11-23T12:00:00Z,work", "schedules.length"),
        ("1001,2026-11-23T12:00:00Z,2026-11-23T09:00:00Z,work", "schedules.length"),
        ("1001,2026-11-23T09:00:00Z,2026-11-24T09:00:01Z,work", "schedules.length"),
        ("1001,2026-11-22T23:59:59Z,2026-11-23T09:00:00Z,work", "schedules.outside"),
        ("1001,2026-11-23T09:00:00Z,2026-11-23T12:00:00Z,lunch", "schedules.activity"),
        ("1001,2026-11-23T09:00:00Z,2026-11-23T12:00:00Z", "schedules.columns"),
        ("1001;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;work", "schedules.columns"),
        ("1001,2026-11-23T09:00:00Z,2026-11-23T12:00:00Z,work,", "schedules.columns"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(line: str, code: str) -> None:
    assert problems(f"{FIRST}\n{GOOD}\n{line}\n") == [(code, "plan.csv:3")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("schedules.header", "plan.csv:1")),
        (GOOD, ("schedules.header", "plan.csv:1")),
        ("agent;start;end;activity\n", ("schedules.header", "plan.csv:1")),
        (f'{FIRST}\n{GOOD}\n"1001,'.encode() + b"x" * 200_000, ("schedules.not_csv", "plan.csv:3")),
        (f'{FIRST}\n{GOOD}\n"1001', ("schedules.not_csv", "plan.csv:3")),
        (f"{FIRST}\n{GOOD}\n".encode() + "1001,王".encode("gbk"), ("schedules.not_utf8", "plan.csv:3")),
        (b"\xff\xfe" + f"{FIRST}\n".encode("utf-16-le"), ("schedules.not_utf8", "plan.csv:1")),
        (b"PK\x03\x04\x14\x00\xe2", ("schedules.not_utf8", "plan.csv:1")),
    ],
)
def test_what_is_no_such_file_is_told_with_the_place(text: str | bytes, found: tuple[str, str]) -> None:
    assert problems(text) == [found]


def test_all_that_is_wrong_is_told_at_once_but_no_more_than_people_read() -> None:
    bad = "1001,then,now,work\n"
    assert len(problems(f"{FIRST}\n{bad * 3}")) == 3
    assert len(problems(f"{FIRST}\n{bad * 1000}")) == TOLD


def test_a_wrong_value_is_shown_short_and_without_control_characters() -> None:
    with pytest.raises(ConfigError) as refused:
        read_lines(f"{FIRST}\n\x1b[31m{'x' * 500},a,b,c\n".encode(), "plan.csv", DAY)
    said = refused.value.problems[0].what.en
    assert said.startswith("“?[31mxxx")
    assert len(said) < 80


def test_nobody_does_two_things_at_once() -> None:
    shift = "1001,2026-11-23T0{}:00:00Z,2026-11-23T0{}:00:00Z,work\n"
    meeting = shift.format(1, 5) + shift.format(2, 3) + shift.format(4, 6) + shift.format(6, 7)
    assert problems(f"{FIRST}\n{meeting}") == [("schedules.overlap", "plan.csv:3"), ("schedules.overlap", "plan.csv:4")]
    of_two = shift.format(1, 5) + shift.format(2, 3).replace("1001", "1002") + shift.format(5, 6)
    assert len(read_lines(f"{FIRST}\n{of_two}".encode(), "plan.csv", DAY)) == 3


def test_a_file_has_a_bounded_number_of_lines() -> None:
    assert problems(f"{FIRST}\n{(GOOD + chr(10)) * (MOST_LINES + 1)}") == [
        ("schedules.too_many", f"plan.csv:{MOST_LINES + 2}")
    ]


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (DAY.until, DAY.since, "schedules.range"),
        (DAY.since, DAY.since, "schedules.range"),
        (datetime(1969, 1, 1, tzinfo=UTC), datetime(1969, 1, 2, tzinfo=UTC), "schedules.range"),
        (DAY.since, DAY.since + timedelta(days=94), "schedules.too_long"),
    ],
)
def test_a_time_to_publish_for_has_bounds(since: datetime, until: datetime, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        span_of(since, until)
    assert refused.value.problems[0].code == code


def test_what_is_told_can_be_read_again() -> None:
    text = f"{FIRST}\n{GOOD}\n1002,2026-11-23T20:00:00+08:00,2026-11-24T04:00:00+08:00,off_phone\n"
    lines = read_lines(text.encode(), "plan.csv", DAY)
    told = as_csv([(one.agent, one.start, one.end, one.activity) for one in lines], ZoneInfo("Asia/Shanghai"))
    assert told.decode() == text


def places(text: bytes) -> list[str]:
    """Where something is wrong; nowhere, if it is read."""
    try:
        read_lines(text, "plan.csv", DAY)
    except ConfigError as refused:
        return [found.where for found in refused.problems]
    return []


@given(st.binary(max_size=300))
def test_whatever_comes_it_is_read_or_refused(rest: bytes) -> None:
    assert all(where.startswith("plan.csv:") for where in places(f"{FIRST}\n".encode() + rest))


@given(st.lists(st.sampled_from([*'0123456789,"\n:TZ+-= \x00', "work", "1001", "2026-11-23T09:00:00Z"]), max_size=60))
def test_whatever_looks_like_a_file_is_read_or_refused(words: list[str]) -> None:
    assert all(where.startswith("plan.csv:") for where in places(f"{FIRST}\n{''.join(words)}".encode()))
