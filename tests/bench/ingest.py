"""How many facts per second the data center takes: the whole program (`cti datacenter`) in a process of its own, over HTTP.

    python tests/bench/ingest.py [--contacts 4000]

Two sites send at once, as they do when both drain their journals, 1000 facts per batch. `facts_s`: facts that belong to no
contact, so that only the facts table is written. `projected_s`: whole contacts, projected as they come. `copy_s`: the same rows
by raw COPY into a table of the same shape, the most PostgreSQL can do here. `cpu_us`: what one fact costs the data center's
process. `memory_mb`: the most that process held, and `memory_idle_mb` before the first batch. PostgreSQL has fsync on. The last
line is JSON: PostgreSQL's figures, and SQLite's under `sqlite`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cti.facts import Fact
from cti.settings import Settings
from tests.ports import free_port
from tests.postgres import running_server
from tests.scribe import Scribe

CHECKOUT = Path(__file__).resolve().parents[2]
BATCH = 1000
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Center:
    """A running data center."""

    url: str
    token: str
    pid: int

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, line: str) -> int:
        """MB; `VmRSS` now, `VmHWM` at most."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(each.split()[1]) // 1024 for each in status.splitlines() if each.startswith(line))


@contextmanager
def running_center(database: str) -> Iterator[Center]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        demo = (CHECKOUT / "asterisk_conf/topologies/demo.yaml").read_text()
        topology = Path(folder) / "topology.yaml"
        topology.write_text(demo.replace("8000", str(port)))
        state = Path(folder) / "state"
        environment = {**os.environ, "HOTLINE_STATE": str(state), "HOTLINE_DATABASE_URL": database}
        command = [sys.executable, "-m", "cti", "datacenter", "--topology", str(topology)]
        with (Path(folder) / "log").open("w") as log, subprocess.Popen(command, env=environment, cwd=CHECKOUT, stderr=log,
                                                                      stdout=log) as process:  # fmt: skip
            try:
                url = f"http://127.0.0.1:{port}"
                while httpx.get(f"{url}/healthz").status_code != 200 if _listens(port) else process.poll() is None:
                    sleep(0.05)
                yield Center(url, Settings(state=state).secrets.derive("ingest"), process.pid)
            finally:
                process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def story(site: str, contacts: int) -> Scribe:
    scribe = Scribe(site)
    for i in range(contacts):
        scribe.served(f"{site}-{i}")
    return scribe


def bodies(scribe: Scribe) -> list[bytes]:
    """Ready to be sent, so that the client's work does not count."""
    return [json.dumps(scribe.batch(i + 1, i + BATCH)).encode() for i in range(0, scribe.seq, BATCH)]


async def send(client: httpx.AsyncClient, batches: Sequence[bytes]) -> None:
    for body in batches:
        response = await client.post("/api/v1/facts", content=body, headers=JSON)
        response.raise_for_status()


async def measure(database: str, contacts: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"cpu_us": {}}
    with running_center(database) as center:
        figures["memory_idle_mb"] = center.memory("VmRSS")
        headers = {"Authorization": f"Bearer {center.token}"}
        async with httpx.AsyncClient(base_url=center.url, headers=headers, trust_env=False, timeout=60) as client:
            for name, sites in (("facts_s", ("na", "nb")), ("projected_s", ("pa", "pb"))):
                scribes = [story(site, contacts // 2) for site in sites]
                if name == "facts_s":
                    for scribe in scribes:
                        scribe.facts = [fact.model_copy(update={"contact": None}) for fact in scribe.facts]
                batches = [bodies(scribe) for scribe in scribes]
                facts = sum(scribe.seq for scribe in scribes)
                del scribes
                began, spent = perf_counter(), center.cpu()
                await asyncio.gather(*(send(client, each) for each in batches))
                figures[name] = round(facts / (perf_counter() - began))
                figures["cpu_us"][name] = round((center.cpu() - spent) / facts * 1e6, 1)
        figures["memory_mb"] = center.memory("VmHWM")
    return figures


async def copy(url: str, facts: Sequence[Fact]) -> float:
    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE copied (LIKE facts INCLUDING ALL, PRIMARY KEY (site, seq))")
        rows = [(f.site, f.seq, f.id, f.at, f.contact, f.kind, f.v, json.dumps(f.data)) for f in facts]
        began = perf_counter()
        await connection.copy_records_to_table("copied", records=rows)
        return round(len(rows) / (perf_counter() - began))
    finally:
        await connection.close()


async def main(contacts: int) -> None:
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
    parser.add_argument("--contacts", type=int, default=4000, help="contacts of 12 facts each")
    asyncio.run(main(parser.parse_args().contacts))
