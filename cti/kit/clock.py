"""The one way to ask for the time. Pure packages never do: they are handed `now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time is for people and facts; monotonic time is for durations and deadlines."""

    def wall(self) -> datetime:
        """The current time in UTC, with microseconds. May jump (NTP)."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment. Never goes back; meaningless across processes."""
        ...


class SystemClock:
    """The machine's clock."""

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
