"""The one queue between the socket and whoever follows the events."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_TURN = 64  # items handed out before other tasks get a turn, so that a burst does not starve the calls


class EventQueue(AsyncIterator[T], Generic[T]):
    """In order, nothing dropped. At `high` items `full` is called, which must stop the source; at half of it `room`.

    What the source had already read is still taken, so a little more than `high` may wait. One reader at a time: a
    second one gets RuntimeError. Iteration ends when the queue was closed and is empty. A reader that fails or is
    cancelled loses nothing; the next one goes on where it stopped.
    """

    def __init__(self, high: int, full: Callable[[], None], room: Callable[[], None]) -> None:
        self._items: deque[T] = deque()
        self._high, self._low = high, high // 2
        self._full, self._room = full, room
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._closed = False
        self._reading = False
        self._given = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_full(self) -> bool:
        return not self._has_room.is_set()

    def put(self, item: T) -> None:
        self._items.append(item)
        self._arrived.set()
        if len(self._items) >= self._high and not self.is_full:
            self._has_room.clear()
            self._full()

    def close(self) -> None:
        self._closed = True
        self._arrived.set()

    async def has_room(self) -> None:
        """Waits until the source may go on."""
        await self._has_room.wait()

    async def __anext__(self) -> T:
        if self._reading:
            raise RuntimeError("the events have one reader at a time")
        self._reading = True
        try:
            self._given += 1
            if self._given % _TURN == 0:
                await asyncio.sleep(0)
            while not self._items:
                if self._closed:
                    raise StopAsyncIteration
                self._arrived.clear()
                await self._arrived.wait()
        finally:
            self._reading = False
        item = self._items.popleft()
        if self.is_full and len(self._items) <= self._low:
            self._has_room.set()
            self._room()
        return item
