"""What is known of a site's queues at a moment: how many wait, how long, and how long the next one will."""

from __future__ import annotations

from collections import Counter

from cti.acd.estimates import QueueFigures, QueueRecord
from cti.acd.floor import Floor
from cti.acd.matching import Line, LineKey, key_of
from cti.acd.waiting import Waiting

STAFF_SECONDS = 5.0  # how old the count of those who work for a queue may be


class Figures:
    """Of one site; changes nothing but what it remembers of the past."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._records: dict[str, QueueRecord] = {}
        self._loads: tuple[float, Counter[str]] = (float("-inf"), Counter())
        self._staff: dict[LineKey, tuple[float, float]] = {}

    def record(self, queue: str) -> QueueRecord:
        """What is remembered of a queue."""
        record = self._records.get(queue)
        if record is None:
            record = self._records[queue] = QueueRecord()
        return record

    def expected_wait(self, waiting: Waiting, now: float) -> float | None:
        """How many seconds a contact will wait from now; None when nobody works for its queue. One that is not in the queue would be
        the last of its priority."""
        line = self._floor.matching.line(key_of(waiting.terms, waiting.age(now)))
        if line.free and waiting.contact not in self._floor.waiting:
            return 0.0
        return self.record(waiting.queue).wait(self.position(waiting, now) - 1, self._staff_of(line, now))

    def position(self, waiting: Waiting, now: float) -> int:
        """Which place of its queue a contact has, from 1."""
        queue, mine = waiting.queue, waiting.order(now)
        return 1 + sum(w.terms.queue == queue and w.order(now) < mine for w in self._floor.waiting.values())

    def of(self, queue: str, key: LineKey, now: float) -> QueueFigures:
        """A queue now, for a contact that would wait at `key`."""
        line, record = self._floor.matching.line(key), self.record(queue)
        ages = [now - w.since for w in self._floor.waiting.values() if w.terms.queue == queue]
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
            staff = self._floor.matching.staff(line, lambda other: loads[other.queue])
            if len(self._staff) > 1000:
                self._staff.clear()
            self._staff[line.key] = (now, staff)
        return staff

    def _loads_by_queue(self, now: float) -> Counter[str]:
        """By queue: contacts that wait, or are with an agent."""
        if now - self._loads[0] >= STAFF_SECONDS:
            counts = Counter(w.terms.queue for w in self._floor.waiting.values())
            counts.update(one.queue for agent in self._floor.agents.values() for one in agent.assignments.values())
            self._loads = (now, counts)
        return self._loads[1]
