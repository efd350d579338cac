"""calendars.yaml: when people are there. Pure: the moment is handed in.

Times are those of the clock on the wall in the calendar's time zone. What is said more exactly wins: an ad-hoc closing over a working
day, that over a holiday, that over the week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, WithJsonSchema, model_validator

from cti.ivr.names import CalendarName, Model, Title

State = Literal["open", "closed", "holiday"]
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
SEARCHED = 400  # days in which a next opening is looked for
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)\Z")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (?:([01][0-9]|2[0-3]):([0-5][0-9])|(24:00)))?\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """From the minute `start` of a day to `end`, in minutes after midnight; above 1,440 it reaches into the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, or a date and a time, on the wall's clock."""

    at: datetime
    whole_day: bool


def _span(value: object) -> object:
    """`"08:30-12:00"`; one that ends before it starts goes on after midnight."""
    if isinstance(value, Span):
        return value
    found = _HOURS.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('hours are written like "08:30-12:00", from 00:00 to 24:00')
    start = int(found[1]) * 60 + int(found[2])
    end = 1440 if found[3] is None else int(found[3]) * 60 + int(found[4])
    return Span(start, end if end > start else end + 1440)


def _moment(value: object) -> object:
    if isinstance(value, Moment):
        return value
    found = _MOMENT.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('a moment is written like "2026-10-01" or "2026-10-01 12:00", in quotes')
    try:
        day = datetime.combine(date.fromisoformat(found[1]), time())
    except ValueError:
        raise ValueError(f"there is no day {found[1]}") from None
    if not MINYEAR < day.year < MAXYEAR:  # the first day has none before it, the last one none after it
        raise ValueError(f"the year {day:%Y} is out of reach; for what has no end write for example 2099-12-31")
    if found[4]:
        return Moment(day + DAY, whole_day=False)
    return Moment(day + timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0)), whole_day=found[2] is None)


def _ordered(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    ordered = tuple(sorted(spans, key=lambda span: span.start))
    if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
        raise ValueError("these hours overlap")
    return ordered


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:60]}; write for example Asia/Shanghai") from None
    return name


def _days(value: str) -> str:
    first, _, last = value.partition("-")
    if first not in DAYS or (last and (last not in DAYS or DAYS.index(last) <= DAYS.index(first))):
        raise ValueError("days are mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri")
    return value


_SPAN = WithJsonSchema({"type": "string", "pattern": r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"})
_AT = WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}( [0-2][0-9]:[0-5][0-9])?$"})
Hours = Annotated[tuple[Annotated[Span, BeforeValidator(_span), _SPAN], ...], AfterValidator(_ordered)]
At = Annotated[Moment, BeforeValidator(_moment), _AT]
Days = Annotated[str, AfterValidator(_days)]
DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Period(Model):
    """Some days, or a part of one."""

    begins: At = Field(alias="from", description='`"2026-10-01"` or `"2026-10-01 12:00"`')
    ends: At | None = Field(
        default=None, alias="to", description="a day is included whole; the day of `from` unless written"
    )
    title: Title | None = Field(default=None, description="what people call it")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end <= self.begins.at:
            raise ValueError("it ends before it begins")
        return self

    @property
    def end(self) -> datetime:
        last = self.ends or Moment(datetime.combine(self.begins.at, time()), whole_day=True)
        return last.at + DAY if last.whole_day else last.at

    def holds(self, at: datetime) -> bool:
        return self.begins.at <= at < self.end


class WorkingDay(Model):
    """A day that is worked otherwise than the week says: a make-up working day (调休), or one with hours of its own."""

    date: At = Field(description='`"2026-10-10"`')
    like: DayName | None = Field(default=None, description="the day of the week whose hours it has")
    hours: Hours | None = Field(default=None, description="or hours of its own")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.like is None) == (self.hours is None):
            raise ValueError("write either `like` or `hours`")
        if not self.date.whole_day:
            raise ValueError("it is a whole day: leave the time out")
        return self


class Calendar(Model):
    """The hours of some people."""

    time_zone: Annotated[str, AfterValidator(_zone)] = Field(description="`Asia/Shanghai`")
    weekly: dict[Days, Hours] = Field(min_length=1, description='`mon-fri: ["08:30-12:00", "13:30-17:30"]`')
    holidays: tuple[Period, ...] = ()
    working_days: tuple[WorkingDay, ...] = ()
    closed: tuple[Period, ...] = Field(default=(), description="ad-hoc closings")

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        named = [day for days in self.weekly for day in _each(days)]
        if twice := sorted({day for day in named if named.count(day) > 1}, key=DAYS.index):
            raise ValueError(f"day stands twice: {', '.join(twice)}")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _week(self) -> Mapping[str, tuple[Span, ...]]:
        return {day: hours for days, hours in self.weekly.items() for day in _each(days)}

    @cached_property
    def _special(self) -> Mapping[date, tuple[Span, ...]]:
        return {
            day.date.at.date(): day.hours if day.hours is not None else self._week.get(day.like or "", ())
            for day in self.working_days
        }

    def state(self, at: datetime) -> tuple[State, Title | None]:
        """How it is at a moment (aware), and what people call the reason."""
        wall = at.astimezone(self.zone).replace(tzinfo=None)
        for period in self.closed:
            if period.holds(wall):
                return "closed", period.title
        if wall.date() not in self._special:
            for period in self.holidays:
                if period.holds(wall):
                    return "holiday", period.title
        return ("open" if self._worked(wall) else "closed"), None

    def next_opening(self, at: datetime) -> datetime | None:
        """The first moment after `at` (aware) at which it opens; None if there is none in 400 days."""
        for wall in self._turns(at.astimezone(self.zone).replace(tzinfo=None)):
            turn = wall.replace(tzinfo=self.zone).astimezone(UTC)  # there and back: what the clock skips does not exist
            if turn > at and self.state(turn)[0] == "open":
                return turn.astimezone(self.zone)
        return None

    def _worked(self, wall: datetime) -> bool:
        """Whether hours of this day, or of the night before, cover the moment."""
        minutes = wall.hour * 60 + wall.minute
        today, yesterday = wall.date(), wall.date() - DAY
        return any(span.start <= minutes < span.end for span in self._spans(today)) or any(
            minutes < span.end - 1440 for span in self._spans(yesterday)
        )

    def _spans(self, day: date) -> tuple[Span, ...]:
        special = self._special.get(day)
        return special if special is not None else self._week.get(DAYS[day.weekday()], ())

    def _turns(self, wall: datetime) -> list[datetime]:
        """When it may open: where hours begin, and where a holiday or a closing ends."""
        first = datetime.combine(wall.date(), time())
        turns = {period.end for period in (*self.holidays, *self.closed)}
        turns |= {datetime.combine(day, time()) + DAY for day in self._special}  # a holiday may go on, or end, here
        for number in range(-1, SEARCHED):
            day = first + number * DAY
            turns |= {day} | {day + timedelta(minutes=span.start) for span in self._spans(day.date())}
        return sorted(turn for turn in turns if turn >= wall - DAY)


class CalendarsFile(RootModel[dict[Annotated[str, Field(pattern=CalendarName.pattern)], Calendar]]):
    """calendars.yaml: name → hours."""


def _each(days: str) -> Iterator[str]:
    first, _, last = days.partition("-")
    yield from DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]


def moment(written: str) -> Moment:
    """A moment as it is written in the file. Raises ValueError."""
    found = _moment(written)
    assert isinstance(found, Moment)
    return found
