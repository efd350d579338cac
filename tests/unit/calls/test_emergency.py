"""Who met the emergency menu becomes a contact, and is called back in turn, once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cti.calls.callbacks import Callbacks
from cti.calls.emergency import LOOK_SECONDS, take_in, watch_spool
from cti.calls.ports import LeftNumber
from cti.facts import Fact
from cti.testing.telephony import FakeTelephony
from tests.unit.calls.test_callbacks import Customer, begin, callback_world
from tests.unit.calls.world import World


def left(world: World, contact: str = "sh1-9.1", callback: str | None = "13900000001") -> LeftNumber:
    """Left ten minutes ago."""
    at = world.clock.wall() - timedelta(minutes=10)
    return LeftNumber("file.json", at, contact, "sh1", "13800138000", "95500", callback)


def test_a_number_left_is_called_back_with_the_age_it_has() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        await take_in(left(world), world.services, callbacks)
        await asyncio.sleep(1)
        [waiting] = world.dispatcher.acd.waiting.values()
        assert (waiting.queue, round(world.clock.monotonic() - waiting.since)) == ("general", 601)
        world.agent("1001", general=50)
        await asyncio.sleep(60)

    world = callback_world(play)
    met, called = (f for f in world.journal.facts if f.kind == "contact.arrived" and f.contact)
    assert {met.data["caller"], called.data["caller"]} == {"13800138000", "13900000001"}
    assert sorted(f["cause"] for f in world.facts("contact.ended")) == ["contained", "served"]


def test_one_who_left_no_number_is_a_contact_all_the_same() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        await take_in(left(world, callback=None), world.services, callbacks)
        assert callbacks.waiting == 0

    world = callback_world(play)
    assert world.end() == ("left_flow", "customer")


def test_taking_it_in_twice_changes_nothing() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        one = left(world)
        await take_in(one, world.services, callbacks)
        await callbacks.close()
        await world.dispatcher.close()
        world.start()
        again = begin(world, customer, {})
        await world.directory.load()
        await take_in(one, world.services, again)
        await asyncio.sleep(1)
        assert again.waiting == 1
        await again.close()

    world = callback_world(play)
    assert len(world.facts("emergency.taken")) == 1
    assert len(world.facts("contact.arrived")) == 2


def test_a_caller_who_was_served_before_the_processes_went_away_keeps_the_story() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        call = FakeTelephony("sh1-9.1")
        call.caller_hangs_up(after=30)
        await world.directory.serve(call)
        await take_in(left(world), replace(world.services), callbacks)

    world = callback_world(play)
    kinds = [f.kind for f in world.journal.facts if f.contact == "sh1-9.1"]
    assert kinds.count("contact.arrived") == kinds.count("contact.ended") == 1
    assert kinds[-1] == "emergency.taken"


def test_one_who_could_not_be_taken_in_stays_in_the_spool_until_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(work: Callable[..., Any], *arguments: Any) -> Any:  # a thread's time is not virtual
        return work(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", at_once)

    class Spool:
        def __init__(self, *left: LeftNumber) -> None:
            self.left = list(left)

        def read(self) -> Sequence[LeftNumber]:
            return tuple(self.left)

        def remove(self, left: LeftNumber) -> None:
            self.left.remove(left)

    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        first, second = left(world), left(world, "sh1-9.2", callback=None)
        spool, facts_of = Spool(first, second), world.journal.facts_of
        refused: list[str] = []

        async def unreadable_once(contact: str) -> Sequence[Fact]:
            if not refused:
                refused.append(contact)
                raise sqlite3.OperationalError("unable to open database file")
            return await facts_of(contact)

        world.journal.facts_of = unreadable_once  # type: ignore[method-assign]
        watching = asyncio.create_task(watch_spool(spool, world.services, callbacks))
        await asyncio.sleep(1)
        assert spool.left == [first] and refused == ["sh1-9.1"]
        await asyncio.sleep(LOOK_SECONDS)
        assert spool.left == [] and callbacks.waiting == 1
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    callback_world(play)
