"""Agents whom an earlier process of this site left on the phone or wrapping up: so they are under this one, until that is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cti.acd import Acd, Decision, State
from cti.facts import FactData
from cti.facts.kinds import AgentStateChanged, WrapUpStarted


class Floor(Protocol):
    """What the dispatcher lends."""

    acd: Acd

    def now(self) -> float: ...
    def record(self, data: FactData, contact: str | None = None) -> None: ...
    def do(self, decisions: Sequence[Decision]) -> None: ...


class LeftAgents:
    """Methods are named after what was left."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._engaged: dict[str, tuple[str, str, str]] = {}  # by agent: offer, contact, queue
        self._on_the_phone: set[str] = set()

    def logged_in(self, number: str) -> None:
        """The agent's desktop is back: from now on the router has the agent as the earlier process did."""
        floor, now = self._floor, self._floor.now()
        if (left := self._engaged.get(number)) is not None:
            floor.do(floor.acd.restore_conversation(number, *left, now))
        if number in self._on_the_phone:
            self._on_the_phone.discard(number)
            floor.do(floor.acd.set_busy_elsewhere(number, True, now))

    def engaged(self, number: str, offer: str, contact: str, queue: str) -> None:
        """Talking, or being rung: busy with it from the log-in on."""
        self._engaged[number] = (offer, contact, queue)

    def engaged_ended(self, number: str, offer: str, wrap_up_seconds: float) -> None:
        """That is over; its wrap-up begins, though the desktop may not be back yet."""
        left, floor = self._engaged.pop(number, None), self._floor
        if left is None:
            return
        _, contact, _ = left
        if floor.acd.offer_of(offer) is None and wrap_up_seconds > 0:
            floor.record(AgentStateChanged(agent=number, state=State.WRAP_UP, was=State.TALKING), contact)
            floor.record(WrapUpStarted(agent=number, seconds=wrap_up_seconds), contact)
            self.wrapping_up(number, contact, wrap_up_seconds, 0.0)
        else:
            floor.do(floor.acd.finished(offer, wrap_up_seconds, floor.now()))

    def on_the_phone(self, number: str) -> None:
        """In a call of another site's caller: busy until the reconciler sees that it is not."""
        self._on_the_phone.add(number)

    def wrapping_up(self, number: str, contact: str, seconds: float, spent: float) -> None:
        """`spent` of so many seconds ago."""
        self._floor.acd.restore_wrap_up(number, contact, self._floor.now() - spent, seconds)
        self._floor.do(())  # its end is due some time
