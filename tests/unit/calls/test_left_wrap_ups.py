"""A process that takes over finds agents in the middle of their wrap-up, and lets them finish it."""

from __future__ import annotations

import asyncio

import pytest

from cti.acd import Need, State, Status, Terms
from cti.calls.context import ContactContext
from cti.calls.ports import Visit
from cti.calls.visit_host import REFUSED
from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import World, scenario


async def talks_for(world: World, seconds: float) -> None:
    """Agent 1001 serves one caller of the queue `complaints`, whose wrap-up takes a minute."""
    call = FakeTelephony()
    call.phones["PJSIP/1001"] = FakePhone(answers_after=1.0, talks_for=seconds)
    call.press("3", after=2.0)
    await world.directory.serve(call)


async def restarts(world: World) -> None:
    await world.dispatcher.close()
    world.start()
    await world.directory.load()


def test_the_rest_of_the_wrap_up_is_left_to_the_agent_and_nothing_is_offered_meanwhile() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        await talks_for(world, 10.0)
        await asyncio.sleep(20)
        await restarts(world)
        world.agent("1001")
        agent = world.dispatcher.acd.agents["1001"]
        assert (agent.state, agent.status, agent.assignable) == (State.WRAP_UP, Status.BREAK, False)
        assert agent.wrap_up_until is not None
        assert round(agent.wrap_up_until - world.clock.monotonic()) == 40
        await asyncio.sleep(10)
        assert world.dispatcher.save_wrap_up("1001", agent.contact or "", "resolved", None, Status.AVAILABLE)
        assert (agent.state, agent.status) == (State.IDLE, Status.AVAILABLE)

    world = scenario(play)
    assert len(world.facts("wrap_up.started")) == 1
    [ended] = world.facts("wrap_up.ended")
    assert (ended["code"], ended["by"], round(ended["ms"] / 1000)) == ("resolved", "agent", 30)


def test_it_ends_by_itself_though_the_desktop_never_comes_back() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        await talks_for(world, 10.0)
        await restarts(world)
        await asyncio.sleep(70)
        assert world.state("1001") is State.IDLE

    world = scenario(play)
    [ended] = world.facts("wrap_up.ended")
    assert (ended["code"], ended["by"], round(ended["ms"] / 1000)) == ("time_out", "system", 60)


def test_one_whose_time_passed_while_nobody_was_there_ends_when_somebody_is() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        await talks_for(world, 10.0)
        await world.dispatcher.close()
        await asyncio.sleep(600)
        world.start()
        await world.directory.load()
        await asyncio.sleep(1)
        world.agent("1001")
        assert world.dispatcher.acd.agents["1001"].assignable

    world = scenario(play)
    assert len(world.facts("wrap_up.ended")) == 1


def test_a_conversation_that_ended_before_the_desktop_is_back_is_followed_by_its_wrap_up() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony()
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1.0)
        call.press("3", after=2.0)
        await world.dies_serving(call, asyncio.sleep(30))
        call.legs[-1].hang_up()
        await world.directory.serve(call)
        world.agent("1001")
        assert world.state("1001") is State.WRAP_UP
        await asyncio.sleep(70)
        assert world.state("1001") is State.IDLE

    world = scenario(play)
    assert world.end()[0] == "served"
    assert [len(world.facts(f"wrap_up.{end}")) for end in ("started", "ended")] == [1, 1]


def test_a_queue_without_wrap_up_writes_of_none() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        world.dispatcher.acd.restore_conversation("1001", "o", "c", "complaints", world.clock.monotonic())
        world.dispatcher.do(world.dispatcher.acd.finished("o", 0.0, world.clock.monotonic()))
        assert world.state("1001") is State.IDLE

    world = scenario(play)
    assert world.facts("wrap_up.started") == []


async def hosts(world: World, call: FakeTelephony) -> str:
    """Agent 1001 is granted to site bj, whose caller comes; gives the offer once they talk. The visit goes on in the background."""
    world.agent("1001")
    context = ContactContext(
        contact=call.contact, caller=call.caller, called=call.called, site="bj", queue="complaints", queue_title_zh="投诉",
        queue_title_en="Complaints", language="zh", waited_ms=0,
    )  # fmt: skip
    terms = Terms("complaints", Need.of({"complaints": 50}))
    world.dispatcher.visits.opened("bj", Visit(call.contact, terms, 1.0, context))
    await asyncio.sleep(0.1)
    call.phones["PJSIP/1001"] = FakePhone(answers_after=1.0)
    return world.screens.shown[-1][0].offer


@pytest.mark.parametrize("told_by", ["the phone", "the dialplan"])
def test_a_conversation_with_another_sites_caller_is_wrapped_up_under_the_next_process_too(told_by: str) -> None:
    async def play(world: World) -> None:
        call = FakeTelephony("bj1-1.1", node="sh1")
        offer = await hosts(world, call)
        visit = asyncio.create_task(world.directory.host(call, offer))
        await asyncio.sleep(30)
        await world.dispatcher.close()
        visit.cancel()
        await asyncio.gather(visit, return_exceptions=True)
        world.start()
        await world.directory.load()
        world.agent("1001")
        assert world.state("1001") is State.TALKING
        await asyncio.sleep(10)
        if told_by == "the phone":
            world.directory.phone_gone("1001", talked=True)
        call.legs[-1].hang_up()
        await world.directory.host(call, offer)
        assert world.state("1001") is State.WRAP_UP
        await asyncio.sleep(70)
        assert world.state("1001") is State.IDLE

    world = scenario(play)
    assert [len(world.facts(f"wrap_up.{end}")) for end in ("started", "ended")] == [1, 1]


def test_a_phone_that_rang_in_vain_for_another_sites_caller_while_nobody_watched_is_free_again() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony("bj1-1.1", node="sh1")
        offer = await hosts(world, call)
        call.phones["PJSIP/1001"] = FakePhone()
        visit = asyncio.create_task(world.directory.host(call, offer))
        await asyncio.sleep(2)
        await world.dispatcher.close()
        visit.cancel()
        await asyncio.gather(visit, return_exceptions=True)
        world.start()
        await world.directory.load()
        world.agent("1001")
        assert not world.dispatcher.acd.agents["1001"].assignable
        await asyncio.sleep(60)
        await world.directory.host(call, offer)
        assert world.dispatcher.acd.agents["1001"].assignable
        assert call.cause == REFUSED

    assert scenario(play).facts("wrap_up.started") == []
