"""The words between a site and an agent's desktop: JSON objects over one WebSocket, `type` first.

Every message of the site carries `n`, counted from 1 per connection: a gap means the desktop must reconnect. The first
message must be `log_in`. After (re)connecting the site sends `logged_in` with a whole `snapshot`, so nothing else is needed
to be right. Unknown fields are ignored on both sides; unknown types are answered with `refused`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from cti.acd import State, Status
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.facts.cases import AgentNumber, CaseId, CaseKind, CaseStatus, Subject, Text


class Device(StrEnum):
    """The phone an agent uses."""

    BROWSER = "browser"  # WebRTC in the desktop
    PHONE = "phone"  # any SIP phone registered with the agent's number


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


# From the desktop


class LogIn(_Message):
    type: Literal["log_in"] = "log_in"
    agent: str = Field(pattern=r"^[0-9]{1,20}$")
    password: str = Field(max_length=200)
    device: Device = Device.BROWSER
    language: Literal["zh", "en"] = "zh"
    # What the desktop showed when it lost this site: taken up by a site process that has restarted meanwhile.
    resume: Literal[Status.AVAILABLE, Status.BREAK] | None = None
    resume_reason: str | None = Field(default=None, max_length=80)


class SetStatus(_Message):
    """May be sent during a contact: it takes effect when the contact is over."""

    type: Literal["set_status"] = "set_status"
    status: Literal[Status.AVAILABLE, Status.BREAK]
    reason: str | None = Field(default=None, max_length=80)


class Shown(_Message):
    """The offer is on the screen; the phone may ring. Without it the phone rings 250 ms after the offer was sent."""

    type: Literal["shown"] = "shown"
    offer: str


class Answer(_Message):
    """Asks the agent's SIP phone to answer (a browser answers by itself and need not send it)."""

    type: Literal["answer"] = "answer"
    offer: str


class Decline(_Message):
    type: Literal["decline"] = "decline"
    offer: str


class HangUp(_Message):
    """Ends the conversation; the customer hears the flow's next step, or the end."""

    type: Literal["hang_up"] = "hang_up"
    offer: str


class SaveWrapUp(_Message):
    type: Literal["wrap_up"] = "wrap_up"
    contact: str
    code: str = Field(min_length=1, max_length=41)
    note: str | None = Field(default=None, max_length=2000)
    then: Literal[Status.AVAILABLE, Status.BREAK] = Status.AVAILABLE


class _OfCase(_Message):
    """Said of a case. `contact`: the one in which it came up, if any; it must be on the agent's screen or have been theirs."""

    case: CaseId
    contact: str | None = Field(default=None, max_length=64)


class OpenCase(_OfCase):
    """The agent takes up a matter of the caller, and owns it. The desktop makes the id (a ULID): said twice, it is one case."""

    type: Literal["open_case"] = "open_case"
    contact: str = Field(max_length=64)
    kind: CaseKind
    subject: Subject


class NoteCase(_OfCase):
    type: Literal["note_case"] = "note_case"
    note: Text


class HandOverCase(_OfCase):
    """From now on another agent owns it."""

    type: Literal["hand_over_case"] = "hand_over_case"
    to: AgentNumber


class SetCaseStatus(_OfCase):
    """Closes a case, with what came of it; opens it again; or says that it waits for somebody else (`pending`)."""

    type: Literal["set_case_status"] = "set_case_status"
    status: CaseStatus
    resolution: Text | None = None


class ListCases(_Message):
    """Asks for the agent's own cases that are not closed."""

    type: Literal["list_cases"] = "list_cases"


class LogOut(_Message):
    type: Literal["log_out"] = "log_out"


class Ping(_Message):
    type: Literal["ping"] = "ping"


FromDesktop = Annotated[
    LogIn
    | SetStatus
    | Shown
    | Answer
    | Decline
    | HangUp
    | SaveWrapUp
    | OpenCase
    | NoteCase
    | HandOverCase
    | SetCaseStatus
    | ListCases
    | LogOut
    | Ping,
    Field(discriminator="type"),
]
from_desktop: TypeAdapter[FromDesktop] = TypeAdapter(FromDesktop)


# From the site


class SipAccount(_Message):
    """What the browser registers with."""

    uri: str  # sip:1001-web@127.0.1.1
    ws_url: str  # ws://127.0.1.1:8088/ws
    username: str
    password: str


class CodeText(_Message):
    """A choice with its name in both languages."""

    code: str
    zh: str
    en: str


class OfferView(_Message):
    offer: str
    ring_seconds: float
    context: ContactContext


class WrapUpView(_Message):
    contact: str
    seconds: float  # allowed in all
    left: float  # seconds left when sent
    codes: tuple[CodeText, ...]


class Snapshot(_Message):
    """Everything the desktop shows about its agent."""

    agent: str
    name: str
    site: str
    status: Status
    reason: str | None = None
    next_status: Status | None = None  # takes effect after the contact
    state: State
    since_ms: int  # how long in this state
    offer: OfferView | None = None  # being offered, ringing, or talking
    wrap_up: WrapUpView | None = None
    queues: tuple[QueueView, ...] = ()


class QueueView(_Message):
    queue: str
    title_zh: str
    title_en: str
    waiting: int
    longest_ms: int


class LoggedIn(_Message):
    type: Literal["logged_in"] = "logged_in"
    snapshot: Snapshot
    sip: SipAccount | None  # for a browser
    break_reasons: tuple[CodeText, ...]
    wrap_up_codes: tuple[CodeText, ...]


class Elsewhere(_Message):
    """The agent's seat is at another site: connect there."""

    type: Literal["elsewhere"] = "elsewhere"
    site: str
    url: str


class Changed(_Message):
    """The agent's status or state changed; replaces what the desktop knew."""

    type: Literal["changed"] = "changed"
    snapshot: Snapshot


class Offered(_Message):
    """A contact comes. Show it, then send `shown`; the phone rings after that."""

    type: Literal["offered"] = "offered"
    offer: OfferView


class CustomerArrived(_Message):
    """The customer's record, late."""

    type: Literal["customer"] = "customer"
    offer: str
    customer: CustomerCard | None


class OfferOver(_Message):
    """The offer is gone without a conversation."""

    type: Literal["offer_over"] = "offer_over"
    offer: str
    outcome: str  # rona, declined, failed, caller_gone


class Case(_Message):
    """What was wished of a case is written; this is the case now."""

    type: Literal["case"] = "case"
    case: CaseCard


class Cases(_Message):
    """The agent's own cases that are not closed, the newest first."""

    type: Literal["cases"] = "cases"
    cases: tuple[CaseCard, ...]


class Queues(_Message):
    """Waiting counts of the agent's queues; on change, at most twice a second."""

    type: Literal["queues"] = "queues"
    queues: tuple[QueueView, ...]


class Refused(_Message):
    """The last message was not followed."""

    type: Literal["refused"] = "refused"
    code: str  # stable: agents.bad_password, agents.bad_message, agents.taken_over …
    en: str
    zh: str


class Pong(_Message):
    type: Literal["pong"] = "pong"


FromSite = Annotated[
    LoggedIn | Elsewhere | Changed | Offered | CustomerArrived | OfferOver | Case | Cases | Queues | Refused | Pong,
    Field(discriminator="type"),
]
Snapshot.model_rebuild()
