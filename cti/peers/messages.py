"""The words between two sites. Unknown fields are ignored and unknown types skipped, so that a site of the next minor version is
understood; what a minor version adds has a default, so that one of the version before is.

Since 1.0: hello, summary (profiles), visit.open (skills, priority), visit.update, visit.withdraw, grant, decline.
Since 1.1: summary with agents, queues and health; queues; visits with all terms; why an agent was granted; accept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from cti.acd import Channel, Health, Need, PeerSummary, QueueFigures, Ring, Strategy, Terms, Why
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Visit
from cti.facts.cases import CaseId

PROTOCOL, MINOR = 1, 1

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
Name = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
]  # of a site, a node, a skill; those of queues are the longest
Number = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
Skills = Annotated[dict[Name, Annotated[int, Field(ge=0, le=100)]], Field(max_length=64)]
Alternatives = Annotated[tuple[Skills, ...], Field(max_length=32)]
MOST_SECONDS = 1e7  # longer waits are said to be so long
MOST_PASSED_OVER = 1000  # agents who are named; of more, the first
Seconds = Annotated[float, Field(ge=0, le=MOST_SECONDS)]


class _Message(BaseModel):
    """`n` counts the messages of one link and side from 1 (since 1.1): what comes twice, or late, is known by it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    n: int | None = None


class Hello(_Message):
    """The first message of both sides. Sites of different `protocol` do not talk; `minor` is for logs."""

    type: Literal["hello"] = "hello"
    site: Name
    protocol: int = PROTOCOL
    minor: int = 0


class Queue(_Message):
    """A queue of the sender, now."""

    waiting: int = Field(default=0, ge=0)
    longest_wait: Seconds = 0
    ewt: Seconds | None = None
    service_level: float | None = Field(default=None, ge=0, le=100)
    staffed: int = Field(default=0, ge=0)
    free: int = Field(default=0, ge=0)

    @classmethod
    def of(cls, figures: QueueFigures) -> Queue:
        def known(value: float | None) -> float | None:
            return None if value is None else rounded(value)

        def rounded(value: float) -> float:
            return round(min(value, MOST_SECONDS), 1)

        return cls(
            waiting=figures.waiting, longest_wait=rounded(figures.longest_wait), ewt=known(figures.ewt),
            service_level=known(figures.service_level), staffed=figures.staffed, free=figures.free,
        )  # fmt: skip

    def figures(self) -> QueueFigures:
        return QueueFigures(self.waiting, self.longest_wait, self.ewt, self.service_level, self.staffed, self.free)


class Summary(_Message):
    """What the agents logged in can do, who they are, whether the site is well, how its queues are; when one of the first three changes."""

    type: Literal["summary"] = "summary"
    profiles: Annotated[tuple[Skills, ...], Field(max_length=5000)] = ()
    agents: Annotated[tuple[Number, ...], Field(max_length=5000)] = ()
    queues: Annotated[dict[Name, Queue], Field(max_length=500)] = {}
    health: Health = Health.OK

    @classmethod
    def of(cls, summary: PeerSummary) -> Summary:
        return cls(
            profiles=tuple(dict(p) for p in summary.profiles), agents=tuple(sorted(summary.agents)),
            queues={name: Queue.of(figures) for name, figures in summary.queues.items()}, health=summary.health,
        )  # fmt: skip

    def summary(self, site: str) -> PeerSummary:
        queues = {name: queue.figures() for name, queue in self.queues.items()}
        return PeerSummary(site, self.profiles, frozenset(self.agents), queues, self.health)


class Queues(_Message):
    """How the queues are now, while nothing else of the summary has changed; at most twice a second."""

    type: Literal["queues"] = "queues"
    queues: Annotated[dict[Name, Queue], Field(max_length=500)] = {}

    @classmethod
    def of(cls, queues: Mapping[str, QueueFigures]) -> Queues:
        return cls(queues={name: Queue.of(figures) for name, figures in queues.items()})

    def figures(self) -> dict[str, QueueFigures]:
        return {name: queue.figures() for name, queue in self.queues.items()}


class RingTerms(_Message):
    after: Seconds
    any_of: Alternatives


class OpenVisit(_Message):
    """A contact of the sender waits here too. `age` in seconds: clocks of sites are never compared."""

    type: Literal["visit.open"] = "visit.open"
    contact: Id
    queue: Name
    skills: Skills  # the first of `any_of`: all that a site of 1.0 understands
    priority: int
    age: Seconds
    ring_seconds: float = Field(gt=0, le=600)
    wrap_up_seconds: float = Field(ge=0, le=86400)
    context: ContactContext
    any_of: Alternatives = ()
    ageing: float = Field(default=0, ge=0, le=1000)
    rings: Annotated[tuple[RingTerms, ...], Field(max_length=32)] = ()
    channel: Channel = Channel.VOICE
    strategy: Strategy = Strategy.LONGEST_IDLE
    preferred: Annotated[tuple[Number, ...], Field(max_length=100)] = ()
    wanted: Number | None = None
    wanted_seconds: Seconds = 0
    wanted_case: CaseId | None = None

    @classmethod
    def of(cls, visit: Visit) -> OpenVisit:
        terms = visit.terms
        any_of = terms.need.as_skills()
        return cls(
            contact=visit.contact, queue=terms.queue, skills=any_of[0], priority=terms.priority, age=min(visit.age, MOST_SECONDS),
            ring_seconds=terms.ring_seconds, wrap_up_seconds=terms.wrap_up_seconds, context=visit.context, any_of=any_of,
            ageing=terms.ageing, rings=tuple(RingTerms(after=r.after, any_of=r.need.as_skills()) for r in terms.rings),
            channel=terms.channel, strategy=terms.strategy, preferred=terms.preferred, wanted=terms.wanted,
            wanted_seconds=terms.wanted_seconds, wanted_case=terms.wanted_case,
        )  # fmt: skip

    def visit(self) -> Visit:
        # Ringing everybody is for one site's phones: another site's call is for one agent.
        strategy = Strategy.LONGEST_IDLE if self.strategy is Strategy.RING_ALL else self.strategy
        terms = Terms(
            self.queue, Need.of(self.any_of or self.skills), self.priority, self.ageing,
            tuple(Ring(ring.after, Need.of(ring.any_of)) for ring in self.rings), self.channel, strategy, self.preferred,
            self.wanted, self.wanted_seconds, self.ring_seconds, self.wrap_up_seconds, self.wanted_case,
        )  # fmt: skip
        return Visit(self.contact, terms, self.age, self.context)


class UpdateVisit(_Message):
    """The customer's record came."""

    type: Literal["visit.update"] = "visit.update"
    contact: Id
    customer: CustomerCard | None


class WithdrawVisit(_Message):
    type: Literal["visit.withdraw"] = "visit.withdraw"
    contact: Id
    reason: str = Field(max_length=80)


class Reason(_Message):
    """Why an agent was chosen, as `cti.acd.Why` has it."""

    strategy: str = Field(max_length=40)
    ring: int
    fit: int
    free: int
    idle_seconds: float
    waiting: int
    passed_over: Annotated[tuple[Number, ...], Field(max_length=MOST_PASSED_OVER)] = ()

    @classmethod
    def of(cls, why: Why) -> Reason:
        said = {name: getattr(why, name) for name in Why.__slots__}
        return cls(**said | {"passed_over": why.passed_over[:MOST_PASSED_OVER]})

    def why(self) -> Why:
        return Why(**{name: getattr(self, name) for name in Why.__slots__})


class Grant(_Message):
    """The sender has reserved an agent for a visitor: accept and dial it there within five seconds, or decline."""

    type: Literal["grant"] = "grant"
    contact: Id
    offer: Id
    agent: Number
    node: Name  # where the agent's phone is registered
    why: Reason | None = None


class Accept(_Message):
    """The grant is used: the call is on its way."""

    type: Literal["accept"] = "accept"
    offer: Id


class Decline(_Message):
    """The grant is not needed."""

    type: Literal["decline"] = "decline"
    offer: Id


PeerMessage = Annotated[
    Hello | Summary | Queues | OpenVisit | UpdateVisit | WithdrawVisit | Grant | Accept | Decline,
    Field(discriminator="type"),
]
peer_message: TypeAdapter[PeerMessage] = TypeAdapter(PeerMessage)
