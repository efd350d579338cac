"""One life of a site's process: what wiring builds, on a simulated disk, line and Asterisk. It can be killed at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Protocol

from cti.calls.callbacks import Callbacks
from cti.calls.directory import Directory
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition, Editions
from cti.calls.ports import Customers, HttpAnswer, OpenContact, Outbound, Screens
from cti.calls.rules import closed_queues, rules_of
from cti.calls.services import Services
from cti.facts import Fact, FactData
from cti.ivr import Hotline, PromptRef
from cti.kit.sealing import Seal
from cti.peers import PeerHub
from cti.peers.hub import Socket
from cti.testing.journal import MemoryJournal
from cti.testing.virtual_time import VirtualClock

SEAL = Seal("simulation")


class SkewedClock(VirtualClock):
    """A wall clock that is wrong by some seconds; durations are right."""

    def __init__(self, skew: float = 0.0) -> None:
        self._skew = timedelta(seconds=skew)

    def step(self, seconds: float) -> None:
        """As when somebody, or NTP, sets it."""
        self._skew += timedelta(seconds=seconds)

    def wall(self) -> datetime:
        return super().wall() + self._skew


class Disk(MemoryJournal):
    """A journal that outlives the process. For long runs it keeps what is open only."""

    def __init__(self, site: str, clock: VirtualClock, keep: bool) -> None:
        numbers = count(1)
        self.ids = lambda: f"{next(numbers):026d}"  # the same in the same run
        super().__init__(site, clock, self.ids)
        self._keep = keep

    def record(self, data: FactData, contact: str | None = None) -> Awaitable[Fact]:
        done = super().record(data, contact)
        if not self._keep:
            self.facts.clear()
        return done


class Handle:
    """A process's hold on the disk. What a dead process would still write is not written."""

    def __init__(self, disk: Disk) -> None:
        self._disk, self.dead = disk, False

    def record(self, data: FactData, contact: str | None = None) -> Awaitable[Fact]:
        if self.dead:
            never: asyncio.Future[Fact] = asyncio.get_running_loop().create_future()
            return never
        return self._disk.record(data, contact)

    def now(self) -> datetime:
        return self._disk.now()

    async def open_contacts(self) -> Sequence[OpenContact]:
        return await self._disk.open_contacts()

    async def facts_of(self, contact: str) -> Sequence[Fact]:
        return await self._disk.facts_of(contact)

    async def open_agents(self) -> Sequence[Fact]:
        return await self._disk.open_agents()


class Plain:
    """What calls need and the simulation has none of: sounds, customers, business systems, recordings."""

    fallback = "fallback"

    def find(self, prompt: PromptRef) -> str | None:
        return prompt.id

    def missing(self) -> list[str]:
        return []

    def place(self, name: str) -> str:
        return name

    def seconds(self, name: str) -> float:
        return 0.0

    def pages(self, name: str) -> int:
        return 0


class Outside(Outbound, Customers, Protocol):
    """Customers: those who can be called, and what is known of them."""


class NoBusiness:
    async def request(
        self, method: str, url: str, *, body: object | None, timeout: float, allowed: Callable[[str], bool]
    ) -> HttpAnswer:
        return HttpAnswer(404)


OpenLine = Callable[[str, str], AbstractAsyncContextManager[Socket]]


class Process:
    """`start` it once; `die` ends everything of it at once, and nothing that ending implies is true."""

    def __init__(
        self, site: str, peers: Sequence[str], hotline: Hotline, disk: Disk, clock: VirtualClock, screens: Screens,
        open_line: OpenLine, outside: Outside,
    ) -> None:  # fmt: skip
        self.journal = Handle(disk)
        self.hub = PeerHub(
            site, {peer: peer for peer in peers}, "token", lambda agent: f"{site}1",
            lambda peer, agent, node: f"PJSIP/{agent}@node-{node}", open_line,
        )  # fmt: skip
        self.dispatcher = Dispatcher(
            site, self.journal, clock, screens, self.hub, lambda agent: f"PJSIP/{agent}", disk.last_seq
        )
        self.hub.attach(self.dispatcher)
        self.callbacks = Callbacks(self.dispatcher, self.journal, clock, outside, disk.ids)
        plain = Plain()
        services = Services(
            site=site, editions=Editions(Edition(hotline, plain)), dispatcher=self.dispatcher, journal=self.journal, clock=clock,
            http=NoBusiness(), customers=outside,
            offer_headers=lambda contact, offer: {"X-Hotline-Contact": contact, "X-Hotline-Offer": offer}, flow_variables={},
            recordings=plain, seal=SEAL, trunk=lambda number: None, call_back=self.callbacks.request,
        )  # fmt: skip
        self.callbacks.attach(services)
        self.directory = Directory(services, self.callbacks)
        self._hotline, self._clock = hotline, clock
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self.errors: list[BaseException] = []

    async def start(self) -> None:
        await self.directory.load()
        self.dispatcher.configure(rules_of(self._hotline))
        self.dispatcher.site_changed(closed=closed_queues(self._hotline, self._clock.wall()))
        self.spawn(self.hub.run())

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this process: it dies with it."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks[task] = None
        task.add_done_callback(self._done)
        return task

    async def die(self) -> None:
        self.journal.dead = True
        await self.dispatcher.close()
        await self.callbacks.close()
        while tasks := list(self._tasks):  # once more for one that a fault has made forget that it was cancelled
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=1.0)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)
