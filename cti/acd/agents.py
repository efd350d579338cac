"""An agent, and the one table of what may follow what.

Status is what the person declares, state is what is observed; they are independent but for one rule: a status that is
declared during a contact takes effect when the agent is idle again.

What an agent does with one contact is an `Assignment`; it follows the table. An agent has one at a time, or several where the
capacity of its channel allows it (chats). The agent's own state is that of the one that matters most: a call before anything else.

    idle ──reserve──▶ reserved ──ring──▶ ringing ──answer──▶ talking ◀──hold/unhold──▶ held
     ▲                   │                  │                   └──────finish──────┬────┘
     └─────release───────┴──────────────────┘                                      ▼
     └───────────────────────────────done────────────────────────────────────── wrap_up

A phone may be answered before its ringing was seen, so `answer` also leads from reserved to talking.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cti.acd.needs import Skills
from cti.acd.terms import Channel

OCCUPANCY_SECONDS = 3600.0  # how far back "least occupied" looks: what was done so long ago counts for 1/e


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
    (State.TALKING, Step.DONE): State.IDLE,  # a queue without wrap-up
    (State.HELD, Step.DONE): State.IDLE,
}


class IllegalTransition(Exception):
    """A step that the table does not know. A bug of the caller's: nothing was changed."""

    def __init__(self, agent: str, state: State, step: Step) -> None:
        super().__init__(f"agent {agent} is {state}: {step} is not possible")
        self.agent, self.state, self.step = agent, state, step


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many contacts of a channel an agent takes at once."""

    most: int = 1
    interruptible: bool = False  # one of another channel may be offered meanwhile


VOICE_ONLY: Final[Mapping[Channel, Capacity]] = {Channel.VOICE: Capacity()}
_NONE: Final = Capacity(0)


@dataclass(slots=True)
class Assignment:
    """An agent's part in one contact, from reservation to the end of wrap-up."""

    offer: str
    contact: str
    queue: str
    channel: Channel
    origin: str | None  # the contact's site, if that is another
    since: float  # when its state was entered
    state: State = State.RESERVED
    claimed: bool = False  # the other site's call is here: the link may be cut, the call decides
    served_since: float | None = None  # when the conversation began
    wrap_up_seconds: float = 0.0  # allowed for the wrap-up under way
    wrap_up_until: float | None = None

    def move(self, agent: str, step: Step, now: float) -> None:
        """Follows the table. Raises `IllegalTransition`."""
        try:
            self.state = TRANSITIONS[self.state, step]
        except KeyError:
            raise IllegalTransition(agent, self.state, step) from None
        self.since = now


@dataclass(slots=True)
class Agent:
    """One person at this site. Changed by `Acd` only."""

    number: str
    skills: Skills
    capacity: Mapping[Channel, Capacity] = field(default_factory=lambda: VOICE_ONLY)
    status: Status = Status.LOGGED_OUT
    reason: str | None = None
    next_status: Status | None = None
    next_reason: str | None = None
    since: float = 0.0  # monotonic time at which the state was entered
    idle_since: float = 0.0  # when the agent last became able to take a contact: the measure of "longest idle"
    assignments: dict[str, Assignment] = field(default_factory=dict)  # by offer
    busy_elsewhere: bool = False  # Asterisk knows a call of the agent's phone that no contact of ours explains
    last_offers: dict[str, float] = field(default_factory=dict)  # by queue: when the agent was last offered one
    busy_score: float = 0.0  # recent time on contacts, as `occupied` keeps it
    stamp: int = 0  # raised whenever the agent's entries in the index are void

    @property
    def logged_in(self) -> bool:
        return self.status is not Status.LOGGED_OUT

    @property
    def current(self) -> Assignment | None:
        """The assignment that the agent's state is about."""
        assignments = self.assignments
        if len(assignments) < 2:
            return next(iter(assignments.values()), None)
        return min(assignments.values(), key=lambda a: (a.channel is not Channel.VOICE, -a.since))

    @property
    def state(self) -> State:
        if not self.assignments:
            return State.IDLE
        current = self.current
        return current.state if current else State.IDLE

    @property
    def offer(self) -> str | None:
        """The offer being made, or talked about, or wrapped up."""
        current = self.current
        return current.offer if current else None

    @property
    def contact(self) -> str | None:
        current = self.current
        return current.contact if current else None

    @property
    def wrap_up_seconds(self) -> float:
        current = self.current
        return current.wrap_up_seconds if current else 0.0

    @property
    def wrap_up_until(self) -> float | None:
        current = self.current
        return current.wrap_up_until if current else None

    @property
    def willing(self) -> bool:
        """Takes contacts, as far as the capacity goes."""
        return self.status is Status.AVAILABLE and self.next_status is None and not self.busy_elsewhere

    @property
    def assignable(self) -> bool:
        """Can be offered a call right now."""
        return self.free_for(Channel.VOICE)

    def free_for(self, channel: Channel) -> bool:
        """Can be offered a contact of this channel right now."""
        if not self.willing:
            return False
        if not self.assignments:
            return self.capacity.get(channel, _NONE).most > 0
        count = 0
        for one in self.assignments.values():
            if one.channel is channel:
                count += 1
            elif not self.capacity.get(one.channel, _NONE).interruptible:
                return False
        return count < self.capacity.get(channel, _NONE).most

    def occupied(self, now: float) -> float:
        """Recent occupancy on a scale that keeps agents who are idle in the same order as time passes.

        Time on contacts fades with e^(-t/OCCUPANCY_SECONDS). For all idle agents it fades by the same factor, so the logarithm
        of what it was, plus the time at which it was so, orders them for good.
        """
        return (math.log(self.busy_score) if self.busy_score > 0 else -math.inf) + now / OCCUPANCY_SECONDS

    def was_busy(self, began: float, now: float) -> None:
        """Adds time on a contact, from `began` until now, to the recent occupancy."""
        spent = max(0.0, now - began)
        fade = math.exp(-spent / OCCUPANCY_SECONDS)
        idle = math.exp(-max(0.0, began - self.idle_since) / OCCUPANCY_SECONDS)
        self.busy_score = self.busy_score * idle * fade + (1.0 - fade)
