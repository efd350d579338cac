"""The site's process is killed while a caller speaks, or talks with somebody outside: nobody is asked twice."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.integration.hotline.test_same_facts import EXPERT, published
from tests.phone import Call, Phone, until
from tests.system import System, data

__all__ = ["published"]  # a fixture, shared by import
SECOND = 16_000  # bytes of a recording


async def _goes(system: System, call: Call, number: str, *keys: str) -> str:
    """The caller presses these keys, each at the menu of its own; gives the contact."""
    contact = await system.contact_of(number)
    for node, key in zip(("main", "more"), keys, strict=True):
        await call.press(key)
        await system.has_visited(contact, node, key)
    return contact


def _bytes_of_messages(system: System) -> int:
    return sum(file.stat().st_size for file in system.settings.recordings("sh").glob("*.wav"))


async def test_a_message_goes_on_while_the_process_dies_and_is_left_once(system: System, published: None) -> None:
    number = "13950000001"
    async with system.caller(number) as caller:
        call = await caller.call("95500")
        before = _bytes_of_messages(system)
        await _goes(system, call, number, "0", "2")
        speaking = asyncio.create_task(call.rtp.speak(60))
        await until(lambda: _bytes_of_messages(system) > before + 2.5 * SECOND, "a sentence to be recorded", 20)
        system.kill("sh")
        await system.is_back("sh")
        so_far = _bytes_of_messages(system)
        await until(lambda: _bytes_of_messages(system) > so_far + SECOND, "more to be recorded", 20)
        speaking.cancel()
        await call.press("#")
        story = await system.story(number)
    (left,) = data(story, "voicemail.left")
    assert left["ms"] > 2000
    assert (system.settings.recordings("sh") / f"{left['recording']}.wav").stat().st_size > 2 * SECOND
    assert [visit["node"] for visit in data(story, "node.visited")] == ["main", "more", "message", "goodbye"]
    assert story["cause"] == "contained"


async def test_a_conversation_outside_goes_on_while_the_process_dies_and_is_followed_by_the_survey(
    system: System, published: None
) -> None:
    number, site = "13950000002", system.topology.site("sh")
    async with AsyncExitStack() as stack:
        expert = Phone(system.carrier("sh"), EXPERT, site.nodes[0].address, port=site.carriers[0].port)
        await stack.enter_async_context(expert)
        caller = await stack.enter_async_context(system.caller(number))
        call = await caller.call("95500")
        contact = await _goes(system, call, number, "0", "3")
        outside = await expert.ring()
        await outside.answer()
        system.kill("sh")
        await system.is_back("sh")
        assert not call.ended.is_set()
        await outside.hang_up()
        await system.has_fact(contact, "call.transferred")
        await call.press("5")
        story = await system.story(number)
        assert expert.incoming.empty()
    assert [tried["outcome"] for tried in data(story, "call.transferred")] == ["answered"]
    assert [answer["score"] for answer in data(story, "survey.answered")] == [5]
    assert story["cause"] == "transferred"


async def test_the_survey_follows_a_conversation_with_an_agent_during_which_the_process_died(
    system: System, published: None
) -> None:
    number = "13950000003"
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        caller = await stack.enter_async_context(system.caller(number))
        call = await caller.call("95500")
        contact = await _goes(system, call, number, "0", "1")
        talking = await phone.ring()
        await talking.answer()
        await desktop.state("talking")
        system.kill("sh")
        await system.is_back("sh")
        await desktop.close()
        await desktop.connect()
        await desktop.state("talking")
        assert not call.ended.is_set()
        await talking.hang_up()
        await system.has_visited(contact, "people", "answered")
        await call.press("4")
        story = await system.story(number)
        free = await desktop.until(lambda s: s["state"] in ("idle", "wrap_up"), "free again")
        if free["state"] == "wrap_up":
            await desktop.wrap_up()
    assert [answer["score"] for answer in data(story, "survey.answered")] == [4]
    assert story["cause"] == "served"
