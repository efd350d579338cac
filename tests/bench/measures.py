"""How long a question about one day takes, of three days in the tables, through the whole HTTP application, on PostgreSQL.

    python tests/bench/measures.py [--contacts 150000] [--agents 1000]

`by_queue_s`: every measure that goes by queue and site, per 15 minutes. `by_agent_s`: the day of each agent.
`by_agent_hour_s`: each hour of each agent. `day_s`: every measure, one number each. `count_s`: what PostgreSQL takes to read and group the
day's waits once by queue, as the reference in the same run. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.datacenter import make_config, running_datacenter
from tests.postgres import running_server

DAY = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}
FIRST = "timestamptz '2026-11-22 00:00:00Z'"
# {n}: contacts of three days; {agents}. Waits of 0 to 60 s, one in twelve abandoned; six intervals of an agent for each contact.
FILL = (
    """INSERT INTO contacts (id, site, channel, direction, hotline, caller, called, flow, arrived_at, ended_at, cause)
       SELECT 'c' || i, 's' || i % 4, 'voice', 'inbound', '95500', '138', '95500', 'main', at, at + interval '5 min', 'served'
       FROM (SELECT i, {first} + i * (interval '3 days' / {n}) AS at FROM generate_series(0, {n} - 1) AS i) AS one""",
    """INSERT INTO queue_visits (contact, n, queue, skills, priority, entered_at, left_at, outcome, waited_ms, since, agent, agent_site)
       SELECT id, 0, 'q' || ('x' || substr(md5(id), 1, 2))::bit(8)::int % 20, '{{}}', 5, arrived_at, arrived_at,
              CASE WHEN ('x' || substr(md5(id), 3, 2))::bit(8)::int % 12 = 0 THEN 'abandoned' ELSE 'answered' END,
              ('x' || substr(md5(id), 5, 4))::bit(16)::int % 60000, arrived_at, '1001', site
       FROM contacts""",
    """INSERT INTO legs (contact, leg, party, started_at) SELECT id, 'customer', 'customer', arrived_at FROM contacts""",
    """INSERT INTO legs (contact, leg, party, queue, agent, agent_site, started_at, answered_at, outcome, talk_ms, wrap_up_ms, visit)
       SELECT contact, contact || '-o', 'agent', queue, 'a' || ('x' || substr(md5(contact), 9, 4))::bit(16)::int % {agents},
              agent_site, since, since, 'answered', 180000, 20000, 0
       FROM queue_visits WHERE outcome = 'answered'""",
    """INSERT INTO agent_intervals (site, started_seq, ended_seq, agent, status, state, started_at, assumed, ended_at, ms)
       SELECT 's' || agent % 4, k * {agents} + agent, (k + 1) * {agents} + agent, 'a' || agent, 'available',
              (ARRAY['idle', 'reserved', 'ringing', 'talking', 'held', 'wrap_up'])[k % 6 + 1], at, false, at + length,
              1000 * extract(epoch from length)
       FROM (SELECT agent, k, {first} + k * length AS at, length
             FROM (SELECT interval '3 days' / per AS length, per FROM (SELECT 6 * {n} / {agents} AS per) AS p) AS l,
                  generate_series(0, {agents} - 1) AS agent, generate_series(0, per - 1) AS k) AS one""",
    "ANALYZE",
)  # fmt: skip

REFERENCE = f"""SELECT queue, count(*), sum(waited_ms) FROM queue_visits
                WHERE since >= {FIRST} + interval '1 day' AND since < {FIRST} + interval '2 days' GROUP BY 1"""


async def fill(url: str, contacts: int, agents: int) -> float:
    """Three days. Gives the seconds of the reference."""
    connection: Any = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for statement in FILL:
            await connection.execute(statement.format(n=3 * contacts, agents=agents, first=FIRST))
        await connection.fetch(REFERENCE)
        began = perf_counter()
        await connection.fetch(REFERENCE)
        return perf_counter() - began
    finally:
        await connection.close()


async def ask(client: httpx.AsyncClient, **query: Any) -> float:
    began = perf_counter()
    answer = await client.get("/api/v1/measures", params={**DAY, **query}, timeout=120)
    seconds = perf_counter() - began
    assert answer.status_code == 200, answer.text
    print(query, f"{len(answer.json()['rows'])} rows, {len(answer.content) / 1e6:.1f} MB, {seconds:.2f} s")
    return round(seconds, 3)


async def main(contacts: int, agents: int) -> None:
    logging.disable(logging.INFO)
    with running_server() as server:
        url = server.create_database("bench")
        async with running_datacenter(make_config(url, samples=False)) as client:
            count = await fill(url, contacts, agents)
            await ask(client)  # what is read once is in memory from here on
            figures = {
                "by_queue_s": await ask(client, interval="15min", group_by=["queue", "site"]),
                "by_agent_s": await ask(client, group_by=["agent"]),
                "by_agent_hour_s": await ask(client, interval="hour", group_by=["agent"]),
                "day_s": await ask(client),
                "count_s": round(count, 3),
            }
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=150_000, help="contacts of the day")
    parser.add_argument("--agents", type=int, default=1000)
    given = parser.parse_args()
    asyncio.run(main(given.contacts, given.agents))
