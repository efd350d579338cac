"""What goes wrong, at random moments: processes die, nodes are lost, lines are cut, slow, deaf on one side, or say things twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Mapping
from typing import Protocol

from cti.simulation.links import KEEPALIVE, Line
from cti.simulation.scenario import Faults
from cti.simulation.site import SimulatedSiteWorld

BAD_WEATHER = 60.0  # seconds
CUT = (1.0, 30.0)


class Breakable(Protocol):
    sites: dict[str, SimulatedSiteWorld]
    lines: dict[tuple[str, str], Line]
    arriving: bool


async def break_things(world: Breakable, faults: Faults, rng: random.Random) -> None:
    """Until cancelled; each fault goes its way beside the others. After the last arrival nothing new breaks."""
    rates = {name: rate for name, rate in _rates(faults).items() if rate > 0}
    total, going = sum(rates.values()) / 3600, dict[asyncio.Task[None], None]()
    try:
        while rates:
            await asyncio.sleep(rng.expovariate(total))
            if not world.arriving:
                return
            name = rng.choices(list(rates), list(rates.values()))[0]
            task = asyncio.ensure_future(_break(name, world, rng))
            going[task] = None
            task.add_done_callback(lambda done: going.pop(done, None))
    finally:  # what is broken is mended, whatever else ends
        await asyncio.shield(asyncio.gather(*going, return_exceptions=True))


def _rates(faults: Faults) -> Mapping[str, float]:
    return {name: getattr(faults, name) for name in type(faults).model_fields if name != "skew"}


async def _break(name: str, world: Breakable, rng: random.Random) -> None:
    site, lines = rng.choice(list(world.sites.values())), list(world.lines.values())
    line = rng.choice(lines) if lines else None
    doing: Awaitable[None]
    if name == "process_killed":
        doing = site.kill_and_restart()
    elif name == "node_lost":
        doing = site.lose_node()
    elif name == "clock_step":
        doing = _step(site, rng.choice((-3600.0, 3600.0)))
    elif line is None:
        return
    elif name == "link_cut":
        doing = _cut(line, rng.uniform(*CUT))
    elif name == "link_slow":
        doing = _slow(line)
    elif name == "link_one_way":
        doing = _deaf(line, rng.choice(line.names))
    else:
        doing = _twice(line)
    await doing


async def _cut(line: Line, seconds: float) -> None:
    line.weather.up = False
    line.cut()
    await asyncio.sleep(seconds)
    line.weather.up = True


async def _step(site: SimulatedSiteWorld, seconds: float) -> None:
    site.clock.step(seconds)
    await asyncio.sleep(BAD_WEATHER)
    site.clock.step(-seconds)


async def _slow(line: Line) -> None:
    line.weather.extra_delay = 2.0
    await asyncio.sleep(BAD_WEATHER)
    line.weather.extra_delay = 0.0


async def _deaf(line: Line, name: str) -> None:
    line.weather.deaf = name
    await asyncio.sleep(KEEPALIVE)
    line.cut()
    line.weather.deaf = None


async def _twice(line: Line) -> None:
    line.weather.twice = 0.3
    await asyncio.sleep(BAD_WEATHER)
    line.weather.twice = 0.0
