"""An agent's desktop that a test drives: signs in, says that offers are shown, remembers every message and when it came."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

DEADLINE = 10.0  # seconds


class Desktop:
    """`async with Desktop(url, "1001", password) as desktop: …`; `messages` holds (monotonic time, message)."""

    def __init__(self, url: str, agent: str, password: str, *, device: str = "phone", shows: bool = True) -> None:
        self.url, self.agent, self.password, self.device, self._shows = url, agent, password, device, shows
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self.snapshot: dict[str, Any] = {}
        self._connection: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._new = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.send(type="log_out")
        await self.close()

    async def connect(self) -> None:
        """Signs in; the snapshot is there when this returns."""
        self._connection = await connect(self.url, proxy=None)
        self._reader = asyncio.create_task(self._read(self._connection))
        await self.send(type="log_in", agent=self.agent, password=self.password, device=self.device, language="zh")
        await self.sees("logged_in")

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        if self._reader is not None:
            await self._reader

    async def send(self, **message: Any) -> None:
        assert self._connection is not None
        try:
            await self._connection.send(json.dumps(message))
        except ConnectionClosed:
            pass

    async def ready(self) -> None:
        await self.send(type="set_status", status="available")
        await self.until(lambda s: s["status"] == "available", "available")

    async def offered(self) -> dict[str, Any]:
        """The next offer that has not been looked at."""
        offer: dict[str, Any] = (await self.sees("offered"))["offer"]
        return offer

    async def sees(self, kind: str) -> dict[str, Any]:
        """The next message of that kind; it is taken off the list."""

        def find() -> dict[str, Any] | None:
            for i, (_, message) in enumerate(self.messages):
                if message["type"] == kind:
                    del self.messages[i]
                    return message
            return None

        return await self._wait(find, kind)

    async def until(self, condition: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Waits until the snapshot of the agent fulfills a condition."""
        return await self._wait(lambda: self.snapshot if self.snapshot and condition(self.snapshot) else None, what)

    async def state(self, state: str) -> dict[str, Any]:
        return await self.until(lambda s: s["state"] == state, state)

    async def wrap_up(self, code: str = "resolved", then: str = "available") -> None:
        """Saves the wrap-up that is due. The agent may ring for the next caller in the same instant: idle is not waited for."""
        snapshot = await self.state("wrap_up")
        await self.send(type="wrap_up", contact=snapshot["wrap_up"]["contact"], code=code, then=then)
        await self.until(lambda s: s["state"] != "wrap_up", "the wrap-up saved")

    async def _wait(self, find: Callable[[], dict[str, Any] | None], what: str) -> dict[str, Any]:
        limit = time.monotonic() + DEADLINE
        while (found := find()) is None:
            self._new.clear()
            try:
                async with asyncio.timeout(limit - time.monotonic()):
                    await self._new.wait()
            except TimeoutError:
                seen = [m["type"] for _, m in self.messages]
                raise AssertionError(f"agent {self.agent} did not see {what}; saw {seen}, {self.snapshot}") from None
        return found

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for text in connection:
                message = json.loads(text)
                snapshot = message.get("snapshot")
                if snapshot is not None:
                    self.snapshot = snapshot
                elif message["type"] == "queues":
                    self.snapshot["queues"] = message["queues"]
                self.messages.append((time.monotonic(), message))
                self._new.set()
                if message["type"] == "offered" and self._shows:
                    await self.send(type="shown", offer=message["offer"]["offer"])
        except ConnectionClosed:
            pass
