"""The router's part in other sites: who of ours waits there, who of theirs waits here, and whose agents are granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cti.acd.decisions import AcceptGrant, Decision, DeclineGrant, OpenVisit, WithdrawVisit
from cti.acd.matching import LineKey, key_of
from cti.acd.needs import Skills
from cti.acd.overflow import DEFAULT_RULES, Health, Here, Peer, PeerSummary, rule_for, targets
from cti.acd.waiting import Waiting

if TYPE_CHECKING:
    from cti.acd.core import Acd

REVIEW_SECONDS = 1.0  # how often it is asked again whether a contact should wait elsewhere
HERE_SECONDS = 1.0  # how old the figures of a queue may be for that


class Visiting:
    """Belongs to one `Acd`. Methods named after events take `now` and return what must be done."""

    def __init__(self, acd: Acd) -> None:
        self._acd = acd
        self.peers: dict[str, Peer] = {}
        self.health = Health.OK
        self.closed: frozenset[str] = frozenset()  # queues outside their hours
        self.next_review: float | None = None
        self._here: dict[LineKey, tuple[float, Here]] = {}
        self._troubled: set[str] = set()  # sites whose link was lost
        self._held_at: dict[str, float] = {}  # by contact: when a rule held last

    # Events

    def peer_summary(self, summary: PeerSummary, now: float) -> list[Decision]:
        """A peer says how it is."""
        known = self.peers.get(summary.site)
        well = summary.health is Health.OK and bool(summary.profiles)
        if known is None:
            self.peers[summary.site] = Peer(summary, now if summary.site in self._troubled and well else None)
        else:
            was_well = known.summary.health is Health.OK
            known.summary = summary
            if not was_well and well:
                known.recovered_at = now
        if well:
            self._troubled.discard(summary.site)
        return self.review(now)

    def peer_lost(self, site: str, now: float) -> list[Decision]:
        """The link is cut: its visits here are gone, ours there are void. A call that is here already decides for itself."""
        if self.peers.pop(site, None) is not None:
            self._troubled.add(site)
        decisions: list[Decision] = []
        for waiting in self._in_order(now):
            waiting.visiting.pop(site, None)
            if waiting.origin == site and not self._is_claimed(waiting):
                decisions += self._acd.leave(waiting.contact, "peer_lost", now)
        return decisions + self._acd.free_wanting(now) + self.review(now)

    def site_changed(
        self, now: float, *, health: Health | None = None, closed: frozenset[str] | None = None
    ) -> list[Decision]:
        """This site is well or not; these queues are outside their hours."""
        if health is not None:
            self.health = health
        if closed is not None:
            self.closed = closed
        self._here.clear()
        return self.review(now)

    def grant(self, site: str, contact: str, offer: str, agent: str, now: float) -> list[Decision]:
        """Another site has reserved an agent for a contact of ours. The first is used, any other declined."""
        waiting = self._acd.waiting.get(contact)
        if waiting is None or waiting.offers or waiting.not_before > now or site not in waiting.visiting:
            return [DeclineGrant(offer, site)]
        del waiting.visiting[site]  # the visit is spent by its grant
        self._acd.matching.take(waiting)
        waiting.offers.append(offer)
        waiting.granted_by = site
        accept = AcceptGrant(offer, contact, waiting.queue, agent, site, now - waiting.since)
        return [accept, *self.withdraw(waiting, "offered")]

    def grant_over(self, offer: str, contact: str, agent: str, answered: bool, now: float) -> list[Decision]:
        """What came of an agent of another site."""
        waiting = self._acd.waiting.get(contact)
        if waiting is None or offer not in waiting.offers:
            return []
        if answered:
            del self._acd.waiting[contact]
            self._acd.figures.record(waiting.queue).answered(now - waiting.since, waiting.estimate, now)
            return []
        return self._acd.again(contact, offer, agent, now)

    # For the router

    def open_for(self, waiting: Waiting, now: float) -> list[Decision]:
        """Opens and ends the visits of a contact of ours, as the rules of its queue have it now."""
        if not self.peers or waiting.origin is not None or waiting.offers or waiting.not_before > now:
            return []
        if self.next_review is None:
            self.next_review = now + REVIEW_SECONDS
        wanted = waiting.terms.wanted
        if wanted is not None and waiting.wanted_until > now and wanted not in self._acd.agents:
            sites = [s for s, peer in self.peers.items() if wanted in peer.summary.agents]
            return self._open(waiting, sites, "wanted_agent", now)
        queue = self._acd.queues.get(waiting.queue)
        rules = queue.overflow if queue else DEFAULT_RULES
        rule = rule_for(rules, waiting, self.here(waiting, now), now)
        if rule is not None:
            self._held_at[waiting.contact] = now
            need = waiting.terms.need_after(waiting.age(now))
            return self._open(waiting, targets(rule, waiting, need, self.peers, now), rule.name, now)
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

    def give_back(self, offer: str, waiting: Waiting) -> list[Decision]:
        """An agent granted to a contact of ours is not needed."""
        return [DeclineGrant(offer, waiting.granted_by)] if waiting.granted_by else []

    def review(self, now: float) -> list[Decision]:
        """Asks for every waiting contact of ours whether it should wait elsewhere too."""
        ours = [w for w in self._in_order(now) if w.origin is None]
        self.next_review = now + REVIEW_SECONDS if ours and self.peers else None
        if self._held_at:
            self._held_at = {c: at for c, at in self._held_at.items() if c in self._acd.waiting}
        return [decision for waiting in ours for decision in self.open_for(waiting, now)]

    def is_logged_in(self, agent: str) -> bool:
        """Here, or at a site that we hear of."""
        known = self._acd.agents.get(agent)
        if known is not None:
            return known.logged_in
        return any(agent in peer.summary.agents for peer in self.peers.values())

    def here(self, waiting: Waiting, now: float) -> Here:
        """This site, as a contact's rules see it; at most HERE_SECONDS old, but for whether anybody is logged in."""
        key = key_of(waiting.terms, waiting.age(now))
        staffed = self._acd.matching.line(key).fit
        at, here = self._here.get(key, (0.0, None))
        if here is None or now - at >= HERE_SECONDS or (here.figures.staffed == 0) is not (staffed == 0):
            figures = self._acd.figures.of(waiting.queue, key, now)
            here = Here(figures, self.health, waiting.queue in self.closed)
            self._here[key] = (now, here)
        return here

    def summary(self, now: float) -> PeerSummary:
        """What other sites are told of this one."""
        agents = [a for a in self._acd.agents.values() if a.logged_in]
        profiles: dict[tuple[tuple[str, int], ...], Skills] = {
            tuple(sorted(a.skills.items())): a.skills for a in agents
        }
        queues = {
            q.terms.queue: self._acd.figures.of(q.terms.queue, key_of(q.terms), now) for q in self._acd.queues.values()
        }
        return PeerSummary(
            self._acd.site, tuple(profiles.values()), frozenset(a.number for a in agents), queues, self.health
        )

    # Inside

    def _open(self, waiting: Waiting, sites: list[str], reason: str, now: float) -> list[Decision]:
        new = [site for site in sites if site not in waiting.visiting]
        waiting.visiting |= dict.fromkeys(new, now)
        return [OpenVisit(waiting.contact, site, reason) for site in new]

    def _in_order(self, now: float) -> list[Waiting]:
        return sorted(self._acd.waiting.values(), key=lambda w: w.order(now))

    def _is_claimed(self, waiting: Waiting) -> bool:
        return any(self._acd.is_claimed(offer) for offer in waiting.offers)
