"""Why a contact waits, or who would get it: everybody looked at one by one, each with what rules them out.

For people, not for decisions: it takes as long as there are agents. What it says of the free ones is the order in which the router
would take them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cti.acd.agents import Agent, Status
from cti.acd.core import Acd
from cti.acd.lines import Line, key_of
from cti.acd.needs import Need
from cti.acd.overflow import DEFAULT_RULES
from cti.acd.waiting import Waiting

MOST_AHEAD = 20  # contacts that are named; more are counted


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent of this site. Without `ruled_out` the contact can be offered."""

    agent: str
    status: str
    state: str
    idle_seconds: float | None  # None while busy
    margin: int | None  # levels above those asked; None for one who lacks a skill
    ruled_out: tuple[str, ...]  # every reason, not the first only


@dataclass(frozen=True, slots=True)
class SiteView:
    """Another site, as it can serve the contact."""

    site: str
    health: str
    can_serve: bool
    expected_wait: float | None
    visiting: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decides about one contact at one moment. Times in seconds."""

    contact: str
    site: str
    queue: str
    strategy: str
    need: tuple[dict[str, int], ...]  # any of these, now
    ring: int
    next_ring_in: float | None
    waited: float
    points: float  # priority with ageing
    position: int  # in its queue
    expected_wait: float | None
    wanted: str | None  # the agent for whom alone it waits now
    wanted_case: str | None  # as the owner of this case
    wanted_for: float | None  # for so many seconds more
    held_until: float | None  # it is offered to nobody for so many seconds more
    offered_to: tuple[str, ...]
    granted_by: str | None
    tried: tuple[str, ...]
    chosen: str | None  # who would be offered it now
    ahead: tuple[str, ...]  # contacts that go first for one of its agents
    ahead_count: int
    overflow: tuple[dict[str, Any], ...]  # its queue's rules: name, holds
    sites: tuple[SiteView, ...]
    candidates: tuple[Candidate, ...]  # free ones first, in the order of the strategy

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def explain(acd: Acd, waiting: Waiting, now: float) -> Explanation:
    """Of a contact that waits here, or a made-up one. Changes nothing."""
    terms, age = waiting.terms, waiting.age(now)
    need = terms.need_after(age)
    alone = waiting.waits_for(now)
    wanted = alone if alone is not None and acd.is_logged_in(alone) else None
    candidates = [_candidate(acd, agent, waiting, need, wanted, now) for agent in acd.agents.values()]
    line = Line(key_of(terms, age))  # of its own: nothing is put into the index
    ranked = sorted(candidates, key=lambda c: (len(c.ruled_out), _rank(acd.agents[c.agent], waiting, line), c.agent))
    free = [c.agent for c in ranked if not c.ruled_out]
    ahead = _ahead(acd, waiting, need, now)
    held = waiting.not_before - now
    return Explanation(
        contact=waiting.contact, site=acd.site, queue=terms.queue, strategy=terms.strategy, need=need.as_skills(),
        ring=terms.ring_at(age), next_ring_in=next((r.after - age for r in terms.rings if r.after > age), None),
        waited=now - waiting.since, points=-waiting.order(now)[0], position=acd.figures.position(waiting, now),
        expected_wait=0.0 if free else acd.figures.expected_wait(waiting, now), wanted=wanted,
        wanted_case=terms.wanted_case if wanted else None, wanted_for=waiting.wanted_until - now if wanted else None,
        held_until=held if held > 0 else None,
        offered_to=tuple(found[1] for o in waiting.offers if (found := acd.offer_of(o))), granted_by=waiting.granted_by,
        tried=tuple(sorted(waiting.tried)), chosen=free[0] if free and held <= 0 else None, ahead=tuple(ahead[:MOST_AHEAD]),
        ahead_count=len(ahead), overflow=_overflow(acd, waiting, now), sites=_sites(acd, waiting, need),
        candidates=tuple(ranked),
    )  # fmt: skip


def _candidate(acd: Acd, agent: Agent, waiting: Waiting, need: Need, wanted: str | None, now: float) -> Candidate:
    skilled = need.met_by(agent.skills)
    reasons = []
    if wanted is not None and agent.number != wanted:
        reasons.append(f"waits_for {wanted}")
    if not skilled and agent.number != wanted:
        reasons += [f"lacks {gap}" for gap in need.lacking(agent.skills)]
    reasons += _unavailable(agent, waiting)
    if (left := acd.brake.left(agent.number, now)) > 0:
        reasons.append(f"kept_back {left:.0f}s")
    if not reasons and (queue := acd.matching.kept_from(agent, waiting.queue)) is not None:
        reasons.append(f"kept_for {queue}")
    idle = None if agent.assignments or not agent.logged_in else now - agent.idle_since
    margin = need.margin(agent.skills) if skilled else None
    return Candidate(agent.number, agent.status, agent.state, idle, margin, tuple(reasons))


def _unavailable(agent: Agent, waiting: Waiting) -> list[str]:
    reasons = []
    if agent.status is not Status.AVAILABLE:
        reasons.append(agent.status.value + (f" {agent.reason}" if agent.reason else ""))
    elif agent.next_status is not None:
        reasons.append(f"next {agent.next_status.value}")
    if agent.busy_elsewhere:
        reasons.append("in_another_call")
    if waiting.terms.channel not in agent.capacity:
        reasons.append(f"no_capacity_for {waiting.terms.channel.value}")
    elif agent.assignments and agent.willing and not agent.free_for(waiting.terms.channel):
        current = agent.current
        reasons.append(f"{agent.state.value} {current.contact}" if current else agent.state.value)
    return reasons


def _rank(agent: Agent, waiting: Waiting, line: Line) -> tuple[bool, bool, float, float]:
    """As `matching` ranks them."""
    preferred = waiting.terms.preferred
    return agent.number in waiting.tried, agent.number not in preferred, line.rank_of(agent), agent.idle_since


def _ahead(acd: Acd, waiting: Waiting, need: Need, now: float) -> Sequence[str]:
    """Contacts that go first for an agent who could serve this one."""
    mine = waiting.order(now)
    others = [w for w in acd.waiting.values() if w.contact != waiting.contact and not w.offers and w.order(now) < mine]
    able = [a for a in acd.agents.values() if a.logged_in and need.met_by(a.skills)]
    needs = {w.contact: w.terms.need_after(w.age(now)) for w in others}
    shared = [w for w in others if any(needs[w.contact].met_by(a.skills) for a in able)]
    return [w.contact for w in sorted(shared, key=lambda w: w.order(now))]


def _overflow(acd: Acd, waiting: Waiting, now: float) -> tuple[dict[str, Any], ...]:
    if waiting.origin is not None:
        return ()
    queue = acd.queues.get(waiting.queue)
    here = acd.visiting.here(waiting, now)
    rules = queue.overflow if queue else DEFAULT_RULES
    return tuple({"rule": rule.name, "holds": rule.holds(waiting, here, now)} for rule in rules)


def _sites(acd: Acd, waiting: Waiting, need: Need) -> tuple[SiteView, ...]:
    views = []
    for site, peer in sorted(acd.peers.items()):
        figures = peer.summary.queues.get(waiting.queue)
        views.append(SiteView(
            site, peer.summary.health, peer.summary.can_serve(need), figures.ewt if figures else None, site in waiting.visiting
        ))  # fmt: skip
    return tuple(views)
