"""What a wall clock that was set, and a node that died, must not change about contacts that an earlier process left behind."""

from __future__ import annotations

import asyncio

import pytest

from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import CALLER, World, scenario


@pytest.mark.parametrize("step", [3600.0, -3600.0], ids=["on and back", "back and on"])
def test_a_waiting_caller_keeps_the_age_when_the_clock_jumps_and_comes_back_before_the_process_dies(
    step: float,
) -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.2)
        asyncio.get_running_loop().call_later(1.0, world.clock.step, step)
        asyncio.get_running_loop().call_later(39.0, world.clock.step, -step)
        await world.dies_serving(call, asyncio.sleep(40))
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1, talks_for=5)
        serving = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(10)
        world.agent("1001")
        await serving

    world = scenario(play)
    assert world.end() == ("served", "agent")
    waited, whole = world.facts("agent.connected")[0]["waited_ms"], world.facts("contact.ended")[0]["ms"]
    # While the facts' time catches up with a clock that was set back it goes at half speed: nobody becomes younger than that.
    assert waited >= 20_000
    assert whole >= waited


@pytest.mark.parametrize(("uptime", "cause"), [(5.0, "lost"), (3600.0, "served")], ids=["node died", "process died"])
def test_a_conversation_is_lost_if_the_node_has_died_and_served_if_only_the_process_had(
    uptime: float, cause: str
) -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1.0)
        call.press("3", after=2.0)
        await world.dies_serving(call, asyncio.sleep(60))
        await asyncio.sleep(10)
        await world.directory.channels_known("sh1", [], uptime)

    world = scenario(play)
    assert world.end() == (cause, "system")
    [talk] = world.facts("agent.disconnected")
    assert round(talk["talk_ms"] / 1000) == (61 if cause == "lost" else 66)


async def _waits_and_is_left(world: World) -> FakeTelephony:
    call = FakeTelephony(caller=CALLER)
    call.press("3", after=2.0)
    await world.dies_serving(call, asyncio.sleep(60))
    return call


def test_contacts_of_a_node_that_does_not_come_back_are_lost_since_it_went_and_their_callers_are_not_asked_again() -> (
    None
):
    async def play(world: World) -> None:
        call = await _waits_and_is_left(world)
        await asyncio.sleep(600)
        for _ in range(2):
            await world.directory.node_lost("sh1", 600)
        assert world.directory.left_behind == 0
        await world.directory.serve(call)

    world = scenario(play)
    assert world.end() == ("lost", "system")
    assert len(world.facts("contact.arrived")) == 1


def test_contacts_of_a_node_that_the_site_has_no_more_are_lost_when_they_were_last_seen() -> None:
    async def play(world: World) -> None:
        await _waits_and_is_left(world)
        await asyncio.sleep(600)
        await world.directory.nodes_known(["sh1", "sh2"])
        assert world.directory.left_behind == 1
        await world.directory.nodes_known(["sh2"])

    world = scenario(play)
    assert world.end() == ("lost", "system")
    assert world.facts("contact.ended")[0]["ms"] < 60_000
