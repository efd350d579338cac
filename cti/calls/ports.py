"""What a call session needs of the world. `cti.asterisk` and `cti.journal` provide it; `cti.testing` fakes it.

Sounds are absolute paths without extension, or the name of one of Asterisk's own sounds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cti.acd import Terms, Why
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.facts import Fact, FactData


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

    async def ring_answer(self) -> None:
        """Asks the phone to answer by itself (NOTIFY, Event: talk). Does nothing where the phone can't."""
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


@dataclass(frozen=True, slots=True)
class OpenContact:
    """A contact whose end is not in the journal: what a restarted process finds."""

    contact: str
    last_seen: Fact
    arrived: Fact
    queue: Fact | None = None  # `queue.entered` without `queue.left`
    offer: Fact | None = None  # `offer.made` without `offer.ended`
    connected: Fact | None = None  # `agent.connected` without `agent.disconnected`
    called: Fact | None = None  # the latest `callback.attempted`
    served: Fact | None = None  # the latest `agent.connected`, though that conversation be over
    line: Fact | None = None  # the latest `callback.connected`


class Journal(Protocol):
    """The site's append-only store of facts."""

    def record(self, data: FactData, contact: str | None = None) -> Awaitable[Fact]:
        """Numbers the fact now (order of calls is order of `seq`); the awaitable completes when it is on disk.

        Awaiting is needed only before acting on the fact. Never raises for bad data: `data` is typed already.
        """
        ...

    def now(self) -> datetime:
        """When a fact that is recorded now would say that it was. What is older than a fact is measured from here and not from the
        wall clock, which may have been set since."""
        ...

    async def open_contacts(self) -> Sequence[OpenContact]:
        """Contacts that arrived and have not ended, oldest first."""
        ...

    async def facts_of(self, contact: str) -> Sequence[Fact]:
        """All of a contact's, in order."""
        ...

    async def open_agents(self) -> Sequence[Fact]:
        """What each agent is at that has not ended, oldest first: `wrap_up.started`, and the latest `agent.state_changed` of one whose
        phone rings or talks."""
        ...


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What an `http` node got. `status` is 0 when no answer came in time or at all."""

    status: int
    body: object = None  # parsed JSON, or text


class Http(Protocol):
    """Requests that a flow makes to business systems."""

    async def request(
        self, method: str, url: str, *, body: object | None, timeout: float, allowed: Callable[[str], bool]
    ) -> HttpAnswer:
        """Never raises: a failure is an answer with status 0, and so is an address that is neither the data center's nor allowed."""
        ...


class Recordings(Protocol):
    """Where a site keeps what callers leave."""

    def place(self, name: str) -> str:
        """Where Asterisk writes it: a path, to which `Telephony.record` adds `.wav`."""
        ...

    def seconds(self, name: str) -> float:
        """How long a message is; 0.0 when there is none of that name."""
        ...

    def pages(self, name: str) -> int:
        """How many pages a fax has; 0 when there is none of that name."""
        ...


@dataclass(frozen=True, slots=True)
class LeftNumber:
    """What a caller left with the emergency menu."""

    name: str  # of the file
    at: datetime
    contact: str
    node: str
    caller: str
    called: str
    callback: str | None  # the number to call


class Spool(Protocol):
    """Where the emergency menu puts what callers left. Blocking; neither raises."""

    def read(self) -> Sequence[LeftNumber]: ...

    def remove(self, left: LeftNumber) -> None: ...


class Customers(Protocol):
    """The data center's customer records."""

    async def find(self, number: str) -> CustomerCard | None:
        """None when unknown. May take long or raise `OSError`; callers put it under a budget."""
        ...


class Cases(Protocol):
    """What the data center knows of cases. All raise `OSError` when it can't say."""

    async def owned_by(self, agent: str) -> Sequence[CaseCard]:
        """Those of an agent that are not closed, the newest first."""
        ...

    async def find(self, case: str) -> CaseCard | None:
        """None when it does not know the case (yet)."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """A contact that waits at another site too: all that site needs to reserve an agent and show who is calling."""

    contact: str
    terms: Terms
    age: float  # seconds it has waited; clocks of sites are never compared
    context: ContactContext


@dataclass(frozen=True, slots=True)
class Offering:
    """One offer as the call sees it. `agent_site` differs from the contact's site when another site granted the agent."""

    offer: str
    contact: str
    queue: str
    agent: str
    agent_site: str
    waited: float  # seconds, when it was made
    address: str  # what to dial
    ring_seconds: float
    wrap_up_seconds: float
    why: Why | None = None  # this agent was chosen; None when another site chose and did not say
    others: tuple[
        Offering, ...
    ] = ()  # offers of the same contact made in the same moment: whoever answers first has it


class Screens(Protocol):
    """Agents' desktops. None of these raises when the desktop is gone."""

    async def show(self, offering: Offering, context: ContactContext) -> None:
        """Returns once the offer is on the screen, and after 250 ms at the latest: the phone may ring."""
        ...

    def customer(self, agent: str, offer: str, card: CustomerCard | None) -> None:
        """The customer's record, which came late."""
        ...

    def offer_over(self, agent: str, offer: str, outcome: str) -> None: ...

    def changed(self, agent: str) -> None:
        """Status or state is new."""
        ...

    def queues_changed(self) -> None: ...


class Outbound(Protocol):
    """Calls to numbers outside."""

    async def call(self, number: str, *, contact: str, ring_seconds: float) -> DialOutcome:
        """Rings a customer. Once answered, the channel comes in as a call of that contact. Never raises; cancelling it does not stop
        the ringing."""
        ...


class Peers(Protocol):
    """The links to the other sites. A message to a site whose link is down is dropped: `Dispatcher.peer_lost` has mended the state."""

    def summary_changed(self) -> None: ...

    def open_visit(self, site: str, visit: Visit) -> None: ...

    def update_visit(self, site: str, contact: str, card: CustomerCard | None) -> None:
        """The customer's record, which came late."""
        ...

    def withdraw_visit(self, site: str, contact: str, reason: str) -> None: ...

    def grant(self, site: str, contact: str, offer: str, agent: str, why: Why) -> None:
        """The link adds where the agent is to be dialed from there."""
        ...

    def accept_grant(self, site: str, offer: str) -> None:
        """The agent granted there is used: the call is on its way."""
        ...

    def decline(self, site: str, offer: str) -> None: ...
