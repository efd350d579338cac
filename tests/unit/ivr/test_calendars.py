"""Calendars and the hours node: when people are there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.ivr import Consult, Consulted, HangUp, begin, load_hotline, resume
from cti.ivr.calendars import Calendar, moment
from cti.ivr.flowtest import read_tests, run_tests
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import parse
from cti.settings import Settings
from tests.unit.ivr.conftest import WriteHotline

T = "title: {zh: 题, en: T}"
OFFICE = """\
office:
  time_zone: Asia/Shanghai
  weekly: {mon-fri: ["08:30-12:00", "13:30-17:30"], sat: ["09:00-12:00"]}
  holidays:
    - {from: "2026-10-01", to: "2026-10-07", title: {zh: 国庆节, en: National Day}}
    - {from: "2026-12-31 12:00"}
  working_days:
    - {date: "2026-10-10", like: fri}
    - {date: "2026-10-03", hours: ["10:00-11:00"]}
  closed:
    - {from: "2026-11-24 14:00", to: "2026-11-24 16:00", title: {zh: 台风, en: Typhoon}}
night:
  time_zone: Asia/Shanghai
  weekly: {mon-sun: ["22:00-06:00"]}
"""
NODES = f"""
hello: {{kind: hours, {T}, calendar: office, open: here, closed: away, holiday: feast}}
here: {{kind: hang_up, {T}}}
away: {{kind: hang_up, {T}}}
feast: {{kind: hang_up, {T}}}
"""


@pytest.fixture
def folder(write_hotline: WriteHotline) -> Path:
    return write_hotline(NODES, calendars=OFFICE)


@pytest.fixture
def calendars(folder: Path) -> dict[str, Calendar]:
    return dict(load_hotline(folder).calendars)


def at(written: str, zone: str = "Asia/Shanghai") -> datetime:
    return moment(written).at.replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2026-11-23 08:29", "closed"),
        ("2026-11-23 08:30", "open"),
        ("2026-11-23 12:00", "closed"),
        ("2026-11-23 17:29", "open"),
        ("2026-11-22 10:00", "closed"),  # a Sunday
        ("2026-10-01 10:00", "holiday"),
        ("2026-10-07 23:59", "holiday"),
        ("2026-10-08 10:00", "open"),
        ("2026-10-10 14:00", "open"),  # a Saturday worked like a Friday
        ("2026-10-03 10:30", "open"),  # hours of its own within a holiday
        ("2026-10-03 12:00", "closed"),
        ("2026-12-31 11:59", "open"),
        ("2026-12-31 13:30", "holiday"),
        ("2026-11-24 14:00", "closed"),
        ("2026-11-24 16:00", "open"),
    ],
)
def test_what_is_said_more_exactly_wins(calendars: dict[str, Calendar], when: str, state: str) -> None:
    assert calendars["office"].state(at(when))[0] == state


def test_hours_that_reach_over_midnight_belong_to_the_night_they_began_in(calendars: dict[str, Calendar]) -> None:
    night = calendars["night"]
    assert [night.state(at(f"2026-11-23 {t}"))[0] for t in ("05:59", "06:00", "21:59", "22:00")] == [
        "open", "closed", "closed", "open",
    ]  # fmt: skip


def test_the_moment_may_come_in_any_zone(calendars: dict[str, Calendar]) -> None:
    assert calendars["office"].state(datetime(2026, 11, 23, 0, 30, tzinfo=UTC))[0] == "open"


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-11-23 12:30", "2026-11-23 13:30"),
        ("2026-11-24 14:30", "2026-11-24 16:00"),
        ("2026-10-03 23:00", "2026-10-08 08:30"),
        ("2026-09-30 18:00", "2026-10-03 10:00"),
        ("2026-10-09 18:00", "2026-10-10 08:30"),
    ],
)
def test_when_it_opens_next(calendars: dict[str, Calendar], when: str, opens: str) -> None:
    assert calendars["office"].next_opening(at(when)) == at(opens)


def test_what_never_opens_says_so() -> None:
    never = Calendar.model_validate({"time_zone": "Asia/Shanghai", "weekly": {"mon": []}})
    assert never.next_opening(at("2026-11-23 12:00")) is None


def test_in_spring_the_hour_that_the_clock_skips_is_not_waited_for() -> None:
    early = Calendar.model_validate({"time_zone": "Europe/Berlin", "weekly": {"sun": ["02:30-04:00"]}})
    assert early.state(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))[0] == "open"  # 03:00 on the wall
    opens = early.next_opening(at("2026-03-29 00:00", "Europe/Berlin"))
    assert opens is not None
    assert early.state(opens)[0] == "open"


@given(st.integers(0, 60 * 24 * 500))
def test_the_next_opening_is_open_and_the_minute_before_is_not(minutes: int) -> None:
    for name, raw in parse(OFFICE, "calendars.yaml").data.items():
        calendar = Calendar.model_validate(raw)
        when = at("2026-01-01") + timedelta(minutes=minutes)
        opens = calendar.next_opening(when)
        assert opens is not None, name
        assert calendar.state(opens)[0] == "open"
        if calendar.state(when)[0] != "open":
            assert calendar.state(opens - timedelta(minutes=1))[0] != "open"


FAULTS: list[tuple[str, str, str]] = [
    ("Asia/Shanghai", "Asia/Shanghia", "time zone"),
    ("08:30-12:00", "8:30-12:00", "08:30-12:00"),
    ('"13:30-17:30"', '"11:30-17:30"', "overlap"),
    ("mon-fri", "mon-frt", "mon-fri"),
    ("sat:", "fri:", "twice"),
    ('"2026-10-07"', '"2026-09-07"', "before"),
    ('"2026-10-07"', '"2026-02-30"', "no day"),
    ('"2026-10-07"', '"9999-12-31"', "2099-12-31"),
    ('to: "2026-11-24 16:00"', 'to: "9999-12-31 24:00"', "2099-12-31"),
    ('"2026-10-10"', '"9999-12-31"', "2099-12-31"),
    ('{date: "2026-10-10", like: fri}', '{date: "2026-10-10"}', "either"),
    ('{date: "2026-10-10", like: fri}', '{date: "2026-10-10 08:00", like: fri}', "whole day"),
    ('"2026-10-01"', "2026-10-01", "Quote it"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), FAULTS)
def test_a_fault_in_a_calendar_is_found_where_it_stands(
    write_hotline: WriteHotline, right: str, wrong: str, said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load_hotline(write_hotline(NODES, calendars=OFFICE.replace(right, wrong, 1)))
    (found,) = error.value.problems
    assert "calendars.yaml:" in found.where
    assert said in f"{found.what.en} {found.mend.en}"


def test_a_calendar_that_is_not_there_is_found(write_hotline: WriteHotline) -> None:
    for calendars in ("", OFFICE.replace("office:", "offices:")):
        with pytest.raises(ConfigError) as error:
            load_hotline(write_hotline(NODES, calendars=calendars))
        assert [p.code for p in error.value.problems] == ["flow.unknown_calendar"]
        Path(write_hotline(NODES) / "calendars.yaml").unlink(missing_ok=True)


def test_calendars_are_part_of_the_version(write_hotline: WriteHotline) -> None:
    first = load_hotline(write_hotline(NODES, calendars=OFFICE)).version
    assert load_hotline(write_hotline(NODES, calendars=OFFICE + "# so\n")).version != first


@pytest.mark.parametrize(("state", "node"), [("open", "here"), ("closed", "away"), ("holiday", "feast")])
def test_the_caller_goes_where_the_calendar_says(folder: Path, state: Any, node: str) -> None:
    hotline = load_hotline(folder)
    step = begin(hotline, caller="1", called="1", now=0)
    assert step.command == Consult("office")
    step = resume(hotline, step.position, Consulted(state), 1)
    assert isinstance(step.command, HangUp)
    assert (step.visited[0].node, step.visited[0].outcome) == ("hello", state)
    assert step.visited[-1].node == node


def test_a_holiday_without_a_node_of_its_own_is_closed(write_hotline: WriteHotline) -> None:
    nodes = NODES.replace(", holiday: feast", "").replace(f"feast: {{kind: hang_up, {T}}}\n", "")
    hotline = load_hotline(write_hotline(nodes, calendars=OFFICE))
    step = resume(hotline, begin(hotline, caller="1", called="1", now=0).position, Consulted("holiday"), 1)
    assert (step.visited[0].outcome, step.visited[-1].node) == ("closed", "away")


def test_a_flow_test_says_what_the_clock_shows(folder: Path) -> None:
    hotline = load_hotline(folder)
    tests = """
tests:
  - {name: by default it is a Monday morning, expect: {nodes: [here]}}
  - {name: a holiday, clock: "2026-10-01 10:00", expect: {nodes: [feast]}}
  - {name: an evening, clock: "2026-10-08 20:00", expect: {nodes: [away]}}
"""
    report = run_tests(hotline, read_tests(parse(tests, "tests.yaml"), hotline).tests)
    assert report.failed == {}
    assert report.coverage.percent == 100


def test_the_command_says_how_it_is_and_when_it_opens(folder: Path) -> None:
    def settings() -> Settings:
        raise AssertionError("the folder is given")

    app, runner = flow_app(settings), CliRunner()
    said = runner.invoke(app, ["hours", str(folder), "--at", "2026-10-01 09:30", "--json"])
    office = json.loads(said.output)["calendars"][0]
    assert (office["state"], office["title"]["zh"], office["next_opening"]) == ("holiday", "国庆节", "2026-10-03 10:00")
    assert "holiday 假日" in runner.invoke(app, ["hours", str(folder), "--at", "2026-10-01 09:30"]).output
    assert isinstance(runner.invoke(app, ["hours", str(folder), "--at", "soon"]).exception, ConfigError)
