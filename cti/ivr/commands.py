"""What a flow asks of the call (commands), and what it is told in return (events). Each command has one event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cti.facts.kinds import QueueOutcome


@dataclass(frozen=True, slots=True)
class PromptRef:
    """One prompt in one language."""

    id: str
    language: str


@dataclass(frozen=True, slots=True)
class Play:
    """Say prompts; a key cuts them short and counts for the next `Collect`. Its event: `Played`."""

    prompts: tuple[PromptRef, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """Say prompts, which the first digit interrupts, and gather digits. Seconds count from the prompts' end. Its event: `Typed`."""

    prompts: tuple[PromptRef, ...]
    max_digits: int
    first_digit: float
    between_digits: float
    terminator: str  # one key, or "" for none


@dataclass(frozen=True, slots=True)
class Request:
    """Ask a business system. Its event: `Answered`. A restarted process asks again."""

    method: str
    url: str
    body: dict[str, str] | None
    timeout: float  # seconds


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait for an agent and talk. Its event: `LeftQueue`."""

    queue: str
    priority: int | None  # None: the queue's own


@dataclass(frozen=True, slots=True)
class Consult:
    """Look at a calendar, now. Its event: `Consulted`."""

    calendar: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over. `failed` when it was ended by a fault of its own, after which the call is no self-service."""

    failed: bool = False


Command = Play | Collect | Request | Enqueue | Consult | HangUp


@dataclass(frozen=True, slots=True)
class Played:
    pass


@dataclass(frozen=True, slots=True)
class Typed:
    """`complete` when the terminator was pressed or `max_digits` reached; else time ran out."""

    digits: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """`status` is 0 when there was no answer; `body` is parsed JSON, or text."""

    status: int
    body: object = None


@dataclass(frozen=True, slots=True)
class LeftQueue:
    outcome: QueueOutcome


@dataclass(frozen=True, slots=True)
class Consulted:
    state: Literal["open", "closed", "holiday"]


Event = Played | Typed | Answered | LeftQueue | Consulted
