"""Synthetic calls in virtual time: the real session, router and dispatcher, a node that exists only as a list of what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from cti.calls.editions import Edition, Editions
from cti.calls.probes import LineFailed, Prober, Stage
from cti.calls.rules import rules_of
from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import CALLER, HOTLINE, World, scenario

QUEUES = sorted(HOTLINE.queues)


class Node:
    """Implements `calls.probes.Line`: a node whose phones answer after 0.1 s and hear each other for 0.5 s."""

    agent_address = "PJSIP/agent@probe"

    def __init__(self, world: World) -> None:
        self.world, self.calls, self.ended = world, list[FakeTelephony](), list[str]()
        self.fails: LineFailed | None = None
        self.hangs = False
        self.phone: FakePhone | None = FakePhone(answers_after=0.1, talks_for=0.5)
        self.prober = Prober(world.services, self, ["sh1"], 60, lambda: self.unsound)
        self.unsound: tuple[Stage, str] | None = None
        self._serving: set[asyncio.Task[None]] = set()

    def contact(self, node: str, number: str) -> str:
        return f"probe.{node}.{number}"

    async def call(self, node: str, contact: str, seconds: float) -> None:
        if self.fails is not None:
            raise self.fails
        if self.hangs:
            await asyncio.Event().wait()
        call = FakeTelephony(contact, caller="", node=node)
        if self.phone is not None:
            call.phones[self.agent_address] = self.phone
        self.calls.append(call)
        self._serving.add(asyncio.create_task(self.prober.serve(call)))

    async def hang_up(self, node: str, channel: str) -> None:
        self.ended.append(channel)
        next(c for c in self.calls if c.channel == channel).caller_hangs_up()

    async def run(self, seconds: float) -> None:
        running = asyncio.create_task(self.prober.run())
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.gather(*self._serving)


def probed(play: Callable[[World, Node], Awaitable[None]]) -> World:
    async def with_node(world: World) -> None:
        world.dispatcher.configure(rules_of(HOTLINE))
        await play(world, Node(world))

    return scenario(with_node)


def test_each_queue_is_called_once_a_minute_and_one_fact_tells_of_each_call() -> None:
    async def play(world: World, node: Node) -> None:
        await node.run(119)
        assert [call.cause for call in node.calls] == [16] * len(node.calls)
        assert {target for by in node.prober.figures().values() for target in by} == {("sh1", q) for q in QUEUES}
        assert set(node.prober.figures()["probe_up"].values()) == {1.0}

    world = probed(play)
    ended = world.facts("probe.ended")
    assert sorted(e["queue"] for e in ended) == sorted(QUEUES * 2)
    assert all(e["passed"] and e["stuck_at"] is None for e in ended)
    assert list(ended[0]["stages"]) == ["originate", "agi", "queue", "offer", "answer", "voice", "end"]
    assert 600 <= ended[0]["ms"] < 1000
    assert {f.kind for f in world.journal.facts} == {"probes.planned", "probe.ended"}
    assert {f.contact for f in world.journal.facts} == {None}


def test_callers_agents_and_figures_notice_nothing_of_synthetic_calls() -> None:
    async def play(world: World, node: Node) -> None:
        world.agent("1001")
        before = list(world.journal.facts)
        caller = FakeTelephony(caller=CALLER)
        summary = world.dispatcher.visits.summary
        shown = summary()
        await node.run(61)
        assert summary() == replace(shown, queues=summary().queues)
        assert summary().queues == shown.queues
        assert world.dispatcher.acd.agents.keys() == {"1001"}
        assert world.directory.live == 0
        assert world.screens.shown == world.screens.over == []
        assert [f.kind for f in world.journal.facts[len(before) :] if f.contact or f.kind.startswith("agent.")] == []
        caller.phones["PJSIP/1001"] = FakePhone(answers_after=1, talks_for=5)
        caller.press("3", after=0.2)
        await world.directory.serve(caller)  # and people still reach people
        assert [leg.address for leg in caller.legs] == ["PJSIP/1001"]

    probed(play)


def test_a_queue_that_is_closed_full_and_asks_for_the_customers_own_agent_is_called_all_the_same() -> None:
    async def play(world: World, node: Node) -> None:
        shut = {
            name: queue.model_copy(update={"most_waiting": 1, "preferred_agents": ("1001",), "longest_wait_seconds": 1})
            for name, queue in HOTLINE.queues.items()
        }
        edition = Edition(replace(HOTLINE, queues=shut), world)
        world.services = replace(world.services, editions=Editions(edition))
        node.prober = Prober(world.services, node, ["sh1"], 60)
        await node.run(61)

    assert all(e["passed"] for e in probed(play).facts("probe.ended"))


@pytest.mark.parametrize(
    ("breaks", "stage"),
    [
        (lambda node: setattr(node, "fails", LineFailed(Stage.ORIGINATE, "down")), "originate"),
        (lambda node: setattr(node, "fails", LineFailed(Stage.AGI, "congested")), "agi"),
        (lambda node: setattr(node, "hangs", True), "originate"),
        (lambda node: setattr(node, "phone", None), "answer"),
        (lambda node: setattr(node, "phone", FakePhone(answers_after=0.1, talks_for=3600)), "voice"),
        (lambda node: setattr(node, "unsound", (Stage.ROUTER, "late")), "router"),
    ],
)
def test_a_failure_names_the_stage_and_becomes_an_alarm_that_the_next_success_clears(
    breaks: Callable[[Node], None], stage: str
) -> None:
    async def play(world: World, node: Node) -> None:
        phone = node.phone
        breaks(node)
        await node.run(110)
        assert world.facts("alarm.raised")
        assert world.facts("alarm.cleared") == []
        assert set(node.prober.figures()["probe_up"].values()) == {0.0}
        node.fails, node.hangs, node.phone, node.unsound = None, False, phone, None
        await node.run(70)
        assert set(node.prober.figures()["probe_up"].values()) == {1.0}

    world = probed(play)
    raised, cleared = world.facts("alarm.raised"), world.facts("alarm.cleared")
    assert (
        sorted(r["alarm"] for r in raised) == sorted(c["alarm"] for c in cleared) == [f"probe.sh1.{q}" for q in QUEUES]
    )
    assert {r["stuck_at"] for r in raised} == {stage}


def test_a_call_that_gets_no_further_is_hung_up() -> None:
    async def play(world: World, node: Node) -> None:
        node.phone = FakePhone(answers_after=0.1, talks_for=3600)
        await node.run(35)
        assert node.ended == [call.channel for call in node.calls][: len(node.ended)]
        assert node.ended

    probed(play)


def test_a_call_of_an_earlier_process_is_ended() -> None:
    async def play(world: World, node: Node) -> None:
        call = FakeTelephony("probe.sh1.OLD", caller="")
        await node.prober.serve(call)
        assert call.cause == 16

    assert probed(play).journal.facts == []


def test_turned_off_no_call_is_made_and_the_data_center_is_told() -> None:
    async def play(world: World, node: Node) -> None:
        node.prober = Prober(world.services, node, ["sh1"], 0)
        await node.run(300)
        assert node.calls == []

    assert probed(play).facts("probes.planned") == [{"every_s": 0, "targets": []}]
