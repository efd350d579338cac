"""PURE: quarters of an hour, hours and days of a time zone, and what of an agent's time lies in which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

QUARTER: Final = 900  # seconds; every zone's offset today is a multiple of it
_HOUR, _DAY = 3600, 86_400


class Every(StrEnum):
    """How long the intervals are."""

    QUARTER = "15min"
    HOUR = "hour"
    DAY = "day"
    TOTAL = "total"


MOST_DAYS: Final = {Every.QUARTER: 7, Every.HOUR: 31, Every.DAY: 93, Every.TOTAL: 93}


@dataclass(frozen=True)
class Intervals:
    """The intervals of one question: from `since` to before `until`, cut where the zone's clock says."""

    since: datetime
    until: datetime
    every: Every
    zone: ZoneInfo

    @cached_property
    def bucket(self) -> tuple[int, int]:
        """(width, shift) in seconds: the widest pieces of time, `floor((epoch + shift) / width)`, none of which crosses a boundary.

        A day whose zone changes its offset meanwhile is put together from hours.
        """
        if self.every is Every.TOTAL:
            return 2**40, 0
        offsets = self._offsets
        width = {Every.QUARTER: QUARTER, Every.HOUR: _HOUR, Every.DAY: _DAY}[self.every]
        if len(offsets) == 1 or width == QUARTER:
            return width, next(iter(offsets)) % width
        return (_HOUR if all(offset % _HOUR == 0 for offset in offsets) else QUARTER), 0

    @property
    def _offsets(self) -> set[int]:
        days = range((self.until - self.since).days + 2)
        moments = [min(self.since + timedelta(days=n), self.until) for n in days]
        return {round((m.astimezone(self.zone).utcoffset() or timedelta()).total_seconds()) for m in moments}

    def start_of(self, bucket: int) -> datetime:
        """Where the interval begins to which a piece belongs; never before `since`."""
        if self.every is Every.TOTAL:
            return self._local(self.since)
        width, shift = self.bucket
        local = datetime.fromtimestamp(bucket * width - shift, UTC).astimezone(self.zone)
        if self.every is Every.DAY:
            local = local.replace(hour=0, minute=0, second=0, fold=0)
        elif self.every is Every.HOUR:
            local = local.replace(minute=0)
        return self._local(max(local.astimezone(UTC), self.since))

    def end_of(self, start: datetime) -> datetime:
        """Where the interval ends that begins there; never after `until`."""
        if self.every is Every.TOTAL:
            return self._local(self.until)
        if self.every is Every.DAY:
            following = (
                start.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            ).replace(tzinfo=self.zone)
        else:
            width = QUARTER if self.every is Every.QUARTER else _HOUR
            shift = round((start.utcoffset() or timedelta()).total_seconds())
            epoch = start.timestamp()
            following = datetime.fromtimestamp(((epoch + shift) // width + 1) * width - shift, UTC)
        return self._local(min(following.astimezone(UTC), self.until))

    def split(self, began: datetime, ended: datetime) -> Iterator[tuple[int, int]]:
        """(bucket, ms) for what of a time lies within; the parts of one time add up exactly, wherever it is cut."""
        width, shift = self.bucket
        at, end = max(began, self.since), min(ended, self.until)
        while at < end:
            bucket = int((at.timestamp() + shift) // width)
            cut = end
            if self.every is not Every.TOTAL:
                cut = min(end, datetime.fromtimestamp((bucket + 1) * width - shift, UTC))
            yield bucket, _ms(cut - began) - _ms(at - began)
            at = cut

    def _local(self, moment: datetime) -> datetime:
        """By the zone's clock, with a fixed offset: Python takes the two hours that a clock shows twice for the same one otherwise."""
        local = moment.astimezone(self.zone)
        return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))


def _ms(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))
