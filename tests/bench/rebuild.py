"""How fast every contact is told again from its facts: `cti datacenter rebuild` on PostgreSQL with fsync.

    python tests/bench/rebuild.py [--facts 1000000]

The projected rows are wiped, made anew twice, and must be the same. `facts_s`: facts per second of the second time, when all rows
are replaced. `read_s`: the same facts merely read in the same order, for comparison. `cpu_us`: what one fact costs our process;
the rest is PostgreSQL's. `memory_mb`: the most that this process held. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import sys
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import select, text

from cti.datacenter import rebuild, upgrade_database
from cti.datacenter.database import Database
from cti.datacenter.ingest.repository import add_facts
from cti.datacenter.models import FactRow
from tests.postgres import running_server
from tests.scribe import Scribe

PER_CONTACT = 12
PROJECTED = ("contacts", "legs", "node_visits", "queue_visits", "wrap_ups")


async def fill(database: Database, contacts: int) -> None:
    scribe = Scribe()
    for number in range(contacts):
        scribe.served(f"c{number:07}")
        if len(scribe.facts) >= 20_000 or number == contacts - 1:
            async with database.writing() as connection:
                await connection.execute(text("SELECT 1"))
                await add_facts(connection, scribe.facts)
            scribe.facts.clear()


async def digest(database: Database) -> list[tuple[int, str]]:
    """Of every projected row, by table."""
    found = []
    for table in PROJECTED:
        rows = f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t"
        async with database.reading() as session:
            count, md5 = (await session.execute(text(rows))).one()
        found.append((count, md5))
    return found


async def read(database: Database) -> int:
    facts = 0
    async with database.reading() as session:
        query = select(FactRow.__table__).order_by(FactRow.contact).execution_options(yield_per=5000)
        async for _ in await session.stream(query):
            facts += 1
    return facts


async def main(facts: int) -> None:
    logging.disable(logging.INFO)
    with running_server() as server:
        url = server.create_database("bench")
        await upgrade_database(url)
        database = Database(url, statement_seconds=None)
        try:
            await fill(database, facts // PER_CONTACT)
            async with database.writing() as connection:
                await connection.execute(text("ANALYZE"))
            began = perf_counter()
            facts = await read(database)
            figures: dict[str, object] = {"facts": facts, "read_s": round(facts / (perf_counter() - began))}
            await rebuild(database)
            first = await digest(database)
            began, spent = perf_counter(), process_time()
            figures["contacts"] = await rebuild(database)
            seconds = perf_counter() - began
            figures |= {"seconds": round(seconds, 1), "facts_s": round(facts / seconds)}
            figures["cpu_us"] = round((process_time() - spent) / facts * 1e6, 1)
            figures["same_rows"] = await digest(database) == first
        finally:
            await database.close()
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=1_000_000)
    asyncio.run(main(parser.parse_args().facts))
