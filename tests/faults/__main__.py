"""Breaks things at random moments under a steady load of calls, and says what callers, agents and facts lost by it.

    make faults
    python -m tests.faults --moments 12 --callers 40 --seed 7
    python -m tests.faults --only "active hangs" "disk full"

The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

from tests.faults.breaks import BREAKS
from tests.faults.center import AGENTS, SITES, Center, standing
from tests.faults.people import People
from tests.faults.verdict import Verdict
from tests.postgres import running_server

RECOVERY_SECONDS = 60.0
UNACKNOWLEDGED = 200  # facts on their way, with so many calls


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def is_well(center: Center) -> bool:
    """Every site has its node, its peer, and a data center that takes facts."""
    for site in center.system.topology.sites:
        try:
            figures = await center.system._figures(f"http://{site.host}:{site.port}/metrics")
        except (httpx.HTTPError, ValueError):
            return False
        unwell = figures["hotline_facts_unacknowledged"] > UNACKNOWLEDGED or figures["hotline_nodes_up"] < 1
        if unwell or figures["hotline_peers_up"] < len(SITES) - 1:
            return False
    return True


async def recovered(center: Center) -> float:
    """Seconds until all is well again."""
    began = time.monotonic()
    while time.monotonic() - began < RECOVERY_SECONDS:
        if await is_well(center):
            return time.monotonic() - began
        await asyncio.sleep(0.02)
    return float("inf")


async def run(moments: int, callers: int, seed: int, only: list[str]) -> dict[str, object]:
    rng = random.Random(seed)
    names = [name for _ in range(moments) for name in (only or BREAKS)]
    names = names[:moments]
    rng.shuffle(names)
    times: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="hotline-faults-") as folder, running_server() as postgres:
        async with standing(Path(folder), postgres) as center:
            async with People(center, callers, rng) as people:
                await asyncio.sleep(10)
                for number, name in enumerate(names, 1):
                    site = rng.choice(SITES)
                    before = len(people.dropped)
                    await BREAKS[name](center, site, rng)
                    took = await recovered(center)
                    times[name].append(took)
                    now = f"{people.on_the_line} on the line, {people.talking} talk, {people.counts['calls']} calls"
                    lost = len(people.dropped) - before
                    say(f"{number}/{moments} {name} at {site}: well after {took:.2f} s; {now}; {lost} dropped")
                    await asyncio.sleep(rng.uniform(1, 4))
                say("no new calls; the last ones end")
                await people.leave(180)
                verdict = Verdict(center)
                await verdict.look()
            for note in (*people.dropped, *verdict.notes):
                say(f"  {note}")
            every = sorted(value for values in times.values() for value in values)
            say(f"{'fault':<20}{'times':>6}{'median s':>10}{'worst s':>9}")
            for name, values in sorted(times.items()):
                say(f"{name:<20}{len(values):>6}{statistics.median(values):>10.2f}{max(values):>9.2f}")
            return {
                "moments": moments, "callers": callers, "agents": AGENTS * len(SITES), "calls": people.counts["calls"],
                "conversations": people.counts["talks"], "dropped": len(people.dropped), "places_lost": verdict.places_lost,
                "facts_missing": verdict.missing, "facts_doubled": verdict.doubled, "stuck": verdict.stuck,
                "ends": dict(verdict.causes), "recovery_p50_s": round(statistics.median(every), 2),
                "recovery_p99_s": round(every[min(len(every) - 1, int(len(every) * 0.99))], 2),
            }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--callers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=sorted(BREAKS), default=[])
    arguments = parser.parse_args()
    figures = asyncio.run(run(arguments.moments, arguments.callers, arguments.seed, arguments.only))
    print(json.dumps(figures))
    lost = ("dropped", "places_lost", "facts_missing", "facts_doubled", "stuck")
    return 1 if any(figures[name] for name in lost) else 0


if __name__ == "__main__":
    sys.exit(main())
