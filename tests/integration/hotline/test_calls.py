"""Real calls, end to end: every way a call can go, and what its facts say afterwards."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack

import pytest

from tests.phone import wait
from tests.system import System, data, kinds


async def test_menu_policy_queue_agent_talk_wrap_up(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        caller = await stack.enter_async_context(system.caller("13800138000", name="张三丰"))
        call = await caller.call("95500")
        await call.hears()
        await call.press("1")
        await call.press("12345678#")
        offer = await desktop.offered()
        assert offer["context"]["caller"] == "13800138000"
        assert "12345678" in offer["context"]["collected"].values()
        ringing = await phone.ring()
        assert ringing.invite is not None
        assert ringing.invite.get("x-hotline-offer") == offer["offer"]
        await desktop.state("ringing")
        await ringing.answer()
        await desktop.state("talking")
        await call.hears(5, talker=ringing)
        await ringing.hears(5, talker=call)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        await desktop.wrap_up("resolved")
        story = await system.story("13800138000", with_fact="wrap_up.ended")
    assert (story["cause"], story["agent"], story["queue"]) == ("served", "1001", "claims")
    assert [v["outcome"] for v in data(story, "offer.ended")] == ["answered"]
    assert data(story, "wrap_up.ended")[0]["code"] == "resolved"


async def test_the_screen_shows_the_contact_before_the_phone_rings(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        call = await system.claim(stack, "13800138001")
        ringing = await phone.ring()
        assert any(m["type"] == "offered" for _, m in desktop.messages)
        await ringing.answer()
        await desktop.state("talking")
        await call.hang_up()
        await wait(ringing.ended, "the agent's phone to be released")
        await desktop.wrap_up()
        story = await system.story("13800138001")
    assert (story["cause"], story["ended_by"]) == ("served", "customer")


async def test_wrong_keys_lead_to_a_person_after_three_failures(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1004")
        caller = await stack.enter_async_context(system.caller("13800138002"))
        call = await caller.call("95500")
        await call.press("5")
        await call.press("6")
        await call.press("7")
        offer = await desktop.offered()
        assert offer["context"]["queue"] == "general"
        ringing = await phone.ring()
        await ringing.answer()
        await ringing.hang_up()
        await desktop.wrap_up()
        story = await system.story("13800138002")
    assert [v["outcome"] for v in data(story, "node.visited") if v["node_kind"] == "menu"].count("invalid") >= 2


async def test_a_caller_who_types_nothing_is_asked_again(system: System) -> None:
    async with system.caller("13800138021") as caller:
        call = await caller.call("95500")
        await call.press("2")
        contact = await system.contact_of("13800138021")

        await system.has_visited(contact, "inquiry_policy", "silence")
        await call.press("80012345678#")
        await system.has_visited(contact, "look_up", "next")
        await call.hang_up()
        story = await system.story("13800138021")
    assert story["cause"] == "left_flow"


async def test_caller_hangs_up_during_the_greeting(system: System) -> None:
    async with system.caller("13800138003") as caller:
        call = await caller.call("95500")
        await call.hang_up()
        story = await system.story("13800138003")
    assert (story["cause"], story["ended_by"]) == ("left_flow", "customer")


async def test_caller_hangs_up_in_the_menu(system: System) -> None:
    async with system.caller("13800138004") as caller:
        call = await caller.call("95500")
        await call.press("9")
        await call.hears(20)
        await call.hang_up()
        story = await system.story("13800138004")
    assert story["cause"] == "left_flow"
    assert data(story, "node.visited")[-1]["outcome"] == "hung_up"


async def test_caller_hangs_up_while_waiting(system: System) -> None:
    async with system.caller("13800138005") as caller, system.desktop("1003") as desktop:
        call = await caller.call("95500")
        await call.press("3")
        await desktop.until(
            lambda s: any(q["queue"] == "complaints" and q["waiting"] for q in s["queues"]), "a waiting caller"
        )
        await call.hang_up()
        story = await system.story("13800138005")
    assert (story["cause"], story["ended_by"]) == ("abandoned", "customer")
    assert data(story, "queue.left")[0]["outcome"] == "abandoned"


async def test_caller_hangs_up_while_it_rings(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1003")
        call = await system.complain(stack, "13800138006")
        ringing = await phone.ring()
        await call.hang_up()
        await wait(ringing.ended, "the ringing to stop")
        await desktop.state("idle")
        assert desktop.snapshot["status"] == "available"
        story = await system.story("13800138006")
    assert story["cause"] == "abandoned"
    assert data(story, "offer.ended")[0]["outcome"] == "caller_gone"


async def test_an_agent_who_does_not_answer_is_not_ready_and_the_next_one_gets_the_call(system: System) -> None:
    async with AsyncExitStack() as stack:
        first, first_desktop = await system.seat(stack, "1001")
        second, second_desktop = await system.seat(stack, "1002")
        call = await system.claim(stack, "13800138007")
        await first.ring()
        ringing = await second.ring(25)
        await first_desktop.until(lambda s: (s["status"], s["reason"]) == ("not_ready", "rona"), "RONA")
        await ringing.answer()
        await second_desktop.state("talking")
        await call.hang_up()
        await second_desktop.wrap_up()
        story = await system.story("13800138007")
    assert [v["outcome"] for v in data(story, "offer.ended")] == ["rona", "answered"]
    assert story["agent"] == "1002"


async def test_an_agent_who_declines_on_the_screen_frees_the_call_for_the_next(system: System) -> None:
    async with AsyncExitStack() as stack:
        first, first_desktop = await system.seat(stack, "1001")
        second, second_desktop = await system.seat(stack, "1002")
        call = await system.claim(stack, "13800138008")
        offer = await first_desktop.offered()
        refused = await first.ring()
        await first_desktop.send(type="decline", offer=offer["offer"])
        await wait(refused.ended, "the first phone to stop ringing")
        ringing = await second.ring()
        await ringing.answer()
        await second_desktop.state("talking")
        await call.hang_up()
        await second_desktop.wrap_up()
        story = await system.story("13800138008")
    assert [v["outcome"] for v in data(story, "offer.ended")] == ["declined", "answered"]


async def test_an_agent_who_declines_on_the_phone_frees_the_call_for_the_next(system: System) -> None:
    async with AsyncExitStack() as stack:
        first, _ = await system.seat(stack, "1001")
        second, second_desktop = await system.seat(stack, "1002")
        call = await system.claim(stack, "13800138009")
        (await first.ring()).refuse(486)
        await (await second.ring()).answer()
        await second_desktop.state("talking")
        await call.hang_up()
        await second_desktop.wrap_up()
        story = await system.story("13800138009")
    assert [v["outcome"] for v in data(story, "offer.ended")] == ["declined", "answered"]


async def test_an_agent_whose_phone_is_not_there_is_passed_over(system: System) -> None:
    async with AsyncExitStack() as stack:
        ghost = await stack.enter_async_context(system.desktop("1001"))
        phone = await stack.enter_async_context(system.agent_phone("1001"))
        await phone.register(expires=0)
        await ghost.ready()
        second, second_desktop = await system.seat(stack, "1002")
        call = await system.claim(stack, "13800138010")
        await (await second.ring()).answer()
        await ghost.until(lambda s: s["reason"] == "phone_unreachable", "not ready: phone unreachable")
        await second_desktop.state("talking")
        await call.hang_up()
        await second_desktop.wrap_up()
        story = await system.story("13800138010")
    assert [v["outcome"] for v in data(story, "offer.ended")] == ["failed", "answered"]


async def test_hold_is_seen_on_the_screen_and_in_the_facts(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1003")
        call = await system.complain(stack, "13800138011")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await ringing.hold(True)
        await desktop.state("held")
        await call.hears(20)
        await ringing.hold(False)
        await desktop.state("talking")
        await desktop.send(type="hang_up", offer=desktop.snapshot["offer"]["offer"])
        await wait(call.ended, "the caller to be released")
        await desktop.wrap_up()
        story = await system.story("13800138011")
    assert "hold.started" in kinds(story) and data(story, "hold.ended")[0]["ms"] > 0
    assert (story["cause"], story["ended_by"]) == ("served", "agent")


async def test_self_service_speaks_the_policy_and_returns_to_the_menu(system: System) -> None:
    async with system.caller("13800138012") as caller:
        call = await caller.call("95500")
        await call.press("2")
        await call.press("12345678#")
        await call.hears(50)
        await call.hang_up()
        story = await system.story("13800138012")
    assert any(v["node_kind"] == "http" for v in data(story, "node.visited"))
    assert story["cause"] == "left_flow"


async def test_an_agent_at_the_other_site_is_reached_when_nobody_here_has_the_skill(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "2001")
        call = await system.claim(stack, "13800138013", site="sh")
        offer = await desktop.offered()
        assert offer["context"]["site"] == "sh" and "12345678" in offer["context"]["collected"].values()
        ringing = await phone.ring()
        assert ringing.invite is not None and ringing.invite.get("x-hotline-offer") == offer["offer"]
        await ringing.answer()
        await desktop.state("talking")
        await call.hears(5, talker=ringing)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        await desktop.wrap_up()
        story = await system.story("13800138013", with_fact="wrap_up.ended")
    assert (story["site"], story["agent"], story["agent_site"], story["cause"]) == ("sh", "2001", "bj", "served")
    assert {"visit.opened", "visit.granted", "wrap_up.ended"} <= set(kinds(story))


async def test_an_agent_at_the_other_site_who_declines_is_not_ready_there(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "2003")
        call = await system.complain(stack, "13800138014", site="sh")
        (await phone.ring()).refuse(486)
        await desktop.until(lambda s: s["status"] == "not_ready", "not ready")
        await desktop.ready()
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await system.has_fact(await system.contact_of("13800138014"), "agent.connected")  # the caller's site knows, too
        await call.hang_up()
        await desktop.wrap_up()
        story = await system.story("13800138014")
    assert [v["outcome"] for v in data(story, "offer.ended")] == ["declined", "answered"]


async def test_caller_hangs_up_while_the_other_sites_phone_rings(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "2003")
        call = await system.complain(stack, "13800138015", site="sh")
        ringing = await phone.ring()
        await call.hang_up()
        await wait(ringing.ended, "the ringing to stop")
        await desktop.state("idle")
        assert desktop.snapshot["status"] == "available"
        story = await system.story("13800138015")
    assert story["cause"] == "abandoned"


async def test_both_sites_serve_at_once(system: System) -> None:
    async with AsyncExitStack() as stack:
        sh_phone, sh_desktop = await system.seat(stack, "1003")
        bj_phone, bj_desktop = await system.seat(stack, "2003")
        sh_call = await system.complain(stack, "13800138016", site="sh")
        bj_call = await system.complain(stack, "13800138017", site="bj")
        sh_ringing, bj_ringing = await sh_phone.ring(), await bj_phone.ring()
        await sh_ringing.answer()
        await bj_ringing.answer()
        await sh_desktop.state("talking")
        await bj_desktop.state("talking")
        await sh_call.hang_up()
        await bj_call.hang_up()
        await sh_desktop.wrap_up()
        await bj_desktop.wrap_up()
        stories = [await system.story(n) for n in ("13800138016", "13800138017")]
    assert [(s["site"], s["agent"]) for s in stories] == [("sh", "1003"), ("bj", "2003")]


async def test_a_killed_site_process_loses_no_waiting_caller(system: System) -> None:
    async with AsyncExitStack() as stack:
        call = await system.complain(stack, "13800138018")
        contact = await system.contact_of("13800138018")
        await system.has_fact(contact, "queue.entered")
        system.kill("sh")
        await system.has_fact(contact, "contact.resumed")
        phone, desktop = await system.seat(stack, "1003")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await call.hang_up()
        await desktop.wrap_up()
        story = await system.story("13800138018")
    assert story["cause"] == "served"
    assert kinds(story).count("queue.entered") == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
async def test_a_site_process_that_ends_leaves_a_conversation_untouched(system: System, how: signal.Signals) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1003")
        call = await system.complain(stack, "13800138019")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        system.kill("sh", how)
        await system.is_back("sh")
        assert not {"contact.ended", "agent.disconnected", "wrap_up.started"} & set(
            await system.kinds_now("13800138019")
        )
        assert not call.ended.is_set() and not ringing.ended.is_set()
        await call.hears(5, talker=ringing)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        story = await system.story("13800138019")
    assert (story["cause"], story["agent"]) == ("served", "1003")


async def test_a_hold_that_begins_or_ends_while_no_process_is_there_is_seen_by_the_next(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, _ = await system.seat(stack, "1003")
        call = await system.complain(stack, "13800138029")
        ringing = await phone.ring()
        await ringing.answer()
        for on, state in ((True, "held"), (False, "talking")):
            system.kill("sh")
            await ringing.hold(on)
            await system.is_back("sh")
            desktop = await stack.enter_async_context(system.desktop("1003"))
            await desktop.state(state)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        story = await system.story("13800138029")
    assert (story["cause"], story["agent"]) == ("served", "1003")


async def test_no_fact_is_lost_while_the_data_center_is_gone_for_the_whole_call(system: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1003")
        await system.stop("datacenter")
        call = await system.complain(stack, "13800138020")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        case = await system.opens_case(desktop, desktop.snapshot["offer"]["context"]["contact"])
        await call.hang_up()
        await desktop.wrap_up()
        system.start("datacenter")
        await system.ready()
        story = await system.story("13800138020", with_fact="wrap_up.ended")
    assert story["cause"] == "served" and "wrap_up.ended" in kinds(story)
    assert [(c["id"], c["owner"], c["number"]) for c in story["cases"]] == [(case, "1003", "13800138020")]
