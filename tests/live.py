"""A reader of live updates, as a console is one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

DEADLINE = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: dict[str, Any]


class Follower:
    """Gives one event after the other. `cursor` is what to send as `Last-Event-ID`."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.cursor = ""

    async def next(self, name: str | None = None) -> Event:
        """The next event, or the next of that name. Raises StopAsyncIteration when the stream is over."""
        async with asyncio.timeout(DEADLINE):
            while True:
                found = await self._event()
                if name is None or found.name == name:
                    return found

    async def contact(self, contact: str, state: str) -> Event:
        """Waits until that contact is told to be in that state."""
        while True:
            told = await self.next("contact")
            if (told.data["contact"], told.data["state"]) == (contact, state):
                return told

    async def _event(self) -> Event:
        fields: dict[str, str] = {}
        while True:
            line = await anext(self._lines)
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                continue
            self.cursor = fields.get("id", self.cursor)
            if "data" in fields:
                return Event(fields["event"], json.loads(fields["data"]))
            fields = {}


@asynccontextmanager
async def following(client: httpx.AsyncClient, after: str | None = None, **query: Any) -> AsyncIterator[Follower]:
    """Follows until the block's end; `hello` is read already."""
    headers = {} if after is None else {"Last-Event-ID": after}
    timeout = httpx.Timeout(DEADLINE)
    async with client.stream("GET", "/api/v1/live", params=query, headers=headers, timeout=timeout) as response:
        if response.status_code != 200:
            await response.aread()
            response.raise_for_status()
        follower = Follower(response)
        assert (await follower.next()).name == "hello"
        yield follower
