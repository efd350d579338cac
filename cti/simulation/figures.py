"""What a run is measured by: waits, service level, occupancy, over all and over time. From facts alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cti.facts import Fact

TARGET_MS = 20_000
SHORT_MS = 5_000
SLOT_SECONDS = 300.0


@dataclass(slots=True)
class QueueFigures:
    """Of one queue. Waits in ms, of those answered, in order of arrival."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    elsewhere: int = 0  # answered at another site
    waits: list[int] = field(default_factory=list)
    forecast_errors: list[int] = field(default_factory=list)
    all_waits: list[int] = field(default_factory=list)  # of those who gave up too
    gave_up: list[bool] = field(default_factory=list)

    def service_level(self) -> float | None:
        counted = self.offered - self.short
        return sum(w <= TARGET_MS for w in self.waits) / counted if counted else None

    def share_waiting(self, above_ms: int) -> float | None:
        return sum(w > above_ms for w in self.waits) / len(self.waits) if self.waits else None

    def asa(self) -> float | None:
        """Seconds."""
        return sum(self.waits) / len(self.waits) / 1000 if self.waits else None

    def as_json(self) -> dict[str, Any]:
        waits = sorted(self.waits)
        errors = self.forecast_errors
        return {
            "offered": self.offered, "answered": self.answered, "abandoned": self.abandoned, "answered_elsewhere": self.elsewhere,
            "service_level": _rounded(self.service_level()), "asa_seconds": _rounded(self.asa()),
            "p90_wait_seconds": _rounded(waits[int(len(waits) * 0.9)] / 1000) if waits else None,
            "forecast_mean_absolute_error_seconds": _rounded(sum(errors) / len(errors) / 1000) if errors else None,
        }  # fmt: skip


@dataclass(slots=True)
class Slot:
    """Five minutes, for plots."""

    offered: int = 0
    in_time: int = 0
    answered: int = 0
    abandoned: int = 0
    waiting: int = 0  # the most
    busy: float = 0.0  # agent-seconds of conversation


class Measure:
    """Listens to every site's facts."""

    def __init__(self, now: Callable[[], float], warm_up: float) -> None:
        self.queues: dict[str, QueueFigures] = {}
        self.slots: dict[int, Slot] = {}
        self.ends: Counter[str] = Counter()
        self.talk_seconds = 0.0
        self._now, self._warm_up = now, warm_up
        self._waiting = 0
        self._entered: dict[str, tuple[float, int | None]] = {}  # contact → (when, forecast in ms)

    def fact(self, fact: Fact) -> None:
        data, contact, now = fact.data, fact.contact or "", self._now()
        match fact.kind:
            case "queue.entered":
                self._waiting += 1
                self._entered[contact] = (now, data.get("expected_ms"))
                slot = self._slot(now)
                slot.offered += 1
                slot.waiting = max(slot.waiting, self._waiting)
                if now >= self._warm_up:
                    self._queue(data["queue"]).offered += 1
            case "queue.left":
                self._waiting -= 1
                self._left(contact, data, now)
            case "agent.connected":
                if data["agent_site"] != fact.site and now >= self._warm_up:
                    self._queue(data["queue"]).elsewhere += 1
            case "agent.disconnected":
                self.talk_seconds += data["talk_ms"] / 1000
                self._slot(now).busy += data["talk_ms"] / 1000
            case "contact.ended":
                self.ends[data["cause"]] += 1

    def _left(self, contact: str, data: dict[str, Any], now: float) -> None:
        at, forecast = self._entered.pop(contact, (now, None))
        waited, answered = data["waited_ms"], data["outcome"] == "answered"
        slot = self._slot(now)
        slot.answered += answered
        slot.in_time += answered and waited <= TARGET_MS
        slot.abandoned += not answered
        if at < self._warm_up:
            return
        figures = self._queue(data["queue"])
        figures.all_waits.append(waited)
        figures.gave_up.append(not answered)
        if answered:
            figures.answered += 1
            figures.waits.append(waited)
            if forecast is not None:
                figures.forecast_errors.append(abs(forecast - waited))
        else:
            figures.abandoned += 1
            figures.short += waited < SHORT_MS

    def _queue(self, name: str) -> QueueFigures:
        return self.queues.setdefault(name, QueueFigures())

    def _slot(self, now: float) -> Slot:
        return self.slots.setdefault(int(now // SLOT_SECONDS), Slot())


def interval(values: Sequence[float], batches: int = 20) -> tuple[float, float]:
    """Mean and half-width of its 95 % confidence interval, by batch means (Law, Simulation Modeling and Analysis, §9.5.3): waits that
    follow each other are not independent, the means of long batches nearly are."""
    mean, error = _mean_and_error(values, batches)
    return mean, STUDENT_19 * error


def share_interval(happened: Sequence[bool], commoner: Sequence[bool]) -> tuple[float, float, float]:
    """A share, and the ends of its 95 % interval: Wilson's score (1927), with the number of calls divided by what their dependence takes
    away. Of something that never happened batches say nothing; then the dependence is that of `commoner`, of the same calls."""
    share, worth = _worth(happened)
    worth = worth or _worth(commoner)[1] or 1.0
    z2 = STUDENT_19**2 / worth
    middle, half = (share + z2 / 2) / (1 + z2), math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _worth(happened: Sequence[bool]) -> tuple[float, float]:
    """The share, and how many independent calls would know it as well; 0 when that can't be said."""
    share, error = _mean_and_error(happened, 20)
    if not 0 < error < math.inf:
        return share, 0.0
    return share, min(float(len(happened)), share * (1 - share) / error**2)


def _mean_and_error(values: Sequence[float], batches: int) -> tuple[float, float]:
    size = len(values) // batches
    if size < 1:
        return (sum(values) / len(values) if values else 0.0), math.inf
    means = [sum(values[i * size : (i + 1) * size]) / size for i in range(batches)]
    mean = sum(means) / batches
    deviation = math.sqrt(sum((m - mean) ** 2 for m in means) / (batches - 1))
    return mean, deviation / math.sqrt(batches)


STUDENT_19 = 2.093  # 97.5 % quantile of Student's t with 19 degrees of freedom


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
