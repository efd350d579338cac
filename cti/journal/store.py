"""The writing side of the journal: it appends to the newest segment, and puts another one in its place when that is full or failed.

A commit whose fsync failed is never believed, and never asked about again: the kernel may have thrown away what it could not write and
still show it to whoever reads the file. Nothing more goes into such a segment; the next one begins behind the last commit that
succeeded, and what lies beyond that in the old one does not count.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from cti.facts import Fact
from cti.journal.folder import open_folder
from cti.journal.reading import Opened
from cti.journal.rescue import Rescued, salvaged, set_aside
from cti.journal.segment import Damaged, Head, Segment, connect, create, insert, named, remove, size
from cti.journal.state import Changes, State, write
from cti.kit.logging import get_logger

log = get_logger(__name__)
SEGMENT_FACTS: Final = 250_000  # about 90 MB
SEGMENT_BYTES: Final = 500_000_000
_FAILED: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Store:
    """For one thread at a time; `segments`, `bytes` and `lost` may be read by any.

    Methods raise `sqlite3.Error` or `OSError`, and then have changed nothing that counts: they can be called again.
    """

    def __init__(self, folder: Path, site: str, segment_facts: int = SEGMENT_FACTS) -> None:
        """Opens or creates the journal of `site`. Raises `EnvironmentProblem`."""
        opened = open_folder(folder, site)
        self.segments = opened.segments  # oldest first; always replaced as a whole
        self.head = opened.head
        self.lost = opened.lost  # facts found to be unreadable since the start
        self.bytes = 0
        self._folder = folder
        self._site = site
        self._lock = opened.lock
        self._connection = opened.connection
        self._state = opened.state
        self._segment_facts = segment_facts
        self._full_at = self.segments[-1].first + segment_facts - 1
        self._failed = False  # the newest segment must not be written any more
        self._closed_bytes = self._measured_closed()
        self._measure()

    def append(self, facts: Sequence[Fact], acknowledged: int | None) -> None:
        """Commits facts, numbered without a gap after those stored; what is stored already is skipped."""
        new = [fact for fact in facts if fact.seq > self.head.last_seq]
        if not new:
            return
        if new[0].seq != self.head.last_seq + 1:
            raise AssertionError(f"fact {new[0].seq} does not follow {self.head.last_seq}")
        self._make_room()
        self._write(Head(new[-1].seq, new[-1].at, acknowledged), self._state.after(new), new)

    def save_acknowledged(self, acknowledged: int | None) -> None:
        if acknowledged == self.head.acknowledged:
            return
        if self._failed:
            self.roll_over()
        self._write(replace(self.head, acknowledged=acknowledged), Changes({}, {}))

    def roll_over(self) -> None:
        """Begins a new segment, with what is open now."""
        newest, head = self.segments[-1], self.head

        def fill(_: sqlite3.Connection) -> tuple[Head, State]:
            return head, self._state

        following = self._begin(head.last_seq + 1, head.last_seq, fill)
        if newest.first > head.last_seq:  # nothing in it counts
            self.segments = (*self.segments[:-1], following)
            self._delete(newest)
        else:
            self.segments = (*self.segments[:-1], replace(newest, last=head.last_seq), following)
        self._closed_bytes = self._measured_closed()
        self._measure()

    def close_segment(self, segment: Segment) -> None:
        """So that nobody writes it any more."""
        if segment == self.segments[-1]:
            self.roll_over()

    def put_in_place(self, damaged: Segment, rescued: Rescued) -> None:
        """Of a closed segment what could be read of it."""
        if damaged not in self.segments:
            return
        if self._failed:
            self.roll_over()
        self._write(self.head, self._state.without(rescued.lost))
        self.segments = tuple(rescued.segment if s == damaged else s for s in self.segments)
        self.lost += len(rescued.lost)
        set_aside(damaged.path)

    def remove(self, segment: Segment, acknowledged: int) -> int:
        """Deletes a closed segment that the data center has, and gives how many facts that were."""
        if segment not in self.segments or segment.last is None or segment.last > acknowledged:
            return 0
        self.segments = tuple(s for s in self.segments if s != segment)
        self._delete(segment)
        self._closed_bytes = self._measured_closed()
        self._measure()
        return segment.last - segment.first + 1

    def renumber(self, above: int, by: int) -> None:
        """Adds `by` to the number of every fact after `above`, and takes all up to `above + by` as acknowledged.

        They move into a new segment; as soon as that is there, what earlier ones have above `above` does not count any more.
        """
        if by == 0:
            self.save_acknowledged(above)
            return
        head = Head(self.head.last_seq + by, self.head.last_at, above + by)

        def fill(connection: sqlite3.Connection) -> tuple[Head, State]:
            for segment in self.segments:
                for facts in self._facts_of(segment, above):
                    insert(connection, [fact.model_copy(update={"seq": fact.seq + by}) for fact in facts])
            return head, self._state.shifted(above, by)

        following = self._begin(above + by + 1, above, fill)
        moved = [s for s in self.segments if s.first > above]
        kept = [replace(s, last=min(s.upper, above)) for s in self.segments if s.first <= above]
        self.segments, self.head, self._state = (*kept, following), head, self._state.shifted(above, by)
        for segment in moved:
            self._delete(segment)
        self._closed_bytes = self._measured_closed()
        self._measure()

    def close(self) -> None:
        """Gives the folder free for the next process. Never raises: what is committed is safe."""
        self._leave()
        os.close(self._lock)

    # Inside

    def _write(self, head: Head, changes: Changes, facts: Sequence[Fact] = ()) -> None:
        with self._transaction() as connection:
            if facts:
                insert(connection, facts)
            write(connection, changes)
            connection.execute(
                "UPDATE journal SET last_seq = ?, last_at = ?, acknowledged = ?",
                (head.last_seq, head.last_at.isoformat() if head.last_at else None, head.acknowledged),
            )
        self._state.apply(changes)
        self.head = head
        self._measure()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException as error:
            if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _FAILED:
                self._failed = True
            with suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            raise

    def _make_room(self) -> None:
        """Another segment when this one is full or has failed. A full one can be written, should the disk take no other."""
        if self._failed:
            self.roll_over()
        elif self.head.last_seq >= self._full_at or self.bytes - self._closed_bytes > SEGMENT_BYTES:
            try:
                self.roll_over()
            except (sqlite3.Error, OSError) as error:
                if self._failed:
                    raise
                self._full_at = self.head.last_seq + self._segment_facts // 10
                log.warning("journal.not_rolled_over", reason=str(error))

    def _begin(
        self, first: int, after: int, fill: Callable[[sqlite3.Connection], tuple[Head, State]]
    ) -> Segment:  # fmt: skip
        """Makes the next segment and turns to it. Facts must not go into the old one once the new one can be seen."""
        serial = self.segments[-1].serial + 1
        following = Segment(named(self._folder, serial, first), serial, first)
        try:
            remove(following.path)  # of an attempt that failed after it could be seen
            create(following.path, self._site, after, fill)
            connection = connect(following.path)
        except BaseException:
            self._failed = self._failed or following.path.exists()
            raise
        self._leave()
        self._connection = connection
        self._failed = False
        self._full_at = first + self._segment_facts - 1
        return following

    def _leave(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(sqlite3.Error):
            self._connection.close()

    def _facts_of(self, segment: Segment, above: int) -> Iterator[list[Fact]]:
        """Those above a number; what can't be read is told as lost."""
        low, high = max(segment.first, above + 1), min(segment.upper, self.head.last_seq)
        if low > high:
            return
        opened = None
        try:
            with suppress(Damaged):
                opened = Opened(segment)
            yield from salvaged(opened, low, high, None, self._site)
        finally:
            if opened:
                opened.close()

    def _delete(self, segment: Segment) -> None:
        """What can't be deleted is found at the next start."""
        with suppress(OSError):
            remove(segment.path)

    def _measured_closed(self) -> int:
        with suppress(OSError):
            return sum(size(segment.path) for segment in self.segments[:-1])
        return 0

    def _measure(self) -> None:
        with suppress(OSError):
            self.bytes = self._closed_bytes + size(self.segments[-1].path)
