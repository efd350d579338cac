"""Agents as people: they pick up, or don't; they talk, wrap up, take breaks, and sign in again when their desktop was cut off."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Protocol

from cti.acd import State, Status
from cti.calls.alone import NoScreens
from cti.calls.dispatcher import Dispatcher
from cti.simulation.scenario import Mistakes
from cti.testing.leg import FakeLeg, FakePhone

BREAK_SECONDS = 300.0
BACK_SECONDS = 10.0  # until somebody who missed a call is ready again
SIGN_IN_SECONDS = (0.2, 2.0)  # until a desktop is back after its site's process has started again


class Person:
    """One agent, at one site."""

    def __init__(
        self, number: str, skills: dict[str, int], mistakes: Mistakes, rng: random.Random, handling: Callable[[str], float]
    ) -> None:  # fmt: skip
        self.number, self.skills, self._mistakes, self._rng = number, skills, mistakes, rng
        self._handling = handling
        self.leg: FakeLeg | None = None  # the call the phone is in
        self.rung: tuple[str, FakeLeg] | None = None  # the last call for which it rang, and at which address
        self.talks_since_before = False  # that call began before the site's present process
        self.wants: Status = Status.AVAILABLE
        self._dispatcher: Dispatcher | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._acted: tuple[State, str | None, Status] | None = None

    @property
    def on_the_phone(self) -> bool:
        """Whether the phone has a channel: it talks, or rings."""
        return self.leg is not None or (self.rung is not None and self.rung[1].rings(self.rung[0]))

    def ring(self, contact: str) -> FakePhone:
        """What this person will do now that the phone rings."""
        if self.leg is not None:
            return FakePhone(declines_after=0.0)  # the line is busy
        mistakes, roll = self._mistakes, self._rng.random()
        if roll < mistakes.misses:
            return FakePhone()
        if roll < mistakes.misses + mistakes.declines:
            return FakePhone(declines_after=self._rng.uniform(0.5, 5.0))
        after = mistakes.answer.draw(self._rng) if mistakes.answer else 0.0
        return FakePhone(answers_after=after, talks_for=self._handling(contact))

    def sign_in(self, dispatcher: Dispatcher) -> None:
        """The desktop is connected with a process of the site, and tells what it showed before."""
        self._dispatcher, self._acted = dispatcher, None
        dispatcher.log_in(self.number, dict(self.skills))
        dispatcher.set_status(self.number, self.wants, None)

    def cut_off(self) -> None:
        """The site's process is gone."""
        self._dispatcher = None
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def changed(self) -> None:
        """Sees on the screen what has become of the own state, and does what people do then."""
        if self._dispatcher is None or (agent := self._dispatcher.agent(self.number)) is None:
            return
        seen = (agent.state, agent.contact, agent.status)
        if seen == self._acted:
            return
        self._acted = seen
        if agent.state is State.WRAP_UP and agent.contact and self._rng.random() >= self._mistakes.forgets_wrap_up:
            self._later(self._rng.uniform(0.1, 0.9) * agent.wrap_up_seconds, self._save_wrap_up, agent.contact)
        elif agent.status is Status.NOT_READY and agent.state is State.IDLE:
            self._later(BACK_SECONDS, self._available)

    def take_break(self) -> None:
        """After the present contact, for five minutes."""
        if self._dispatcher is None or self.wants is not Status.AVAILABLE:
            return
        self.wants = Status.BREAK
        self._dispatcher.set_status(self.number, Status.BREAK, "rest")
        asyncio.get_running_loop().call_later(BREAK_SECONDS, self._back_from_break)

    def _back_from_break(self) -> None:
        self.wants = Status.AVAILABLE
        self._available()

    def _available(self) -> None:
        if self._dispatcher is not None and self.wants is Status.AVAILABLE:
            self._dispatcher.set_status(self.number, Status.AVAILABLE, None)

    def _save_wrap_up(self, contact: str) -> None:
        if self._dispatcher is not None:
            self._dispatcher.save_wrap_up(self.number, contact, "resolved", None, Status.AVAILABLE)

    def _later(self, seconds: float, do: Callable[..., None], *arguments: object) -> None:
        loop = asyncio.get_running_loop()
        self._timers = [timer for timer in self._timers if not timer.cancelled() and timer.when() > loop.time()]
        self._timers.append(loop.call_later(seconds, do, *arguments))


class People(Protocol):
    persons: dict[str, Person]


class Desktops(NoScreens):
    """Every offer is on its screen at once; people see what becomes of their own state."""

    def __init__(self, people: People) -> None:
        self._people = people

    def changed(self, agent: str) -> None:
        self._people.persons[agent].changed()
