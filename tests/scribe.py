"""Writes the facts of invented contacts, as a site would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from cti.facts import Fact, FactData
from cti.facts.cases import CaseOpened
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    ContactArrived,
    ContactEnded,
    EndCause,
    FlowEntered,
    NodeVisited,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Party,
    QueueEntered,
    QueueLeft,
    QueueOutcome,
    WrapUpEnded,
    WrapUpStarted,
)

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class Scribe:
    """One site's journal. Each fact comes `step` after the one before."""

    site: str = "sh"
    now: datetime = START
    step: timedelta = timedelta(milliseconds=250)
    seq: int = 0
    facts: list[Fact] = field(default_factory=list)

    def write(self, data: FactData, contact: str | None = "c1", after_ms: int | None = None) -> Fact:
        self.now += self.step if after_ms is None else timedelta(milliseconds=after_ms)
        self.seq += 1
        made = ULID.from_timestamp(self.now.timestamp())
        fact = Fact(site=self.site, seq=self.seq, id=str(made), at=self.now, contact=contact, kind=data.kind, v=data.v,
                    data=data.model_dump(mode="json"))  # fmt: skip
        self.facts.append(fact)
        return fact

    # Parts of a story

    def arrives(self, contact: str = "c1", caller: str = "13800138000") -> None:
        self.write(ContactArrived(hotline="95500", caller=caller, called="95500", node=f"{self.site}1",
                                  asterisk_channel="PJSIP/carrier-00000001"), contact)  # fmt: skip
        self.write(FlowEntered(hotline="95500", flow="main", version="v1", language="zh"), contact)
        self.write(NodeVisited(flow="main", version="v1", node="menu", node_kind="menu", input="1", outcome="1", ms=2100),
                   contact)  # fmt: skip

    def waits(self, contact: str = "c1", queue: str = "claims") -> None:
        self.write(QueueEntered(queue=queue, skills={"car_claims": 50}, priority=5), contact)

    def leaves(self, outcome: QueueOutcome, waited_ms: int, contact: str = "c1", queue: str = "claims") -> None:
        self.write(QueueLeft(queue=queue, outcome=outcome, waited_ms=waited_ms), contact)

    def offers(
        self, offer: str, agent: str, contact: str = "c1", agent_site: str | None = None, waited_ms: int = 0
    ) -> None:
        self.write(OfferMade(offer=offer, queue="claims", agent=agent, agent_site=agent_site or self.site,
                             waited_ms=waited_ms), contact)  # fmt: skip

    def offer_ends(self, offer: str, agent: str, outcome: OfferOutcome, contact: str = "c1",
                   agent_site: str | None = None, ring_ms: int = 3000) -> None:  # fmt: skip
        self.write(OfferEnded(offer=offer, queue="claims", agent=agent, agent_site=agent_site or self.site,
                              outcome=outcome, ring_ms=ring_ms), contact)  # fmt: skip

    def talks(self, offer: str, agent: str, contact: str = "c1", agent_site: str | None = None, waited_ms: int = 4000,
              talk_ms: int = 60_000) -> None:  # fmt: skip
        site = agent_site or self.site
        self.write(
            AgentConnected(offer=offer, queue="claims", agent=agent, agent_site=site, waited_ms=waited_ms), contact
        )
        self.leaves(QueueOutcome.ANSWERED, waited_ms, contact)
        self.write(AgentDisconnected(offer=offer, agent=agent, agent_site=site, talk_ms=talk_ms, by=Party.CUSTOMER),
                   contact, after_ms=talk_ms)  # fmt: skip

    def ends(self, cause: EndCause, contact: str = "c1", ms: int = 70_000) -> None:
        self.write(ContactEnded(cause=cause, by=Party.CUSTOMER, ms=ms), contact)

    def wraps_up(self, agent: str, contact: str = "c1", code: str = "claim_reported") -> None:
        self.write(WrapUpStarted(agent=agent, seconds=30.0), contact)
        self.write(WrapUpEnded(agent=agent, code=code, note="已登记", by=Party.AGENT, ms=8000), contact, after_ms=8000)

    def served(self, contact: str = "c1", caller: str = "13800138000", agent: str = "1001") -> None:
        """Arrives, waits, is answered, ends, is wrapped up: 12 facts."""
        self.arrives(contact, caller)
        self.waits(contact)
        offer = f"{contact}-o1"
        self.offers(offer, agent, contact)
        self.offer_ends(offer, agent, OfferOutcome.ANSWERED, contact)
        self.talks(offer, agent, contact)
        self.ends(EndCause.SERVED, contact)
        self.wraps_up(agent, contact)

    def opens_case(
        self, contact: str | None = "c1", agent: str = "1001", number: str = "13800138000", kind: str = "complaint"
    ) -> str:
        """Gives the case's id."""
        case = str(ULID.from_timestamp(self.now.timestamp()))
        opened = CaseOpened(
            case=case, agent=agent, case_kind=kind, subject="理赔款未到账", number=number, hotline="95500"
        )
        self.write(opened, contact)
        return case

    def batch(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """The body of an ingest request with facts `first` to `last`, both included."""
        chosen = self.facts[first - 1 : last]
        return {"site": self.site, "facts": [fact.model_dump(mode="json") for fact in chosen]}
