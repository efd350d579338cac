"""What the router wants done. The dispatcher does it."""

from __future__ import annotations

from dataclasses import dataclass

from cti.acd.agents import Agent, State, Status


@dataclass(frozen=True, slots=True)
class Why:
    """Why this agent was chosen, in the few words that are known without looking at everybody."""

    strategy: str
    ring: int  # how many rings of the queue had been relaxed
    fit: int  # agents logged in who meet the need
    free: int  # of them, those who could have been offered it
    idle_seconds: float  # of the agent who was chosen
    waiting: int  # contacts that wait for agents by the same need, this one included
    passed_over: tuple[str, ...] = ()  # agents who came before but have not taken it, or are kept for another queue


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Offer the contact to this site's agent, who is reserved. With `origin`, grant the agent to that site instead."""

    offer: str
    contact: str
    queue: str
    agent: str
    origin: str | None
    waited: float  # seconds
    why: Why


@dataclass(frozen=True, slots=True)
class CancelOffer:
    """The contact is gone, or another agent has it; whatever is being done for this offer must stop. The agent is idle already."""

    offer: str
    agent: str
    taken: bool = False  # another agent has the contact


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """Status or state is new; `was_*` are the old ones, and the old state lasted so many seconds."""

    agent: str
    contact: str | None  # whose contact the old or the new state is about
    status: Status
    reason: str | None
    state: State
    was_status: Status
    was_reason: str | None
    was_state: State
    lasted: float


class Before:
    """An agent before a change, to tell the change by."""

    __slots__ = ("contact", "reason", "since", "state", "status")

    def __init__(self, agent: Agent) -> None:
        self.status, self.reason, self.state = agent.status, agent.reason, agent.state
        self.since, self.contact = agent.since, agent.contact

    def same(self, agent: Agent) -> bool:
        return (self.status, self.reason, self.state) == (agent.status, agent.reason, agent.state)

    def changed(self, agent: Agent) -> AgentChanged:
        return AgentChanged(
            agent.number, agent.contact or self.contact, agent.status, agent.reason, agent.state,
            self.status, self.reason, self.state, agent.since - self.since,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrapUpOver:
    """The time allowed for wrap-up has passed."""

    agent: str
    contact: str
    lasted: float  # seconds


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """Let the contact wait at that site too."""

    contact: str
    site: str
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawVisit:
    contact: str
    site: str
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptGrant:
    """Use the agent that the other site has reserved."""

    offer: str
    contact: str
    queue: str
    agent: str
    site: str
    waited: float


@dataclass(frozen=True, slots=True)
class DeclineGrant:
    """The contact no longer needs it."""

    offer: str
    site: str


Decision = MakeOffer | CancelOffer | AgentChanged | WrapUpOver | OpenVisit | WithdrawVisit | AcceptGrant | DeclineGrant
