"""The caller of a test: does what is written, in order, at the moments at which a caller can.

Keys count as in `cti/calls/session.py`: one that cuts an announcement short is the first of the next menu or collect, whose
prompts are not said then. Time is virtual: only waiting takes any. Prompts and requests take none, so a key comes when the
prompts are over, unless it cuts in. When the steps have run out the caller is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cti.facts.kinds import QueueOutcome, TransferOutcome
from cti.ivr.calendars import State
from cti.ivr.commands import (
    Answered,
    Collect,
    Command,
    Consult,
    Consulted,
    Enqueue,
    Event,
    FaxReceived,
    HangUp,
    LeftQueue,
    Play,
    Played,
    PromptRef,
    ReceiveFax,
    Record,
    Recorded,
    Request,
    Transfer,
    Transferred,
    Typed,
)
from cti.ivr.flowtest.model import Does


class CallerLeft(Exception):
    """The caller has hung up."""


class Caller:
    """One caller. `now` is virtual seconds; `heard` are the prompts, of those cut short only the first."""

    def __init__(self, does: Sequence[Does], consult: Callable[[str, float], State]) -> None:
        """`consult` tells how a calendar is at a time."""
        self.now = 0.0
        self.heard: list[str] = []
        self.done = 0  # steps
        self._does, self._consult = does, consult
        self._ahead = ""  # the key that cut an announcement short
        self._rest = ""  # keys typed already, for which the last collect had no room
        self._waited = 0.0  # seconds of the `wait` that is the next step

    def tell(self, command: Command) -> Event:
        """Carries out a command. Raises `CallerLeft` when the caller hangs up in it."""
        match command:
            case Play():
                return self._listen(command)
            case Collect():
                return self._type(command)
            case Request():
                return self._answer()
            case Consult():
                return Consulted(self._consult(command.calendar, self.now))
            case Enqueue():
                return self._queue(command)
            case Record():
                self._announce(command.prompts)
                return Recorded("recording", self._take("speak") or 0.0)
            case ReceiveFax():
                self._announce(command.prompts)
                return FaxReceived("fax", self._take("fax") or 0)
            case Transfer():
                self._rest = self._ahead = ""
                return Transferred(self._take("transfer") or TransferOutcome.ANSWERED)
            case HangUp():
                raise AssertionError("nothing follows a hang-up")

    @property
    def undone(self) -> int | None:
        """The first step that was not done; None if there is none. A `wait` that has begun is done."""
        first = self.done + (self._waited > 0)
        return first if first < len(self._does) else None

    @property
    def _next(self) -> Does | None:
        return self._does[self.done] if self.done < len(self._does) else None

    def _listen(self, command: Play) -> Played:
        step, self._ahead = self._next, self._take_rest()
        if not self._ahead and step is not None and step.cut_in is not None:
            self._ahead = step.cut_in
            self.done += 1
        self._hear(command.prompts[:1] if self._ahead else command.prompts)
        return Played()

    def _type(self, command: Collect) -> Typed:
        digits, self._ahead = self._ahead, ""
        if digits and digits == command.terminator:
            return Typed("", complete=True)
        if len(digits) == command.max_digits:
            return Typed(digits, complete=True)
        if not digits:
            self._hear(command.prompts[:1] if self._rest else command.prompts)
        limit = command.between_digits if digits else command.first_digit
        pressed = False
        while True:
            while key := self._take_rest():
                if key == command.terminator:
                    return Typed(digits, complete=True)
                digits, pressed, limit = digits + key, True, command.between_digits
                if len(digits) == command.max_digits:
                    return Typed(digits, complete=True)
            if not self._more_keys(limit, pressed=pressed):
                return Typed(digits, complete=False)

    def _more_keys(self, limit: float, *, pressed: bool) -> bool:
        """Whether keys come within `limit` seconds; they are in `_rest` then. Keys belong to one collect, so two `press` (or
        `press` and `silent`) without a `wait` between them answer two."""
        paused = 0.0
        while (step := self._next) is not None:
            mine = paused > 0 or not pressed
            if step.hang_up:
                self.done += 1
                raise CallerLeft
            if step.press is not None and mine:
                self.done += 1
                self.now += paused
                self._rest = step.press
                return True
            if step.silent and mine:
                self.done += 1
            if step.wait is None:
                break
            left = step.wait - self._waited
            if paused + left >= limit:
                self._waited += limit - paused
                break
            paused += left
            self._waited = 0.0
            self.done += 1
        self.now += limit
        return False

    def _answer(self) -> Answered:
        step = self._next
        if step is None or step.answer is None:
            return Answered(0)
        self.done += 1
        return Answered(step.answer.status, step.answer.body)

    def _queue(self, command: Enqueue) -> LeftQueue:
        self._ahead = self._rest = ""
        while (step := self._next) is not None and step.wait is not None:
            self.now += step.wait - self._waited
            self._waited = 0.0
            self.done += 1
        if step is not None and (step.hang_up or step.queue is QueueOutcome.ABANDONED):
            self.done += 1
            raise CallerLeft
        if step is not None and step.press is not None and step.press in command.keys:
            self.done += 1
            return LeftQueue(QueueOutcome.KEY, step.press)
        if step is None or step.queue is None:
            return LeftQueue(QueueOutcome.ANSWERED)
        self.done += 1
        return LeftQueue(step.queue)

    def _announce(self, prompts: Sequence[PromptRef]) -> None:
        """Keys pressed before answer nothing any more."""
        self._rest = self._ahead = ""
        self._hear(prompts)

    def _take(self, what: str) -> Any:
        """What the next step says of this, if it is the one for it. Raises `CallerLeft` if the caller hangs up instead."""
        step = self._next
        if step is not None and step.hang_up:
            self.done += 1
            raise CallerLeft
        if step is None or getattr(step, what) is None:
            return None
        self.done += 1
        return getattr(step, what)

    def _take_rest(self) -> str:
        key, self._rest = self._rest[:1], self._rest[1:]
        return key

    def _hear(self, prompts: Sequence[PromptRef]) -> None:
        self.heard += [prompt.id for prompt in prompts]
