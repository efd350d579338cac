"""A second process of a site stands by: whatever becomes of the active one, callers keep their place and conversations go on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from cti.journal import read_facts
from cti.kit import watchdog
from cti.site.processes import processes
from cti.supervisor import _environment
from tests.phone import Phone, wait
from tests.standstill import late_since
from tests.system import System, data, eventually

pytestmark = pytest.mark.timeout(120)


async def handed_over(system: System) -> dict[str, Any]:
    """`cti site sh --hand-over`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cti", "site", "sh", "--hand-over", "--json", env=_environment(system.settings),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0
    report: dict[str, Any] = json.loads(output)
    return report


@pytest.mark.parametrize("how", ["killed", "hung", "handed over"])
async def test_callers_keep_their_place_and_conversations_go_on_when_the_active_process_is(
    system: System, how: str
) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(system.standby("sh"))
        active = await system.stands_by("sh")
        phone, desktop = await system.seat(stack, "1003")
        talking = await system.complain(stack, "13833330001")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        caller = await stack.enter_async_context(system.caller("13833330002"))
        listening = await caller.call("95500")
        await listening.hears()
        waiting = await system.complain(stack, "13833330003")
        contact = await system.contact_of("13833330003")
        await system.has_fact(contact, "queue.entered")
        in_flow = await system.contact_of("13833330002")

        began = time.monotonic()
        if how == "handed over":
            assert (await handed_over(system))["seconds"] < 1 + late_since(began)
        else:
            os.kill(active, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
        for one in (contact, in_flow):
            await system.has_fact(one, "contact.resumed")
        assert await system.stands_by("sh") != active

        taken = await latest(system, "site.taken_over")
        assert taken["reason"] == {"killed": "died", "hung": "hung", "handed over": "handed_over"}[how]
        # Who was late itself begins to wait anew before it takes another for hanging.
        assert taken["ms"] / 1000 < (3 if how == "hung" else 1) + 2 * late_since(began)
        for call in (talking, listening, waiting):
            assert not call.ended.is_set()
        await talking.hears(5, talker=ringing)
        await listening.press("0")
        await system.has_fact(in_flow, "queue.entered")
        await listening.hang_up()
        await ringing.hang_up()
        await wait(talking.ended, "the first caller to be released")
        await desktop.connect()
        await desktop.wrap_up()  # of the conversation that the earlier process saw begin
        again = await phone.ring()
        await again.answer()
        await waiting.hears(5, talker=again)
        await waiting.hang_up()
        stories = {n: await system.story(n) for n in ("13833330001", "13833330002", "13833330003")}
    assert [s["cause"] for s in stories.values()] == ["served", "abandoned", "served"]
    story = stories["13833330003"]
    [entered] = [f for f in story["facts"] if f["kind"] == "queue.entered"]
    [left] = [f for f in story["facts"] if f["kind"] == "queue.left"]
    assert left["data"]["waited_ms"] >= data(story, "offer.made")[0]["waited_ms"] > 1000
    assert entered["seq"] < left["seq"]


async def test_a_site_whose_processes_both_hang_comes_back_and_callers_keep_their_place(system: System) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(system.standby("sh"))
        active = await system.stands_by("sh")
        hanging = {active, processes(system.settings.site_folder("sh")).standby}
        waiting = await system.complain(stack, "13833330004")
        contact = await system.contact_of("13833330004")
        await system.has_fact(contact, "queue.entered")
        for pid in hanging:
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
        await system.has_fact(contact, "contact.resumed", 2 * watchdog.SECONDS + 20)
        assert await system.stands_by("sh") not in hanging
        assert not waiting.ended.is_set()
        await waiting.hang_up()
    assert (await system.story("13833330004"))["cause"] == "abandoned"


@pytest.mark.parametrize("answers", [True, False], ids=["answers meanwhile", "lets it ring"])
async def test_a_customer_who_is_called_back_is_asked_once_though_the_process_dies_while_the_agents_phone_rings(
    system: System, answers: bool
) -> None:
    number = "13833330010" if answers else "13833330011"
    async with AsyncExitStack() as stack:
        asking = await system.complain(stack, number)
        await system.has_fact(await system.contact_of(number), "queue.entered")
        await asking.press("1")
        await wait(asking.ended, "the caller to be released")
        outside = await stack.enter_async_context(
            Phone(system.carrier("sh"), number, system.topology.site("sh").nodes[0].address, port=5060)
        )
        phone, desktop = await system.seat(stack, "1003")
        customer = await outside.ring()
        await customer.answer()
        ringing = await phone.ring()
        system.kill("sh")
        if answers:
            await ringing.answer()
            await customer.hears(5, talker=ringing)
            await system.is_back("sh")
        else:
            await system.is_back("sh")
            await desktop.connect()
            await desktop.send(type="set_status", status="available")
            ringing = await phone.ring(40)  # once the first ringing is over
            await ringing.answer()
            await customer.hears(5, talker=ringing)
        await ringing.hang_up()
        await wait(customer.ended, "the customer to be released")
        await desktop.connect()
        await desktop.wrap_up()
        story = await system.story(number, called_back=True)
    assert story["cause"] == "served"
    assert len(data(story, "callback.attempted")) == 1
    offers = data(story, "offer.made")
    assert len({made["offer"] for made in offers}) == len(offers) == (1 if answers else 2)


async def latest(system: System, kind: str) -> dict[str, Any]:
    """The newest fact of a kind that belongs to no contact, from the site's own journal."""
    found: list[dict[str, Any]] = []

    async def look() -> bool:
        found[:] = [fact.data for fact in read_facts(system.settings.site_folder("sh")) if fact.kind == kind]
        return bool(found)

    await eventually(look, kind)
    return found[-1]


@pytest.mark.timeout(180)
async def test_who_calls_while_no_process_is_there_leaves_a_number_and_is_called_back(system: System) -> None:
    number = "13833330009"
    async with AsyncExitStack() as stack:
        await system.stop("sh")
        try:
            caller = await stack.enter_async_context(system.caller("13833330008"))
            call = await caller.dial("95500")
            await wait(call.answered, "the emergency menu", 30)
            await call.hears()
            await call.press(f"{number}#")
            spool = system.settings.pbx.emergency_spool("sh")

            async def kept() -> bool:
                await call.hang_up()
                return bool(list(spool.glob("*.json")))

            await eventually(kept, "the number to be kept")
        finally:
            system.start("sh")
            await system.ready()
        met = await system.story("13833330008")
        assert data(met, "emergency.taken")[0]["wants_callback"]
        outside = await stack.enter_async_context(
            Phone(system.carrier("sh"), number, system.topology.site("sh").nodes[0].address, port=5060)
        )
        phone, desktop = await system.seat(stack, "1004")
        assert (await desktop.offered())["context"]["caller"] == number
        customer = await outside.ring()
        await customer.answer()
        ringing = await phone.ring()
        await ringing.answer()
        await customer.hears(5, talker=ringing)
        await ringing.hang_up()
        await wait(customer.ended, "the customer to be released")
        await desktop.wrap_up()
        story = await system.story(number, called_back=True)
    assert (met["cause"], story["cause"], story["queue"]) == ("contained", "served", "general")
    assert not list(spool.glob("*.json"))
