"""PURE. When each synthetic call is due, and when its failing becomes an alarm. Takes `now` in monotonic seconds.

An alarm is raised after two failures in a row, or when there has been no success for 1.75 intervals: with one call a minute
that is 105 s, so that an alarm comes within two intervals of any fault. It is cleared by the next success.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

MISSED = 2  # failures in a row
STALE = 1.75  # intervals without success
RETRY = 1 / 6  # intervals after a failure


class Stage(StrEnum):
    """What a synthetic call must reach, in this order."""

    ORIGINATE = "originate"  # Asterisk takes the order to call itself
    AGI = "agi"  # SIP and the dialplan bring the call to the site's process
    QUEUE = "queue"  # it is answered, and the flow puts it into the queue
    OFFER = "offer"  # the router finds the synthetic agent
    ANSWER = "answer"  # the agent's phone rings and answers
    VOICE = "voice"  # each end has heard the other
    END = "end"  # the contact ends
    JOURNAL = "journal"  # the fact of it is on disk
    ROUTER = "router"  # the router that callers use is on time


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A queue, by way of a node."""

    node: str
    queue: str

    @property
    def alarm(self) -> str:
        """The stable id of its alarm."""
        return f"probe.{self.node}.{self.queue}"


@dataclass(frozen=True, slots=True)
class Raise:
    target: Target
    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class Clear:
    target: Target
    lasted: float  # seconds


Verdict = Raise | Clear


@dataclass(slots=True)
class Health:
    """What is known of one target."""

    due: float
    succeeded: float  # when it last did; at first, when it was planned
    seconds: float | None = None  # that the last success took
    missed: int = 0  # failures since
    stuck: tuple[Stage, str] | None = None  # the last of them
    raised: float | None = None  # since when its alarm is open


class ProbeWatch:
    """All targets of a site. `plan` first."""

    def __init__(self, every: float) -> None:
        """`every`: seconds between two calls for one target."""
        self.every = every
        self.targets: dict[Target, Health] = {}

    def plan(self, targets: Collection[Target], now: float) -> list[Verdict]:
        """These are to be called from now on. New ones are spread over the interval, each node's among themselves."""
        gone = [Clear(t, now - h.raised) for t, h in self.targets.items() if t not in targets and h.raised is not None]
        new = {t for t in targets if t not in self.targets}
        kept = {t: h for t, h in self.targets.items() if t in targets}
        for node in sorted({t.node for t in new}):
            its = sorted(t for t in new if t.node == node)
            for place, target in enumerate(its):
                kept[target] = Health(due=now + self.every * (place + 0.5) / len(its), succeeded=now)
        self.targets = kept
        return list(gone)

    def next(self, node: str) -> tuple[Target, float] | None:
        """Which target of a node is due next, and when."""
        due = [(h.due, t) for t, h in self.targets.items() if t.node == node]
        return (min(due)[1], min(due)[0]) if due else None

    def passed(self, target: Target, seconds: float, now: float) -> list[Verdict]:
        """The call took so many seconds."""
        health = self.targets.get(target)
        if health is None:
            return []
        raised, health.raised = health.raised, None
        health.due = max(health.due + self.every, now)
        health.succeeded, health.seconds, health.missed, health.stuck = now, seconds, 0, None
        return [] if raised is None else [Clear(target, now - raised)]

    def failed(self, target: Target, stage: Stage, reason: str, now: float) -> list[Verdict]:
        """The call did not get past that stage. It is tried again sooner than usual."""
        health = self.targets.get(target)
        if health is None:
            return []
        health.missed += 1
        health.stuck = (stage, reason)
        health.due = now + self.every * RETRY
        return self.tick(now)

    def tick(self, now: float) -> list[Verdict]:
        """Raises what is to be raised by now. Ask every second."""
        verdicts: list[Verdict] = []
        for target, health in self.targets.items():
            stale = now - health.succeeded >= STALE * self.every
            if health.raised is None and (health.missed >= MISSED or stale):
                health.raised = now
                verdicts.append(Raise(target, *self._why(target, health)))
        return verdicts

    def _why(self, target: Target, health: Health) -> tuple[Stage, str]:
        """Its own last failure, or that of another queue of the node, for which it has to wait."""
        others = (h.stuck for t, h in self.targets.items() if t.node == target.node and h.stuck is not None)
        return health.stuck or next(others, None) or (Stage.ORIGINATE, "no synthetic call was made in time")
