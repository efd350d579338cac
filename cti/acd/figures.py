"""What is known of a site's queues at a moment: how many wait, how long, and how long the next one will.

A contact waits for the agents who could serve it. Before it they serve, of every line that they serve too, the contacts that go first by
priority and age; of a line that other agents serve as well, their share of those:

    before = Σ over lines M of (contacts of M that go first) · (agents of both) / (agents of M)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cti.acd.estimates import QueueFigures, QueueRecord
from cti.acd.floor import Floor
from cti.acd.lines import Line, LineKey, key_of
from cti.acd.waiting import Waiting

STAFF_SECONDS = 5.0  # how old the view of who works for what may be


@dataclass(frozen=True, slots=True)
class _Staff:
    """Who works for a line."""

    at: float
    agents: int  # who take contacts
    handling: float  # seconds of the contacts that they have
    shares: dict[Line, float]  # of each line's contacts, the part that these agents serve


class Figures:
    """Of one site; changes nothing but what it remembers of the past."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._records: dict[str, QueueRecord] = {}
        self._staff: dict[LineKey, _Staff] = {}

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
        staff, mine = self._staff_of(line, now), waiting.order(now)
        first = Counter(
            other
            for w in self._floor.waiting.values()
            if w.order(now) < mine and (other := self._floor.matching.line_of(w.contact)) in staff.shares
        )
        before = sum(count * staff.shares[other] for other, count in first.items() if other is not None)
        return self.record(waiting.queue).wait(before, staff.agents, staff.handling)

    def position(self, waiting: Waiting, now: float) -> int:
        """Which place of its queue a contact has, from 1."""
        queue, mine = waiting.queue, waiting.order(now)
        return 1 + sum(w.terms.queue == queue and w.order(now) < mine for w in self._floor.waiting.values())

    def of(self, key: LineKey, now: float, newcomer: Waiting) -> QueueFigures:
        """A queue now, for a contact that would wait at `key`; how long depends on the `newcomer`'s terms."""
        line, record = self._floor.matching.line(key), self.record(key.queue)
        waiting = self._floor.waiting
        ages = [now - w.since for w in waiting.values() if w.terms.queue == key.queue] if waiting else []
        return QueueFigures(
            len(ages), max(ages, default=0.0), self.expected_wait(newcomer, now), record.service_level(now), line.fit, line.free,
            record.error.value(0.0) if record.error.weight else None,
        )  # fmt: skip

    # Inside

    def _staff_of(self, line: Line, now: float) -> _Staff:
        known = self._staff.get(line.key)
        if known is None or now - known.at >= STAFF_SECONDS:
            if len(self._staff) > 1000:
                self._staff.clear()
            shares = self._floor.matching.shares(line)
            agents = sum(profile.willing for profile in line.profiles)
            known = self._staff[line.key] = _Staff(now, agents, self._handling(line), shares)
        return known

    def _handling(self, line: Line) -> float:
        """Of the contacts that the line's agents have now; of its own queue when they have none."""
        queues = Counter(
            one.queue
            for profile in line.profiles
            for agent in profile.members.values()
            for one in agent.assignments.values()
        )
        if not queues:
            return self.record(line.queue).handling_seconds
        return sum(count * self.record(queue).handling_seconds for queue, count in queues.items()) / queues.total()
