"""How long a site's process takes to start on a long journal, beside reading all of it.

    python tests/bench/journal_start.py [--folder DIR] [--facts 10000000] [--open 1000]

`start_s`: seconds to open the journal and to know what is open, its files not in the kernel's cache; `again_s`: once more, in the cache.
`scan_s`: seconds to find out the same from the facts alone, measured on the latest million of them and multiplied. `bytes`: on disk.
A journal of 10 million facts takes 6 GB and some minutes to make; it is removed in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cti.facts import Fact
from cti.journal import SqliteJournal
from cti.journal.open_contacts import fold, fold_agents
from cti.journal.reading import Reader
from cti.journal.segment import Head, Segment, create, named, scan
from cti.journal.state import State
from cti.journal.store import SEGMENT_FACTS
from cti.kit.clock import SystemClock

SCANNED: Final = 1_000_000
AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
VISIT: Final = '{"flow":"main","version":"b7e23ec29af22b0b","node":"policy","node_kind":"collect","input":"1","outcome":"1","ms":2410}'
# kind and data of one call's facts, in order
STORY: Final = (
    ("contact.arrived", '{"hotline":"95500","caller":"13800138000","called":"95500","node":"sh1","asterisk_channel":"PJSIP/carrier-0a1f"}'),
    ("flow.entered", '{"flow":"main","version":"b7e23ec29af22b0b4e41da31e868d572"}'),
    *[("node.visited", VISIT)] * 7,
    ("queue.entered", '{"queue":"claims","skills":{"car_claims":1},"priority":0}'),
    ("offer.made", '{"offer":"o","queue":"claims","agent":"1001","agent_site":"sh","waited_ms":5120}'),
    ("agent.state_changed", '{"agent":"1001","state":"ringing","was":"idle"}'),
    ("agent.connected", '{"offer":"o","queue":"claims","agent":"1001","agent_site":"sh","waited_ms":9120}'),
    ("offer.ended", '{"offer":"o","queue":"claims","agent":"1001","agent_site":"sh","outcome":"answered","ring_ms":4000}'),
    ("queue.left", '{"queue":"claims","outcome":"answered","waited_ms":9120}'),
    ("agent.disconnected", '{"offer":"o","agent":"1001","ms":182000}'),
    ("agent.state_changed", '{"agent":"1001","state":"idle","was":"talking"}'),
    ("wrap_up.started", '{"agent":"1001","seconds":30.0}'),
    ("wrap_up.ended", '{"agent":"1001","code":"resolved","note":null,"by":"agent","ms":21000}'),
    ("contact.ended", '{"cause":"served","by":"customer","ms":231000}'),
)  # fmt: skip


def stories(count: int, still_open: int) -> Iterator[tuple[int, str, str, bool]]:
    """Number, contact and body of each fact, and whether its contact is open: the latest `still_open` are, and one in 50,000."""
    seq, contact, calls = 0, 0, count // len(STORY)
    while seq < count:
        contact += 1
        is_open = contact > calls - still_open or contact % 50_000 == 0
        for kind, data in STORY[: 15 if is_open else len(STORY)]:
            seq += 1
            of = f"sh1-1795466465.{contact}"
            envelope = f'"site":"sh","seq":{seq},"id":"01M8{seq:022d}","at":"{AT.isoformat()}","contact":"{of}","kind":"{kind}"'
            yield seq, of, f'{{{envelope},"v":1,"data":{data}}}', is_open


def build(folder: Path, count: int, still_open: int) -> None:
    """Segments as a site would have left them, without a commit per batch."""
    folder.mkdir()
    state, facts = State(), stories(count, still_open)
    for serial, first in enumerate(range(1, count + 1, SEGMENT_FACTS), 1):
        last = min(first + SEGMENT_FACTS - 1, count)

        def fill(connection: sqlite3.Connection, first: int = first, last: int = last) -> tuple[Head, State]:
            for low in range(first, last + 1, 10_000):
                rows = list(islice(facts, min(10_000, last + 1 - low)))
                connection.executemany(
                    "INSERT INTO facts VALUES (?, ?, ?, ?)",
                    ((seq, contact, zlib.crc32(body.encode()), body) for seq, contact, body, _ in rows),
                )
                state.apply(state.after([Fact.model_validate_json(body) for _, _, body, is_open in rows if is_open]))
            return Head(last, AT, max(0, last - 10_000)), state

        create(named(folder, serial, first), "sh", first - 1, fill)


async def start(folder: Path) -> tuple[float, int]:
    """Seconds until a process knows what is open, and how many contacts that is."""
    begun = time.perf_counter()
    journal = await SqliteJournal.open(folder, "sh", SystemClock())
    contacts = await journal.open_contacts()
    await journal.open_agents()
    took = time.perf_counter() - begun
    await journal.close()
    return took, len(contacts)


def scanned(segments: tuple[Segment, ...], last: int) -> float:
    """Seconds per fact to learn from facts alone what is open."""
    reader, after, state = Reader(lambda: segments), max(0, last - SCANNED), State()
    begun, count = time.perf_counter(), 0
    while facts := reader.after(after, 10_000):
        for contact, trace in fold(state.contacts, facts).items():
            if trace:
                state.contacts[contact] = trace
            else:
                state.contacts.pop(contact, None)
        fold_agents(facts)
        after, count = facts[-1].seq, count + len(facts)
    reader.close()
    return (time.perf_counter() - begun) / count


def forget(folder: Path) -> None:
    """Takes the files out of the kernel's cache."""
    for path in folder.glob("*.db"):
        file = os.open(path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to be measured")
    parser.add_argument("--facts", type=int, default=10_000_000)
    parser.add_argument("--open", type=int, default=1_000, help="contacts that are open")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder, prefix=".bench-") as temporary:
        folder = Path(temporary) / "sh"
        begun = time.perf_counter()
        build(folder, options.facts, options.open)
        print(f"made in {time.perf_counter() - begun:.0f} s")
        size = sum(path.stat().st_size for path in folder.iterdir())
        forget(folder)
        cold, contacts = asyncio.run(start(folder))
        warm, _ = asyncio.run(start(folder))
        segments = scan(folder).segments
        scan_s = scanned(segments, options.facts) * options.facts
        print(f"{options.facts} facts, {size / 1e9:.1f} GB, {len(segments)} segments, {contacts} contacts open")
        print(f"start: {cold:.3f} s, again {warm:.3f} s; from the facts alone {scan_s:.0f} s")
    figures = {"facts": options.facts, "bytes": size, "segments": len(segments), "open": contacts}
    print(json.dumps(figures | {"start_s": round(cold, 3), "again_s": round(warm, 3), "scan_s": round(scan_s, 1)}))


if __name__ == "__main__":
    main()
