"""One site of two nodes: a caller at either node reaches an agent whose phone is registered at the other."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.integration.sites.conftest import Changes, standing
from tests.phone import Call, wait
from tests.postgres import PostgresServer
from tests.system import System, data, eventually

pytestmark = pytest.mark.timeout(120)
AT_SH1, AT_SH2 = "1001", "1002"  # where their phones are
NO_PHONE = "1003"  # at sh1 too
COMPLAINTS, TOGETHER = "3", "6"


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> AsyncIterator[System]:
    plain: dict[str, Any] = {"wrap_up_seconds": 0, "overflow": [], "title": {"zh": "合", "en": "Together"}}
    queues: Changes = {
        "complaints": {"skills": {"general": 50}, "wrap_up_seconds": 0, "ring_seconds": 4},
        "together": {"skills": {"general": 50}, "strategy": "ring_all", **plain},
    }
    together = {"kind": "queue", "title": {"zh": "合", "en": "Together"}, "queue": "together", "timeout": "all_busy"}
    keys = {"1": "claim_policy", "2": "inquiry_policy", "3": "to_complaints", "4": "to_advice", "8": "which_language"}
    nodes: Changes = {"main_menu": {"keys": keys | {TOGETHER: "together"}}, "together": together}
    async with standing("several-nodes", tmp_path_factory.mktemp("nodes"), postgres, queues, nodes) as system:
        yield system


@pytest.fixture(autouse=True)
async def nothing_is_left(site: System) -> AsyncIterator[None]:
    yield
    await site.nothing_left()


async def comes(system: System, stack: AsyncExitStack, number: str, node: int, key: str = COMPLAINTS) -> Call:
    caller = await stack.enter_async_context(system.caller(number, node=node))
    call = await caller.call("95500")
    await call.press(key)
    return call


@pytest.mark.parametrize(("agent", "node"), [(AT_SH1, 1), (AT_SH2, 0), (AT_SH1, 0)])
async def test_a_caller_at_either_node_talks_with_an_agent_at_either(site: System, agent: str, node: int) -> None:
    number = f"1381111000{agent[-1]}{node}"
    async with AsyncExitStack() as stack:
        phone, desktop = await site.seat(stack, agent)
        call = await comes(site, stack, number, node)
        offer = await desktop.offered()
        assert offer["context"]["caller"] == number
        ringing = await phone.ring()
        assert ringing.invite is not None
        assert ringing.invite.get("x-hotline-offer") == offer["offer"]
        await ringing.answer()
        await desktop.state("talking")
        await call.hears(5, talker=ringing)
        await ringing.hears(5, talker=call)
        await ringing.hold(True)
        await desktop.state("held")
        await ringing.hold(False)
        await desktop.state("talking")
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        story = await site.story(number)
    assert (story["cause"], story["agent"], story["node"]) == ("served", agent, f"sh{node + 1}")


async def test_an_agent_at_the_other_node_may_refuse_decline_or_miss_a_call(site: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await site.seat(stack, AT_SH1)
        call = await comes(site, stack, "13811110100", 1)
        (await phone.ring()).refuse()
        await desktop.until(lambda s: s["reason"] == "declined", "not ready: refused at the phone")
        await desktop.ready()
        second = await phone.ring()
        await desktop.sees("offered")
        await desktop.send(type="decline", offer=(await desktop.offered())["offer"])
        await wait(second.ended, "the phone to be silent")
        await desktop.until(lambda s: s["reason"] == "declined", "not ready: declined at the screen")
        await desktop.ready()
        third = await phone.ring()
        await wait(third.ended, "the phone to be silent")
        await desktop.until(lambda s: s["reason"] == "rona", "not ready: no answer")
        await call.hang_up()
        story = await site.story("13811110100")
    assert [o["outcome"] for o in data(story, "offer.ended")] == ["declined", "declined", "rona"]


async def test_a_phone_that_is_not_there_at_the_other_node_is_found_out_at_once(site: System) -> None:
    async with AsyncExitStack() as stack:
        desktop = await stack.enter_async_context(site.desktop(NO_PHONE))
        await desktop.ready()
        call = await comes(site, stack, "13811110101", 1)
        await desktop.until(lambda s: s["reason"] == "phone_unreachable", "not ready: the phone is not there")
        await call.hang_up()
        story = await site.story("13811110101")
    assert [o["outcome"] for o in data(story, "offer.ended")] == ["failed"]


async def test_the_screen_makes_a_phone_at_the_other_node_answer(site: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await site.seat(stack, AT_SH1)
        await comes(site, stack, "13811110102", 1)
        offer = await desktop.offered()
        ringing = await phone.ring()
        await desktop.send(type="answer", offer=offer["offer"])

        async def asked() -> bool:
            return any(r.method == "NOTIFY" and r.get("event") == "talk" for r in phone.requests)

        await eventually(asked, "the phone to be asked to answer")
        await ringing.answer()
        await desktop.state("talking")
        await ringing.hang_up()
        await site.story("13811110102")


async def test_phones_at_both_nodes_ring_together_each_for_its_offer(site: System) -> None:
    async with AsyncExitStack() as stack:
        seats = [await site.seat(stack, number) for number in (AT_SH1, AT_SH2)]
        call = await comes(site, stack, "13811110103", 0, TOGETHER)
        offers = [(await desktop.offered())["offer"] for _, desktop in seats]
        rings = [await phone.ring() for phone, _ in seats]
        assert [r.invite.get("x-hotline-offer") for r in rings if r.invite is not None] == offers
        await rings[1].answer()
        await wait(rings[0].ended, "the other phone to be silent")
        await seats[1][1].state("talking")
        await seats[0][1].state("idle")
        await call.hears(5, talker=rings[1])
        await rings[1].hang_up()
        await wait(call.ended, "the caller to be released")
        story = await site.story("13811110103")
    assert story["agent"] == AT_SH2


async def test_the_sites_process_dies_and_a_conversation_across_nodes_goes_on(site: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await site.seat(stack, AT_SH1)
        call = await comes(site, stack, "13811110104", 1)
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        site.kill("sh", signal.SIGKILL)
        await site.is_back("sh")
        await call.hears(5, talker=ringing)
        await ringing.hears(5, talker=call)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        story = await site.story("13811110104")
    assert (story["cause"], story["agent"]) == ("served", AT_SH1)
