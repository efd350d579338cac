"""What an earlier process left open in a contact, and the facts that close it. Pure."""

from __future__ import annotations

from datetime import datetime

from cti.calls.ports import OpenContact
from cti.facts import FactData
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Party,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
)


def engaged_agent(found: OpenContact) -> OfferMade | AgentConnected | None:
    """The agent whom the contact was with: talking, or being rung. Both facts name agent, site, offer and queue."""
    if found.connected is not None:
        return AgentConnected.model_validate(found.connected.data)
    return OfferMade.model_validate(found.offer.data) if found.offer is not None else None


def customer_on_the_line(found: OpenContact) -> bool:
    """Whether a customer who was called back was on the line: nobody must call again before Asterisk has told what became of them."""
    return found.line is not None and (found.called is None or found.line.seq > found.called.seq)


def offer_closed(found: OpenContact, at: datetime, outcome: OfferOutcome) -> list[FactData]:
    """Ends the offer that was being made, if any."""
    if found.offer is None:
        return []
    made = OfferMade.model_validate(found.offer.data)
    return [OfferEnded(
        offer=made.offer, queue=made.queue, agent=made.agent, agent_site=made.agent_site, outcome=outcome,
        ring_ms=_ms(found.offer.at, at),
    )]  # fmt: skip


def conversation_closed(found: OpenContact, at: datetime, by: Party) -> list[FactData]:
    """Ends the conversation; one whose beginning nobody wrote down is given its beginning at the offer."""
    engaged = engaged_agent(found)
    if engaged is None:
        return []
    facts: list[FactData] = []
    began = next(fact.at for fact in (found.connected, found.offer) if fact is not None)
    if found.connected is None:
        facts.append(AgentConnected(
            offer=engaged.offer, queue=engaged.queue, agent=engaged.agent, agent_site=engaged.agent_site,
            waited_ms=engaged.waited_ms,
        ))  # fmt: skip
    facts += offer_closed(found, began, OfferOutcome.ANSWERED)
    facts += queue_left(found, began, QueueOutcome.ANSWERED)
    facts.append(AgentDisconnected(
        offer=engaged.offer, agent=engaged.agent, agent_site=engaged.agent_site, talk_ms=_ms(began, at), by=by
    ))  # fmt: skip
    return facts


def queue_left(found: OpenContact, at: datetime, outcome: QueueOutcome) -> list[FactData]:
    """Ends the stay in a queue, if any."""
    if found.queue is None:
        return []
    entered = QueueEntered.model_validate(found.queue.data)
    return [QueueLeft(queue=entered.queue, outcome=outcome, waited_ms=_ms(found.queue.at, at))]


def _ms(earlier: datetime, later: datetime) -> int:
    return max(0, round((later - earlier).total_seconds() * 1000))
