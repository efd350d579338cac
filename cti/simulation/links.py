"""Links between simulated sites: the real hub at each end, and between them a line that delays, loses, and repeats."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

LATENCY = 0.01  # seconds one way
KEEPALIVE = 10.0  # after so long without a word of the other side a link is given up
RECONNECT = (0.2, 5.0)


@dataclass(slots=True)
class Weather:
    """How a line is at the moment."""

    up: bool = True
    extra_delay: float = 0.0  # seconds, at most
    twice: float = 0.0  # probability
    deaf: str | None = None  # the site that hears nothing


class Line:
    """Between two sites, for the whole run. `weather` is changed by faults; `cut` breaks what is connected."""

    def __init__(self, one: str, other: str, rng: random.Random) -> None:
        self.names = (one, other)
        self.weather = Weather()
        self.rng = rng
        self._ends: list[End] = []

    def connect(self) -> tuple[End, End]:
        first, second = End(self, self.names[0]), End(self, self.names[1])
        first.other, second.other = second, first
        self._ends = [first, second]
        return first, second

    def cut(self) -> None:
        for end in self._ends:
            end.close()
        self._ends = []


class End:
    """One end of a connected line. Implements `peers.hub.Socket`."""

    def __init__(self, line: Line, name: str) -> None:
        self.line, self.name = line, name
        self.other: End | None = None
        self._arrived: asyncio.Queue[str | None] = asyncio.Queue()
        self._last_due = 0.0
        self._closed = False

    async def send(self, text: str) -> None:
        if self._closed or self.other is None:
            raise ConnectionError("the line is cut")
        weather, rng, loop = self.line.weather, self.line.rng, asyncio.get_running_loop()
        if weather.deaf == self.other.name:
            return
        due = max(self._last_due, loop.time() + LATENCY + rng.uniform(0, weather.extra_delay))  # TCP keeps the order
        self._last_due = due
        loop.call_at(due, self.other.arrive, text)
        if weather.twice and rng.random() < weather.twice:
            loop.call_at(due + rng.uniform(0, 1.0), self.other.arrive, text)  # an application that repeats itself, late

    def arrive(self, text: str) -> None:
        if not self._closed:
            self._arrived.put_nowait(text)

    async def texts(self) -> AsyncIterator[str]:
        while (text := await self._arrived.get()) is not None:
            yield text

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._arrived.put_nowait(None)
