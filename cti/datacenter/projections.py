"""PURE: the facts of one contact → its story. The same facts give the same story, in whatever order they arrived.

The site where the contact arrived is its home. Home's word comes first and another site fills in what home did not say:
both may write about one offer, and their clocks differ. Within a site, `seq` is the order of things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from cti.facts import KINDS, Fact, FactData, parse_data
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    CallbackMerged,
    CallbackRequested,
    ContactArrived,
    ContactEnded,
    FlowEntered,
    HoldEnded,
    LanguageChosen,
    NodeVisited,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
    SurveyAnswered,
    WrapUpEnded,
    WrapUpStarted,
)

CUSTOMER_LEG = "customer"
SATISFIED = 4  # a score that counts as satisfied, or higher
_MAY_GO_ON = (QueueOutcome.KEY, QueueOutcome.TIMEOUT, QueueOutcome.CALLBACK)  # with a callback


@dataclass(kw_only=True)
class Leg:
    leg: str
    party: str
    queue: str | None = None
    agent: str | None = None
    agent_site: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    waited_ms: int | None = None
    ring_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    ended_by: str | None = None
    visit: int | None = None
    wrap_up_ms: int | None = None
    survey_answers: int | None = None
    survey_satisfied: int | None = None
    survey_sum: int | None = None


@dataclass(kw_only=True)
class NodeVisit:
    left_at: datetime
    flow: str
    version: str
    node: str
    node_kind: str
    input: str | None
    outcome: str
    ms: int


@dataclass(kw_only=True)
class QueueVisit:
    queue: str
    skills: dict[str, int] | None = None
    priority: int | None = None
    entered_at: datetime | None = None
    left_at: datetime | None = None
    outcome: str | None = None
    waited_ms: int | None = None
    since: datetime | None = None
    continued: str | None = None
    agent: str | None = None
    agent_site: str | None = None


@dataclass(kw_only=True)
class WrapUp:
    agent: str
    agent_site: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    allowed_ms: int | None = None
    ms: int | None = None
    code: str | None = None
    note: str | None = None
    ended_by: str | None = None


V = TypeVar("V", QueueVisit, WrapUp)


@dataclass(kw_only=True)
class Contact:
    """The row of `contacts`."""

    id: str
    site: str
    channel: str | None = None
    direction: str | None = None
    hotline: str | None = None
    caller: str | None = None
    called: str | None = None
    node: str | None = None
    language: str | None = None
    flow: str | None = None
    flow_version: str | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    cause: str | None = None
    ended_by: str | None = None
    queue: str | None = None
    waited_ms: int | None = None
    agent: str | None = None
    agent_site: str | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    wrap_up_code: str | None = None
    callback_queue: str | None = None


@dataclass
class ContactStory:
    contact: Contact
    legs: dict[str, Leg] = field(default_factory=dict)
    nodes: list[NodeVisit] = field(default_factory=list)
    queues: list[QueueVisit] = field(default_factory=list)
    wrap_ups: list[WrapUp] = field(default_factory=list)
    scores: list[tuple[str, int]] = field(default_factory=list)  # (leg after which it was given, score)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """As people read them: by time across sites, by `seq` within a site (whose times never decrease with `seq`)."""
    return sorted(facts, key=lambda fact: (fact.at, fact.site, fact.seq))


def project(facts: Sequence[Fact]) -> ContactStory:
    """The story told by the facts of one contact: at least one, all of the same contact."""
    ordered = in_order(facts)
    home = next((fact.site for fact in ordered if fact.kind == ContactArrived.kind), ordered[0].site)
    story = ContactStory(Contact(id=ordered[0].contact or "", site=home))
    for fact in sorted(ordered, key=lambda fact: (fact.site != home, fact.site, fact.seq)):
        data = understood(fact)
        if data is not None:
            _tell(story, fact, data)
    _sum_up(story)
    return story


def understood(fact: Fact) -> FactData | None:
    """The fact's data, or None where this version cannot know what it means: a newer site's kind, or a newer `v` of one."""
    kind = KINDS.get(fact.kind)
    if kind is None or fact.v > kind.v:
        return None
    try:
        return parse_data(fact.kind, fact.data)
    except ValidationError:
        return None


def _tell(story: ContactStory, fact: Fact, data: FactData) -> None:
    contact = story.contact
    match data:
        case ContactArrived():
            _fill(contact, channel=data.channel, direction=data.direction, hotline=data.hotline, caller=data.caller,
                  called=data.called, node=data.node, arrived_at=fact.at)  # fmt: skip
        case FlowEntered():
            contact.flow, contact.flow_version, contact.language = data.flow, data.version, data.language
        case LanguageChosen():
            contact.language = data.language
        case NodeVisited():
            story.nodes.append(NodeVisit(left_at=fact.at, **data.model_dump()))
        case QueueEntered():
            _enter(story, data, fact.at)
        case QueueLeft():
            visit = _last_open(story.queues, queue=data.queue) or _added(story.queues, QueueVisit(queue=data.queue))
            visit.left_at, visit.outcome, visit.waited_ms = fact.at, data.outcome, data.waited_ms
        case CallbackRequested() | CallbackMerged():
            contact.callback_queue = data.queue
            before = _last_of(story.queues, data.queue)
            if before is not None and before.outcome in _MAY_GO_ON:
                before.continued = "callback"
        case OfferMade() | OfferEnded() | AgentConnected() | AgentDisconnected():
            _tell_leg(story, fact, data)
        case HoldEnded():
            leg = next((g for g in reversed(story.legs.values()) if g.agent == data.agent and g.answered_at), None)
            if leg:
                leg.hold_ms = (leg.hold_ms or 0) + data.ms
        case WrapUpStarted():
            story.wrap_ups.append(WrapUp(agent=data.agent, agent_site=fact.site, started_at=fact.at,
                                         allowed_ms=round(data.seconds * 1000)))  # fmt: skip
        case WrapUpEnded():
            work = _last_open(story.wrap_ups, agent=data.agent) or _added(
                story.wrap_ups, WrapUp(agent=data.agent, agent_site=fact.site)
            )
            work.ended_at, work.code, work.note, work.ended_by, work.ms = (
                fact.at, data.code, data.note, data.by, data.ms)  # fmt: skip
        case SurveyAnswered():
            talked = next((leg.leg for leg in reversed(story.legs.values()) if leg.answered_at), CUSTOMER_LEG)
            story.scores.append((talked, data.score))
        case ContactEnded():
            _fill(contact, ended_at=fact.at, duration_ms=data.ms, cause=data.cause, ended_by=data.by)


def _enter(story: ContactStory, data: QueueEntered, at: datetime) -> None:
    """A customer who comes back to a queue that was left by a key has kept the place."""
    visit = QueueVisit(queue=data.queue, skills=data.skills, priority=data.priority, entered_at=at,
                       since=at - timedelta(milliseconds=data.waited_ms))  # fmt: skip
    before = _last_of(story.queues, data.queue)
    if before is not None and before.outcome == QueueOutcome.KEY and before.since is not None:
        before.continued, visit.since = "return", before.since
    story.queues.append(visit)


def _tell_leg(
    story: ContactStory, fact: Fact, data: OfferMade | OfferEnded | AgentConnected | AgentDisconnected
) -> None:
    leg = story.legs.setdefault(data.offer, Leg(leg=data.offer, party="agent"))
    _fill(leg, agent=data.agent, agent_site=data.agent_site)
    if not isinstance(data, AgentDisconnected) and (visit := _last_of(story.queues, data.queue)) is not None:
        _fill(leg, visit=next(n for n, known in enumerate(story.queues) if known is visit))
    match data:
        case OfferMade():
            _fill(leg, queue=data.queue, started_at=fact.at, waited_ms=data.waited_ms)
        case OfferEnded(outcome=OfferOutcome.ANSWERED):
            _fill(leg, queue=data.queue, outcome=data.outcome, ring_ms=data.ring_ms, answered_at=fact.at)
        case OfferEnded():
            _fill(leg, queue=data.queue, outcome=data.outcome, ring_ms=data.ring_ms, ended_at=fact.at)
        case AgentConnected():
            _fill(leg, queue=data.queue, outcome=OfferOutcome.ANSWERED, answered_at=fact.at)
        case AgentDisconnected():
            _fill(leg, ended_at=fact.at, talk_ms=data.talk_ms, ended_by=data.by)


def _sum_up(story: ContactStory) -> None:
    contact = story.contact
    talks = [leg for leg in story.legs.values() if leg.answered_at]
    if talks:
        contact.agent, contact.agent_site = talks[-1].agent, talks[-1].agent_site
    if story.queues:
        contact.queue = story.queues[-1].queue
    contact.waited_ms = _total(visit.waited_ms for visit in story.queues if visit.continued != "return")
    contact.talk_ms = _total(leg.talk_ms for leg in talks)
    contact.hold_ms = _total(leg.hold_ms for leg in talks)
    contact.wrap_up_code = next((work.code for work in reversed(story.wrap_ups) if work.code), None)
    if contact.arrived_at:
        customer = Leg(leg=CUSTOMER_LEG, party="customer", started_at=contact.arrived_at, ended_at=contact.ended_at,
                       ended_by=contact.ended_by)  # fmt: skip
        story.legs = {CUSTOMER_LEG: customer, **story.legs}
    for leg in talks:
        if leg.visit is not None:
            story.queues[leg.visit].agent, story.queues[leg.visit].agent_site = leg.agent, leg.agent_site
    for work in story.wrap_ups:
        served = _served_by(talks, work)
        if served is not None and work.ms is not None:
            served.wrap_up_ms = (served.wrap_up_ms or 0) + work.ms
    for name, score in story.scores:
        if (scored := story.legs.get(name)) is not None:
            scored.survey_answers = (scored.survey_answers or 0) + 1
            scored.survey_satisfied = (scored.survey_satisfied or 0) + (score >= SATISFIED)
            scored.survey_sum = (scored.survey_sum or 0) + score


def _served_by(talks: Sequence[Leg], work: WrapUp) -> Leg | None:
    """The conversation that was wrapped up: the agent's last before it, as far as the clocks of two sites can tell."""
    its = [leg for leg in talks if leg.agent == work.agent]
    began = work.started_at or work.ended_at
    earlier = [leg for leg in its if began and leg.answered_at and leg.answered_at <= began]
    return next(reversed(earlier or its), None)


def _last_of(visits: Sequence[QueueVisit], queue: str) -> QueueVisit | None:
    return next((visit for visit in reversed(visits) if visit.queue == queue), None)


def _total(parts: Iterable[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _fill(target: object, **values: Any) -> None:
    """Sets what is not yet known: the first word stands."""
    for name, value in values.items():
        if getattr(target, name) is None:
            setattr(target, name, value)


def _last_open(entries: list[V], **same: str) -> V | None:
    name, value = next(iter(same.items()))
    for entry in reversed(entries):
        if getattr(entry, name) == value:
            closed = entry.left_at if isinstance(entry, QueueVisit) else entry.ended_at
            return None if closed else entry
    return None


def _added(entries: list[V], entry: V) -> V:
    entries.append(entry)
    return entry
