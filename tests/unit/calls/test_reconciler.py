"""Agents as the router has them, held against their phones: what two looks in a row agree on is repaired and told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from cti.acd import State
from cti.calls.reconciler import Mismatch
from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import World, scenario


def looked(world: World, phones: Mapping[str, bool] | None = None) -> list[tuple[str, str]]:
    """Two looks at these phones, of which each is in a call, and holds it or not. What was thought and found."""
    phones = phones or {}
    repaired: list[Mismatch] = []
    for _ in range(2):
        repaired += world.dispatcher.reconciler.look(phones.keys(), (), phones)
    return [(mismatch.thought, mismatch.found) for mismatch in repaired]


async def talking(world: World) -> asyncio.Task[None]:
    world.agent("1001")
    caller = FakeTelephony("sh1-1.1")
    caller.press("3", after=0.2)
    caller.phones["PJSIP/1001"] = FakePhone(answers_after=1.0, talks_for=60.0)
    serving = asyncio.create_task(world.directory.serve(caller))
    await asyncio.sleep(15)
    assert world.state("1001") is State.TALKING
    return serving


def test_a_phone_in_a_call_that_is_none_of_ours_is_offered_nothing_until_it_is_over() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        assert looked(world, {"1001": False}) == [("idle", "in_call")]
        assert world.dispatcher.acd.agents["1001"].busy_elsewhere
        assert looked(world) == [("busy_elsewhere", "no_call")]
        assert not world.dispatcher.acd.agents["1001"].busy_elsewhere

    assert [f["found"] for f in scenario(play).facts("agent.repaired")] == ["in_call", "no_call"]


def test_what_one_look_alone_sees_is_a_change_under_way() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        look = world.dispatcher.reconciler.look
        assert look({"1001"}) == look({}) == look({"1001"}) == look({}) == []

    assert scenario(play).facts("agent.repaired") == []


def test_of_a_phone_whose_node_is_away_nothing_is_concluded() -> None:
    async def play(world: World) -> None:
        serving = await talking(world)
        for _ in range(3):
            assert world.dispatcher.reconciler.look({}, {"1001"}) == []
        await serving

    assert scenario(play).facts("agent.repaired") == []


def test_a_conversation_that_no_phone_has_any_more_and_nobody_serves_is_over() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        world.dispatcher.do(world.dispatcher.acd.restore_conversation("1001", "o1", "c1", "claims", 0.0))
        assert looked(world, {"1001": False}) == []
        assert looked(world) == [("talking", "no_call")]
        assert world.state("1001") is State.IDLE

    scenario(play)


def test_a_hold_of_which_nobody_heard_is_seen_and_so_is_its_end() -> None:
    async def play(world: World) -> None:
        serving = await talking(world)
        assert looked(world, {"1001": True}) == [("talking", "held")]
        assert world.state("1001") is State.HELD
        assert looked(world, {"1001": True}) == []
        await asyncio.sleep(10)
        assert looked(world, {"1001": False}) == [("held", "talking")]
        assert world.state("1001") is State.TALKING
        await serving

    world = scenario(play)
    assert [f["ms"] for f in world.facts("hold.ended")] == [10_000]


def test_where_nothing_is_known_of_hold_it_stays_as_it_was_told() -> None:
    async def play(world: World) -> None:
        serving = await talking(world)
        world.dispatcher.held("1001", True)
        look = world.dispatcher.reconciler.look
        assert look({"1001"}) == look({"1001"}) == []
        assert world.state("1001") is State.HELD
        await serving

    scenario(play)
