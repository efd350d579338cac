"""What is told of contacts. Durations end in `_ms` (milliseconds); moments are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cti.datacenter.cases.schemas import CaseView
from cti.datacenter.ingest.schemas import EXAMPLE_FACT
from cti.facts import Fact
from cti.facts.kinds import EndCause, OfferOutcome, Party, QueueOutcome

_SUMMARY: dict[str, Any] = {
    "id": "sh1-1763885702.17",
    "site": "sh",
    "channel": "voice",
    "direction": "inbound",
    "hotline": "95500",
    "caller": "13800138000",
    "called": "95500",
    "language": "zh",
    "arrived_at": "2026-11-23T08:15:02.104512Z",
    "ended_at": "2026-11-23T08:18:40.221001Z",
    "duration_ms": 218116,
    "cause": "served",
    "ended_by": "customer",
    "queue": "claims",
    "waited_ms": 8120,
    "agent": "1001",
    "agent_site": "sh",
    "talk_ms": 181300,
    "hold_ms": 0,
    "wrap_up_code": "claim_reported",
}


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ContactSummary(_Model):
    """One line of the list. What has not happened (yet) is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUMMARY]})

    id: str = Field(description="the contact's id")
    site: str = Field(description="the site where it arrived")
    channel: str | None = Field(description="`voice`")
    direction: str | None = Field(default=None, description="`inbound`, or `outbound`: a customer who is called back")
    hotline: str | None = Field(description="the hotline that was reached")
    caller: str | None = Field(description="the customer's number; empty if withheld")
    called: str | None = Field(description="the number dialed")
    language: str | None = Field(description="the language of the flow, `zh` or `en`")
    arrived_at: datetime | None = Field(description="null while only another site's facts have come in")
    ended_at: datetime | None = Field(description="null while it goes on")
    duration_ms: int | None = Field(description="from arrival to end, ms")
    cause: EndCause | str | None = Field(description="why it ended")
    ended_by: Party | str | None = Field(description="who ended it")
    queue: str | None = Field(description="the last queue")
    waited_ms: int | None = Field(description="in queues in all, until answered or left, ms")
    agent: str | None = Field(description="the last agent who talked with the customer")
    agent_site: str | None = Field(description="that agent's site")
    talk_ms: int | None = Field(description="conversations in all, ms")
    hold_ms: int | None = Field(description="on hold during conversations, ms")
    wrap_up_code: str | None = Field(description="the last wrap-up code")


class ContactList(BaseModel):
    """One page, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [_SUMMARY], "next_cursor": "MjAyNi0xMS0yM1QwODoxNTowMi4xMDQ1MTIrMDA6MDAgc2gxLTE3"}]
        }
    )

    items: list[ContactSummary] = Field(description="contacts, newest arrival first")
    next_cursor: str | None = Field(description="send it as `cursor` for the next page; null on the last one")


class Title(BaseModel):
    """A name for screens."""

    zh: str = Field(description="in Chinese")
    en: str = Field(description="in English")


class LegView(_Model):
    """One channel: the customer's, or an agent's who was offered the contact."""

    leg: str = Field(description="`customer`, or the offer's id")
    party: Party | str = Field(description="whose channel")
    queue: str | None = Field(description="the queue the offer came from")
    agent: str | None = Field(description="the agent")
    agent_site: str | None = Field(description="the agent's site")
    started_at: datetime | None = Field(description="arrived, or offered")
    answered_at: datetime | None = Field(description="picked up")
    ended_at: datetime | None = Field(description="hung up, or the offer ended")
    outcome: OfferOutcome | str | None = Field(description="how the offer ended; null for the customer")
    waited_ms: int | None = Field(description="how long the customer had waited when the offer was made, ms")
    ring_ms: int | None = Field(description="how long it rang, ms")
    talk_ms: int | None = Field(description="the conversation, ms")
    hold_ms: int | None = Field(description="of it on hold, ms")
    ended_by: Party | str | None = Field(description="who ended it")


class OfferView(_Model):
    """One attempt to bring the contact to an agent."""

    offer: str = Field(description="the offer's id")
    queue: str | None = Field(description="the queue it came from")
    agent: str | None = Field(description="the agent")
    agent_site: str | None = Field(description="the agent's site")
    made_at: datetime | None = Field(description="when it was made")
    outcome: OfferOutcome | str | None = Field(description="how it ended; null while it goes on")
    waited_ms: int | None = Field(description="how long the customer had waited when it was made, ms")
    ring_ms: int | None = Field(description="how long it rang, ms")


class NodeVisitView(_Model):
    """One stay at one node of the flow, in order."""

    flow: str = Field(description="the flow")
    version: str = Field(description="its published version")
    node: str = Field(description="the node's id in the flow")
    node_kind: str = Field(description="`menu`, `collect`, …")
    title: Title | None = Field(default=None, description="the node's title, if the flow is known here")
    input: str | None = Field(description="what was pressed; masked if secret")
    outcome: str = Field(description="the exit taken")
    ms: int = Field(description="how long the stay was, ms")
    left_at: datetime = Field(description="when it was left")


class QueueVisitView(_Model):
    """One stay in one queue, in order."""

    queue: str = Field(description="the queue")
    skills: dict[str, int] | None = Field(description="skill → least level wanted")
    priority: int | None = Field(description="higher goes first")
    entered_at: datetime | None = Field(description="when it was entered")
    left_at: datetime | None = Field(description="null while waiting")
    outcome: QueueOutcome | str | None = Field(description="how it was left")
    waited_ms: int | None = Field(description="the wait, ms")


class WrapUpView(_Model):
    """An agent's work after the contact."""

    agent: str = Field(description="the agent")
    agent_site: str = Field(description="the agent's site")
    started_at: datetime | None = Field(description="when it began")
    ended_at: datetime | None = Field(description="null while it goes on")
    allowed_ms: int | None = Field(description="time given, ms")
    ms: int | None = Field(description="time taken, ms")
    code: str | None = Field(description="the wrap-up code")
    note: str | None = Field(description="the agent's note")
    ended_by: Party | str | None = Field(description="`system` when the time was up")


class ContactDetail(ContactSummary):
    """The whole story."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_SUMMARY,
                    "node": "sh1",
                    "flow": "main",
                    "flow_version": "9f2c61d0",
                    "legs": [],
                    "nodes": [],
                    "queues": [],
                    "offers": [],
                    "wrap_ups": [],
                    "cases": [],
                    "facts": [EXAMPLE_FACT],
                }
            ]
        }
    )

    node: str | None = Field(description="the Asterisk node it arrived at")
    flow: str | None = Field(description="the flow that answered")
    flow_version: str | None = Field(description="its published version")
    legs: list[LegView] = Field(description="the customer's channel, then one per offer")
    nodes: list[NodeVisitView] = Field(description="the path through the flow")
    queues: list[QueueVisitView] = Field(description="the stays in queues")
    offers: list[OfferView] = Field(description="the attempts to reach an agent, in order")
    wrap_ups: list[WrapUpView] = Field(description="the work afterwards")
    cases: list[CaseView] = Field(description="the cases with which something was done in it")
    facts: list[Fact] = Field(description="all facts of the contact from every site, in order")
