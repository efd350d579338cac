"""What a flow asks of the call (commands), and what it is told in return (events). Each command has one event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cti.facts.kinds import QueueOutcome, TransferOutcome


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
    private: bool = False  # what is typed must be in no recording of the call


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
    keys: str = ""  # that lead out of it
    agent: str | None = None  # who shall be asked first, alone


@dataclass(frozen=True, slots=True)
class Consult:
    """Look at a calendar, now. Its event: `Consulted`."""

    calendar: str


@dataclass(frozen=True, slots=True)
class Record:
    """Say prompts, then record what the caller says. Seconds. Its event: `Recorded`."""

    prompts: tuple[PromptRef, ...]
    longest: float
    silence: float  # that ends it


@dataclass(frozen=True, slots=True)
class ReceiveFax:
    """Say prompts, then take a fax. Its event: `FaxReceived`."""

    prompts: tuple[PromptRef, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the caller with another number. Its event: `Transferred`."""

    number: str
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over. `failed` when it was ended by a fault of its own, after which the call is no self-service."""

    failed: bool = False


Command = Play | Collect | Request | Enqueue | Consult | Record | ReceiveFax | Transfer | HangUp


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
    """`key` is the one that was pressed, if that was the outcome."""

    outcome: QueueOutcome
    key: str = ""


@dataclass(frozen=True, slots=True)
class Consulted:
    state: Literal["open", "closed", "holiday"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """`recording` is the name under which the site keeps it."""

    recording: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FaxReceived:
    """`pages` is 0 when none came."""

    recording: str
    pages: int
    station: str = ""


@dataclass(frozen=True, slots=True)
class Transferred:
    """How it went, and for how many seconds they talked."""

    outcome: TransferOutcome
    seconds: float = 0.0


Event = Played | Typed | Answered | LeftQueue | Consulted | Recorded | FaxReceived | Transferred
