"""One logical queue over three real sites: overflow, races between them, and cables that are pulled out."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from cti.supervisor import _environment
from tests.desktop import Desktop
from tests.phone import Phone, wait
from tests.standstill import late_since
from tests.system import System, data, eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
async def nothing_is_left(three: System) -> AsyncIterator[None]:
    yield
    for cable in three.cables.values():
        cable.mend()
    await three.nothing_left()


async def absent(desktop: Desktop) -> None:
    await desktop.send(type="set_status", status="break", reason="rest")
    await desktop.until(lambda s: s["status"] == "break", "a break")


async def visits(system: System, site: str, count: int) -> None:
    """Waits until so many contacts wait at a site, its own and others'."""
    home = system.topology.site(site)

    async def there() -> bool:
        figures = await system._figures(f"http://{home.host}:{home.port}/metrics")
        return figures["hotline_contacts_waiting"] == count

    await eventually(there, f"{count} contacts at {site}")


async def linked(system: System) -> None:
    """Waits until every site hears of every other, and of who is logged in there."""

    async def all_up() -> bool:
        figures = [await system._figures(f"http://{s.host}:{s.port}/metrics") for s in system.topology.sites]
        return all(f["hotline_peers_up"] == len(system.topology.sites) - 1 for f in figures)

    await eventually(all_up, "all links to be up")


def times(desktop: Desktop, state: str) -> list[float]:
    return [at for at, m in desktop.messages if m.get("snapshot", {}).get("state") == state]


async def test_a_saturated_site_overflows_and_the_screen_there_shows_everything(three: System) -> None:
    async with AsyncExitStack() as stack:
        await linked(three)
        here_phone, here = await three.seat(stack, "1001")
        first = await three.claim(stack, "13811110001")
        ringing = await here_phone.ring()
        await ringing.answer()
        await here.state("talking")
        there_phone, there = await three.seat(stack, "2001")
        second = await three.claim(stack, "13811110002")
        offer = await there.offered()
        context = offer["context"]
        assert (context["caller"], context["site"], context["queue"]) == ("13811110002", "sh", "claims")
        assert "12345678" in context["collected"].values()
        assert context["path"]
        away = await there_phone.ring()
        await away.answer()
        await second.hears(5, talker=away)
        await away.hang_up()
        await wait(second.ended, "the second caller to be released")
        await first.hang_up()
        story = await three.story("13811110002")
        await three.story("13811110001")
    assert (story["agent"], story["agent_site"]) == ("2001", "bj")
    assert data(story, "visit.opened")[0]["reason"] == "waited_seconds"
    [made] = data(story, "offer.made")
    assert made["why"]["strategy"] == "longest_idle"


async def test_two_sites_grant_at_once_and_the_loser_is_idle_again_within_a_moment(three: System) -> None:
    async with AsyncExitStack() as stack:
        await linked(three)
        seats: list[tuple[Phone, Desktop]] = [await three.seat(stack, number) for number in ("2003", "3003")]
        for _, desktop in seats:
            await absent(desktop)
        call = await three.complain(stack, "13811110003")
        for site in ("bj", "gz"):
            await visits(three, site, 1)
        began = time.monotonic()
        await asyncio.gather(*(desktop.send(type="set_status", status="available") for _, desktop in seats))
        rings = [asyncio.create_task(phone.ring(8)) for phone, _ in seats]
        done, waiting = await asyncio.wait(rings, return_when=asyncio.FIRST_COMPLETED)
        winner = rings.index(next(iter(done)))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        loser = seats[1 - winner][1]
        await loser.state("idle")
        assert loser.snapshot["status"] == "available"
        reserved, idle = times(loser, "reserved"), times(loser, "idle")
        if reserved:  # else its grant came too late to be made at all
            assert min(t for t in idle if t > reserved[-1]) - reserved[-1] < 0.5 + late_since(began)
        ringing = rings[winner].result()
        await ringing.answer()
        await call.hears(5, talker=ringing)
        await call.hang_up()
        story = await three.story("13811110003")
    assert len([o for o in data(story, "offer.ended") if o["outcome"] == "answered"]) == 1


async def test_the_oldest_of_own_and_visiting_callers_is_served_first(three: System) -> None:
    async with AsyncExitStack() as stack:
        await linked(three)
        phone, desktop = await three.seat(stack, "2003")
        await absent(desktop)
        older = await three.complain(stack, "13811110004", "sh")
        await visits(three, "bj", 1)
        younger = await three.complain(stack, "13811110005", "bj")
        await visits(three, "bj", 2)
        await desktop.ready()
        served = []
        for call in (older, younger):
            served.append((await desktop.offered())["context"]["caller"])
            ringing = await phone.ring()
            await ringing.answer()
            await desktop.state("talking")
            await call.hang_up()
            await wait(ringing.ended, "the phone to be released")
        for number in served:
            await three.story(number)
    assert served == ["13811110004", "13811110005"]


async def test_a_cut_cable_ends_a_visit_and_the_caller_waits_on_at_home(three: System) -> None:
    async with AsyncExitStack() as stack:
        await linked(three)
        _, away = await three.seat(stack, "2003")
        await absent(away)
        call = await three.complain(stack, "13811110006", "sh")
        await visits(three, "bj", 1)
        three.cables["bj-sh"].cut()
        await visits(three, "bj", 0)
        phone, desktop = await three.seat(stack, "1003")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await call.hang_up()
        story = await three.story("13811110006")
    assert (story["agent"], story["cause"]) == ("1003", "served")


@pytest.mark.parametrize("moment", ["ringing", "talking"])
async def test_a_cut_cable_leaves_a_call_between_two_sites_alone(three: System, moment: str) -> None:
    number = f"138111100{10 + len(moment)}" if moment == "ringing" else "13811110020"
    async with AsyncExitStack() as stack:
        await linked(three)
        phone, desktop = await three.seat(stack, "2003")
        call = await three.complain(stack, number, "sh")
        ringing = await phone.ring()
        if moment == "talking":
            await ringing.answer()
            await desktop.state("talking")
        three.cables["bj-sh"].cut()
        if moment == "ringing":
            await ringing.answer()
            await desktop.state("talking")
        await call.hears(20, talker=ringing)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        await desktop.until(lambda s: s["state"] == "idle", "idle")
        story = await three.story(number)
    assert (story["agent"], story["cause"]) == ("2003", "served")


async def test_a_callback_keeps_its_place_and_connects_customer_and_agent(three: System) -> None:
    number = "13811110040"
    async with AsyncExitStack() as stack:
        await linked(three)
        call = await three.complain(stack, number, "sh")
        await visits(three, "sh", 1)
        contact = await three.contact_of(number)
        await call.press("1")
        await wait(call.ended, "the caller to be released")
        await three.has_fact(contact, "contact.ended")
        first = (await three.api.get(f"/api/v1/contacts/{contact}")).json()
        assert data(first, "queue.left")[0]["outcome"] == "key"
        assert first["cause"] == "contained"
        outside = await stack.enter_async_context(
            Phone(three.carrier("sh"), number, three.topology.site("sh").nodes[0].address, port=5060)
        )
        phone, desktop = await three.seat(stack, "1003")
        offer = await desktop.offered()
        assert (offer["context"]["caller"], offer["context"]["callback"]) == (number, True)
        customer = await outside.ring()
        await desktop.state("reserved")
        await customer.answer()
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await customer.hears(5, talker=ringing)
        await ringing.hears(5, talker=customer)
        await ringing.hang_up()
        await wait(customer.ended, "the customer to be released")
        story = await three.story(number, called_back=True)
    assert (story["cause"], story["agent"]) == ("served", "1003")
    assert data(story, "contact.arrived")[0]["callback_of"] == first["id"]
    assert [a["outcome"] for a in data(story, "callback.attempted")] == ["answered"]


async def test_a_customer_who_comes_again_waits_for_the_agent_of_the_last_time(three: System) -> None:
    number = "13800138000"  # a customer whom the data center knows
    async with AsyncExitStack() as stack:
        await linked(three)
        first_phone, first = await three.seat(stack, "1003")
        for turn in range(2):
            caller = await stack.enter_async_context(three.caller(number))
            call = await caller.call("95500")
            await call.press("4")
            if turn:
                await first.until(lambda s: s["state"] == "reserved" or s["state"] == "ringing", "its own customer")
            ringing = await first_phone.ring()
            await ringing.answer()
            await first.state("talking")
            await call.hang_up()
            await wait(ringing.ended, "the phone to be released")
            story = await three.story(number)
            if not turn:
                await three.seat(stack, "1004")  # has been idle longer when the customer comes again
                await absent(first)
                await first.ready()
    assert data(story, "queue.entered")[0]["wanted"] == "1003"
    assert story["agent"] == "1003"


async def test_the_owner_of_an_open_case_is_asked_at_another_site_too(three: System) -> None:
    number = "13822220009"
    async with AsyncExitStack() as stack:
        await linked(three)
        owner_phone, owner = await three.seat(stack, "2003")
        for turn in range(2):
            caller = await stack.enter_async_context(three.caller(number))
            call = await caller.call("95500")
            await call.press("4")
            offer = await owner.offered()
            assert len((offer["context"]["customer"] or {"cases": []})["cases"]) == turn
            ringing = await owner_phone.ring()
            await ringing.answer()
            await owner.state("talking")
            if not turn:
                case = await three.opens_case(owner, offer["context"]["contact"])
                await three.knows_case(case)
            await call.hang_up()
            await wait(ringing.ended, "the phone to be released")
            story = await three.story(number)
            if not turn:
                await three.seat(stack, "1004")  # at the caller's own site, and free
    entered = data(story, "queue.entered")[0]
    assert (entered["wanted"], entered["wanted_case"]) == ("2003", case)
    assert (story["agent"], story["agent_site"]) == ("2003", "bj")
    assert [(v["to_site"], v["reason"]) for v in data(story, "visit.opened")] == [("bj", "wanted_agent")]


async def test_explain_says_why_a_caller_waits_and_why_an_agent_was_chosen(three: System) -> None:
    async with AsyncExitStack() as stack:
        await linked(three)
        phone, desktop = await three.seat(stack, "1003")
        await absent(desktop)
        call = await three.complain(stack, "13811110030", "sh")
        await visits(three, "sh", 1)
        contact = await three.contact_of("13811110030")
        [told] = [one for one in await explained(three, contact) if one["site"] == "sh"]
        assert (told["position"], told["chosen"]) == (1, None)
        assert [c["ruled_out"] for c in told["candidates"] if c["agent"] == "1003"] == [["break rest"]]
        await desktop.ready()
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await call.hang_up()
        await three.story("13811110030")
        past = await explained(three, contact)
    assert past["facts"][0]["kind"] == "queue.entered"
    assert any(f["kind"] == "offer.made" and f["data"]["why"]["strategy"] == "longest_idle" for f in past["facts"])


async def explained(system: System, contact: str) -> Any:
    """What `cti acd explain` says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cti", "acd", "explain", contact, "--json", env=_environment(system.settings),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(output)
