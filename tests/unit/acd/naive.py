"""The router's choices by looking at everybody: what the index must give, and what it is measured against."""

from __future__ import annotations

from collections.abc import Iterable

from cti.acd import Acd, Agent, Strategy, Waiting


def fits(agent: Agent, waiting: Waiting, now: float) -> bool:
    terms = waiting.terms
    if waiting.offers or not agent.free_for(terms.channel):
        return False
    if (wanted := waiting.waits_for(now)) is not None:
        return agent.number == wanted
    return terms.need_after(waiting.age(now)).met_by(agent.skills)


def best_agent(agents: Iterable[Agent], waiting: Waiting, now: float) -> Agent | None:
    """For longest idle, most skilled and linear."""
    terms = waiting.terms

    def rank(agent: Agent) -> tuple[bool, bool, float, float, str]:
        by = {
            Strategy.MOST_SKILLED: -terms.need_after(waiting.age(now)).margin(agent.skills),
            Strategy.LINEAR: int(agent.number),
        }.get(terms.strategy, 0)
        return agent.number in waiting.tried, agent.number not in terms.preferred, by, agent.idle_since, agent.number

    return min((a for a in agents if fits(a, waiting, now)), key=rank, default=None)


def best_contact(waiting: Iterable[Waiting], agent: Agent, now: float) -> Waiting | None:
    return min((w for w in waiting if fits(agent, w, now)), key=lambda w: w.order(now), default=None)


def unmatched(acd: Acd, now: float) -> list[tuple[str, str]]:
    """Pairs that the router has left apart though they fit: there must never be any."""
    return [(a.number, w.contact) for w in acd.waiting.values() for a in acd.agents.values() if fits(a, w, now)]
