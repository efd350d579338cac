"""Writes journals as a site would, for tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cti.facts import Fact, FactData
from cti.facts.kinds import ContactArrived, ContactEnded, EndCause, NodeUp, Party, WrapUpEnded, WrapUpStarted
from cti.journal import SqliteJournal
from cti.journal.numbering import Numbering
from cti.journal.store import Store
from cti.kit.clock import SystemClock

ARRIVED = ContactArrived(hotline="95500", caller="", called="95500", node="sh1", asterisk_channel="PJSIP/1")
ENDED = ContactEnded(cause=EndCause.CONTAINED, by=Party.CUSTOMER, ms=1)
UP = NodeUp(node="sh1")
WRAP_UP = WrapUpStarted(agent="1001", seconds=30)
WRAP_UP_ENDED = WrapUpEnded(agent="1001", code="resolved", by=Party.AGENT, ms=9)


class Scribe:
    """A store with numbers for its facts. `facts` are those that were committed."""

    def __init__(self, folder: Path, segment_facts: int) -> None:
        self.folder = folder
        self.store = Store(folder, "sh", segment_facts)
        self.facts: list[Fact] = []
        self._numbering = Numbering("sh", SystemClock(), self.store.head.last_seq, self.store.head.last_at)

    def tell(self, *story: tuple[FactData, str | None]) -> None:
        """One commit. When it fails nothing was told."""
        batch, before = [], self._numbering.last_seq
        for data, contact in story:
            batch.append(self._numbering.next(data, contact))
            self._numbering.take()
        try:
            self.store.append(batch, 0)
        except BaseException:
            self._numbering.last_seq = before
            raise
        self.facts += batch

    def calls(self, count: int, at_once: int = 1) -> None:
        """Contacts of three facts each, the latest one still open; so many with each commit."""
        story: list[tuple[FactData, str | None]] = []
        for n in range(count):
            contact = f"c{len(self.facts)}-{n}"
            story += [(ARRIVED, contact), (WRAP_UP, contact), (UP if n == count - 1 else ENDED, contact)]
            if n % at_once == at_once - 1:
                self.tell(*story)
                story = []


def written(folder: Path, calls: int, segment_facts: int, at_once: int = 1) -> list[Fact]:
    """A journal of so many calls, closed."""
    scribe = Scribe(folder, segment_facts)
    scribe.calls(calls, at_once)
    scribe.store.close()
    return scribe.facts


async def opened(folder: Path, segment_facts: int = 1_000) -> SqliteJournal:
    return await SqliteJournal.open(folder, "sh", SystemClock(), retry=0.02, segment_facts=segment_facts)


async def everything(journal: SqliteJournal) -> Sequence[Fact]:
    return await journal.read(0, 10**9)
