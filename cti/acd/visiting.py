"""The router's part in other sites: who of ours waits there, who of theirs waits here, and whose agents are granted."""

from __future__ import annotations

from cti.acd.decisions import Decision, OpenVisit, WithdrawVisit
from cti.acd.figures import Figures
from cti.acd.floor import Floor
from cti.acd.lines import LineKey, key_of
from cti.acd.needs import Skills
from cti.acd.overflow import DEFAULT_RULES, Health, Here, Peer, PeerSummary, rule_for, targets
from cti.acd.waiting import Waiting

REVIEW_SECONDS = 1.0  # how often it is asked again whether a contact should wait elsewhere
HERE_SECONDS = 1.0  # how old the figures of a queue may be for that


class Visiting:
    """Of one site."""

    def __init__(self, floor: Floor, figures: Figures) -> None:
        self._floor, self._figures = floor, figures
        self.health = Health.OK
        self.closed: frozenset[str] = frozenset()  # queues outside their hours
        self.next_review: float | None = None
        self._here: dict[LineKey, tuple[float, Here]] = {}
        self._logged_in: tuple[int, tuple[Skills, ...], frozenset[str]] | None = None  # as of which version
        self._held_at: dict[str, float] = {}  # by contact: when a rule held last

    # What is heard

    def heard_of(self, summary: PeerSummary, now: float) -> None:
        """A peer says how it is. One that was in trouble is used again gradually; a link that was cut is no trouble of the site's."""
        known = self._floor.peers.setdefault(summary.site, Peer(summary))
        if summary.health is Health.OK and known.summary.health is not Health.OK:
            known.recovered_at = now
        known.summary = summary

    def lost(self, site: str) -> None:
        """The link to a peer is cut."""
        self._floor.peers.pop(site, None)

    def site_changed(self, health: Health | None, closed: frozenset[str] | None) -> None:
        """This site is well or not; these queues are outside their hours."""
        self.health = self.health if health is None else health
        self.closed = self.closed if closed is None else closed
        self._here.clear()

    # For the router

    def open_for(self, waiting: Waiting, now: float) -> list[Decision]:
        """Opens and ends the visits of a contact of ours, as the rules of its queue have it now."""
        if not self._floor.peers or waiting.origin is not None or waiting.offers or waiting.not_before > now:
            return []
        if self.next_review is None:
            self.next_review = now + REVIEW_SECONDS
        wanted = waiting.waits_for(now)
        known = self._floor.agents.get(wanted) if wanted is not None else None
        if wanted is not None and not (known and known.logged_in):
            sites = [s for s, peer in self._floor.peers.items() if wanted in peer.summary.agents]
            if sites:  # else it waits for all
                return self._open(waiting, sites, "wanted_agent")
        queue = self._floor.queues.get(waiting.queue)
        rules = queue.overflow if queue else DEFAULT_RULES
        here = self.here(waiting, now)
        rule = rule_for(rules, waiting, here, now)
        if rule is not None:
            self._held_at[waiting.contact] = now
            need = waiting.terms.need_after(waiting.age(now))
            return self._open(
                waiting, targets(rule, waiting, need, self._floor.peers, here.figures.staffed, now), rule.name
            )
        patience = min((r.returns_after for r in rules if r.returns_after is not None), default=None)
        if waiting.visiting and patience is not None and now - self._held_at.get(waiting.contact, now) >= patience:
            return self.withdraw(waiting, "returned")
        return []

    def withdraw(self, waiting: Waiting, reason: str) -> list[Decision]:
        """Ends all visits of a contact."""
        if not waiting.visiting:
            return []
        sites = sorted(waiting.visiting)
        waiting.visiting.clear()
        self._held_at.pop(waiting.contact, None)
        return [WithdrawVisit(waiting.contact, site, reason) for site in sites]

    def review(self, now: float) -> list[Decision]:
        """Asks for every waiting contact of ours whether it should wait elsewhere too."""
        ours = [w for w in self._floor.in_order(now) if w.origin is None]
        self.next_review = now + REVIEW_SECONDS if ours and self._floor.peers else None
        if self._held_at:
            self._held_at = {c: at for c, at in self._held_at.items() if c in self._floor.waiting}
        return [decision for waiting in ours for decision in self.open_for(waiting, now)]

    def here(self, waiting: Waiting, now: float) -> Here:
        """This site, as a contact's rules see it; at most HERE_SECONDS old, but for whether anybody is logged in."""
        key = key_of(waiting.terms, waiting.age(now))
        staffed = self._floor.matching.line(key).fit
        at, here = self._here.get(key, (0.0, None))
        if here is None or now - at >= HERE_SECONDS or (here.figures.staffed == 0) is not (staffed == 0):
            newcomer = Waiting("", waiting.terms, now)
            figures = self._figures.of(key, now, newcomer)
            here = Here(figures, self.health, waiting.queue in self.closed)
            self._here[key] = (now, here)
        return here

    def summary(self, now: float) -> PeerSummary:
        """What other sites are told of this one."""
        matching = self._floor.matching
        if self._logged_in is None or self._logged_in[0] != matching.version:
            self._logged_in = matching.version, *matching.logged_in()
        _, profiles, agents = self._logged_in
        queues = {
            q.terms.queue: self._figures.of(key_of(q.terms), now, Waiting("", q.terms, now))
            for q in self._floor.queues.values()
        }
        return PeerSummary(self._floor.site, profiles, agents, queues, self.health)

    # Inside

    def _open(self, waiting: Waiting, sites: list[str], reason: str) -> list[Decision]:
        new = [site for site in sites if site not in waiting.visiting]
        waiting.visiting.update(new)
        return [OpenVisit(waiting.contact, site, reason) for site in new]
