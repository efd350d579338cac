"""A run: sites, lines between them, callers who come, and what goes wrong. `simulate` gives what came of it."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cti.calls.telephony import DialOutcome
from cti.ivr import Hotline
from cti.simulation.asterisk import SimulatedCall
from cti.simulation.checks import Checks
from cti.simulation.faults import break_things
from cti.simulation.figures import Measure
from cti.simulation.hotline import CALLBACK_KEY, hotline_of
from cti.simulation.links import End, Line
from cti.simulation.people import Person
from cti.simulation.randomness import streams
from cti.simulation.scenario import Scenario, SimulatedQueue
from cti.simulation.site import SimulatedSiteWorld
from cti.testing.virtual_time import run_virtually

DRAIN_SECONDS = 2 * 3600.0  # after the last arrival; who is still there then is stuck
SETTLE_SECONDS = 120.0  # for wrap-ups and desktops after the last caller has gone
LOOK_SECONDS = 30.0
CUSTOMER_AWAY = 0.25  # of those who are called back: they do not answer
HANGS_UP_AFTER_KEY = 5.0

Progress = Callable[[float, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    scenario: Scenario
    seed: int
    violations: tuple[str, ...]
    counts: dict[str, int]
    measure: Measure
    calls: int
    simulated_seconds: float
    real_seconds: float
    occupancy: float | None

    def as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed, "calls": self.calls, "violations": list(self.violations), "counts": dict(sorted(self.counts.items())),
            "queues": {name: queue.as_json() for name, queue in sorted(self.measure.queues.items())},
            "ends": dict(sorted(self.measure.ends.items())), "occupancy": self.occupancy and round(self.occupancy, 4),
            "simulated_seconds": round(self.simulated_seconds, 1), "real_seconds": round(self.real_seconds, 2),
        }  # fmt: skip


def simulate(scenario: Scenario, seed: int, *, checks: bool = True, progress: Progress | None = None) -> Outcome:
    """Runs a scenario to its end. The same seed gives the same run."""
    random.seed(seed)  # for the jitter of backoffs
    began = time.perf_counter()
    world = World(scenario, seed, checks, progress)
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)  # a run makes millions of objects that all die young
    try:
        with _errors_told(world):
            outcome = run_virtually(world.run(), alone=True)
    finally:
        gc.set_threshold(*thresholds)
    violations, counts, measure, calls, simulated, occupancy = outcome
    real = time.perf_counter() - began
    return Outcome(scenario, seed, violations, counts, measure, calls, simulated, real, occupancy)


def _now() -> float:
    """The run's time. A function of the module, so that what came of a run can be sent to another process."""
    return asyncio.get_running_loop().time()


@contextmanager
def _errors_told(world: World) -> Iterator[None]:
    """An error that the code logs is a violation; that a simulated process dies is no news."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if world.checks is not None:
                cause = record.exc_info[1] if record.exc_info else None
                world.checks.broken("logged_error", f"{record.getMessage()} {cause!r}")

    listener, ours, disabled = Listener(logging.ERROR), logging.getLogger("cti"), logging.root.manager.disable
    propagated, ours.propagate = ours.propagate, False
    ours.addHandler(listener)
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(disabled)
        ours.propagate = propagated
        ours.removeHandler(listener)


class World:
    """Everything there is during a run."""

    def __init__(self, scenario: Scenario, seed: int, checks: bool, progress: Progress | None) -> None:
        self.scenario, self.rng = (
            scenario,
            streams(seed, ("arrivals", "people", "handling", "patience", "faults", "lines", "skew", "callbacks")),
        )
        self.now: Callable[[], float] = _now
        self.checks = Checks(self.now) if checks else None
        self.measure = Measure(self.now, scenario.warm_up)
        self.sites: dict[str, SimulatedSiteWorld] = {}
        self.lines: dict[tuple[str, str], Line] = {}
        self.arriving = True
        self._hotline: Hotline = hotline_of(scenario)
        self._queue_of: dict[str, SimulatedQueue] = {}  # by contact
        self._last_agent: dict[str, str] = {}  # by the customer's number
        self._numbers: list[str] = []  # of all agents
        self._calls: dict[SimulatedCall, None] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._count = 0
        self._progress = progress

    async def run(self) -> tuple[tuple[str, ...], dict[str, int], Measure, int, float, float | None]:
        self._build()
        for site in self.sites.values():
            await site.start()
        background = [asyncio.ensure_future(each) for each in self._background()]
        await asyncio.sleep(0)
        await self._arrivals()
        self.arriving = False
        await self._drain()
        ended = self.now()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        for site in self.sites.values():  # who is down comes back, so that what is left can be seen
            if site.process is None:
                await site.start()
        await asyncio.sleep(SETTLE_SECONDS)
        if self.checks:
            self.checks.at_the_end(self.sites, sorted(self._calls, key=lambda c: c.contact))
        for site in self.sites.values():
            await site.stop()
        agents = sum(len(s.persons) for s in self.sites.values())
        occupancy = self.measure.talk_seconds / (agents * self.scenario.seconds) if agents else None
        violations = tuple(self.checks.violations) if self.checks else ()
        counts = dict(self.checks.counts) if self.checks else {}
        return violations, counts, self.measure, self._count, ended, occupancy

    # Surroundings of a site

    def line_to(self, site: str, peer: str) -> tuple[End, End] | None:
        line = self.lines[min(site, peer), max(site, peer)]
        if not line.weather.up or self.sites[peer].process is None:
            return None
        first, second = line.connect()
        return (first, second) if line.names[0] == site else (second, first)

    def accepted(self, peer: str, end: End) -> None:
        process = self.sites[peer].process

        async def serve() -> None:
            try:
                if process is not None:
                    await process.hub.accept(end)
            finally:
                end.close()
                if end.other is not None:
                    end.other.close()

        if process is not None:
            process.spawn(serve())

    def site_of(self, node: str) -> SimulatedSiteWorld:
        return next(site for site in self.sites.values() if site.node == node)

    async def ring_customer(self, site: SimulatedSiteWorld, number: str, contact: str, seconds: float) -> DialOutcome:
        rng = self.rng["callbacks"]
        if not site.node_up:
            return DialOutcome.UNREACHABLE
        if rng.random() < CUSTOMER_AWAY:
            await asyncio.sleep(seconds)
            return DialOutcome.NO_ANSWER
        await asyncio.sleep(rng.uniform(2.0, seconds))
        if not self.sites[site.name].node_up:  # lost while it rang
            return DialOutcome.UNREACHABLE
        call = SimulatedCall(site, contact, site.node, number)
        self._begin(call, self._queue_of[contact.partition("-cb")[0]])
        site.take_called_back(call)
        return DialOutcome.ANSWERED

    def last_agent(self, number: str) -> str | None:
        return self._last_agent.get(number)

    # Inside

    def _build(self) -> None:
        scenario, names = self.scenario, [s.name for s in self.scenario.sites]
        for index, config in enumerate(scenario.sites):
            skills = [dict(skills) for count, skills in config.agents for _ in range(count)]
            persons = {}
            for i, has in enumerate(skills):
                number = str((index + 1) * 100_000 + i)
                persons[number] = Person(number, has, scenario.mistakes, self.rng["people"], self._handling)
            peers = [name for name in names if name != config.name]
            skew = self.rng["skew"].uniform(-scenario.faults.skew, scenario.faults.skew)
            site = SimulatedSiteWorld(
                config.name, peers, self._hotline, persons, self, self.rng["people"], skew, scenario.faults.any
            )
            site.reconciles = scenario.faults.any
            site.disk.subscribe(self.measure.fact)
            if self.checks is not None:
                site.disk.subscribe(self.checks.fact)
                site.watch = self.checks.watch
            self.sites[config.name] = site
            self._numbers += persons
        for i, one in enumerate(sorted(names)):
            for other in sorted(names)[i + 1 :]:
                self.lines[one, other] = Line(one, other, self.rng["lines"])

    def _handling(self, contact: str) -> float:
        return self._queue_of[contact].handling.draw(self.rng["handling"])

    def _background(self) -> list[Awaitable[Any]]:
        running: list[Awaitable[Any]] = [self._look()]
        if self.scenario.faults.any:
            running.append(break_things(self, self.scenario.faults, self.rng["faults"]))
        if self.scenario.mistakes.breaks_per_hour:
            running.append(self._breaks())
        return running

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.checks is not None:
                self.checks.look(self.sites)
            if self._progress is not None:
                self._progress(self.now(), self._count)

    async def _breaks(self) -> None:
        people = [p for site in self.sites.values() for p in site.persons.values()]
        rate, rng = self.scenario.mistakes.breaks_per_hour * len(people) / 3600, self.rng["people"]
        while True:
            await asyncio.sleep(rng.expovariate(rate))
            rng.choice(people).take_break()

    async def _arrivals(self) -> None:
        """Poisson at the rate of the hour (thinning: Lewis and Shedler 1979), or the calls that were given."""
        scenario, rng = self.scenario, self.rng["arrivals"]
        if scenario.calls:
            for at, site, name in sorted(scenario.calls):
                await asyncio.sleep(max(0.0, at - self.now()))
                self._arrive(site, next(q for q in scenario.queues if q.name == name))
            return
        most = max(sum(q.rate(h * 3600.0) for q in scenario.queues) for h in range(24)) if scenario.queues else 0.0
        at = self.now()
        while most > 0:
            at += rng.expovariate(most)
            if at >= scenario.seconds:
                await asyncio.sleep(at - self.now())
                return
            pick = rng.uniform(0, most)
            for queue in scenario.queues:
                pick -= queue.rate(at)
                if pick < 0:
                    await asyncio.sleep(at - self.now())
                    self._arrive(self._site_for(queue), queue)
                    break

    def _site_for(self, queue: SimulatedQueue) -> str:
        names = list(self.sites)
        return self.rng["arrivals"].choices(names, [queue.share.get(n, 0.0 if queue.share else 1.0) for n in names])[0]

    def _arrive(self, name: str, queue: SimulatedQueue) -> None:
        """The carrier brings a call to a site; when that site's node is down, to another one."""
        site = self.sites[name]
        if not site.node_up:
            site = next((other for other in self.sites.values() if other.node_up), site)
        if not site.node_up:
            return
        self._count += 1
        contact = f"{site.node}-{self._count}"
        call = SimulatedCall(site, contact, site.node, f"138{self._count:08d}")
        call.called = queue.name
        if queue.comes_again and self.rng["callbacks"].random() < queue.comes_again:
            self._last_agent[call.caller] = self.rng["callbacks"].choice(self._numbers)
        self._begin(call, queue)
        site.take_call(call)

    def _begin(self, call: SimulatedCall, queue: SimulatedQueue) -> None:
        """A customer is on the line, for as long as their patience lasts."""
        self._queue_of[call.contact] = queue
        self._calls[call] = None
        self._empty.clear()
        if queue.patience is not None:
            patience = queue.patience.draw(self.rng["patience"])
            timer = asyncio.get_running_loop().call_later(patience, self._loses_patience, call, queue)
            call.on_over = lambda: self._gone(call, timer)
        else:
            call.on_over = lambda: self._gone(call, None)

    def _loses_patience(self, call: SimulatedCall, queue: SimulatedQueue) -> None:
        """Some ask to be called back; when that is not heard, because a phone rings just now, they hang up all the same."""
        if queue.wants_callback and self.rng["callbacks"].random() < queue.wants_callback:
            call.press(CALLBACK_KEY)
            asyncio.get_running_loop().call_later(HANGS_UP_AFTER_KEY, self._give_up, call)
        else:
            self._give_up(call)

    def _give_up(self, call: SimulatedCall) -> None:
        if not call.over and not (call.legs and call.legs[-1].was_answered):
            call.caller_hangs_up()

    def _gone(self, call: SimulatedCall, timer: asyncio.TimerHandle | None) -> None:
        self._calls.pop(call, None)
        if not self._calls:
            self._empty.set()
        if timer is not None:
            timer.cancel()

    async def _drain(self) -> None:
        """Until the last caller has gone. Who still talks then has had a long conversation; who still waits is stuck."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._empty.wait()
                while any(s.process is None or s.process.callbacks.waiting for s in self.sites.values()):
                    await asyncio.sleep(LOOK_SECONDS)
                    await self._empty.wait()
        except TimeoutError:
            for call in [call for call in self._calls if call.talking]:
                call.caller_hangs_up()
            await asyncio.sleep(SETTLE_SECONDS)
