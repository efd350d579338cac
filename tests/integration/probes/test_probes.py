"""Synthetic calls on real Asterisk: they pass unnoticed, and when callers would not get through there is an alarm, though every
port still answers. One minute is three seconds here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.sounds import render
from cti.ivr import load_hotline
from cti.settings import Settings
from cti.wiring import hotline_folder
from tests.phone import wait
from tests.postgres import PostgresServer
from tests.system import System, eventually

EVERY = 3.0  # seconds
QUEUES = ("advice", "claims")
FLOW = """\
hotline: "95500"
name: main
languages: [en]
start: wait
nodes:
  wait: {kind: queue, title: {zh: 理赔, en: Claims}, queue: claims, timeout: over}
  over: {kind: hang_up, title: {zh: 结束, en: Over}}
"""
TEXTS = """\
queues:
  claims: {title: {zh: 理赔, en: Claims}, skills: {car_claims: 50}, wrap_up_seconds: 0}
  advice: {title: {zh: 咨询, en: Advice}, skills: {advice: 50}}
wrap_up_codes: [{code: done, zh: 完成, en: Done}]
break_reasons: [{code: rest, zh: 小休, en: Rest}]
"""


@pytest.fixture(scope="module")
async def system(
    settings: Settings, pbx: Pbx, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    flows = tmp_path_factory.mktemp("flows")
    (flows / "95500").mkdir()
    for name, text in (("flow", FLOW), ("queues", TEXTS), ("prompts", "unused: {en: Hello.}")):
        (flows / f"95500/{name}.yaml").write_text(text)
    changed = {"probe_seconds": EVERY, "database_url": postgres.create_database("probes"), "flows": flows}
    settings = settings.model_copy(update=changed)
    render(load_hotline(hotline_folder(settings)), settings.prompts, print)
    async with System(settings, pbx) as system:
        yield system

    async def is_quiet() -> bool:
        nodes = [node.name for site in settings.topology.sites for node in site.nodes]
        return all(["0 active channels" in await pbx.cli(node, "core show channels") for node in nodes])

    await eventually(is_quiet, "the last synthetic call to be given up by the dialplan", 40)


async def figures(system: System, site: str = "sh") -> dict[str, float]:
    at = system.topology.site(site)
    return await system._figures(f"http://{at.host}:{at.port}/metrics")


async def passed_since(system: System, moment: float, site: str = "sh") -> bool:
    """Whether every queue has passed at the site's node since then, by the wall clock."""
    shown, node = await figures(system, site), system.topology.site(site).nodes[0].name
    name = "hotline_probe_last_success_timestamp_seconds"
    return all(shown.get(f'{name}{{node="{node}",queue="{queue}"}}', 0) > moment for queue in QUEUES)


async def all_pass(system: System, *sites: str) -> None:
    """Waits until every queue passes from now on."""
    moment = time.time()
    for site in sites or ("sh", "bj"):

        async def passed(site: str = site) -> bool:
            return await passed_since(system, moment, site)

        await eventually(passed, f"every queue to pass at {site}", 40)


async def open_alarms(system: System) -> list[dict[str, Any]]:
    answer = (await system.api.get("/api/v1/alarms")).json()
    alarms: list[dict[str, Any]] = answer["open"]
    return alarms


async def no_alarm(system: System) -> None:
    async def none() -> bool:
        return not await open_alarms(system)

    await eventually(none, "no alarm", 40)


async def alarm(system: System, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    async def is_open() -> bool:
        found[:] = [a for a in await open_alarms(system) if a["id"] == name]
        return bool(found)

    await eventually(is_open, f"the alarm {name}", 40)
    return found[0]


async def test_every_queue_passes_at_every_node_and_nobody_notices(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        await all_pass(system)
        assert desktop.snapshot["state"] == "idle"
        assert (await system.api.get("/api/v1/contacts")).json()["items"] == []
        await no_alarm(system)
        shown = await figures(system)
        assert (shown["hotline_calls"], shown["hotline_agents_logged_in"]) == (0, 1)
        caller = await stack.enter_async_context(system.caller("13844440001"))
        call = await caller.call("95500")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")  # and a caller reaches her
        await ringing.hang_up()
        await wait(call.ended, "the end of the call")


async def stopped(system: System) -> None:
    pid = system.pbx.pid("sh1")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)


async def goes_on(system: System) -> None:
    pid = system.pbx.pid("sh1")
    assert pid is not None
    os.kill(pid, signal.SIGCONT)


def cli(command: str) -> Callable[[System], Awaitable[None]]:
    async def say(system: System) -> None:
        await system.pbx.cli("sh1", command)

    return say


@pytest.mark.parametrize(
    ("breaks", "mends", "stage"),
    [
        pytest.param(stopped, goes_on, "originate", id="Asterisk hangs"),
        pytest.param(cli("dialplan remove context inbound"), cli("dialplan reload"), "agi", id="no dialplan"),
        pytest.param(
            cli("module unload app_dial.so"), cli("module load app_dial.so"), "answer", id="no phone can be rung"
        ),
    ],
)
async def test_an_alarm_says_where_calls_stick_though_every_port_answers(
    system: System, breaks: Callable[[System], Awaitable[None]], mends: Callable[[System], Awaitable[None]], stage: str
) -> None:
    await no_alarm(system)
    await breaks(system)
    try:
        raised = [await alarm(system, f"probe.sh1.{queue}") for queue in QUEUES]
    finally:
        await mends(system)
    assert {a["stuck_at"] for a in raised} == {stage}
    assert {a["site"] for a in await open_alarms(system)} == {"sh"}
    await no_alarm(system)


async def test_calls_go_on_under_another_process_and_those_of_the_dead_one_are_ended(system: System) -> None:
    async with system.standby("sh"):
        active = await system.stands_by("sh")
        left: set[str] = set()

        async def under_way() -> bool:
            left.update(await channels(system))
            return bool(left)

        await eventually(under_way, "a synthetic call")
        os.kill(active, signal.SIGKILL)

        async def gone() -> bool:
            return not left & set(await channels(system))

        await eventually(gone, "its channels to be gone")
        await all_pass(system, "sh")
        assert await system.stands_by("sh") != active
    spool = system.settings.pbx.emergency_spool("sh")
    assert list(spool.glob("*.json")) == [], "nobody is to be called back"
    callers = {c["caller"] for c in (await system.api.get("/api/v1/contacts")).json()["items"]}
    assert callers <= {"13844440001"}


async def channels(system: System) -> list[str]:
    """The unique ids of the channels of synthetic calls."""
    lines = (await system.pbx.cli("sh1", "core show channels concise")).splitlines()
    return [line.rsplit("!", 1)[1] for line in lines if line.startswith("PJSIP/probe")]


async def test_a_site_of_which_nothing_is_heard_has_an_alarm_until_it_is_back(system: System) -> None:
    await no_alarm(system)
    await system.stop("bj")
    try:
        silent = await alarm(system, "silent.bj")
        assert (silent["kind"], silent["site"]) == ("site_silent", "bj")
    finally:
        system.start("bj")
    await system.ready()
    await no_alarm(system)
