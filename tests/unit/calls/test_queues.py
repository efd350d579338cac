"""What callers meet in a queue: who is asked first, what they hear, what they may press, and when they don't wait at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cti.acd import State, Status
from cti.acd.explain import explain
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.calls.editions import Edition, Editions
from cti.calls.ports import Offering
from cti.calls.rules import who_knows
from cti.facts.cases import CaseStatus
from cti.ivr import Hotline, Queue
from cti.ivr.calendars import CalendarsFile
from cti.testing.screens import FakeScreens
from cti.testing.telephony import FakeLeg, FakePhone, FakeTelephony
from tests.unit.calls.world import HOTLINE, World, scenario

CALENDARS = CalendarsFile.model_validate(
    {"mornings": {"time_zone": "Asia/Shanghai", "weekly": {"mon-sun": ["08:00-12:00"]}}}
).root
END = next(name for name, node in HOTLINE.nodes.items() if node.kind == "hang_up")
QUEUE = HOTLINE.queues["claims"]


def hotline(**changes: Any) -> Hotline:
    """The hotline, whose callers come straight to the claims queue, with these changes to it."""
    raw = {**QUEUE.model_dump(exclude_defaults=True), "comfort": None, **changes}
    claims = Queue.model_validate(raw)
    node = next(name for name, node in HOTLINE.nodes.items() if node.kind == "queue" and node.queue == "claims")  # type: ignore[attr-defined]
    keys = HOTLINE.nodes[node].model_copy(update={"keys": {"1": next(iter(HOTLINE.nodes)), "2": node, "9": END}})
    nodes = {**HOTLINE.nodes, node: keys}
    return replace(HOTLINE, start=node, nodes=nodes, queues={**HOTLINE.queues, "claims": claims}, calendars=CALENDARS)


def queue_world(play: Callable[[World], Any], **changes: Any) -> World:
    async def run(world: World) -> None:
        made = hotline(**changes)
        world.services = replace(world.services, editions=Editions(Edition(made, world)))
        world.directory = type(world.directory)(world.services)
        await play(world)

    return scenario(run)


def call(
    contact: str = "sh1-1.1", *phones: str, answers_after: float | None = 2.0, talks_for: float = 5.0
) -> FakeTelephony:
    telephony = FakeTelephony(contact)
    for phone in phones or ("1001", "1002"):
        telephony.phones[f"PJSIP/{phone}"] = FakePhone(answers_after=answers_after, talks_for=talks_for)
    return telephony


def outcome(world: World) -> str:
    return str(world.facts("queue.left")[-1]["outcome"])


def test_a_sticky_caller_waits_for_the_agent_who_talked_with_them_last() -> None:
    async def play(world: World) -> None:
        world.customers.card = world.customers.card.model_copy(update={"last_agent": "1002"})
        world.agent("1001")
        world.agent("1002")
        world.dispatcher.set_status("1002", Status.BREAK, None)
        telephony = call()
        serving = asyncio.create_task(world.directory.serve(telephony))
        await asyncio.sleep(1)
        assert world.state("1001") is State.IDLE
        world.dispatcher.set_status("1002", Status.AVAILABLE, None)
        await serving

    world = queue_world(play, sticky={"wait_seconds": 20})
    assert [f["agent"] for f in world.facts("offer.made")] == ["1002"]
    assert world.facts("queue.entered")[0]["wanted"] == "1002"


def case(number: int, owner: str, **changes: Any) -> CaseCard:
    """The case of that number, each opened an hour after the one before."""
    opened_at = datetime(2026, 11, 23, number, tzinfo=UTC)
    return CaseCard(
        id=f"{number:026}", kind="complaint", subject="理赔款未到账", owner=owner, opened_at=opened_at
    ).model_copy(update=changes)


def knows(world: World, *cases: CaseCard, last_agent: str | None = None) -> None:
    world.customers.card = world.customers.card.model_copy(update={"cases": cases, "last_agent": last_agent})


def test_a_customer_with_an_open_case_is_offered_to_its_owner_although_another_has_idled_longer() -> None:
    async def play(world: World) -> None:
        knows(world, case(1, "1001"), case(2, "1002"), last_agent="1001")
        for number in ("1001", "1002"):
            world.agent(number)
            await asyncio.sleep(10)
        await world.directory.serve(call())

    world = queue_world(play, sticky={"wait_seconds": 20})
    [entered] = world.facts("queue.entered")
    assert (entered["wanted"], entered["wanted_case"]) == ("1002", case(2, "1002").id)
    assert [f["agent"] for f in world.facts("offer.made")] == ["1002"]


def test_an_owner_who_is_not_signed_in_is_not_waited_for() -> None:
    async def play(world: World) -> None:
        knows(world, case(1, "1009"), last_agent="1001")
        world.agent("1002")
        await asyncio.sleep(10)
        world.agent("1001")
        await world.directory.serve(call())

    last = queue_world(play, sticky={"wait_seconds": 20})
    assert [(f["agent"], f["waited_ms"]) for f in last.facts("offer.made")] == [("1001", 0)], (
        "who talked with them last"
    )
    owner = queue_world(play, sticky={"wait_seconds": 20, "to": "case_owner"})
    assert [(f["agent"], f["waited_ms"]) for f in owner.facts("offer.made")] == [("1002", 0)], "anybody, at once"


def test_an_owner_who_is_busy_is_waited_for_only_so_long() -> None:
    async def play(world: World) -> None:
        knows(world, case(1, "1002"))
        world.agent("1001")
        world.agent("1002")
        world.dispatcher.set_busy_elsewhere("1002", True)
        serving = asyncio.create_task(world.directory.serve(call()))
        await asyncio.sleep(10)
        waiting = world.dispatcher.acd.waiting["sh1-1.1"]
        told = explain(world.dispatcher.acd, waiting, world.clock.monotonic())
        assert (told.wanted, told.wanted_case, round(told.wanted_for or 0)) == ("1002", case(1, "1002").id, 10)
        assert {c.agent: c.ruled_out for c in told.candidates}["1001"] == ("waits_for 1002",)
        await serving

    world = queue_world(play, sticky={"wait_seconds": 20})
    assert [(f["agent"], round(f["waited_ms"] / 1000)) for f in world.facts("offer.made")] == [("1001", 20)]


def test_a_queue_counts_the_cases_that_are_not_closed_and_of_its_kinds_only() -> None:
    sticky = Queue.model_validate(
        {**QUEUE.model_dump(exclude_defaults=True), "sticky": {"case_kinds": ["complaint"], "to": "case_owner"}}
    )
    plain = Queue.model_validate({**QUEUE.model_dump(exclude_defaults=True), "sticky": {"to": "last_agent"}})
    cases = (
        case(1, "1001"), case(2, "1002", status=CaseStatus.PENDING), case(3, "1003", kind="claim"),
        case(4, "1004", status=CaseStatus.CLOSED),
    )  # fmt: skip
    card = CustomerCard(name="x", cases=cases, last_agent="1005")
    assert [w.agent for w in who_knows(sticky, card)] == ["1002"]
    assert [w.agent for w in who_knows(plain, card)] == ["1005"]
    assert [w.agent for w in who_knows(sticky.model_copy(update={"sticky": None}), card)] == []


def test_a_key_leads_out_of_the_queue() -> None:
    async def play(world: World) -> None:
        telephony = call()
        telephony.press("9", after=5)
        await world.directory.serve(telephony)

    world = queue_world(play)
    assert outcome(world) == "key"
    assert world.facts("node.visited")[0]["outcome"] == "9"
    assert world.end() == ("unserved", "system")


def test_who_leaves_by_a_key_and_comes_back_has_kept_the_place() -> None:
    async def play(world: World) -> None:
        telephony = call()
        telephony.press("2", after=10)
        serving = asyncio.create_task(world.directory.serve(telephony))
        await asyncio.sleep(15)
        [waiting] = world.dispatcher.acd.waiting.values()
        world.heard = [str(round(world.clock.monotonic() - waiting.since))]
        telephony.caller_hangs_up()
        await serving

    world = queue_world(play)
    assert world.heard == ["15"]
    assert [f["outcome"] for f in world.facts("queue.left")] == ["key", "abandoned"]


def test_a_key_that_leads_nowhere_changes_nothing() -> None:
    async def play(world: World) -> None:
        telephony = call()
        telephony.press("5", after=5)
        telephony.caller_hangs_up(after=10)
        await world.directory.serve(telephony)

    world = queue_world(play)
    assert (outcome(world), world.facts("queue.left")[0]["waited_ms"]) == ("abandoned", 10_000)


def test_who_comes_to_a_full_queue_does_not_wait() -> None:
    async def play(world: World) -> None:
        first = call("sh1-1.1")
        serving = asyncio.create_task(world.directory.serve(first))
        await asyncio.sleep(1)
        await world.directory.serve(call("sh1-1.2"))
        first.caller_hangs_up()
        await serving

    world = queue_world(play, most_waiting=1)
    assert len(world.facts("queue.entered")) == 1
    assert "full" in [f["outcome"] for f in world.facts("node.visited")]


def test_who_comes_outside_the_hours_does_not_wait() -> None:
    async def play(world: World) -> None:
        await world.directory.serve(call())

    world = queue_world(play, hours="mornings")
    assert "closed" in [f["outcome"] for f in world.facts("node.visited")]
    assert not world.facts("queue.entered")


def test_a_waiting_caller_is_told_place_and_expected_wait() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        world.dispatcher.set_busy_elsewhere("1001", True)
        telephony = call()
        telephony.caller_hangs_up(after=40)
        await world.directory.serve(telephony)
        world.heard = [heard.sound for heard in telephony.heard]

    progress = {"prompts": ["please_wait", {"number": "position"}], "first_after_seconds": 10, "every_seconds": 20}
    world = queue_world(play, progress=progress)
    assert [f["prompt"] for f in world.facts("queue.announced")] == ["progress", "progress"]
    assert world.heard == ["fallback", "zh/_1"] * 2 or len(world.heard) == 4


def test_all_agents_ring_and_the_first_to_answer_has_the_call() -> None:
    async def play(world: World) -> None:
        for number in ("1001", "1002", "1003"):
            world.agent(number)
        telephony = call("sh1-1.1", "1001", "1002", "1003", answers_after=None)
        telephony.phones["PJSIP/1002"] = FakePhone(answers_after=3.0, talks_for=5.0)
        await world.directory.serve(telephony)

    world = queue_world(play, strategy="ring_all")
    assert [f["agent"] for f in world.facts("offer.made")] == ["1001", "1002", "1003"]
    assert {f["agent"]: f["outcome"] for f in world.facts("offer.ended")} == {
        "1001": "taken", "1002": "answered", "1003": "taken",
    }  # fmt: skip
    assert [world.state(n) for n in ("1001", "1002", "1003")] == [State.IDLE, State.WRAP_UP, State.IDLE]
    assert world.end() == ("served", "agent")


def test_the_phones_of_many_who_ring_together_do_not_wait_for_one_slow_desktop_after_the_other() -> None:
    numbers = [str(n) for n in range(1001, 1021)]

    class Slow(FakeScreens):
        async def show(self, offering: Offering, context: ContactContext) -> None:
            await asyncio.sleep(0.25)

    async def play(world: World) -> None:
        world.screens = Slow()
        world.start()
        world.services = replace(world.services, editions=Editions(Edition(hotline(strategy="ring_all"), world)))
        world.directory = type(world.directory)(world.services)
        for number in numbers:
            world.agent(number)
        await world.directory.serve(call("sh1-1.1", *numbers))

    world = queue_world(play)
    [rang] = {f["ring_ms"] for f in world.facts("offer.ended") if f["outcome"] == "answered"}
    assert rang == 2250


def test_one_of_those_who_ring_declines_and_the_others_ring_on() -> None:
    async def play(world: World) -> None:
        for number in ("1001", "1002"):
            world.agent(number)
        telephony = call(answers_after=None)
        telephony.phones["PJSIP/1002"] = FakePhone(answers_after=6.0, talks_for=5.0)
        serving = asyncio.create_task(world.directory.serve(telephony))
        await asyncio.sleep(2)
        world.dispatcher.decline("1001", "sh1-1.1-sh1")
        await serving

    world = queue_world(play, strategy="ring_all")
    assert {f["agent"]: f["outcome"] for f in world.facts("offer.ended")} == {"1001": "declined", "1002": "answered"}
    assert world.dispatcher.acd.agents["1001"].reason == "declined"


def test_who_takes_the_call_on_the_screen_has_it_though_the_phones_of_others_ring_first() -> None:
    async def play(world: World) -> None:
        for number in ("1001", "1002"):
            world.agent(number)
        telephony = call(answers_after=None)
        serving = asyncio.create_task(world.directory.serve(telephony))
        await asyncio.sleep(2)
        offers = {f["agent"]: f["offer"] for f in world.facts("offer.made")}
        world.dispatcher.answer("1002", offers["1002"])
        await asyncio.sleep(5)
        telephony.caller_hangs_up()
        await serving

    world = queue_world(play, strategy="ring_all")
    assert [f["agent"] for f in world.facts("agent.connected")] == ["1002"]


def test_one_of_those_who_ring_picks_up_in_the_moment_of_declining_and_the_others_ring_again() -> None:
    class PickedUp(FakeLeg):
        async def cancel(self, address: str | None = None) -> None:
            self.pick_up(address)  # as Asterisk hangs the phone up
            await super().cancel(address)

    class Caller(FakeTelephony):
        async def dial(self, phones: Mapping[str, Mapping[str, str]], *, ring_seconds: float) -> FakeLeg:
            await super().dial(phones, ring_seconds=ring_seconds)
            self.legs[-1] = PickedUp(phones, ring_seconds, {address: self.phones[address] for address in phones})
            return self.legs[-1]

    async def play(world: World) -> None:
        for number in ("1001", "1002"):
            world.agent(number)
        caller = Caller("sh1-1.1")
        caller.phones = {"PJSIP/1001": FakePhone(), "PJSIP/1002": FakePhone(answers_after=6.0, talks_for=5.0)}
        serving = asyncio.create_task(world.directory.serve(caller))
        await asyncio.sleep(2)
        world.dispatcher.decline("1001", "sh1-1.1-sh1")
        await serving

    world = queue_world(play, strategy="ring_all")
    assert {f["agent"]: f["outcome"] for f in world.facts("offer.ended")} == {"1001": "declined", "1002": "answered"}
    assert [(f["agent"], f["talk_ms"]) for f in world.facts("agent.disconnected")] == [("1002", 5000)]


def test_when_none_of_those_who_ring_answers_all_are_not_ready_and_the_caller_waits_on() -> None:
    async def play(world: World) -> None:
        for number in ("1001", "1002"):
            world.agent(number)
        telephony = call(answers_after=None)
        telephony.caller_hangs_up(after=40)
        await world.directory.serve(telephony)

    world = queue_world(play, strategy="ring_all")
    assert [f["outcome"] for f in world.facts("offer.ended")] == ["rona", "rona"]
    assert world.end() == ("abandoned", "customer")


def test_an_offer_tells_why_the_agent_was_chosen_and_the_queue_what_was_forecast() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        world.agent("1002")
        await world.directory.serve(call())

    world = queue_world(play)
    [offer] = world.facts("offer.made")
    assert (offer["why"]["strategy"], offer["why"]["fit"], offer["why"]["free"]) == ("longest_idle", 2, 2)
    assert world.facts("queue.entered")[0]["expected_ms"] == 0
