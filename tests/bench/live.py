"""What live updates cost those who store facts, and how soon readers are told.

    python tests/bench/live.py [--seconds 4] [--readers 500]

Eight sites send one contact's twelve facts after the other, each in a transaction of its own: many small commits, which is where
PostgreSQL's NOTIFY costs most. `quiet_s` facts are stored per second when nobody is told,
`ringing_s` when each is spoken of, `followed_s` when readers of everything follow too; `ringing` and `followed` are their
ratios to `quiet_s`, the median of rounds in turn. `told_ms`: from before a batch is sent until a reader has its contact's end,
one batch after the other. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cti.datacenter import Database, upgrade_database
from cti.datacenter.ingest import reading
from cti.datacenter.ingest.service import Ingest
from cti.datacenter.live.bell import Bell, PostgresBell
from cti.datacenter.live.schemas import Topic
from cti.datacenter.live.service import Live
from cti.datacenter.live.streams import Stream, Wanted
from cti.datacenter.metrics import Metrics
from cti.kit.clock import SystemClock
from tests.postgres import running_server
from tests.scribe import Scribe

SITES, ROUNDS = 8, 3
EVERYTHING = Wanted(frozenset(Topic))
_names = count()


class Silence:
    def ring(self, site: str, seq: int) -> None:
        pass

    async def listen(self, ears: Any) -> Any:
        raise NotImplementedError


async def stored_per_second(database: Database, bell: Bell, seconds: float) -> float:
    ingest = Ingest(database, SystemClock(), bell, gone=lambda now: None)
    until = perf_counter() + seconds

    async def site(name: str) -> int:
        scribe = Scribe(name)
        while perf_counter() < until:
            first = scribe.seq + 1
            scribe.served(f"{name}-{first}")
            await ingest.take(reading.read(json.dumps(scribe.batch(first)).encode()))
        return scribe.seq

    began = perf_counter()
    stored = await asyncio.gather(*(site(f"s{next(_names)}") for _ in range(SITES)))
    return sum(stored) / (perf_counter() - began)


async def read(live: Live, stream: Stream) -> None:
    async for _ in stream.chunks(lambda: live.cursor):
        pass


@asynccontextmanager
async def followed(live: Live, readers: int) -> AsyncIterator[None]:
    streams = [await live.join(EVERYTHING, None) for _ in range(1)]
    streams += await asyncio.gather(*(live.join(EVERYTHING, None) for _ in range(readers - 1)))
    tasks = [asyncio.create_task(read(live, stream)) for stream in streams]
    try:
        yield
    finally:
        for task, stream in zip(tasks, streams, strict=True):
            task.cancel()
            live.leave(stream)
        await asyncio.gather(*tasks, return_exceptions=True)


async def told_ms(database: Database, bell: Bell, live: Live, contacts: int) -> list[float]:
    ingest, took = Ingest(database, SystemClock(), bell, gone=lambda now: None), []
    stream = await live.join(Wanted(frozenset({Topic.CONTACTS})), None)
    chunks = stream.chunks(lambda: live.cursor)
    scribe = Scribe(f"s{next(_names)}")
    for _ in range(contacts):
        first = scribe.seq + 1
        scribe.served(f"t-{first}")
        began = perf_counter()
        await ingest.take(reading.read(json.dumps(scribe.batch(first)).encode()))
        async for chunk in chunks:
            if f'"t-{first}"'.encode() in chunk:
                break
        took.append((perf_counter() - began) * 1000)
    live.leave(stream)
    return took


async def measure(url: str, seconds: float, readers: int) -> dict[str, float]:
    await upgrade_database(url)
    database = Database(url)
    bell = PostgresBell(database)
    live = Live(database, bell, Metrics())
    running = asyncio.create_task(live.run())
    rounds: dict[str, list[float]] = {"quiet_s": [], "ringing_s": [], "followed_s": []}
    try:
        await stored_per_second(database, Silence(), seconds / 4)  # warms up
        for _ in range(ROUNDS):
            rounds["quiet_s"].append(await stored_per_second(database, Silence(), seconds))
            rounds["ringing_s"].append(await stored_per_second(database, bell, seconds))
            async with followed(live, readers):
                rounds["followed_s"].append(await stored_per_second(database, bell, seconds))
        took = sorted(await told_ms(database, bell, live, 60))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()
    figures = {name: round(statistics.median(values)) for name, values in rounds.items()}

    def ratio(name: str) -> float:
        return round(statistics.median(a / b for a, b in zip(rounds[name], rounds["quiet_s"], strict=True)), 3)

    return figures | {
        "ringing": ratio("ringing_s"), "followed": ratio("followed_s"), "readers": readers,
        "told_ms_median": round(statistics.median(took), 1), "told_ms_p95": round(took[int(len(took) * 0.95)], 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--readers", type=int, default=500)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    with running_server() as server:
        figures = asyncio.run(measure(server.create_database("bench"), given.seconds, given.readers))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
