"""Who fits whom, and who of them is best. The order of service stands here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from cti.acd.agents import Agent
from cti.acd.waiting import PeerSummary, Waiting


def best_agent(agents: Iterable[Agent], contact: Waiting) -> Agent | None:
    """For a contact: of the agents who are free and have the skills, one who has not missed it, then the longest idle."""
    fit = (a for a in agents if a.assignable and a.can_serve(contact.skills))
    return min(fit, key=lambda a: (a.number in contact.tried, a.idle_since, a.number), default=None)


def best_contact(waiting: Iterable[Waiting], agent: Agent) -> Waiting | None:
    """For an agent: of the contacts not being offered, the highest priority, then the oldest, visits included."""
    fit = (w for w in waiting if w.offer is None and agent.can_serve(w.skills))
    return min(fit, key=lambda w: w.order, default=None)


def sites_to_visit(contact: Waiting, agents: Iterable[Agent], peers: Iterable[PeerSummary]) -> list[str]:
    """Where else a contact of ours should wait: every peer with the skills, when nobody here who has them is logged in."""
    if contact.origin is not None or any(a.logged_in and a.can_serve(contact.skills) for a in agents):
        return []
    return [p.site for p in peers if p.site not in contact.visiting and p.can_serve(contact.skills)]
