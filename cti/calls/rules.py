"""What a queue's entry in queues.yaml means to the router."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cti.acd import Choose, Need, OverflowRule, QueueRules, Ring, Strategy, Terms
from cti.calls.context import CustomerCard
from cti.facts.cases import CaseStatus
from cti.ivr import Hotline, Overflow, Queue

WANTED_SECONDS = 20.0  # for an agent whom the flow asks for, in a queue that is not sticky


@dataclass(frozen=True, slots=True)
class Wanted:
    """An agent for whom a contact waits at first; with a `case`, as its owner."""

    agent: str
    case: str | None = None


def terms_of(name: str, queue: Queue, *, priority: int | None = None, wanted: Wanted | None = None) -> Terms:
    """What a contact asks in this queue; with a `wanted` agent, for that one alone at first."""
    return Terms(
        queue=name,
        need=Need.of(queue.any_of),
        priority=queue.priority if priority is None else priority,
        ageing=queue.priority_per_minute,
        rings=tuple(Ring(ring.after_seconds, Need.of(ring.skills)) for ring in queue.rings),
        strategy=Strategy(queue.strategy),
        preferred=queue.preferred_agents,
        wanted=wanted.agent if wanted else None,
        wanted_seconds=0.0 if wanted is None else queue.sticky.wait_seconds if queue.sticky else WANTED_SECONDS,
        ring_seconds=queue.ring_seconds,
        wrap_up_seconds=queue.wrap_up_seconds,
        wanted_case=wanted.case if wanted else None,
    )


def who_knows(queue: Queue, card: CustomerCard | None) -> Sequence[Wanted]:
    """Whom a caller of a sticky queue may wait for, the first choice first: the owner of the newest case that is not closed and counts
    there, then who talked with the customer last."""
    sticky = queue.sticky
    if sticky is None or card is None:
        return ()
    found = []
    if sticky.to != "last_agent":
        counts = [c for c in card.cases if not sticky.case_kinds or c.kind in sticky.case_kinds]
        unsettled = [c for c in counts if c.status is not CaseStatus.CLOSED]
        if unsettled:
            case = max(unsettled, key=lambda c: (c.opened_at, c.id))
            found.append(Wanted(case.owner, case.id))
    if sticky.to != "case_owner" and card.last_agent is not None:
        found.append(Wanted(card.last_agent))
    return found


def rules_of(hotline: Hotline) -> Mapping[str, QueueRules]:
    """What a site does with each queue."""
    return {
        name: QueueRules(terms_of(name, queue), queue.reserve_agents, tuple(_overflow(rule) for rule in queue.overflow))
        for name, queue in hotline.queues.items()
    }


def is_closed(hotline: Hotline, queue: str, at: datetime) -> bool:
    """Whether a moment is outside a queue's hours."""
    hours = hotline.queues[queue].hours
    return hours is not None and hotline.calendars[hours].state(at)[0] != "open"


def closed_queues(hotline: Hotline, at: datetime) -> frozenset[str]:
    """The queues that are outside their hours."""
    return frozenset(queue for queue in hotline.queues if is_closed(hotline, queue, at))


def _overflow(rule: Overflow) -> OverflowRule:
    when = rule.when
    return OverflowRule(
        name="no_agent_logged_in" if when.name == "nobody_logged_in" else when.name,
        nobody_logged_in=when.nobody_logged_in,
        site_unhealthy=when.site_unhealthy,
        closed=when.outside_hours,
        waited=when.waited_seconds,
        longest_wait=when.longest_wait_seconds,
        ewt=when.expected_wait_seconds,
        depth=when.waiting,
        service_level_below=when.service_level_below,
        to=rule.to,
        choose=Choose.EWT if rule.choose == "expected_wait" else Choose(rule.choose),
        weights=rule.weights,
        share=rule.share_percent,
        returns_after=rule.returns_after_seconds,
    )
