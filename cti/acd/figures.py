"""What is known of a site's queues at a moment: how many wait, how long, and how long the next one will."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cti.acd.estimates import QueueFigures, QueueRecord
from cti.acd.matching import Line, LineKey, key_of
from cti.acd.waiting import Waiting

if TYPE_CHECKING:
    from cti.acd.core import Acd

STAFF_SECONDS = 5.0  # how old the count of those who work for a queue may be


class Figures:
    """Belongs to one `Acd`; changes nothing but what it remembers of the past."""

    def __init__(self, acd: Acd) -> None:
        self._acd = acd
        self._records: dict[str, QueueRecord] = {}
        self._loads: tuple[float, Counter[str]] = (float("-inf"), Counter())
        self._staff: dict[LineKey, tuple[float, float]] = {}

    def record(self, queue: str) -> QueueRecord:
        """What is remembered of a queue."""
        record = self._records.get(queue)
        if record is None:
            record = self._records[queue] = QueueRecord()
        return record

    def estimate(self, contact: str, now: float) -> float | None:
        """The EWT in seconds of a contact that has just begun to wait; its error will be known when it is answered."""
        waiting = self._acd.waiting.get(contact)
        if waiting is None:
            return 0.0  # offered, or answered, at once
        waiting.estimate = 0.0 if waiting.offers else self.expected_wait(waiting, now)
        return waiting.estimate

    def expected_wait(self, waiting: Waiting, now: float) -> float | None:
        """How many seconds a contact of ours will wait from now; None when nobody works for its queue."""
        line = self._acd.matching.line(key_of(waiting.terms, waiting.age(now)))
        if line.free and waiting.contact not in self._acd.waiting:
            return 0.0
        return self.record(waiting.queue).wait(self.position(waiting, now) - 1, self._staff_of(line, now))

    def position(self, waiting: Waiting, now: float) -> int:
        """Which place of its queue a contact has, from 1."""
        queue, mine = waiting.queue, waiting.order(now)
        return 1 + sum(w.terms.queue == queue and w.order(now) < mine for w in self._acd.waiting.values())

    def of(self, queue: str, key: LineKey, now: float) -> QueueFigures:
        """A queue now, for a contact that would wait at `key`."""
        line, record = self._acd.matching.line(key), self.record(queue)
        ages = [now - w.since for w in self._acd.waiting.values() if w.terms.queue == queue]
        ewt = 0.0 if line.free else record.wait(len(ages), self._staff_of(line, now))
        return QueueFigures(
            len(ages), max(ages, default=0.0), ewt, record.service_level(now), line.fit, line.free,
            record.error.value(0.0) if record.error.weight else None,
        )  # fmt: skip

    # Inside

    def _staff_of(self, line: Line, now: float) -> float:
        """How many agents work for a line; those who serve several queues are shared among them by their loads."""
        at, staff = self._staff.get(line.key, (float("-inf"), 0.0))
        if now - at >= STAFF_SECONDS:
            loads = self._loads_by_queue(now)
            staff = self._acd.matching.staff(line, lambda other: loads[other.queue])
            if len(self._staff) > 1000:
                self._staff.clear()
            self._staff[line.key] = (now, staff)
        return staff

    def _loads_by_queue(self, now: float) -> Counter[str]:
        """By queue: contacts that wait, or are with an agent."""
        if now - self._loads[0] >= STAFF_SECONDS:
            counts = Counter(w.terms.queue for w in self._acd.waiting.values())
            counts.update(one.queue for agent in self._acd.agents.values() for one in agent.assignments.values())
            self._loads = (now, counts)
        return self._loads[1]
