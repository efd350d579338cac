"""The site's journal: facts in order, on disk before they are acted on, kept until the data center has them.

When the disk is full, fails or hangs, calls go on. Facts then stay in memory, in order, and are retried every second;
the journal says so (`degraded`), and awaiting `record` no longer waits for the disk. A process that dies in that state
loses the facts in memory, and their numbers are used again: no gap. Beyond `buffer` facts in memory, new ones are
lost, counted and logged, and take no number.

It is a chain of segments (`segment.py`). One that turns out to be damaged is made anew from what can be read of it (`rescue.py`) while
the journal goes on.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

from cti.calls.ports import OpenContact
from cti.facts import Fact, FactData
from cti.journal.numbering import Numbering
from cti.journal.reading import Reader
from cti.journal.rescue import Rescued, report, rescue
from cti.journal.segment import Damaged, Segment
from cti.journal.store import SEGMENT_FACTS, Store
from cti.journal.writer import Entry, Job, Writer
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)
T = TypeVar("T")
_RESCUES: Final = 100  # for one reading: so many damaged segments
Listener = Callable[[Fact], None]


@dataclass(frozen=True, slots=True)
class JournalFigures:
    """For `/metrics`. `buffered` are facts in memory that are not yet on disk, `lost` those that could not be kept, `unreadable` those on
    disk that were found damaged since the start."""

    last_seq: int
    acknowledged: int
    buffered: int
    lost: int
    degraded: bool
    unreadable: int = 0
    segments: int = 1
    bytes: int = 0


class SqliteJournal:
    """Implements `cti.calls.ports.Journal` and `cti.journal.relay.Outbox`. Belongs to the event loop that opened it.

    Reading methods raise `sqlite3.Error` or `OSError` when the disk fails.
    """

    def __init__(self, store: Store, site: str, clock: Clock, *, patience: float, retry: float, buffer: int) -> None:
        """Use `open`."""
        head = store.head
        self._store = store
        self._site = site
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._numbering = Numbering(site, clock, head.last_seq, head.last_at)
        self._last_seq = head.last_seq
        self._patience = patience
        self._buffer = buffer
        self._waiting: deque[Entry] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._degraded = False
        self._lost = 0
        self._closed = False
        self._listeners: list[Listener] = []
        self._reader = Reader(lambda: store.segments)
        self._reading = ThreadPoolExecutor(1, "journal-reader")
        self._rescuing = asyncio.Lock()
        self._writer = Writer(store, self._loop, committed=self._on_committed, failed=self._on_failed, retry=retry)

    @classmethod
    async def open(
        cls, folder: Path, site: str, clock: Clock, *, patience: float = 1.0, retry: float = 1.0, buffer: int = 50_000,
        segment_facts: int = SEGMENT_FACTS,
    ) -> Self:  # fmt: skip
        """Opens or creates the journal of `site`. Raises `EnvironmentProblem` (see `cti.journal.folder`).

        `patience`: seconds that `record` may wait for the disk. `retry`: seconds between attempts to write. `buffer`:
        facts kept in memory at most. `segment_facts`: after so many a new segment begins.
        """
        store = await asyncio.to_thread(Store, folder, site, segment_facts)
        return cls(store, site, clock, patience=patience, retry=retry, buffer=buffer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # -- writing

    def record(self, data: FactData, contact: str | None = None) -> Awaitable[Fact]:
        """Numbers and dates the fact now. The awaitable completes when it is on disk, or in memory while the disk fails.

        Cancelling the awaitable does not take the fact back.
        """
        if self._closed:
            raise RuntimeError("the journal is closed")
        fact = self._numbering.next(data, contact)
        done: asyncio.Future[Fact] = self._loop.create_future()
        if len(self._waiting) >= self._buffer:
            self._lose(1, kind=fact.kind)
            done.set_result(fact)
            return done
        self._numbering.take()
        entry = Entry(fact, done, self._loop.time())
        self._waiting.append(entry)
        self._writer.put(entry)
        if self._degraded:
            done.set_result(fact)
        elif self._watch is None:
            self._watch = self._loop.call_later(self._patience, self._check_patience)
        return done

    def now(self) -> datetime:
        """As `calls.ports.Journal` says."""
        return self._numbering.now()

    async def close(self) -> None:
        """Writes what waits (one last attempt if the disk fails) and gives the files free. May be called twice."""
        if self._closed:
            return
        self._closed = True
        patience = 5.0 + self._patience
        if not await asyncio.to_thread(self._writer.close, patience):
            log.error("journal.writer_stuck")
        await asyncio.sleep(0)  # the writer's last words are in the loop's queue: let them be heard
        if self._watch:
            self._watch.cancel()
        if self._waiting:
            self._lose(len(self._waiting), kind="any")
            self._release()
        unread = self._reading.submit(self._reader.close)
        self._reading.shutdown(wait=False)
        if (await asyncio.to_thread(wait, [unread], patience)).not_done:
            log.error("journal.reader_stuck")

    # -- reading

    @property
    def last_seq(self) -> int:
        """The last fact on disk."""
        return self._last_seq

    @property
    def degraded(self) -> bool:
        return self._degraded

    def figures(self) -> JournalFigures:
        store = self._store
        return JournalFigures(
            self._last_seq, self.acknowledged, len(self._waiting), self._lost, self._degraded, store.lost, len(store.segments), store.bytes
        )  # fmt: skip

    async def open_contacts(self) -> Sequence[OpenContact]:
        """Contacts on disk that arrived and have not ended, oldest first."""
        return await self._read(self._reader.open_contacts)

    async def open_agents(self) -> Sequence[Fact]:
        """On disk: what each agent was at, as `calls.ports.Journal` says."""
        return await self._read(self._reader.open_agents)

    async def facts_of(self, contact: str) -> Sequence[Fact]:
        """Its facts on disk, in order."""
        return await self._read(lambda: self._reader.of_contact(contact))

    async def read(self, after: int, limit: int) -> Sequence[Fact]:
        """Up to `limit` facts on disk with a number above `after`, in order."""
        return await self._read(lambda: self._reader.after(after, limit))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with each fact once it is on disk, in order. Gives the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # -- what the data center has

    @property
    def met(self) -> bool:
        """The data center has been asked what it knows of this journal."""
        return self._writer.acknowledged is not None

    @property
    def acknowledged(self) -> int:
        """The data center has every fact up to this one."""
        return self._writer.acknowledged or 0

    def set_acknowledged(self, seq: int) -> None:
        """May go back, when the data center was restored from a backup. Only once it was met.

        On disk with the next fact or at `close`: after a crash a few facts are sent again, which does no harm.
        """
        self._writer.acknowledged = seq

    async def continue_after(self, seq: int, above: int) -> None:
        """Moves every fact after `above`, and all to come, to numbers behind `seq`. On disk when it returns.

        For a journal that was lost or restored: the data center knows these numbers from its former life, and would
        take new facts for old ones. Ids and times stay. Everything up to `seq` counts as acknowledged, and the data
        center as met (`continue_after(0, above=0)` says no more than that).
        """
        by = seq - above

        def work(store: Store) -> int:
            store.renumber(above, by)
            self.set_acknowledged(seq)
            return store.head.last_seq

        # Facts that wait to be written have old numbers and are moved with the rest; those recorded from now on follow.
        self._numbering.take(by)
        moved = await self._job(work)
        self._last_seq = max(self._last_seq, moved)  # read after the wait: later facts may be on disk by then

    async def prune(self, days: float) -> int:
        """Deletes segments of which every fact is acknowledged, older than `days`, and not of an open contact. Gives how many facts.

        A segment that is not full is closed when its first fact is that old, so that nothing is kept much longer than twice the time.
        When cancelled, what was deleted stays deleted. What a failing disk prevents is left to the next time.
        """
        older_than = self._clock.wall() - timedelta(days=days)
        newest = self._store.segments[-1]
        deleted = 0
        try:
            first = await self._read(lambda: self._reader.after(newest.first - 1, 1))
            if first and first[0].at < older_than and first[0].seq <= self.acknowledged:
                await self._job(partial(Store.close_segment, segment=newest))
            for segment in self._store.segments[:-1]:
                if segment.upper <= self.acknowledged and await self._read(
                    partial(self._reader.is_over, segment, older_than)
                ):
                    deleted += await self._job(partial(Store.remove, segment=segment, acknowledged=self.acknowledged))
        except (sqlite3.Error, OSError) as error:
            log.error("journal.not_pruned", reason=str(error))
        log.info("journal.pruned", facts=deleted, segments=len(self._store.segments))
        return deleted

    # -- inside

    async def _read(self, query: Callable[[], T]) -> T:
        """Again once what was damaged has been made anew."""
        for _ in range(_RESCUES):
            try:
                return await self._loop.run_in_executor(self._reading, query)
            except Damaged as damage:
                await self._rescue(damage)
        raise OSError("the disk damages what was made anew")

    async def _rescue(self, damage: Damaged) -> None:
        """Reading goes on when this is done; recording goes on meanwhile.

        Who meets the same damage finds it mended: a damaged file that is aside would be taken for one of which nothing can be read.
        """

        def work() -> tuple[Segment, Rescued] | None:  # in the reader's only thread: nobody reads what is half made
            segments = self._store.segments
            for before, segment in zip((None, *segments), segments, strict=False):
                if segment.path == damage.segment.path:
                    return segment, rescue(segment, before, self._site)
            return None

        async with self._rescuing:
            await self._job(partial(Store.close_segment, segment=damage.segment))
            if made := await self._loop.run_in_executor(self._reading, work):
                await self._job(partial(Store.put_in_place, damaged=made[0], rescued=made[1]))
                report(damage, made[1], self.acknowledged)

    def _job(self, work: Callable[[Store], T]) -> asyncio.Future[T]:
        if self._closed:
            raise RuntimeError("the journal is closed")
        done: asyncio.Future[T] = self._loop.create_future()
        self._writer.put(Job(work, done))
        return done

    def _on_committed(self, batch: Sequence[Entry]) -> None:
        for entry in batch:
            self._waiting.popleft()
            if not entry.done.done():
                entry.done.set_result(entry.fact)
        self._last_seq = batch[-1].fact.seq
        if self._degraded and not self._waiting:
            self._degraded = False
            log.warning("journal.recovered", seq=self._last_seq)
        for entry in batch:
            for listener in tuple(self._listeners):
                try:
                    listener(entry.fact)
                except Exception as error:
                    log.error("journal.listener_failed", exc_info=error, seq=entry.fact.seq)

    def _on_failed(self, error: Exception) -> None:
        self._degrade(str(error))

    def _check_patience(self) -> None:
        """One timer for all that wait: it fires at most once per `patience` while facts flow."""
        self._watch = None
        if not self._waiting or self._degraded:
            return
        left = self._waiting[0].since + self._patience - self._loop.time()
        if left <= 0:
            self._degrade("the disk does not answer in time")
        else:
            self._watch = self._loop.call_later(left, self._check_patience)

    def _degrade(self, reason: str) -> None:
        if not self._degraded:
            self._degraded = True
            log.error("journal.degraded", reason=reason, buffered=len(self._waiting), buffer=self._buffer)
        self._release()

    def _release(self) -> None:
        for entry in self._waiting:
            if not entry.done.done():
                entry.done.set_result(entry.fact)

    def _lose(self, count: int, kind: str) -> None:
        # One line per thousand: a full disk must not be filled further by its own alarm.
        if self._lost // 1000 != (self._lost + count) // 1000 or self._lost == 0:
            log.error("journal.facts_lost", lost=self._lost + count, kind=kind)
        self._lost += count
