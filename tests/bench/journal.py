"""How fast facts become durable: group commit beside one commit per fact, on the same disk in the same run.

    python tests/bench/journal.py [--folder DIR] [--seconds 5] [--tasks 100]

`facts_s`: facts recorded and awaited per second by concurrent tasks. `p99_ms`: 99th percentile of one awaited `record`.
`single_commit_s`: the same facts, one transaction each, awaited by the same tasks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from cti.facts import FactData
from cti.facts.kinds import ContactArrived, ContactEnded, EndCause, NodeVisited, Party
from cti.journal import SqliteJournal
from cti.journal.numbering import Numbering
from cti.journal.store import Store
from cti.kit.clock import SystemClock

Record = Callable[[FactData, str], Awaitable[object]]
STORY = (
    ContactArrived(
        hotline="95500", caller="13800138000", called="95500", node="sh1", asterisk_channel="PJSIP/carrier-1"
    ),
    *(
        NodeVisited(flow="main", version="abc", node=f"menu{i}", node_kind="menu", input="1", outcome="1", ms=1200)
        for i in range(8)
    ),
    ContactEnded(cause=EndCause.CONTAINED, by=Party.CUSTOMER, ms=42_000),
)


async def measure(record: Record, tasks: int, seconds: float) -> tuple[float, float]:
    """Facts per second, and the 99th percentile of the time to record one, in ms."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        call = 0
        while time.perf_counter() < end:
            call += 1
            for data in STORY:
                start = time.perf_counter()
                await record(data, f"c{number}-{call}")
                took.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(caller(n) for n in range(tasks)))
    elapsed = time.perf_counter() - start
    return len(took) / elapsed, sorted(took)[int(len(took) * 0.99)] * 1000


async def grouped(folder: Path, tasks: int, seconds: float) -> tuple[float, float]:
    async with await SqliteJournal.open(folder, "sh", SystemClock()) as journal:
        return await measure(journal.record, tasks, seconds)


async def single(folder: Path, tasks: int, seconds: float) -> tuple[float, float]:
    store, numbering = Store(folder, "sh"), Numbering("sh", SystemClock())
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:

        def record(data: FactData, contact: str) -> Awaitable[object]:
            fact = numbering.next(data, contact)
            numbering.take()
            return loop.run_in_executor(thread, store.append, [fact], 0)

        figures = await measure(record, tasks, seconds)
    store.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to be measured")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--tasks", type=int, default=100)
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder, prefix=".bench-") as folder:
        rate, p99 = asyncio.run(grouped(Path(folder) / "grouped", options.tasks, options.seconds))
        print(f"group commit:        {rate:9.0f} facts/s, p99 {p99:.2f} ms")
        alone_rate, alone_p99 = asyncio.run(grouped(Path(folder) / "alone", 1, options.seconds / 5))
        print(f"group commit, 1 task:{alone_rate:9.0f} facts/s, p99 {alone_p99:.2f} ms")
        single_rate, single_p99 = asyncio.run(single(Path(folder) / "single", options.tasks, options.seconds))
        print(f"one commit per fact: {single_rate:9.0f} facts/s, p99 {single_p99:.2f} ms")
    print(json.dumps({"facts_s": round(rate), "p99_ms": round(p99, 2), "single_commit_s": round(single_rate)}))


if __name__ == "__main__":
    main()
