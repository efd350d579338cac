"""Callers who are patient and agents who are diligent: whoever loses a call, or an agent, has lost it to a fault."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from cti.kit.tasks import first_of
from cti.topology import Site
from tests.faults.center import CARRIER, HOST, SITES, Center
from tests.phone import Call, Phone

PHONES = {"sh": "127.0.208.1", "bj": "127.0.208.2"}
TALK = (4.0, 16.0)
ANSWER_SECONDS = 14.0  # the emergency menu answers after 15
BACK_SECONDS = 2.0  # that a node which has started needs to take calls


class People:
    """`async with People(center, callers) as people`: they call, answer and talk inside the block; `leave` lets the last calls end."""

    def __init__(self, center: Center, callers: int, rng: random.Random) -> None:
        self.counts: Counter[str] = Counter()
        self.dropped: list[str] = []  # conversations that ended though nobody hung up, and calls that were turned away
        self.talking = self.on_the_line = 0
        self.lost: Counter[str] = Counter()  # by caller: calls that ended, or never began, because their node was away
        self._away: dict[str, float] = {}  # by node: until when it takes no calls, so that nobody wonders
        self._lost: set[str] = set()  # calls of phones that their node has lost
        self._phones: list[Phone] = []
        self._center, self._callers, self._rng = center, callers, rng
        self._open = True
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._calls: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        settings = self._center.settings
        for site in settings.topology.sites:
            for agent in site.agents:
                phone = Phone(
                    PHONES[site.name], agent.number, HOST[site.name], password=settings.secrets.agent_password
                )
                self._phones.append(await self._stack.enter_async_context(phone))
                await phone.register()
                self._tasks.append(asyncio.create_task(_stays_registered(phone)))
                self._tasks.append(asyncio.create_task(self._answers(phone)))
                self._tasks.append(asyncio.create_task(self._at_the_desk(agent.number, site)))
        for i in range(self._callers):
            name = SITES[i % 2]
            phone = await self._stack.enter_async_context(Phone(CARRIER[name], f"139{i:08d}", HOST[name]))
            self._phones.append(phone)
            self._calls.append(asyncio.create_task(self._calls_again_and_again(phone)))
            await asyncio.sleep(0.05)
        return self

    async def leave(self, within: float) -> None:
        """No new calls; waits until those under way have ended."""
        self._open = False
        _, late = await asyncio.wait(self._calls, timeout=within)
        for task in late:
            self.dropped.append("a caller is still on the line")
            task.cancel()

    def away(self, node: str) -> None:
        """From now on the node at that address takes no calls."""
        self._away[node] = math.inf

    def back(self, node: str) -> None:
        self._away[node] = time.monotonic() + BACK_SECONDS

    def lose(self, node: str) -> int:
        """The node at that address is gone, and has told nobody: every call of a phone there is over. Gives how many were."""
        calls = [c for p in self._phones if p.server == node for c in p.calls.values() if not c.ended.is_set()]
        for call in calls:
            self._lost.add(call.call_id)
            call.ended.set()
        return len(calls)

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._calls, *self._tasks):
            task.cancel()
        await asyncio.gather(*self._calls, *self._tasks, return_exceptions=True)
        await self._stack.aclose()

    # Callers

    async def _calls_again_and_again(self, phone: Phone) -> None:
        while self._open:
            call = await self._gets_through(phone)
            if call is None:
                await asyncio.sleep(1)
                continue
            self.on_the_line += 1
            self.counts["calls"] += 1
            try:
                await self._through_the_flow(call)
            finally:
                self.on_the_line -= 1
            if call.call_id in self._lost:
                self.lost[phone.number] += 1
            await asyncio.sleep(self._rng.uniform(0.2, 2.0))

    async def _gets_through(self, phone: Phone) -> Call | None:
        """Dials; None for a caller who was not answered, and has given up."""
        began = time.monotonic()
        call = await phone.dial("95500")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await first_of(call.answered.wait(), call.ended.wait())
        if call.answered.is_set():
            return call
        for _ in range(2):  # what comes too late is hung up as well
            with contextlib.suppress(AssertionError, TimeoutError):
                await call.hang_up()
        if began <= self._away.get(phone.server, 0.0):
            self.lost[phone.number] += 1
        else:
            self.dropped.append(f"{phone.number} was not answered")
        return None

    async def _through_the_flow(self, call: Call) -> None:
        """Listens for a while, chooses, and waits. Who is not heard chooses again by being silent."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(call.ended.wait(), self._rng.uniform(1.0, 14.0))
            return
        await call.press(self._rng.choice("112"))
        await call.ended.wait()

    # Agents

    async def _answers(self, phone: Phone) -> None:
        while True:
            call = await phone.incoming.get()
            await asyncio.sleep(self._rng.uniform(0.1, 1.0))
            if call.ended.is_set():
                continue
            try:
                await call.answer()
            except (AssertionError, TimeoutError):
                continue
            self.talking += 1
            try:
                await asyncio.wait_for(call.ended.wait(), self._rng.uniform(*TALK))
                if call.call_id in self._lost:
                    self.counts["node_lost"] += 1
                else:
                    self.dropped.append(f"the conversation of agent {phone.number} at {time.monotonic():.1f}")
            except TimeoutError:
                self.counts["talks"] += 1
                await call.hang_up()
            finally:
                self.talking -= 1

    async def _at_the_desk(self, number: str, site: Site) -> None:
        """A desktop that comes back whenever its site does, as the console's does."""
        fresh = True
        while True:
            try:
                async with connect(site.agents_url, proxy=None) as socket:
                    await self._works(socket, number, fresh)
            except (OSError, WebSocketException):
                fresh = False
                await asyncio.sleep(self._rng.uniform(0.1, 0.6))

    async def _works(self, socket: ClientConnection, number: str, fresh: bool) -> None:
        password = self._center.settings.secrets.agent_password
        log_in = {"type": "log_in", "agent": number, "password": password, "device": "phone", "resume": "available"}
        await socket.send(json.dumps(log_in))
        if fresh:
            await socket.send(json.dumps({"type": "set_status", "status": "available"}))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "offered":
                await socket.send(json.dumps({"type": "shown", "offer": message["offer"]["offer"]}))
            snapshot = message.get("snapshot")
            if snapshot is None:
                continue
            if snapshot["state"] == "wrap_up" and snapshot["wrap_up"] and self._rng.random() < 0.8:
                done = {
                    "type": "wrap_up",
                    "contact": snapshot["wrap_up"]["contact"],
                    "code": "done",
                    "then": "available",
                }
                await asyncio.sleep(self._rng.uniform(0.2, 1.0))
                await socket.send(json.dumps(done))
            elif snapshot["status"] == "not_ready" and snapshot["state"] == "idle":
                self.counts[f"not ready: {snapshot['reason']}"] += 1
                await asyncio.sleep(self._rng.uniform(0.5, 2.0))
                await socket.send(json.dumps({"type": "set_status", "status": "available"}))


async def _stays_registered(phone: Phone) -> None:
    while True:
        await asyncio.sleep(240)
        with contextlib.suppress(AssertionError, TimeoutError):
            await phone.register()
