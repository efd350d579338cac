"""How many facts per second the data center takes, through its whole HTTP application.

    python tests/bench/ingest.py [--contacts 2000]

`facts_s`: facts that belong to no contact, so that only the facts table is written. `projected_s`: whole contacts, projected as
they come. `copy_s`: the same rows by raw COPY into a table of the same shape, the most PostgreSQL can do here. The last line is
JSON: PostgreSQL's figures, and SQLite's under `sqlite`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cti.facts import Fact
from tests.datacenter import make_config, running_datacenter
from tests.postgres import running_server
from tests.scribe import Scribe

BATCH = 1000


def bodies(scribe: Scribe) -> list[bytes]:
    """Ready to be sent, so that the client's work does not count."""
    return [json.dumps(scribe.batch(i + 1, i + BATCH)).encode() for i in range(0, scribe.seq, BATCH)]


def story(site: str, contacts: int) -> Scribe:
    scribe = Scribe(site)
    for i in range(contacts):
        scribe.served(f"{site}-{i}")
    return scribe


async def send(client: httpx.AsyncClient, batches: Sequence[bytes]) -> None:
    for body in batches:
        response = await client.post("/api/v1/facts", content=body, headers={"Content-Type": "application/json"})
        response.raise_for_status()


async def measure(url: str, contacts: int) -> dict[str, float]:
    """Two sites send at once, as they do when both drain their journals."""
    figures: dict[str, float] = {}
    async with running_datacenter(make_config(url, samples=False)) as client:
        for name, sites in (("facts_s", ("na", "nb")), ("projected_s", ("pa", "pb"))):
            scribes = [story(site, contacts // 2) for site in sites]
            if name == "facts_s":
                for scribe in scribes:
                    scribe.facts = [fact.model_copy(update={"contact": None}) for fact in scribe.facts]
            batches = [bodies(scribe) for scribe in scribes]
            began = perf_counter()
            await asyncio.gather(*(send(client, each) for each in batches))
            figures[name] = round(sum(scribe.seq for scribe in scribes) / (perf_counter() - began))
    return figures


async def copy(url: str, facts: Sequence[Fact]) -> float:
    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE copied (LIKE facts INCLUDING ALL)")
        rows = [(f.site, f.seq, f.id, f.at, f.contact, f.kind, f.v, json.dumps(f.data)) for f in facts]
        began = perf_counter()
        await connection.copy_records_to_table("copied", records=rows)
        return round(len(rows) / (perf_counter() - began))
    finally:
        await connection.close()


async def main(contacts: int) -> None:
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        sqlite = await measure(f"sqlite+aiosqlite:///{folder}/datacenter.db", contacts)
    print("SQLite:    ", sqlite)
    with running_server() as server:
        url = server.create_database("bench")
        postgresql = await measure(url, contacts)
        postgresql["copy_s"] = await copy(url, story("copy", contacts).facts)
    print("PostgreSQL:", postgresql)
    print(json.dumps({**postgresql, "sqlite": sqlite}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=2000, help="contacts of 12 facts each")
    asyncio.run(main(parser.parse_args().contacts))
