"""PURE. What the facts of synthetic calls mean to who looks at all sites, and the dead man's switch: a site that should call and is
not heard of has an alarm too, since what would raise it may be what is broken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from cti.facts import FactData
from cti.facts.kinds import AlarmCleared, AlarmRaised, ProbeEnded, ProbesPlanned

OVERDUE = 2  # intervals without a success, or without a word
KEPT = 50  # of those that are over, per site
MODELS: Final[dict[str, type[FactData]]] = {
    model.kind: model for model in (ProbesPlanned, ProbeEnded, AlarmRaised, AlarmCleared)
}

Target = tuple[str, str]  # node, queue


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that does not work at a site, or did not. A silent site has no target."""

    id: str
    site: str
    kind: Literal["calls_fail", "site_silent"]
    since: datetime
    ended: datetime | None = None
    node: str | None = None
    queue: str | None = None
    stuck_at: str | None = None
    reason: str = ""


@dataclass(slots=True)
class SiteSeen:
    """What one site has told, fact by fact in the order of `seq`."""

    site: str
    every: float = 0.0  # seconds between two calls for one target; 0: none is made
    planned: dict[Target, datetime] = field(default_factory=dict)  # since when
    heard: datetime | None = None
    passed: dict[Target, datetime] = field(default_factory=dict)  # the last success
    stuck: dict[Target, ProbeEnded] = field(default_factory=dict)  # the failure since
    open: dict[str, Alarm] = field(default_factory=dict)  # by id
    over: deque[Alarm] = field(default_factory=lambda: deque(maxlen=KEPT))

    def take(self, kind: str, at: datetime, data: Mapping[str, Any]) -> None:
        """The next fact. `at`: when its site wrote it, but not later than when it was read, should that site's clock be ahead.
        Raises pydantic's ValidationError for data that is none of its kind."""
        fact = MODELS[kind].model_validate(data)
        self.heard = at
        match fact:
            case ProbesPlanned():
                self._planned(fact, at)
            case ProbeEnded(passed=True):
                target = (fact.node, fact.queue)
                self.passed[target] = at
                self.stuck.pop(target, None)
                for alarm in [a for a in self.open.values() if (a.node, a.queue) == target]:
                    self._close(alarm.id, at)  # raised by a process that did not live to clear it
            case ProbeEnded():
                self.stuck[fact.node, fact.queue] = fact
            case AlarmRaised():
                self.open[fact.alarm] = Alarm(
                    fact.alarm, self.site, "calls_fail", at, None, fact.node, fact.queue, fact.stuck_at, fact.reason
                )
            case AlarmCleared():
                self._close(fact.alarm, at)

    def alarms(self, now: datetime, listening: datetime) -> list[Alarm]:
        """Those that are open. `listening`: since when facts could have come; silence before says nothing."""
        found = list(self.open.values())
        if self.every <= 0 or not self.planned:
            return found
        patience = timedelta(seconds=OVERDUE * self.every)
        heard = self.heard or listening
        if now - max(heard, listening) >= patience:
            reason = f"no synthetic call has been heard of for {OVERDUE} intervals of {self.every:g} s"
            return [Alarm(f"silent.{self.site}", self.site, "site_silent", heard, reason=reason), *found]
        told = {(alarm.node, alarm.queue) for alarm in found}
        for target, since in self.planned.items():
            seen = max(self.passed.get(target, since), since)
            if target not in told and heard - max(seen, listening) >= patience:  # the site speaks, but not of this
                found.append(self._overdue(target, seen))
        return found

    def _planned(self, fact: ProbesPlanned, at: datetime) -> None:
        self.every = fact.every_s
        self.planned = {(t.node, t.queue): self.planned.get((t.node, t.queue), at) for t in fact.targets}
        for alarm in [a for a in self.open.values() if (a.node, a.queue) not in self.planned]:
            self._close(alarm.id, at)

    def _close(self, alarm: str, at: datetime) -> None:
        if (found := self.open.pop(alarm, None)) is not None:
            self.over.appendleft(replace(found, ended=at))

    def _overdue(self, target: Target, seen: datetime) -> Alarm:
        node, queue = target
        stuck = self.stuck.get(target)
        reason = stuck.reason if stuck else "no synthetic call has passed in time"
        where = stuck.stuck_at if stuck else None
        return Alarm(f"probe.{node}.{queue}", self.site, "calls_fail", seen, None, node, queue, where, reason)
