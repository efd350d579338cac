"""queues.yaml: whom each queue needs, in what order its callers are served, what they hear, and where else they may be served.

Times in seconds. What the words mean stands in `cti.acd`, which does it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from cti.facts.cases import CaseKind
from cti.ivr.names import CalendarName, Model, NodeName, PromptId, Prompts, Title

QUEUE_NAME = Annotated[str, Field(pattern=NodeName.pattern)]
SKILL = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
LEVEL = Annotated[int, Field(ge=0, le=100)]
SITE = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
AGENT = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
# So much of each can be said to another site, and no more (`cti.peers.messages`).
AllOf = Annotated[dict[SKILL, LEVEL], Field(min_length=1, max_length=64)]
Skills = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[Annotated[tuple[AllOf, ...], Field(min_length=1, max_length=32)], Tag("any")],
    Discriminator(lambda value: "any" if isinstance(value, list | tuple) else "all"),
]
SAID_WHILE_WAITING = ("position", "expected_wait")  # what announcements may say the value of


class Comfort(Model):
    """What waiting callers are told from time to time."""

    prompt: PromptId
    every_seconds: float = Field(ge=5, le=600)


class Progress(Model):
    """What waiting callers are told of their wait. Not said while a value is unknown."""

    prompts: Prompts = Field(
        min_length=1,
        description="for example `[you_are_number, {number: position}]` or `[you_wait, {duration: expected_wait}]`",
    )
    first_after_seconds: float = Field(default=15, ge=1, le=600)
    every_seconds: float = Field(default=60, ge=10, le=600)


class Ring(Model):
    """From so many seconds of waiting on, agents with these skills will do as well."""

    after_seconds: float = Field(gt=0, le=7200)
    skills: Skills


class Sticky(Model):
    """Callers wait for the agent who knows their matter alone, for a while. (For any other agent, the queue's node takes one from a
    variable.)"""

    wait_seconds: float = Field(default=20, gt=0, le=300)
    to: Literal["either", "case_owner", "last_agent"] = Field(
        default="either",
        description="the owner of the customer's newest open case; who talked with the customer last; or the owner, and the last "
        "agent where no owner is logged in",
    )
    case_kinds: tuple[CaseKind, ...] = Field(
        default=(), description="which cases count: `complaint`, `claim`, `advice`, `other`; all of them when not given"
    )


class When(Model):
    """Conditions of overflow: all that are given must hold. Of the queue at this site, unless it says otherwise."""

    always: Literal[True] | None = None
    nobody_logged_in: Literal[True] | None = Field(default=None, description="nobody who could serve the contact")
    site_unhealthy: Literal[True] | None = Field(default=None, description="no node, or overloaded")
    outside_hours: Literal[True] | None = Field(default=None, description="the queue's hours")
    waited_seconds: float | None = Field(default=None, ge=0, description="by the contact itself, at least")
    longest_wait_seconds: float | None = Field(default=None, ge=0, description="at least")
    expected_wait_seconds: float | None = Field(default=None, ge=0, description="at least; an unknown one is long")
    waiting: int | None = Field(default=None, ge=1, description="contacts, at least")
    service_level_below: float | None = Field(default=None, gt=0, le=100, description="percent in 20 seconds")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("say when: give at least one condition")
        return self

    @property
    def name(self) -> str:
        """As facts tell it."""
        return ",".join(sorted(self.model_fields_set))


class Overflow(Model):
    """A rule by which contacts wait at other sites too. The first rule that holds decides, as long as it holds."""

    when: When
    to: tuple[SITE, ...] = Field(default=(), description="sites; all of them when not given")
    choose: Literal["all", "order", "expected_wait", "weight"] = Field(
        default="all",
        description="all: whoever is free first; else one site: the first that can, the quickest, or by weight",
    )
    weights: dict[SITE, Annotated[int, Field(ge=1, le=1000)]] = Field(default={})
    share_percent: int = Field(default=100, ge=1, le=100, description="of the contacts")
    returns_after_seconds: float | None = Field(
        default=None, ge=0, description="the contact waits here only again when no rule has held for so long"
    )


class CallbackPolicy(Model):
    """How customers who have asked for it are called back."""

    attempts: int = Field(default=3, ge=1, le=20)
    retry_minutes: float = Field(default=10, ge=0.1, le=1440, description="after a call that was not answered")
    ring_seconds: float = Field(default=30, ge=5, le=120)
    hours: CalendarName | None = Field(default=None, description="when customers may be called; at any time without it")
    expires_hours: float = Field(default=24, gt=0, le=240, description="after which nobody calls any more")


def _sorted_rings(rings: tuple[Ring, ...]) -> tuple[Ring, ...]:
    times = [ring.after_seconds for ring in rings]
    if times != sorted(set(times)):
        raise ValueError("rings follow each other in time: each after_seconds must be above the one before")
    return rings


class Queue(Model):
    """One queue."""

    title: Title
    skills: Skills = Field(description="skill → least level, 0 to 100: all of them; or a list of such, any of them")
    rings: tuple[Ring, ...] = Field(default=(), max_length=32)
    strategy: Literal["longest_idle", "most_skilled", "least_occupied", "round_robin", "linear", "ring_all"] = (
        "longest_idle"
    )
    preferred_agents: tuple[AGENT, ...] = Field(
        default=(), max_length=100, description="asked first when they are free"
    )
    sticky: Sticky | None = None
    priority: int = Field(default=0, ge=0, le=1000, description="higher goes first")
    priority_per_minute: float = Field(default=0, ge=0, le=100, description="what a contact gains by waiting")
    reserve_agents: int = Field(default=0, ge=0, le=100, description="free agents that other queues may not have")
    most_waiting: int | None = Field(
        default=None, ge=1, le=100_000, description="who comes when so many wait goes to `full`"
    )
    hours: CalendarName | None = Field(default=None, description="who comes outside of them goes to `closed`")
    ring_seconds: float = Field(default=15, ge=3, le=120)
    wrap_up_seconds: float = Field(default=30, ge=0, le=3600)
    longest_wait_seconds: float = Field(default=300, ge=1, le=7200)
    music: str = Field(
        default="default", pattern=r"^[A-Za-z0-9_-]{1,40}$", description="a class of Asterisk's music on hold"
    )
    comfort: Comfort | None = None
    progress: Progress | None = None
    callback: CallbackPolicy | None = Field(
        default=None, description="how customers are called back; not given: three times, in 24 hours"
    )
    emergency: bool = Field(
        default=False,
        description="its agents call back who left a number while no process of the site was there; else those of the first queue",
    )
    overflow: tuple[Overflow, ...] = Field(
        default=(Overflow(when=When(nobody_logged_in=True)),),
        description="none: `[]`; when not given: nobody_logged_in",
    )

    _rings = field_validator("rings")(_sorted_rings)

    @property
    def any_of(self) -> tuple[dict[str, int], ...]:
        """The skills asked at first, as alternatives."""
        return (self.skills,) if isinstance(self.skills, dict) else self.skills


class Code(Model):
    """Something an agent picks from a list."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    zh: str = Field(min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=40)


class QueuesFile(Model):
    """queues.yaml: the queues, and what their agents choose from."""

    queues: dict[QUEUE_NAME, Queue] = Field(min_length=1, max_length=500)
    wrap_up_codes: tuple[Code, ...] = Field(min_length=1)
    break_reasons: tuple[Code, ...] = Field(min_length=1)

    @field_validator("wrap_up_codes", "break_reasons")
    @classmethod
    def _once(cls, codes: tuple[Code, ...]) -> tuple[Code, ...]:
        names = [c.code for c in codes]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"code stands twice: {', '.join(twice)}")
        return codes
