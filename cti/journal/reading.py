"""Reads facts out of segments, and believes none that is not what was written.

A segment that lacks a fact, or holds one whose checksum is wrong, raises `Damaged`: `rescue.py` then makes it anew. Errors that
are the disk's or the moment's (busy, no memory, too many files) stay `sqlite3.Error`.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import ValidationError

from cti.calls.ports import OpenContact
from cti.facts import Fact
from cti.facts.kinds import FactLost
from cti.journal.segment import OLD_FORMAT, Damaged, Head, Segment, connect_to_read, head_of, scan
from cti.journal.state import State

T = TypeVar("T")
CHUNK: Final = 500
_CACHED: Final = 4  # files kept open
_UNREADABLE: Final = frozenset({
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_CORRUPTFS, sqlite3.SQLITE_ERROR,  # the last: a table is missing
})  # fmt: skip
_COLUMNS: Final = {False: "seq, NULL, CAST(body AS BLOB)", True: "seq, crc, CAST(body AS BLOB)"}


class Opened:
    """One segment, open to be read. Methods raise `Damaged` or `sqlite3.Error`."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        with self._watched():
            self.connection = connect_to_read(segment)
            try:
                (self.version,) = self.connection.execute("PRAGMA user_version").fetchone()
            except BaseException:
                self.connection.close()
                raise
        self.is_gapless = self.version != OLD_FORMAT

    def between(self, low: int, high: int, limit: int) -> list[Fact]:
        """Facts with numbers from `low` to `high`, at most `limit` of them."""
        low, high = max(low, self.segment.first), min(high, self.segment.upper)
        if low > high or limit <= 0:
            return []
        facts = self._facts("seq BETWEEN ? AND ? ORDER BY seq LIMIT ?", low, high, limit)
        if self.is_gapless:
            complete = self.segment.last is None or len(facts) == min(limit, high - low + 1)
            if not complete or any(fact.seq != low + i for i, fact in enumerate(facts)):
                raise Damaged(self.segment, f"facts are missing behind {low}")
        return facts

    def of_contact(self, contact: str) -> list[Fact]:
        return self._facts("contact = ? AND seq <= ? ORDER BY seq", contact, self.segment.upper)

    def numbered(self, seqs: Sequence[int]) -> list[Fact]:
        facts = self._facts("seq IN (SELECT value FROM json_each(?)) ORDER BY seq", json.dumps(seqs))
        if self.is_gapless and len(facts) != len(seqs):
            raise Damaged(self.segment, "facts of what is open are missing")
        return facts

    def holds_any(self, contacts: Iterable[str]) -> bool:
        with self._watched():
            (found,) = self.connection.execute(
                "SELECT EXISTS (SELECT 1 FROM facts WHERE contact IN (SELECT value FROM json_each(?)))",
                (json.dumps(list(contacts)),),
            ).fetchone()
            return bool(found)

    def state(self) -> State:
        with self._watched():
            return State.load(self.connection)

    def head(self) -> Head:
        with self._watched():
            return head_of(self.connection)

    def site(self) -> str:
        with self._watched():
            return str(self.connection.execute("SELECT site FROM journal").fetchone()[0])

    def after(self) -> int:
        """What earlier segments have beyond this number does not count."""
        with self._watched():
            (after,) = self.connection.execute("SELECT after_seq FROM journal").fetchone()
            return int(after)

    def extreme(self, which: Literal["min", "max"]) -> int | None:
        """The lowest or highest number; None without facts."""
        with self._watched():
            (found,) = self.connection.execute(f"SELECT {which}(seq) FROM facts").fetchone()  # noqa: S608
            return None if found is None else int(found)

    def close(self) -> None:
        self.connection.close()

    def _facts(self, where: str, *values: str | int) -> list[Fact]:
        with self._watched():
            columns = _COLUMNS[self.is_gapless]
            rows = self.connection.execute(f"SELECT {columns} FROM facts WHERE {where}", values).fetchall()  # noqa: S608 - of this file
        return [self._checked(*row) for row in rows]

    def _checked(self, seq: int, crc: int | None, body: bytes) -> Fact:
        try:
            if crc is not None and zlib.crc32(body) != crc:
                raise ValueError("wrong checksum")
            fact = Fact.model_validate_json(body)
            if fact.seq != seq:
                raise ValueError(f"it says that it is fact {fact.seq}")
        except (ValueError, TypeError) as error:
            # pydantic's errors quote what they could not read, which may be a customer's
            reason = "not a fact" if isinstance(error, ValidationError) else str(error)
            raise Damaged(self.segment, f"fact {seq}: {reason}") from None
        return fact

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Tells damage from what may pass."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            is_text = code is None and isinstance(error, sqlite3.OperationalError)  # a text that is no UTF-8
            if is_text or (code is not None and (code in _UNREADABLE or code & 0xFF in _UNREADABLE)):
                raise Damaged(self.segment, str(error)) from None
            if not self.segment.path.exists():
                raise Damaged(self.segment, "the file is gone") from None
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:  # tables that hold something else
            raise Damaged(self.segment, type(error).__name__) from None


class Reader:
    """Reads the whole journal, for one thread at a time. `segments` gives those that count now, oldest first.

    Methods raise `Damaged` or `sqlite3.Error`.
    """

    def __init__(self, segments: Callable[[], tuple[Segment, ...]]) -> None:
        self._segments = segments
        self._open: OrderedDict[Segment, Opened] = OrderedDict()

    def after(self, seq: int, limit: int) -> list[Fact]:
        def find(segments: Sequence[Segment]) -> list[Fact]:
            found: list[Fact] = []
            for segment in segments:
                if segment.upper > seq and len(found) < limit:
                    found += self._opened(segment).between(seq + 1, segment.upper, limit - len(found))
            return found

        return self._read(find)

    def of_contact(self, contact: str) -> list[Fact]:
        """Looks no further back than to where the contact arrived."""

        def find(segments: Sequence[Segment]) -> list[Fact]:
            found: list[Fact] = []
            for segment in reversed(segments):
                found[:0] = self._opened(segment).of_contact(contact)
                if found and found[0].kind == "contact.arrived":
                    break
            return found

        return self._read(find)

    def open_contacts(self) -> list[OpenContact]:
        def find(segments: Sequence[Segment]) -> list[OpenContact]:
            traces = self._opened(segments[-1]).state().contacts
            facts = self._numbered(segments, {seq for trace in traces.values() for seq in trace.seqs()})
            lost = {seq for trace in traces.values() for seq in trace.seqs()} - facts.keys()
            known = {contact: trace.without(lost) if lost else trace for contact, trace in traces.items()}
            oldest_first = sorted(((c, t) for c, t in known.items() if t), key=lambda item: item[1].arrived)
            return [trace.resolved(contact, facts) for contact, trace in oldest_first]

        return self._read(find)

    def open_agents(self) -> list[Fact]:
        def find(segments: Sequence[Segment]) -> list[Fact]:
            facts = self._numbered(segments, set(self._opened(segments[-1]).state().agents.values()))
            return [facts[seq] for seq in sorted(facts)]

        return self._read(find)

    def is_over(self, segment: Segment, older_than: datetime) -> bool:
        """Whether all in it is older than a moment, and nothing belongs to what is open now."""

        def find(segments: Sequence[Segment]) -> bool:
            if segment not in segments[:-1]:
                return False
            opened = self._opened(segment)
            last_at = opened.head().last_at
            if last_at and last_at >= older_than:
                return False
            state = self._opened(segments[-1]).state()
            if any(segment.first <= seq <= segment.upper for seq in state.agents.values()):
                return False
            return not opened.holds_any(c for c, trace in state.contacts.items() if trace.arrived <= segment.upper)

        return self._read(find)

    def lost_among(self, seqs: Collection[int]) -> set[int]:
        """Which of these facts can't be told any more."""
        return set(seqs) - self._read(lambda segments: self._numbered(segments, set(seqs))).keys()

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _numbered(self, segments: Sequence[Segment], seqs: set[int]) -> dict[int, Fact]:
        """Without those that are lost."""
        found: dict[int, Fact] = {}
        for segment in segments:
            if wanted := sorted(seq for seq in seqs if segment.first <= seq <= segment.upper):
                found |= {f.seq: f for f in self._opened(segment).numbered(wanted) if f.kind != FactLost.kind}
        return found

    def _read(self, find: Callable[[Sequence[Segment]], T]) -> T:
        """Again when the writer has put something else in the place of what was being read."""
        while True:
            segments = self._segments()
            for segment in [s for s in self._open if s not in segments]:
                self._open.pop(segment).close()
            try:
                return find(segments)
            except (Damaged, sqlite3.Error):
                if self._segments() is segments:
                    raise

    def _opened(self, segment: Segment) -> Opened:
        opened = self._open.pop(segment, None) or Opened(segment)
        self._open[segment] = opened
        while len(self._open) > _CACHED:
            self._open.popitem(last=False)[1].close()
        return opened


def read_facts(folder: Path) -> Iterator[Fact]:
    """All facts of a site's folder, in order; also beside the process that writes them. Raises `Damaged`, `sqlite3.Error`, `OSError`."""
    segments = scan(folder).segments
    with closing(Reader(lambda: segments)) as reader:
        after = 0
        while facts := reader.after(after, CHUNK):
            yield from facts
            after = facts[-1].seq
