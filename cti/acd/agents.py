"""An agent, and the one table of what may follow what.

Status is what the person declares, state is what is observed; they are independent but for one rule: a status that is
declared during a contact takes effect when the agent is idle again.

    idle ──reserve──▶ reserved ──ring──▶ ringing ──answer──▶ talking ◀──hold/unhold──▶ held
     ▲                   │                  │                   └──────finish──────┬────┘
     └─────release───────┴──────────────────┘                                      ▼
     └───────────────────────────────done────────────────────────────────────── wrap_up

A phone may be answered before its ringing was seen, so `answer` also leads from reserved to talking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """What the person declares."""

    LOGGED_OUT = "logged_out"  # not working
    AVAILABLE = "available"  # ready for contacts
    BREAK = "break"  # a pause, with a reason
    NOT_READY = "not_ready"  # put there by the system: RONA, phone unreachable, connection lost


class State(StrEnum):
    """What is observed."""

    IDLE = "idle"  # no contact
    RESERVED = "reserved"  # chosen for a contact; the screen shows it, the phone does not ring yet
    RINGING = "ringing"  # the phone rings
    TALKING = "talking"  # connected to a customer
    HELD = "held"  # the customer hears music
    WRAP_UP = "wrap_up"  # work after the contact


class Step(StrEnum):
    """What can happen to an agent's state."""

    RESERVE = "reserve"
    RING = "ring"
    ANSWER = "answer"
    RELEASE = "release"
    HOLD = "hold"
    UNHOLD = "unhold"
    FINISH = "finish"
    DONE = "done"


TRANSITIONS: Final[Mapping[tuple[State, Step], State]] = {
    (State.IDLE, Step.RESERVE): State.RESERVED,
    (State.RESERVED, Step.RING): State.RINGING,
    (State.RESERVED, Step.ANSWER): State.TALKING,
    (State.RESERVED, Step.RELEASE): State.IDLE,
    (State.RINGING, Step.ANSWER): State.TALKING,
    (State.RINGING, Step.RELEASE): State.IDLE,
    (State.TALKING, Step.HOLD): State.HELD,
    (State.TALKING, Step.FINISH): State.WRAP_UP,
    (State.HELD, Step.UNHOLD): State.TALKING,
    (State.HELD, Step.FINISH): State.WRAP_UP,
    (State.WRAP_UP, Step.DONE): State.IDLE,
}


class IllegalTransition(Exception):
    """A step that the table does not know. A bug of the caller's: nothing was changed."""

    def __init__(self, agent: str, state: State, step: Step) -> None:
        super().__init__(f"agent {agent} is {state}: {step} is not possible")
        self.agent, self.state, self.step = agent, state, step


@dataclass(slots=True)
class Agent:
    """One person at this site. Changed by `Acd` only."""

    number: str
    skills: Mapping[str, int]
    status: Status = Status.LOGGED_OUT
    reason: str | None = None
    next_status: Status | None = None
    next_reason: str | None = None
    state: State = State.IDLE
    since: float = 0.0  # monotonic time at which the state was entered
    idle_since: float = 0.0  # when the agent last became able to take a contact: the measure of "longest idle"
    offer: str | None = None  # the offer being made, or talked about, or wrapped up
    contact: str | None = None  # whose it is
    wrap_up_seconds: float = 0.0  # allowed for the wrap-up under way
    wrap_up_until: float | None = None

    @property
    def logged_in(self) -> bool:
        return self.status is not Status.LOGGED_OUT

    @property
    def assignable(self) -> bool:
        """Can be offered a contact right now."""
        return self.status is Status.AVAILABLE and self.state is State.IDLE

    def can_serve(self, skills: Mapping[str, int]) -> bool:
        """Has every skill asked for, at the least level or above."""
        mine = self.skills
        return all(mine.get(skill, -1) >= level for skill, level in skills.items())

    def move(self, step: Step, now: float) -> None:
        """Follows the table. Raises `IllegalTransition`."""
        try:
            self.state = TRANSITIONS[self.state, step]
        except KeyError:
            raise IllegalTransition(self.number, self.state, step) from None
        self.since = now
        if self.state is State.IDLE:
            self.idle_since = now
