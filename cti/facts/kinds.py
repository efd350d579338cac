"""The vocabulary: one model per kind. Additive only; a changed meaning is a new version or a new kind.

`ms` are whole milliseconds of monotonic time. An `offer` id names one attempt to bring one contact to one agent.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from cti.facts.base import FactData as FactData
from cti.facts.cases import CaseNoted, CaseOpened, CaseOwnerChanged, CaseStatusChanged
from cti.facts.outcomes import EndCause as EndCause
from cti.facts.outcomes import OfferOutcome as OfferOutcome
from cti.facts.outcomes import Party as Party
from cti.facts.outcomes import QueueOutcome as QueueOutcome
from cti.facts.outcomes import TransferOutcome as TransferOutcome
from cti.facts.probes import AlarmCleared as AlarmCleared
from cti.facts.probes import AlarmRaised as AlarmRaised
from cti.facts.probes import ProbeEnded as ProbeEnded
from cti.facts.probes import ProbesPlanned as ProbesPlanned


class ContactArrived(FactData):
    kind = "contact.arrived"
    channel: Literal["voice"] = "voice"
    hotline: str
    caller: str  # the customer's number, digits and + only; "" if withheld
    called: str
    node: str
    asterisk_channel: str
    direction: Literal["inbound", "outbound"] = "inbound"
    callback_of: str | None = None  # outbound: the contact in which the customer asked for it
    language: str | None = None  # outbound: spoken then


class ContactResumed(FactData):
    """A site process found a contact that an earlier one had served."""

    kind = "contact.resumed"
    node: str
    asterisk_channel: str
    stage: Literal["flow", "queue", "conversation"]


class FlowEntered(FactData):
    kind = "flow.entered"
    hotline: str
    flow: str
    version: str  # digest of the published files
    language: str


class LanguageChosen(FactData):
    """The customer changed the language."""

    kind = "language.chosen"
    language: str


class NodeVisited(FactData):
    """One stay at one node of a flow, written when it is left."""

    kind = "node.visited"
    flow: str
    version: str
    node: str
    node_kind: str
    input: str | None  # what the customer pressed; masked if the node says secret
    outcome: str  # the exit taken
    ms: int


class SmsRequested(FactData):
    """The flow asked for a text message to be sent."""

    kind = "sms.requested"
    number: str
    text: str
    language: str


class CallbackRequested(FactData):
    """The customer wants to be called back."""

    kind = "callback.requested"
    queue: str
    number: str
    language: str


class CallbackMerged(FactData):
    """The customer asked once more for what waits already."""

    kind = "callback.merged"
    queue: str
    callback: str  # the contact that waits


class CallbackAttempted(FactData):
    """The customer was called; an agent was reserved meanwhile."""

    kind = "callback.attempted"
    queue: str
    attempt: int  # from 1
    agent: str
    outcome: Literal["answered", "no_answer", "busy", "unreachable", "cancelled"]


class CallbackConnected(FactData):
    """The customer who was called is on the line."""

    kind = "callback.connected"
    node: str
    asterisk_channel: str


class EmergencyTaken(FactData):
    """The caller met the emergency menu, because no process of the site was there."""

    kind = "emergency.taken"
    left_at: str  # ISO 8601: when the caller left it; the fact is written when a process is there again
    wants_callback: bool


class SurveyAnswered(FactData):
    """The customer's score, 1 to 5."""

    kind = "survey.answered"
    question: str
    score: int = Field(ge=1, le=5)


class VoicemailLeft(FactData):
    """The customer left a message for the agents of a queue. The site keeps it under the name `recording`."""

    kind = "voicemail.left"
    queue: str
    recording: str
    number: str  # whom to call back
    language: str
    ms: int


class FaxArrived(FactData):
    """The site keeps it under the name `recording`."""

    kind = "fax.arrived"
    recording: str
    number: str
    station: str  # what the other machine calls itself
    pages: int


class CallTransferred(FactData):
    """The flow tried to connect the customer with a number outside; written when that is over."""

    kind = "call.transferred"
    to: str
    outcome: TransferOutcome
    talk_ms: int


class PromptMissing(FactData):
    """A prompt had no audio; the fallback sound was played in its place."""

    kind = "prompt.missing"
    prompt: str
    language: str


class QueueEntered(FactData):
    kind = "queue.entered"
    queue: str
    skills: dict[str, int]  # skill → least level
    priority: int
    or_skills: tuple[dict[str, int], ...] = ()  # other sets of skills that would do as well
    wanted: str | None = None  # the agent for whom alone it waits at first
    wanted_case: str | None = None  # as the owner of this case
    expected_ms: int | None = None  # the wait that was forecast
    waited_ms: int = 0  # before it entered: a callback keeps the place it had


class QueueLeft(FactData):
    kind = "queue.left"
    queue: str
    outcome: QueueOutcome
    waited_ms: int


class QueueAnnounced(FactData):
    kind = "queue.announced"
    queue: str
    prompt: str


class VisitOpened(FactData):
    """The contact waits at another site's queue too."""

    kind = "visit.opened"
    queue: str
    to_site: str
    reason: str


class VisitGranted(FactData):
    kind = "visit.granted"
    queue: str
    to_site: str
    agent: str
    offer: str


class VisitWithdrawn(FactData):
    kind = "visit.withdrawn"
    to_site: str
    reason: str


class OfferReason(BaseModel):
    """Why this agent was chosen."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    strategy: str
    ring: int  # rings relaxed
    fit: int  # agents logged in at that site who met the need
    free: int  # of them, those who could have been offered it
    idle_ms: int  # of the agent who was chosen
    waiting: int  # contacts that waited for agents by the same need, this one included
    passed_over: tuple[str, ...] = ()  # agents who came before, but had not taken it or were kept for another queue


class OfferMade(FactData):
    kind = "offer.made"
    offer: str
    queue: str
    agent: str
    agent_site: str
    waited_ms: int
    why: OfferReason | None = None


class OfferEnded(FactData):
    kind = "offer.ended"
    offer: str
    queue: str
    agent: str
    agent_site: str
    outcome: OfferOutcome
    ring_ms: int


class AgentConnected(FactData):
    kind = "agent.connected"
    offer: str
    queue: str
    agent: str
    agent_site: str
    waited_ms: int


class AgentDisconnected(FactData):
    """The conversation is over."""

    kind = "agent.disconnected"
    offer: str
    agent: str
    agent_site: str
    talk_ms: int
    by: Party


class HoldStarted(FactData):
    kind = "hold.started"
    agent: str


class HoldEnded(FactData):
    kind = "hold.ended"
    agent: str
    ms: int


class ContactEnded(FactData):
    """The last fact of every contact; exactly one."""

    kind = "contact.ended"
    cause: EndCause
    by: Party
    ms: int


class AgentStatusChanged(FactData):
    """What the person declares."""

    kind = "agent.status_changed"
    agent: str
    status: str
    was: str
    reason: str | None = None


class AgentStateChanged(FactData):
    """What is observed."""

    kind = "agent.state_changed"
    agent: str
    state: str
    was: str
    offer: str | None = None  # of a contact that rings or talks: by which it came to this agent, and from which queue
    queue: str | None = None


class AgentRepaired(FactData):
    """What was thought of an agent did not agree with Asterisk, and was mended."""

    kind = "agent.repaired"
    agent: str
    thought: str  # idle, busy_elsewhere, or the state of an assignment
    found: str  # in_call, no_call, nobody_works_on_it, talking, held


class WrapUpStarted(FactData):
    kind = "wrap_up.started"
    agent: str
    seconds: float


class WrapUpEnded(FactData):
    kind = "wrap_up.ended"
    agent: str
    code: str
    note: str | None = None
    by: Party  # agent, or system when the time was up
    ms: int


class NodeUp(FactData):
    kind = "node.up"
    node: str


class NodeDown(FactData):
    kind = "node.down"
    node: str
    reason: str


class ConfigApplied(FactData):
    """A site process started, or took a new configuration."""

    kind = "config.applied"
    what: str  # hotline, or configuration: what stands where
    digest: str
    n: int | None = None  # the configuration's number; 0: the topology file
    restart: tuple[str, ...] = ()  # what takes it at its next start only


class SiteTakenOver(FactData):
    """A process became the active one of its site."""

    kind = "site.taken_over"
    reason: Literal["started", "handed_over", "died", "hung"]  # what became of the earlier one
    ms: int  # since that was last seen alive; 0 for the first


class FactLost(FactData):
    """Stands in the place, and under the number, of a fact that the site's journal can no longer read."""

    kind = "fact.lost"
    reason: Literal["unreadable"] = "unreadable"


KINDS: Final[dict[str, type[FactData]]] = {
    cls.kind: cls
    for cls in (
        ContactArrived, ContactResumed, FlowEntered, LanguageChosen, NodeVisited, SmsRequested, CallbackRequested,
        CallbackMerged, CallbackAttempted, CallbackConnected, EmergencyTaken,
        SurveyAnswered, VoicemailLeft, FaxArrived, CallTransferred, PromptMissing,
        QueueEntered, QueueLeft, QueueAnnounced,
        VisitOpened, VisitGranted, VisitWithdrawn, OfferMade, OfferEnded, AgentConnected, AgentDisconnected, HoldStarted,
        HoldEnded, ContactEnded, AgentStatusChanged, AgentStateChanged, AgentRepaired, WrapUpStarted, WrapUpEnded, NodeUp, NodeDown,
        ConfigApplied, SiteTakenOver, FactLost, ProbesPlanned, ProbeEnded, AlarmRaised, AlarmCleared,
        CaseOpened, CaseNoted, CaseOwnerChanged, CaseStatusChanged,
    )
}  # fmt: skip


def parse_data(kind: str, data: dict[str, Any]) -> FactData | None:
    """The typed data of a fact; None for a kind this version does not know (a newer site's). Raises pydantic's ValidationError."""
    model = KINDS.get(kind)
    return model.model_validate(data) if model else None
