"""Writes journals as a site would, for tests of what becomes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from cti.facts import Fact, FactData
from cti.facts.kinds import ContactArrived, ContactEnded, EndCause, NodeUp, Party, WrapUpEnded, WrapUpStarted
from cti.journal import SqliteJournal
from cti.journal.numbering import Numbering
from cti.journal.segment import scan
from cti.journal.store import Store
from cti.kit.clock import SystemClock

ARRIVED = ContactArrived(hotline="95500", caller="", called="95500", node="sh1", asterisk_channel="PJSIP/1")
ENDED = ContactEnded(cause=EndCause.CONTAINED, by=Party.CUSTOMER, ms=1)
UP = NodeUp(node="sh1")
WRAP_UP = WrapUpStarted(agent="1001", seconds=30)
WRAP_UP_ENDED = WrapUpEnded(agent="1001", code="resolved", by=Party.AGENT, ms=9)


OLD_SCHEMA = """
CREATE TABLE facts (seq INTEGER PRIMARY KEY, contact TEXT, body TEXT NOT NULL);
CREATE INDEX facts_of_contact ON facts (contact, seq) WHERE contact IS NOT NULL;
CREATE TABLE open_contacts (contact TEXT PRIMARY KEY, trace TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (site TEXT NOT NULL, last_seq INTEGER NOT NULL, last_at TEXT, acknowledged INTEGER);
PRAGMA user_version = 1;
"""


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
    return await SqliteJournal.open(folder, "sh", SystemClock(), patience=60.0, retry=0.02, segment_facts=segment_facts)


async def everything(journal: SqliteJournal) -> Sequence[Fact]:
    return await journal.read(0, 10**9)


def old_journal(folder: Path, extra: str = "") -> list[str]:
    """As an earlier version left it: one file, facts without checksum, some deleted; an open contact; a version without agents."""
    facts = written(folder / "made", calls=4, segment_facts=1_000)
    made = scan(folder / "made").segments[-1].path
    with closing(sqlite3.connect(folder / "journal.db")) as file:
        file.executescript(OLD_SCHEMA)
        file.execute("ATTACH ? AS made", (str(made),))
        file.execute("INSERT INTO facts SELECT seq, contact, body FROM made.facts WHERE seq > 2")
        file.execute("INSERT INTO open_contacts SELECT * FROM made.open_contacts")
        file.execute("INSERT INTO journal SELECT site, last_seq, last_at, 5 FROM made.journal")
        file.commit()
        if extra:
            file.executescript(extra)
    return [f.id for f in facts[2:]]
