"""How long publishing a month of schedules takes, and questions about adherence, through the whole HTTP application, on PostgreSQL.

    python tests/bench/schedules.py [--agents 1000] [--days 31] [--intervals 250]

Every agent works nine hours each day, in six lines, and has so many intervals on it. `publish_s`: the month's file. `read_s`: it, as CSV.
`month_s`: adherence and shrinkage by agent and day. `month_total_s`: of each agent, one number. `week_s`: by site and quarter of an hour.
`clock_s`: logged-in time by agent and day, as the reference in the same run. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cti.topology import Agent, Topology
from tests.datacenter import demo_topology, make_config, running_datacenter
from tests.postgres import running_server
from tests.schedules import HEADER, PUBLISHER, URL

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
SHIFT = (
    (8, 10, "work"),
    (10, 10.25, "break"),
    (10.25, 12, "work"),
    (12, 13, "unpaid"),
    (13, 14, "off_phone"),
    (14, 17, "work"),
)
FILL = (
    """INSERT INTO agent_intervals (site, started_seq, ended_seq, agent, status, state, started_at, assumed, ended_at, ms)
       SELECT 'sh', (agent * {days} + day) * {intervals} + k, (agent * {days} + day) * {intervals} + k + 1, (1000 + agent)::text,
              CASE WHEN k % 10 = 9 THEN 'break' ELSE 'available' END,
              CASE WHEN k % 10 = 9 THEN 'idle' ELSE (ARRAY['idle', 'reserved', 'ringing', 'talking', 'wrap_up'])[k % 5 + 1] END,
              at, false, at + length, 1000 * extract(epoch from length)
       FROM (SELECT agent, day, k, {first} + day * interval '1 day' + interval '8 h 3 min' + k * length AS at, length
             FROM (SELECT interval '9 hours' / {intervals} AS length) AS l, generate_series(0, {days} - 1) AS day,
                  generate_series(0, {agents} - 1) AS agent, generate_series(0, {intervals} - 1) AS k) AS one""",
    """INSERT INTO facts (site, seq, id, at, kind, v, data)
       VALUES ('sh', 1, repeat('0', 26), {first} + {days} * interval '1 day', 'node.up', 1, '{{}}')""",
    "INSERT INTO site_progress (site, acknowledged, highest) VALUES ('sh', 1, 1)",
    "ANALYZE",
)  # fmt: skip


def center_of(agents: int) -> Topology:
    demo = demo_topology()
    people = tuple(Agent(number=str(1000 + n), name="x", skills={"general": 50}) for n in range(agents))
    there, *_ = demo.sites
    return demo.model_copy(update={"sites": (there.model_copy(update={"agents": people}),)})


def month(agents: int, days: int) -> str:
    return HEADER + "".join(
        f"{1000 + n},{(FIRST + timedelta(days=day, hours=a)).isoformat()},{(FIRST + timedelta(days=day, hours=b)).isoformat()},{what}\n"
        for n in range(agents) for day in range(days) for a, b, what in SHIFT
    )  # fmt: skip


async def fill(url: str, **sizes: int) -> None:
    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for statement in FILL:
            await connection.execute(statement.format(first=f"timestamptz '{FIRST.isoformat()}'", **sizes))
    finally:
        await connection.close()


async def analyzed(url: str) -> float:
    """As autovacuum does within a minute after so many new rows."""
    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    began = perf_counter()
    await connection.execute("ANALYZE schedule_lines")
    await connection.close()
    return round(perf_counter() - began, 3)


async def timed(client: httpx.AsyncClient, method: str, url: str, **asked: Any) -> float:
    began = perf_counter()
    answer = await client.request(method, url, timeout=120, **asked)
    seconds = perf_counter() - began
    assert answer.status_code == 200, answer.text
    print(method, {**asked, "content": None}, f"{len(answer.content) / 1e6:.1f} MB, {seconds:.2f} s")
    return round(seconds, 3)


async def main(agents: int, days: int, intervals: int) -> None:
    logging.disable(logging.INFO)
    span = {"since": FIRST.isoformat(), "until": (FIRST + timedelta(days=days)).isoformat()}
    week = {"since": FIRST.isoformat(), "until": (FIRST + timedelta(days=7)).isoformat()}
    share = {"measure": ["adherence", "shrinkage"]}
    by_day: dict[str, Any] = {**span, "interval": "day", "group_by": "agent"}
    with running_server() as server:
        url = server.create_database("bench")
        async with running_datacenter(make_config(url, samples=False, topology=center_of(agents))) as client:
            await fill(url, agents=agents, days=days, intervals=intervals)
            who = {**span, "author": "bench", "message": "-"}
            file = month(agents, days).encode()
            figures = {
                "publish_s": await timed(client, "PUT", URL, params=who, headers=PUBLISHER, content=file),
                "analyze_s": await analyzed(url),
                "read_s": await timed(client, "GET", URL, params={**span, "format": "csv"}),
                "clock_s": await timed(client, "GET", "/api/v1/measures", params={**by_day, "measure": "logged_in_ms"}),
                "month_s": await timed(client, "GET", "/api/v1/measures", params=by_day | share),
                "month_total_s": await timed(
                    client, "GET", "/api/v1/measures", params={**span, "group_by": "agent"} | share
                ),
                "week_s": await timed(
                    client, "GET", "/api/v1/measures", params={**week, "interval": "15min", "group_by": "site"} | share
                ),
            }
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--intervals", type=int, default=250, help="of an agent on a day")
    given = parser.parse_args()
    asyncio.run(main(given.agents, given.days, given.intervals))
