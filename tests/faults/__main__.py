"""Breaks things at random moments under a steady load of calls, and says what callers, agents and facts lost by it.

    make faults
    python -m tests.faults --moments 12 --callers 40 --seed 7
    python -m tests.faults --only "active hangs" "disk full"
    python -m tests.faults --moments 10 --away

A break that could not be done, and a recovery that takes too long, are told and counted; the others go on.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.faults.breaks import BREAKS, CLOCKS
from tests.faults.center import AGENTS, SITES, Center, standing
from tests.faults.moment import Moment
from tests.faults.people import People
from tests.faults.verdict import Verdict
from tests.postgres import running_server

RECOVERY_SECONDS = 60.0
BREAK_SECONDS = 180.0  # no break takes so long unless something hangs
UNACKNOWLEDGED = 200  # facts on their way, with so many calls
OF_THE_CENTER = {"data center down", "database killed"}
LAST_CALLS_SECONDS = 180.0
BEGAN = time.monotonic()


def say(text: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - BEGAN), 60)
    print(f"{minutes:02d}:{seconds:02d} {text}", file=sys.stderr, flush=True)


class Run:
    """What was broken, and how long it took until all was well again."""

    def __init__(self, names: list[str], rng: random.Random) -> None:
        self.names, self._rng = names, rng
        self.times: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []  # breaks that found that they broke nothing, or could not mend it
        self.slow: list[str] = []  # after which not all was well in time

    async def go(self, center: Center, people: People) -> None:
        for number, name in enumerate(self.names, 1):
            moment = Moment(center, people, self._rng.choice(SITES), self._rng)
            before = len(people.dropped)
            where = f"{number}/{len(self.names)} {name} at {moment.site}"
            try:
                async with asyncio.timeout(BREAK_SECONDS):
                    await BREAKS[name](moment)
            except Exception as error:  # what is true of the others is still to be found out
                self.failed.append(f"{where}: {type(error).__name__} {error}")
                say(f"{where} FAILED: {type(error).__name__} {error}")
            took = await recovered(center)
            if took >= RECOVERY_SECONDS:
                self.slow.append(f"{where}: not well within {RECOVERY_SECONDS:.0f} s")
            self.times[name].append(took)
            now = f"{people.on_the_line} on the line, {people.talking} talk, {people.counts['calls']} calls"
            notes = "".join(f"; {note}" for note in moment.notes)
            say(f"{where}: well after {took:.2f} s; {now}; {len(people.dropped) - before} dropped{notes}")
            await asyncio.sleep(self._rng.uniform(1, 4))

    def table(self) -> str:
        lines = [f"{'fault':<20}{'times':>6}{'median s':>10}{'worst s':>9}"]
        lines += [
            f"{name:<20}{len(values):>6}{statistics.median(values):>10.2f}{max(values):>9.2f}"
            for name, values in sorted(self.times.items())
        ]
        return "\n".join(lines)


def chosen(moments: int, only: list[str], rng: random.Random) -> list[str]:
    """Each as often as the others, give or take one."""
    names = only or list(BREAKS)
    all_of_them = names * (moments // len(names)) + rng.sample(names, moments % len(names))
    rng.shuffle(all_of_them)
    return all_of_them


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where everything is written; it goes with the run unless somebody wants to `keep` it."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="hotline-faults-") as folder:
        yield Path(folder)


async def is_well(center: Center) -> bool:
    """Every site has its node, its peer, and a data center that takes facts, if there is one."""
    for site in center.system.topology.sites:
        try:
            figures = await center.system._figures(f"http://{site.host}:{site.port}/metrics")
        except (httpx.HTTPError, ValueError):
            return False
        waiting = center.system.runs("datacenter") and figures["hotline_facts_unacknowledged"] > UNACKNOWLEDGED
        alone = figures["hotline_peers_up"] < len(SITES) - 1
        if waiting or alone or figures["hotline_nodes_up"] < 1 or figures["hotline_journal_degraded"]:
            return False
    return True


async def recovered(center: Center) -> float:
    """Seconds until all is well again; RECOVERY_SECONDS if it is not by then."""
    began = time.monotonic()
    while (took := time.monotonic() - began) < RECOVERY_SECONDS:
        if await is_well(center):
            return took
        await asyncio.sleep(0.02)
    return RECOVERY_SECONDS


async def run(
    moments: int, callers: int, seed: int, only: list[str], keep: Path | None, away: bool
) -> dict[str, object]:
    """`away`: there is no data center until the last caller has gone."""
    rng = random.Random(seed)
    doing = Run(chosen(moments, only or [name for name in BREAKS if not (away and name in OF_THE_CENTER)], rng), rng)
    with _folder(keep) as folder, running_server() as postgres:
        set_clocks = not CLOCKS.isdisjoint(doing.names)
        async with (
            standing(folder, postgres, set_clocks=set_clocks) as center,
            People(center, callers, rng) as people,
        ):
            if away:
                await center.system.stop("datacenter")
            await asyncio.sleep(10)
            await doing.go(center, people)
            say("no new calls; the last ones end")
            await people.leave(LAST_CALLS_SECONDS)
            if away:
                center.system.start("datacenter")
            verdict = Verdict(center, people.lost)
            await verdict.look()
    dropped = [*people.dropped, *verdict.dropped]
    for note in (*doing.failed, *doing.slow, *dropped, *verdict.notes):
        say(f"  {note}")
    print(doing.table(), file=sys.stderr)
    every = sorted(value for values in doing.times.values() for value in values)
    return {
        "moments": moments, "callers": callers, "agents": AGENTS * len(SITES), "calls": people.counts["calls"],
        "conversations": people.counts["talks"], "dropped": len(dropped), "places_lost": verdict.places_lost,
        "facts_missing": verdict.missing, "facts_doubled": verdict.doubled, "stuck": verdict.stuck,
        "node_lost": sum(people.lost.values()), "failed": len(doing.failed), "slow": len(doing.slow), "ends": dict(verdict.causes),
        "cel": dict(verdict.differences), "seconds": round(time.monotonic() - BEGAN), "recovery_p50_s": round(statistics.median(every), 2),
        "recovery_p99_s": round(every[min(len(every) - 1, int(len(every) * 0.99))], 2),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--callers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=sorted(BREAKS), default=[])
    parser.add_argument("--away", action="store_true", help="no data center until the last caller has gone")
    parser.add_argument("--keep", type=Path, help="a new folder for journals and logs, to look into afterwards")
    arguments = parser.parse_args()
    figures = asyncio.run(run(**vars(arguments)))
    print(json.dumps(figures))
    lost = ("dropped", "places_lost", "facts_missing", "facts_doubled", "stuck", "failed", "slow")
    return 1 if any(figures[name] for name in lost) else 0


if __name__ == "__main__":
    sys.exit(main())
