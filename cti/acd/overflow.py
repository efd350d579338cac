"""When a contact waits at other sites too, and at which. One pure function; `Acd` asks it again while the contact waits.

A rule holds when all its conditions do; the first rule that holds decides. Loops are impossible: a contact that visits goes no further.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cti.acd.estimates import QueueFigures
from cti.acd.needs import Need, Skills
from cti.acd.waiting import Waiting

RECOVERY_SECONDS = 60.0  # a site that was in trouble gets all contacts again after so long, and a growing share before


class Health(StrEnum):
    """What a site says of itself."""

    OK = "ok"
    NO_NODE = "no_node"  # no Asterisk to connect anybody with
    OVERLOADED = "overloaded"


class Choose(StrEnum):
    """Which of a rule's sites."""

    ALL = "all"  # the contact waits at all of them; the first free agent has it
    ORDER = "order"  # at the first that can serve it
    EWT = "ewt"  # at the one with the shortest estimated wait
    WEIGHT = "weight"  # at one of them, drawn by weight


@dataclass(frozen=True, slots=True)
class OverflowRule:
    """Conditions that are None are not asked for. Times in seconds."""

    name: str  # as facts tell it
    nobody_logged_in: bool | None = None
    site_unhealthy: bool | None = None
    closed: bool | None = None  # outside the queue's hours here
    waited: float | None = None  # the contact itself, at least
    longest_wait: float | None = None  # of the queue here, at least
    ewt: float | None = None  # of the queue here, at least; an unknown one is long
    depth: int | None = None  # contacts waiting in the queue here, at least
    service_level_below: float | None = None  # percent; unknown does not hold
    to: tuple[str, ...] = ()  # all sites if empty
    choose: Choose = Choose.ALL
    weights: Mapping[str, int] = field(default_factory=dict)
    share: int = 100  # percent of the contacts
    returns_after: float | None = (
        None  # a visit ends when no rule has held for so long; None: it stays till the contact is served
    )

    def holds(self, waiting: Waiting, here: Here, now: float) -> bool:
        figures = here.figures
        asked = (
            (self.nobody_logged_in, figures.staffed == 0),
            (self.site_unhealthy, here.health is not Health.OK),
            (self.closed, here.closed),
        )
        if any(wish is not None and wish is not fact for wish, fact in asked):
            return False
        if self.waited is not None and now - waiting.since < self.waited:
            return False
        if self.longest_wait is not None and figures.longest_wait < self.longest_wait:
            return False
        if self.ewt is not None and figures.ewt is not None and figures.ewt < self.ewt:
            return False
        if self.depth is not None and figures.waiting < self.depth:
            return False
        level = figures.service_level
        if self.service_level_below is not None and (level is None or level >= self.service_level_below):
            return False
        return _draw(waiting.contact, "share") < self.share


@dataclass(frozen=True, slots=True)
class Here:
    """This site, as a queue's rules see it."""

    figures: QueueFigures
    health: Health = Health.OK
    closed: bool = False


@dataclass(frozen=True, slots=True)
class PeerSummary:
    """What another site says of itself: what the agents logged in there can do, and how its queues are."""

    site: str
    profiles: tuple[Skills, ...] = ()  # each once
    agents: frozenset[str] = frozenset()  # who is logged in
    queues: Mapping[str, QueueFigures] = field(default_factory=dict)
    health: Health = Health.OK

    def can_serve(self, need: Need) -> bool:
        return self.health is Health.OK and any(need.met_by(skills) for skills in self.profiles)


@dataclass(slots=True)
class Peer:
    """A site and how long it has been well."""

    summary: PeerSummary
    recovered_at: float | None = None  # when it came out of trouble; None: it was never in any

    def takes(self, contact: str, now: float) -> bool:
        """Whether a site that has just recovered is used for this contact: for a share of all that grows with time."""
        if self.recovered_at is None or now - self.recovered_at >= RECOVERY_SECONDS:
            return True
        return _draw(contact, self.summary.site) < 10 + 90 * (now - self.recovered_at) / RECOVERY_SECONDS


DEFAULT_RULES = (OverflowRule("no_agent_logged_in", nobody_logged_in=True),)


def rule_for(rules: Iterable[OverflowRule], waiting: Waiting, here: Here, now: float) -> OverflowRule | None:
    """The first that holds."""
    return next((rule for rule in rules if rule.holds(waiting, here, now)), None)


def targets(
    rule: OverflowRule, waiting: Waiting, need: Need, peers: Mapping[str, Peer], staffed_here: int, now: float
) -> list[str]:
    """The sites at which a contact should wait by this rule."""
    named = [peers[site] for site in rule.to if site in peers] if rule.to else list(peers.values())
    able = [peer for peer in named if peer.summary.can_serve(need)]
    well = [peer for peer in able if peer.takes(waiting.contact, now)]
    if not well and not staffed_here:  # better a site that has just recovered than none
        well = able
    sites = [peer.summary.site for peer in well]
    if len(sites) < 2 or rule.choose is Choose.ALL:
        return sites
    if rule.choose is Choose.ORDER:
        return sites[:1]
    if rule.choose is Choose.EWT:
        return [min(sites, key=lambda site: (_wait(peers[site].summary, waiting.queue), site))]
    weighed = [(site, rule.weights.get(site, 1)) for site in sorted(sites)]
    drawn = _draw(waiting.contact, "weight") / 100 * sum(weight for _, weight in weighed)
    for site, weight in weighed:
        drawn -= weight
        if drawn < 0:
            return [site]
    return sites[:1]


def _wait(summary: PeerSummary, queue: str) -> float:
    figures = summary.queues.get(queue)
    if figures is None or figures.ewt is None:
        return float("inf") if figures is not None and not figures.free else 0.0
    return figures.ewt


def _draw(contact: str, purpose: str) -> float:
    """A number from 0 to below 100 that is the same for a contact and purpose whenever it is asked for."""
    return zlib.crc32(f"{purpose}:{contact}".encode()) % 10_000 / 100
