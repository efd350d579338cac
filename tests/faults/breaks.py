"""What goes wrong, by name. Each returns when the fault is over: what was broken works again, or has been replaced.

A break that finds that it has broken nothing raises AssertionError, and mends what it can all the same.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cti.site.processes import handed_over, processes
from tests.faults.asterisk import events_storm, node_killed, node_stopped_gently, reloaded
from tests.faults.center import SITES
from tests.faults.moment import Break, Moment
from tests.faults.storage import disk_full, fsync_fails, journal_torn, tail_damaged
from tests.system import eventually

ONE_WAY_SECONDS = 43.0  # longer than any keepalive, and nothing says that the line is broken
CLOCK_STEP = 3600


async def active_killed(moment: Moment) -> None:
    os.kill(moment.active, signal.SIGKILL)


async def active_hangs(moment: Moment) -> None:
    """Stopped for ever: the standby must kill it."""
    os.kill(moment.active, signal.SIGSTOP)


async def standby_killed(moment: Moment) -> None:
    standby = processes(moment.center.settings.site_folder(moment.site)).standby
    if standby is not None:
        os.kill(standby, signal.SIGKILL)


async def standby_hangs(moment: Moment) -> None:
    """Stopped for ever: the active process must kill it, and another one stand by."""
    await moment.center.system.stands_by(moment.site)
    folder = moment.center.settings.site_folder(moment.site)
    hanging = processes(folder).standby
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)

    async def replaced() -> bool:
        return processes(folder).standby not in (None, hanging)

    await eventually(replaced, "another process that stands by", 30)


async def both_hang(moment: Moment) -> None:
    """Neither can kill the other: that is left to who started them."""
    _signal_both(moment, signal.SIGSTOP)


async def both_killed(moment: Moment) -> None:
    _signal_both(moment, signal.SIGKILL)


def _signal_both(moment: Moment, how: signal.Signals) -> None:
    found = processes(moment.center.settings.site_folder(moment.site))
    for pid in (found.standby, found.active):
        if pid is not None:
            os.kill(pid, how)


async def handed_over_by_hand(moment: Moment) -> None:
    await moment.center.system.stands_by(moment.site)
    await asyncio.to_thread(handed_over, moment.center.settings.site_folder(moment.site), moment.site)


async def data_center_down(moment: Moment) -> None:
    await moment.center.system.stop("datacenter")
    await asyncio.sleep(moment.rng.uniform(5, 15))
    moment.center.system.start("datacenter")


async def database_killed(moment: Moment) -> None:
    await asyncio.to_thread(moment.center.postgres.stop, "immediate")
    await asyncio.sleep(moment.rng.uniform(2, 8))
    await asyncio.to_thread(moment.center.postgres.start)


# Links


async def peers_cut(moment: Moment) -> None:
    cable = moment.center.cables["peers"]
    cable.cut()
    try:
        await _parted(moment)
        await asyncio.sleep(moment.rng.uniform(1, 15))
    finally:
        cable.mend()


async def peers_deaf(moment: Moment) -> None:
    await _peers_one_way(moment, "deaf")


async def peers_mute(moment: Moment) -> None:
    await _peers_one_way(moment, "mute")


async def peers_slow(moment: Moment) -> None:
    cable = moment.center.cables["peers"]
    cable.delay = 2.0
    await asyncio.sleep(20)
    cable.mend()


async def ami_cut(moment: Moment) -> None:
    cable = moment.center.cables[f"ami-{moment.site}"]
    cable.cut()
    await asyncio.sleep(moment.rng.uniform(1, 8))
    cable.mend()


async def ami_deaf(moment: Moment) -> None:
    """Nothing comes from Asterisk any more, and the connection stands."""
    await _ami_one_way(moment, "deaf")


async def ami_mute(moment: Moment) -> None:
    """Nothing reaches Asterisk any more; its events come."""
    await _ami_one_way(moment, "mute")


async def _peers_one_way(moment: Moment, way: str) -> None:
    cable = moment.center.cables["peers"]
    setattr(cable, way, True)
    try:
        await _parted(moment)
        await asyncio.sleep(ONE_WAY_SECONDS)
    finally:
        cable.mend()


async def _ami_one_way(moment: Moment, way: str) -> None:
    cable = moment.center.cables[f"ami-{moment.site}"]
    setattr(cable, way, True)
    try:
        await moment.comes_to("nodes_up", 0)
        await asyncio.sleep(ONE_WAY_SECONDS)
    finally:
        cable.mend()


async def _parted(moment: Moment) -> None:
    """Waits until a site has noticed that it hears nothing of the other: else nothing was broken."""

    async def noticed() -> bool:
        return any([await moment.figure("peers_up", site) == 0 for site in SITES])

    await eventually(noticed, "a link that is down", 40)


# Clocks


async def clock_on(moment: Moment) -> None:
    await _clock_stepped(moment, CLOCK_STEP)


async def clock_back(moment: Moment) -> None:
    await _clock_stepped(moment, -CLOCK_STEP)


async def _clock_stepped(moment: Moment, seconds: int) -> None:
    """The wall clock of the site's processes jumps, and back again after a while."""
    clock = moment.center.clocks.get(moment.site)
    assert clock is not None, "a clock can be set only with a C compiler (Debian: apt-get install gcc libc6-dev)"
    clock.step(seconds)
    try:
        await _clock_shows(moment, seconds)
        await asyncio.sleep(moment.rng.uniform(5, 15))
    finally:
        clock.step(0)
    await _clock_shows(moment, 0)


async def _clock_shows(moment: Moment, seconds: int) -> None:
    """Waits until the date of the site's answers is so many seconds away from the true one."""
    its = moment.center.system.topology.site(moment.site)

    async def shown() -> bool:
        answer = await moment.center.system.api.get(f"http://{its.host}:{its.port}/metrics")
        told = parsedate_to_datetime(answer.headers["date"])
        return abs((told - datetime.now(UTC)).total_seconds() - seconds) < 60

    await eventually(shown, f"a clock that was set by {seconds} s")


BREAKS: Mapping[str, Break] = {
    "active killed": active_killed, "active hangs": active_hangs, "standby killed": standby_killed, "standby hangs": standby_hangs,
    "both killed": both_killed, "both hang": both_hang, "handed over": handed_over_by_hand, "data center down": data_center_down,
    "database killed": database_killed, "peers cut": peers_cut, "peers slow": peers_slow, "peers deaf": peers_deaf,
    "peers mute": peers_mute, "AMI cut": ami_cut, "AMI deaf": ami_deaf, "AMI mute": ami_mute, "event storm": events_storm,
    "disk full": disk_full, "fsync fails": fsync_fails, "journal torn": journal_torn, "tail damaged": tail_damaged,
    "clock on": clock_on, "clock back": clock_back, "reloaded": reloaded, "node stopped": node_stopped_gently, "node killed": node_killed,
}  # fmt: skip
CLOCKS = {"clock on", "clock back"}  # need site processes whose clock can be set
