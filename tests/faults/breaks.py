"""What goes wrong, by name. Each returns when the fault is over: what was broken works again, or has been replaced."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
from collections.abc import Awaitable, Callable, Mapping

from cti.site_processes import handed_over, processes
from tests.faults.center import Center
from tests.strace import fsync_failing
from tests.system import eventually

Break = Callable[[Center, str, random.Random], Awaitable[None]]


def _active(center: Center, site: str) -> int:
    found = processes(center.settings.site_folder(site)).active
    assert found is not None, f"{site} has no active process"
    return found


async def active_killed(center: Center, site: str, rng: random.Random) -> None:
    os.kill(_active(center, site), signal.SIGKILL)


async def active_hangs(center: Center, site: str, rng: random.Random) -> None:
    """Stopped for ever: the standby must kill it."""
    os.kill(_active(center, site), signal.SIGSTOP)


async def standby_killed(center: Center, site: str, rng: random.Random) -> None:
    standby = processes(center.settings.site_folder(site)).standby
    if standby is not None:
        os.kill(standby, signal.SIGKILL)


async def both_killed(center: Center, site: str, rng: random.Random) -> None:
    found = processes(center.settings.site_folder(site))
    for pid in (found.standby, found.active):
        if pid is not None:
            os.kill(pid, signal.SIGKILL)


async def handed_over_by_hand(center: Center, site: str, rng: random.Random) -> None:
    await center.system.stands_by(site)
    await asyncio.to_thread(handed_over, center.settings.site_folder(site), site)


async def data_center_down(center: Center, site: str, rng: random.Random) -> None:
    await center.system.stop("datacenter")
    await asyncio.sleep(rng.uniform(5, 15))
    center.system.start("datacenter")


async def database_killed(center: Center, site: str, rng: random.Random) -> None:
    await asyncio.to_thread(center.postgres.stop, "immediate")
    await asyncio.sleep(rng.uniform(2, 8))
    await asyncio.to_thread(center.postgres.start)


async def peers_cut(center: Center, site: str, rng: random.Random) -> None:
    await _pulled(center, "peers", rng.uniform(1, 15))


async def peers_deaf(center: Center, site: str, rng: random.Random) -> None:
    """One direction is silent for 43 s: longer than any keepalive, and nothing says that the line is broken."""
    cable = center.cables["peers"]
    cable.deaf = True
    await _parted(center)
    await asyncio.sleep(43)
    cable.deaf = False


async def peers_slow(center: Center, site: str, rng: random.Random) -> None:
    cable = center.cables["peers"]
    cable.delay = 2.0
    await asyncio.sleep(20)
    cable.delay = 0.0


async def ami_cut(center: Center, site: str, rng: random.Random) -> None:
    await _pulled(center, f"ami-{site}", rng.uniform(1, 8))


async def disk_full(center: Center, site: str, rng: random.Random) -> None:
    """The active process may write nothing more for a while: each write fails."""
    pid = _active(center, site)
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    await _degraded_for_a_while(center, site, rng)
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
    except ProcessLookupError:
        raise AssertionError(f"{site}'s process did not survive a full disk") from None
    await asyncio.sleep(3)  # what was kept in memory is written


async def fsync_fails(center: Center, site: str, rng: random.Random) -> None:
    """The active process's disk takes nothing for a while, and says so when asked to make sure: each fsync gives EIO."""
    with fsync_failing(_active(center, site)):
        await _degraded_for_a_while(center, site, rng)
    await asyncio.sleep(3)


async def _degraded_for_a_while(center: Center, site: str, rng: random.Random) -> None:
    home = center.system.topology.site(site)

    async def is_degraded() -> bool:
        figures = await center.system._figures(f"http://{home.host}:{home.port}/metrics")
        return figures["hotline_journal_degraded"] == 1

    await eventually(is_degraded, "a journal that can't write")
    await asyncio.sleep(rng.uniform(3, 10))


async def _parted(center: Center) -> None:
    """Waits until a site has noticed that it hears nothing of the other: else nothing was broken."""

    async def noticed() -> bool:
        figures = [
            await center.system._figures(f"http://{s.host}:{s.port}/metrics") for s in center.system.topology.sites
        ]
        return any(site["hotline_peers_up"] == 0 for site in figures)

    await eventually(noticed, "a link that is down", 40)


async def _pulled(center: Center, name: str, seconds: float) -> None:
    cable = center.cables[name]
    cable.cut()
    if name == "peers":
        await _parted(center)
    await asyncio.sleep(seconds)
    cable.mend()


BREAKS: Mapping[str, Break] = {
    "active killed": active_killed, "active hangs": active_hangs, "standby killed": standby_killed, "both killed": both_killed,
    "handed over": handed_over_by_hand, "data center down": data_center_down, "database killed": database_killed, "peers cut": peers_cut,
    "peers slow": peers_slow, "peers deaf": peers_deaf, "AMI cut": ami_cut, "disk full": disk_full,
    "fsync fails": fsync_fails,
}  # fmt: skip
