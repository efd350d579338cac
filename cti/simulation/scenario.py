"""What is simulated: sites and their people, callers, and what goes wrong. Times in seconds."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cti.ivr import Queue, Title
from cti.simulation.randomness import Distribution, Exponential


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SimulatedQueue(_Model):
    """A queue, how its callers come, and how long they are served and willing to wait."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    queue: Queue
    per_hour: float = Field(
        default=0, ge=0, description="calls per hour at all sites together, if no `profile` is given"
    )
    profile: tuple[float, ...] = Field(default=(), description="calls per hour in each hour of the run; it repeats")
    handling: Distribution = Exponential(mean=180)
    patience: Distribution | None = Field(default=None, description="None: callers wait for ever")
    wants_callback: float = Field(
        default=0, ge=0, le=1, description="of those who have lost patience: they press a key instead of hanging up"
    )
    comes_again: float = Field(
        default=0,
        ge=0,
        le=1,
        description="of callers: they have talked with an agent before, for a queue that is `sticky`",
    )
    share: dict[str, float] = Field(default={}, description="site → weight of its callers; evenly when not given")

    def rate(self, at: float) -> float:
        """Calls per second at a moment of the run."""
        per_hour = self.profile[int(at // 3600) % len(self.profile)] if self.profile else self.per_hour
        return per_hour / 3600


class SimulatedSite(_Model):
    """A site: `agents` people for each set of skills."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")
    agents: tuple[tuple[int, dict[str, int]], ...] = ()


class Mistakes(_Model):
    """What agents do that they should not: probabilities per offer, and breaks per hour."""

    answer: Distribution | None = Field(default=None, description="seconds until an agent picks up; None: at once")
    misses: float = Field(default=0, ge=0, le=1, description="the phone rings, and nobody comes")
    declines: float = Field(default=0, ge=0, le=1)
    breaks_per_hour: float = Field(default=0, ge=0, description="for five minutes each")
    forgets_wrap_up: float = Field(default=0, ge=0, le=1, description="of wrap-ups: they end when their time is over")


class Faults(_Model):
    """How often per simulated hour each of these happens."""

    process_killed: float = 0  # of a site; it starts again after a few seconds
    node_lost: float = 0  # a site's Asterisk: its calls drop, phones are dead for a minute
    link_cut: float = 0  # between two sites
    link_slow: float = 0  # messages take up to two seconds for a minute
    link_one_way: float = 0  # messages of one side are lost until the keepalive notices
    link_twice: float = 0  # for a minute, messages come twice, some of them late
    clock_step: float = 0  # a site's wall clock is an hour off for a minute
    skew: float = 0.0  # seconds by which sites' wall clocks differ, at most

    @property
    def any(self) -> bool:
        return any(getattr(self, name) for name in type(self).model_fields)

    @classmethod
    def all(cls) -> Faults:
        """What continuous integration runs."""
        return cls(
            process_killed=4,
            node_lost=1,
            link_cut=4,
            link_slow=4,
            link_one_way=2,
            link_twice=4,
            clock_step=1,
            skew=120.0,
        )


class Scenario(_Model):
    """A run. The same scenario with the same seed is the same run."""

    sites: tuple[SimulatedSite, ...] = Field(min_length=1)
    queues: tuple[SimulatedQueue, ...] = Field(min_length=1)
    seconds: float = Field(
        default=3600, gt=0, description="for which callers come; the run ends when the last has gone"
    )
    warm_up: float = Field(default=0, ge=0, description="at the start, not counted")
    mistakes: Mistakes = Mistakes()
    faults: Faults = Faults()
    calls: tuple[tuple[float, str, str], ...] = Field(
        default=(), description="(second, site, queue) instead of random arrivals"
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        sites, queues = {s.name for s in self.sites}, {q.name for q in self.queues}
        for _, site, queue in self.calls:
            if site not in sites or queue not in queues:
                raise ValueError(f"a call comes to site {site}, queue {queue}: there is no such")
        return self


def simple_queue(name: str, skills: dict[str, int], **queue: object) -> Queue:
    """A queue without announcements: what they would say has no bearing on who is served when."""
    return Queue.model_validate({
        "title": Title(zh=name, en=name), "skills": skills, "longest_wait_seconds": 7200, "wrap_up_seconds": 0, **queue,
    })  # fmt: skip
