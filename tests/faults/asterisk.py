"""Asterisk itself: too much of its news, reloads in the middle of calls, and nodes that end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from tests.faults.center import HOST
from tests.faults.moment import Moment
from tests.system import eventually

EVENTS = 100_000
GROWTH_MB = 64  # by which the process that hears them all may grow
GENTLE_SECONDS = 15.0  # for calls to end by themselves
RELOADS = ("core reload", "dialplan reload", "module reload res_pjsip.so", "manager reload")


async def events_storm(moment: Moment) -> None:
    """Another AMI client makes Asterisk tell everybody of 100,000 events, as fast as it can."""
    pid, cable = moment.active, moment.center.cables[f"ami-{moment.site}"]
    before, had, began = _memory_mb(pid), cable.brought, time.monotonic()
    secret = moment.center.settings.secrets.derive("ami")
    reader, writer = await asyncio.open_connection(HOST[moment.site], 5038)
    try:
        writer.write(f"Action: Login\r\nUsername: cti\r\nSecret: {secret}\r\nEvents: off\r\n\r\n".encode())
        thirsty = asyncio.create_task(_drink(reader))
        action = b"Action: UserEvent\r\nUserEvent: Storm\r\nText: " + b"x" * 60 + b"\r\n\r\n"
        for _ in range(EVENTS // 100):
            writer.write(action * 100)
            await writer.drain()

        async def all_told() -> bool:
            return cable.brought - had > EVENTS * 90  # bytes: an event has more than its text

        await eventually(all_told, f"{EVENTS} events on the link", 60)
        thirsty.cancel()
    finally:
        writer.close()
    assert moment.active == pid, "the active process did not outlive the storm"
    grown = _memory_mb(pid) - before
    moment.notes.append(f"{EVENTS} events in {time.monotonic() - began:.1f} s; the process grew by {grown:.0f} MB")
    assert grown < GROWTH_MB, f"the process grew by {grown:.0f} MB"


async def reloaded(moment: Moment) -> None:
    """Everything that can be read anew while calls go on is read anew."""
    pbx, node = moment.center.system.pbx, moment.node
    for command in RELOADS:
        await pbx.cli(node, command)
        await asyncio.sleep(0.5)
    # Told in seconds; a node that has never been reloaded tells of its start only.
    assert "Last reload" in await pbx.cli(node, "core show uptime seconds"), "nothing was reloaded"


async def node_killed(moment: Moment) -> None:
    """Asterisk dies with all its calls, and is there again after a while."""
    pbx, node = moment.center.system.pbx, moment.node
    pid = pbx.pid(node)
    assert pid is not None, f"{node} does not run"
    os.kill(pid, signal.SIGKILL)
    await pbx.wait(node)
    moment.notes.append(f"{moment.people.lose(HOST[moment.site])} phones lost their call")
    await _comes_back(moment)


async def node_stopped_gently(moment: Moment) -> None:
    """Asterisk takes no new calls, lets those end that do so in time, stops, and is started again."""
    pbx, node = moment.center.system.pbx, moment.node
    moment.people.away(HOST[moment.site])
    asking = asyncio.create_task(pbx.cli(node, "core stop gracefully"))  # says nothing until it has happened
    try:
        async with asyncio.timeout(GENTLE_SECONDS):
            await pbx.wait(node)
    except TimeoutError:
        moment.notes.append(
            f"{moment.people.lose(HOST[moment.site])} phones lost their call after {GENTLE_SECONDS:.0f} s"
        )
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await _comes_back(moment)


async def _comes_back(moment: Moment) -> None:
    """As `cti up` has it: what has ended is put away, and started again."""
    pbx, people, address = moment.center.system.pbx, moment.people, HOST[moment.site]
    cable = moment.center.cables[f"ami-{moment.site}"]
    people.away(address)
    await cable.unplug()  # it would take connections though Asterisk does not
    try:
        await pbx.stop(moment.node)
        people.lose(address)  # who came in the last moment
        await moment.comes_to("nodes_up", 0)
        await moment.comes_to("agents_free", 0)  # nobody can be rung
        await asyncio.sleep(moment.rng.uniform(0, 4))
    finally:
        await pbx.start(moment.node)
        await cable.plug_in()
        people.back(address)
    assert await moment.figure("agents_logged_in") > 0, "the agents are gone"


async def _drink(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 20):
        pass


def _memory_mb(pid: int) -> float:
    """What a process holds in memory."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
