"""The thread that writes: it commits whatever waits in one transaction (group commit), and gives up only at the end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final

from cti.facts import Fact
from cti.journal.store import Store

MAX_BATCH: Final = 1_000


@dataclass(slots=True, eq=False)
class Entry:
    """A fact on its way to the disk. `since` is the loop's time."""

    fact: Fact
    done: asyncio.Future[Fact]
    since: float


@dataclass(slots=True, eq=False)
class Job:
    """Work on the store, done in its turn among the facts: all before it are committed, none behind it is."""

    work: Callable[[Store], Any]
    done: asyncio.Future[Any]


class Writer:
    """Owns the store while it runs. `committed` and `failed` are called on `loop`, once per batch or failed attempt."""

    def __init__(
        self,
        store: Store,
        loop: asyncio.AbstractEventLoop,
        *,
        committed: Callable[[Sequence[Entry]], None],
        failed: Callable[[Exception], None],
        retry: float,
    ) -> None:
        self.acknowledged = (
            store.head.acknowledged
        )  # None until the data center was met; set on the loop, saved with the next commit
        self._store = store
        self._loop = loop
        self._committed = committed
        self._failed = failed
        self._retry = retry
        self._queue: SimpleQueue[Entry | Job | None] = SimpleQueue()
        self._closing = threading.Event()
        # A daemon: a disk that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def put(self, item: Entry | Job) -> None:
        self._queue.put(item)

    def close(self, within: float) -> bool:
        """Blocks until all that was put is written or has failed once more; False if `within` seconds were too few."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            batch, job, last = self._take()
            if batch:
                self._commit(batch)
            if job:
                self._do(job)
            if last:
                self._persist(lambda: self._store.save_acknowledged(self.acknowledged))
                self._store.close()
                return

    def _take(self) -> tuple[list[Entry], Job | None, bool]:
        """Waits for something, then takes all the facts that wait, up to a job or the end."""
        batch: list[Entry] = []
        item = self._queue.get()
        while isinstance(item, Entry):
            batch.append(item)
            if len(batch) == MAX_BATCH:
                return batch, None, False
            try:
                item = self._queue.get_nowait()
            except Empty:
                return batch, None, False
        return batch, item, item is None

    def _commit(self, batch: list[Entry]) -> None:
        facts = [entry.fact for entry in batch]
        if self._persist(lambda: self._store.append(facts, self.acknowledged)):
            self._tell(self._committed, batch)

    def _do(self, job: Job) -> None:
        def work() -> None:
            try:
                self._tell(_settle, job.done, job.work(self._store), None)
            except (sqlite3.Error, OSError):
                raise
            except Exception as error:  # a mistake in the job itself: its caller is told, and the facts go on
                self._tell(_settle, job.done, None, error)

        if not self._persist(work):
            self._tell(_settle, job.done, None, RuntimeError("the journal was closed"))

    def _persist(self, write: Callable[[], None]) -> bool:
        """Tries until it succeeds; False once the journal is closing. Nothing may end this thread: facts wait for it."""
        while True:
            try:
                write()
                return True
            except Exception as error:
                self._tell(self._failed, error)
            if self._closing.wait(self._retry):
                return False

    def _tell(self, callback: Callable[..., object], *values: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *values)
        except RuntimeError:
            pass  # the loop is closed: nobody listens any more


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error:
        future.set_exception(error)
    else:
        future.set_result(result)
