"""What calls need of the world besides Asterisk (`telephony.py`): disk, desktops, other sites, business systems. The edges provide it,
`cti.testing` fakes it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cti.acd import Terms, Why
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.calls.telephony import DialOutcome
from cti.facts import Fact, FactData


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
