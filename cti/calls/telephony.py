"""What a call needs of Asterisk. `cti.asterisk` provides it, `cti.testing` fakes it, and both pass the same contract tests.

Sounds are absolute paths without extension, or the name of one of Asterisk's own sounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CallerGone(Exception):
    """The customer has hung up. Raised by any method of `Telephony` from then on; the session ends the contact."""


class TelephonyFailed(Exception):
    """Asterisk refused a command, or its connection broke while the caller may still be there."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What the customer typed. `complete` when the terminator was pressed or `max_digits` reached; else time ran out."""

    digits: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Fax:
    """What came by fax: `pages` is 0 when nothing did. `station` is what the other machine calls itself: hostile text, cleaned."""

    pages: int
    station: str = ""


class DialOutcome(StrEnum):
    """How an attempt to reach a phone ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"  # it rang for the whole time
    BUSY = "busy"  # busy, or refused
    UNREACHABLE = "unreachable"  # not registered, or the network failed
    CANCELLED = "cancelled"  # stopped by `Leg.cancel`


class Leg(Protocol):
    """A phone being rung for the caller, then talking with the caller."""

    async def answered(self) -> DialOutcome:
        """Waits until the phone is answered or the attempt has failed. Raises `CallerGone`. May be called again."""
        ...

    async def ended(self) -> float:
        """Waits for the end of the conversation and gives its length in seconds (0.0 if never answered).

        Returns when the agent hangs up; raises `CallerGone` when the customer does (`talked` then holds the length).
        """
        ...

    @property
    def talked(self) -> float:
        """Seconds of conversation so far; final once `ended` has returned or raised."""
        ...

    async def cancel(self, address: str | None = None) -> None:
        """Stops ringing, or ends the conversation, by hanging up the phone's channel; the caller stays. With an address, of those
        that were dialed together, only that phone."""
        ...

    @property
    def answered_by(self) -> str | None:
        """The address that was answered, once it is known: of those that were dialed together, one."""
        ...

    async def ring_answer(self, address: str) -> None:
        """Asks the phone of an address that was dialed to answer by itself (NOTIFY, Event: talk). Does nothing where it can't."""
        ...


class Telephony(Protocol):
    """One caller's channel. Cancelling a method stops what it does (a sound stops within milliseconds) and leaves the caller up."""

    contact: str  # the contact's id; survives every retry of the dialplan
    node: str  # the Asterisk node
    channel: str  # its name in Asterisk
    caller: str  # the customer's number: digits and a leading + only; "" if withheld
    caller_name: str  # hostile text, cleaned of control characters, at most 80 characters
    called: str  # the number dialed

    async def answer(self) -> None: ...

    async def play(self, sounds: Sequence[str], *, barge_in: str = "") -> str:
        """Plays sounds one after the other. A digit out of `barge_in` stops them and is returned; "" when all was heard.

        A sound that does not exist is replaced by the fallback sound: never silence, never an error.
        """
        ...

    async def collect(
        self,
        sounds: Sequence[str],
        *,
        max_digits: int,
        first_digit: float,
        between_digits: float,
        terminator: str = "#",
    ) -> Collected:
        """Plays sounds, which the first digit interrupts, and gathers digits. Time limits in seconds, from the sound's end.

        `terminator` may hold one key, or "" for none; it is not part of `digits`.
        """
        ...

    async def record(self, file: str, *, longest: float, silence: float) -> float:
        """Beeps, then records the customer into `file`.wav until a key, `silence` seconds without a voice, or `longest` seconds.

        Gives the seconds recorded, without the pause that ended it. When the customer hangs up meanwhile it gives what was said so
        far, and whatever is called next raises `CallerGone`.
        """
        ...

    async def receive_fax(self, file: str) -> Fax:
        """Takes a fax into `file`, a TIFF. As `record` it gives what came, though the customer's machine has hung up."""
        ...

    async def keep_private(self, private: bool) -> None:
        """While true, recordings of this call hold silence. Does nothing for a call that is not recorded."""
        ...

    async def hold(self, music: str = "default") -> None:
        """Music until `unhold`. The caller can hang up, and an announcement be made, meanwhile."""
        ...

    async def unhold(self) -> None: ...

    async def announce(self, sounds: Sequence[str]) -> None:
        """Plays over the music, which then goes on. Cancel it to stop at once."""
        ...

    async def pressed(self, keys: str) -> str:
        """Waits, while the caller hears music or an announcement, until one of these keys is pressed, and gives it. Cancel it otherwise."""
        ...

    async def dial(self, phones: Mapping[str, Mapping[str, str]], *, ring_seconds: float) -> Leg:
        """Rings phones, by address (`PJSIP/1001`), while the caller hears music, and connects who answers first.

        Each INVITE carries its phone's headers; without any, the phone is not told what the call is.
        Returns as soon as Asterisk was asked; the leg tells the rest. The conversation survives the death of this process.
        """
        ...

    async def was_connected(self) -> bool:
        """Whether the last phone rung for this caller, maybe by an earlier process, was answered."""
        ...

    async def forget_connected(self) -> None:
        """From now on `was_connected` tells of phones that are rung after this only."""
        ...

    async def caller_gone(self) -> None:
        """Returns once the customer has hung up (cancel it otherwise)."""
        ...

    async def hang_up(self, cause: int = 16) -> None:
        """Marks the call as really finished (CTI_DONE) and hangs up with a Q.850 cause. Never raises `CallerGone`."""
        ...

    async def get(self, variable: str) -> str | None: ...

    async def set(self, variable: str, value: str) -> None: ...
