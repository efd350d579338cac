"""A simulated site: its Asterisk node, its people, its disk, and the process that comes and goes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from cti.acd import Health
from cti.calls.context import CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.telephony import DialOutcome, TelephonyFailed
from cti.ivr import Hotline
from cti.peers.hub import Socket
from cti.simulation.asterisk import SimulatedCall
from cti.simulation.links import End
from cti.simulation.people import SIGN_IN_SECONDS, Desktops, Person
from cti.simulation.process import Disk, Process, SkewedClock
from cti.testing.leg import FakeLeg, FakePhone

AGAIN_SECONDS = 0.5  # between two questions of the dialplan
LOOK_SECONDS = 5.0  # between two looks of the reconciler
PROCESS_DOWN = (0.5, 4.0)
NODE_DOWN = 60.0


class Surroundings(Protocol):
    """What a site sees of the world."""

    def line_to(self, site: str, peer: str) -> tuple[End, End] | None:
        """Both ends of a new connection, the own one first; None while there is no line, or nobody at its other end."""
        ...

    def accepted(self, peer: str, end: End) -> None:
        """The other end's process serves the connection."""
        ...

    def site_of(self, node: str) -> SimulatedSiteWorld: ...

    async def ring_customer(self, site: SimulatedSiteWorld, number: str, contact: str, seconds: float) -> DialOutcome:
        """A carrier rings a customer; one who answers comes in as a call of that contact."""
        ...

    def last_agent(self, number: str) -> str | None:
        """With whom a customer has talked before."""
        ...


class SimulatedSiteWorld:
    """Implements `simulation.asterisk.Exchange`."""

    def __init__(
        self, name: str, peers: list[str], hotline: Hotline, persons: dict[str, Person], world: Surroundings, rng: random.Random,
        skew: float, keep: bool,
    ) -> None:  # fmt: skip
        self.name, self.node, self.persons = name, f"{name}1", persons
        self.clock = SkewedClock(skew)
        self.disk = Disk(name, self.clock, keep)
        self.process: Process | None = None
        self.node_up = True
        self.calls: dict[str, SimulatedCall] = {}  # by channel: callers, and other sites' calls
        self.errors: list[BaseException] = []
        self._peers, self._hotline, self._world, self._rng = peers, hotline, world, rng
        self._started = asyncio.Event()
        self._desktops = Desktops(self)
        self._dialplans: dict[asyncio.Task[None], None] = {}
        self._stopped = False
        self.reconciles = False
        # Sees each process's dispatcher before anything happens, and may ask whether an agent is talking since its time.
        self.watch: Callable[[Dispatcher, Callable[[str], bool]], None] | None = None

    # The process

    async def start(self) -> None:
        """A process begins; desktops come back one by one."""
        process = Process(
            self.name, self._peers, self._hotline, self.disk, self.clock, self._desktops, self._open_line, self
        )
        process.errors = self.errors
        self.process = process
        if self.watch is not None:
            self.watch(process.dispatcher, self._is_talking)
        for person in self.persons.values():
            person.talks_since_before = person.leg is not None
        await process.start()
        if not self.node_up:
            process.dispatcher.site_changed(health=Health.NO_NODE)
        else:
            await process.directory.channels_known(self.node, list(self.calls))
        first = self.clock.monotonic() == 0.0
        for person in self.persons.values():
            delay = 0.0 if first else self._rng.uniform(*SIGN_IN_SECONDS)
            asyncio.get_running_loop().call_later(delay, self._sign_in, person, process)
        if self.reconciles:
            process.spawn(self._look(process))
        self._started.set()

    async def kill(self) -> None:
        """As kill -9 does."""
        process, self.process = self.process, None
        self._started.clear()
        if process is not None:
            for person in self.persons.values():
                person.cut_off()
            await process.die()

    async def kill_and_restart(self) -> None:
        if self.process is not None:
            await self.kill()
            await asyncio.sleep(self._rng.uniform(*PROCESS_DOWN))
            await self.start()

    async def lose_node(self) -> None:
        """Asterisk dies with all of its calls, and is back after a minute."""
        if not self.node_up:
            return
        self.node_up = False
        if self.process is not None:
            self.process.dispatcher.site_changed(health=Health.NO_NODE)
        for call in list(self.calls.values()):
            call.connection_breaks()
        self.calls.clear()
        await asyncio.sleep(NODE_DOWN)
        self.node_up = True
        if self.process is not None:
            await self.process.directory.channels_known(self.node, list(self.calls))
            self.process.dispatcher.site_changed(health=Health.OK)

    async def stop(self) -> None:
        """The run is over."""
        self._stopped = True
        for task in list(self._dialplans):
            task.cancel()
        await asyncio.gather(*self._dialplans, return_exceptions=True)
        await self.kill()

    # The dialplan

    def take_call(self, call: SimulatedCall) -> None:
        """A caller arrives."""
        self._run_dialplan(call, lambda process: process.directory.serve(call))

    def take_visit(self, call: SimulatedCall) -> None:
        """Another site's call for an agent granted to it."""
        call.exchange, call.node = self, self.node
        if not self.node_up:
            call.connection_breaks()
            return
        self._run_dialplan(call, lambda process: process.directory.host(call, call.offer))

    def _run_dialplan(self, call: SimulatedCall, ask: Callable[[Process], Awaitable[None]]) -> None:
        call.channel = f"PJSIP/{call.contact}-{call.offer or 'in'}"
        self.calls[call.channel] = call
        self._ask(call, ask)

    def _ask(self, call: SimulatedCall, ask: Callable[[Process], Awaitable[None]]) -> None:
        """Asks the process that there is; what follows its answer, or its death, is `_answered`."""
        if self.process is None:
            self._later(call, ask)
            return
        task = self.process.spawn(_served(ask(self.process)))
        task.add_done_callback(lambda _: self._answered(call, ask))

    def _answered(self, call: SimulatedCall, ask: Callable[[Process], Awaitable[None]]) -> None:
        if not call.over:
            self._later(call, ask)
            return
        self.calls.pop(call.channel, None)
        process = self.process
        if process is not None and self.node_up and not call.offer and process.directory.left_behind:
            process.spawn(process.directory.channel_gone(self.node, call.channel))

    def _later(self, call: SimulatedCall, ask: Callable[[Process], Awaitable[None]]) -> None:
        if not self._stopped:
            task = asyncio.get_running_loop().create_task(self._ask_again(call, ask))
            self._dialplans[task] = None
            task.add_done_callback(lambda done: self._dialplans.pop(done, None))

    async def _ask_again(self, call: SimulatedCall, ask: Callable[[Process], Awaitable[None]]) -> None:
        """The loop of `ask_site`: the next process is asked, as soon as there is one and the caller is not in a conversation."""
        await self._started.wait()
        if call.legs and not call.over:
            await call.legs[-1].is_over()  # EXEC Dial goes on without anybody
        if not call.over:
            await asyncio.sleep(AGAIN_SECONDS)
        if call.over:
            self._answered(call, ask)
        else:
            self._ask(call, ask)

    def take_called_back(self, call: SimulatedCall) -> None:
        """A customer whom we have called has answered."""
        self._run_dialplan(call, lambda process: process.directory.called_back(call))

    # Customers, implementing `simulation.process.Outside`

    async def call(self, number: str, *, contact: str, ring_seconds: float) -> DialOutcome:
        return await self._world.ring_customer(self, number, contact, ring_seconds)

    async def find(self, number: str) -> CustomerCard | None:
        last = self._world.last_agent(number)
        return CustomerCard(name="", last_agent=last) if last is not None else None

    # Phones

    def phone(self, address: str, contact: str) -> FakePhone | None:
        person = self.persons.get(address.rpartition("/")[2])
        return person.ring(contact) if person is not None and self.node_up else None

    def ringing(self, address: str, leg: FakeLeg) -> None:
        self.persons[address.rpartition("/")[2]].rung = address, leg

    def in_call(self, address: str, leg: FakeLeg | None) -> None:
        person = self.persons[address.rpartition("/")[2]]
        person.leg, person.talks_since_before = leg, self.process is None

    def call_site(self, node: str, call: SimulatedCall) -> None:
        self._world.site_of(node).take_visit(call)

    # Inside

    def _is_talking(self, agent: str) -> bool:
        person = self.persons[agent]
        return person.leg is not None and not person.talks_since_before

    def _sign_in(self, person: Person, process: Process) -> None:
        if self.process is process and not self._stopped:
            person.sign_in(process.dispatcher)

    async def _look(self, process: Process) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            busy = {number for number, person in self.persons.items() if person.on_the_phone}
            process.dispatcher.reconciler.look(busy, () if self.node_up else self.persons)

    @asynccontextmanager
    async def _open_line(self, peer: str, token: str) -> AsyncIterator[Socket]:
        ends = self._world.line_to(self.name, peer)
        if ends is None:
            raise ConnectionError("no line")
        mine, theirs = ends
        self._world.accepted(peer, theirs)
        try:
            yield mine
        finally:
            mine.close()
            theirs.close()


async def _served(asking: Awaitable[None]) -> None:
    try:
        await asking
    except TelephonyFailed:
        pass  # the node is gone
