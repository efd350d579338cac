"""How much two sites say to each other: in virtual time, over a simulated line."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cti.acd import Need, QueueRules, Status, Terms, Waiting
from cti.calls.dispatcher import Dispatcher
from cti.peers import PeerHub
from cti.peers.hub import Socket
from cti.simulation.links import End, Line
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from cti.testing.virtual_time import VirtualClock, run_virtually

CLAIMS = Terms("claims", Need.of({"car_claims": 50}))


@dataclass
class Listened:
    """A socket, and how many messages of each kind were said into it."""

    end: End
    said: Counter[str] = field(default_factory=Counter)

    async def send(self, text: str) -> None:
        self.said[text.split('"')[3]] += 1
        await self.end.send(text)

    def texts(self) -> AsyncIterator[str]:
        return self.end.texts()


class TwoSites:
    def __init__(self) -> None:
        self.sites = {name: self._site(name, other) for name, other in (("bj", "sh"), ("sh", "bj"))}
        self.said: Counter[str] = Counter()

    def _site(self, name: str, other: str) -> tuple[Dispatcher, PeerHub]:
        clock = VirtualClock()
        hub = PeerHub(name, {other: other}, "token", lambda agent: f"{name}1", lambda *_: "PJSIP/x", self._open)
        dispatcher = Dispatcher(name, MemoryJournal(name, clock), clock, FakeScreens(), hub, lambda agent: "PJSIP/x")
        dispatcher.configure({"claims": QueueRules(CLAIMS)})
        hub.attach(dispatcher)
        return dispatcher, hub

    @asynccontextmanager
    async def _open(self, url: str, token: str) -> AsyncIterator[Socket]:
        line = Line("bj", "sh", random.Random(1))
        ours, theirs = (Listened(end, self.said) for end in line.connect())

        async def answer() -> None:
            await self.sites[url][1].accept(theirs)
            line.cut()

        answering = asyncio.create_task(answer())
        try:
            yield ours
        finally:
            answering.cancel()

    @asynccontextmanager
    async def linked(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(hub.run()) for _, hub in self.sites.values()]
            await asyncio.sleep(10)
            assert all(hub.connected for _, hub in self.sites.values())
            yield
            for task in running:
                task.cancel()
        for dispatcher, _ in self.sites.values():
            await dispatcher.close()

    async def say_in_a_minute(self) -> Counter[str]:
        self.said.clear()
        await asyncio.sleep(60)
        return self.said


def test_two_sites_at_which_nothing_happens_are_silent() -> None:
    async def scenario() -> None:
        two = TwoSites()
        async with two.linked():
            dispatcher, _ = two.sites["sh"]
            dispatcher.log_in("1001", {"car_claims": 90})
            dispatcher.set_status("1001", Status.NOT_READY, "break")
            await asyncio.sleep(10)
            assert await two.say_in_a_minute() == {}

    run_virtually(scenario())


def test_while_somebody_waits_the_other_site_hears_how_long() -> None:
    async def scenario() -> None:
        two = TwoSites()
        async with two.linked():
            here, there = two.sites["sh"][0], two.sites["bj"][0]
            here.do(here.acd.enter(Waiting("c1", CLAIMS, here.now(), origin="bj"), here.now()))
            said = await two.say_in_a_minute()
            assert set(said) == {"queues"} and 25 <= said["queues"] <= 35
            assert 57 < there.acd.peers["sh"].summary.queues["claims"].longest_wait <= 60

    run_virtually(scenario())


def test_a_link_that_one_side_has_given_up_is_closed_and_made_anew_though_nobody_says_anything() -> None:
    async def scenario() -> None:
        two = TwoSites()
        async with two.linked():
            _, sh = two.sites["sh"]
            sh.know({"bj": "where bj will be reached"})  # it is bj that connects
            assert sh.connected == []
            await asyncio.sleep(30)
            assert all(hub.connected for _, hub in two.sites.values())

    run_virtually(scenario())


def test_a_site_that_is_gone_before_it_is_greeted_is_no_error() -> None:
    async def scenario() -> None:
        two = TwoSites()
        _, theirs = (line := Line("bj", "sh", random.Random(1))).connect()
        line.cut()
        await two.sites["sh"][1].accept(theirs)

    run_virtually(scenario())
