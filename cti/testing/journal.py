"""A journal in memory, for tests and simulation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from cti.calls.ports import OpenContact
from cti.facts import Fact, FactData
from cti.journal.numbering import Numbering
from cti.journal.open_contacts import fold, fold_agents
from cti.kit.clock import Clock
from cti.kit.ids import new_id


class MemoryJournal:
    """Does what `cti.journal.SqliteJournal` does, without a disk: a fact is kept as soon as it is recorded.

    `facts` is the whole journal, for assertions. Listeners are called at once.
    """

    def __init__(self, site: str, clock: Clock, ids: Callable[[], str] = new_id) -> None:
        self.facts: list[Fact] = []
        self._clock = clock
        self._numbering = Numbering(site, clock, ids=ids)
        self._acknowledged: int | None = None
        self._listeners: list[Callable[[Fact], None]] = []

    def record(self, data: FactData, contact: str | None = None) -> Awaitable[Fact]:
        fact = self._numbering.next(data, contact)
        self._numbering.take()
        self.facts.append(fact)
        done: asyncio.Future[Fact] = asyncio.get_running_loop().create_future()
        done.set_result(fact)
        for listener in tuple(self._listeners):
            listener(fact)
        return done

    def now(self) -> datetime:
        return self._numbering.now()

    async def open_contacts(self) -> Sequence[OpenContact]:
        by_seq = {fact.seq: fact for fact in self.facts}
        return [trace.resolved(contact, by_seq) for contact, trace in fold({}, self.facts).items() if trace]

    async def open_agents(self) -> Sequence[Fact]:
        by_seq = {fact.seq: fact for fact in self.facts}
        return [by_seq[seq] for seq in sorted(s for s in fold_agents(self.facts).values() if s is not None)]

    async def facts_of(self, contact: str) -> Sequence[Fact]:
        return [fact for fact in self.facts if fact.contact == contact]

    async def read(self, after: int, limit: int) -> Sequence[Fact]:
        return list(islice((fact for fact in self.facts if fact.seq > after), limit))

    def subscribe(self, listener: Callable[[Fact], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def last_seq(self) -> int:
        return self._numbering.last_seq

    @property
    def met(self) -> bool:
        return self._acknowledged is not None

    @property
    def acknowledged(self) -> int:
        return self._acknowledged or 0

    def set_acknowledged(self, seq: int) -> None:
        self._acknowledged = seq

    async def continue_after(self, seq: int, above: int) -> None:
        by = seq - above
        self.facts = [f.model_copy(update={"seq": f.seq + by}) if f.seq > above else f for f in self.facts]
        self._numbering.take(by)
        self._acknowledged = seq

    async def prune(self, days: float) -> int:
        older_than = self._clock.wall() - timedelta(days=days)
        still_open = {contact for contact, trace in fold({}, self.facts).items() if trace}
        before = len(self.facts)
        self.facts = [
            f for f in self.facts if f.seq > self.acknowledged or f.at >= older_than or f.contact in still_open
        ]
        return before - len(self.facts)

    async def close(self) -> None:
        """Nothing to do."""
