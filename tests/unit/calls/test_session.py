"""The call session in virtual time: the demo hotline, a fake caller, fake phones, the real router and dispatcher."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cti.acd import State
from cti.calls.context import ContactContext
from cti.calls.editions import Edition
from cti.calls.ports import HttpAnswer, Offering
from cti.calls.session import POSITION
from cti.ivr.nodes.queue import QueueNode
from cti.testing.screens import FakeScreens
from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import CALLER, HOTLINE, World, scenario


def test_self_service_tells_the_status_and_returns_to_the_menu() -> None:
    async def play(world: World) -> None:
        world.answers["80012345678"] = HttpAnswer(200, {"status": "in_force"})
        call = FakeTelephony(caller=CALLER)
        call.press("2", after=3)
        call.press("80012345678#", after=4)
        call.caller_hangs_up(after=20)
        await world.directory.serve(call)
        assert "zh/in_force" in [h.sound for h in call.heard]

    world = scenario(play)
    assert world.end() == ("left_flow", "customer")
    assert [v["node"] for v in world.facts("node.visited")][:4] == [
        "greeting",
        "main_menu",
        "inquiry_policy",
        "look_up",
    ]


def test_a_key_pressed_during_the_greeting_is_the_answer_to_the_menu() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.2)
        call.caller_hangs_up(after=10)
        await world.directory.serve(call)
        assert "zh/main_menu" not in [h.sound for h in call.heard]

    world = scenario(play)
    assert world.facts("queue.entered")[0]["queue"] == "complaints"
    assert world.end() == ("abandoned", "customer")


def test_the_agent_hangs_up_and_the_call_ends_as_served() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=4, talks_for=60)
        call.press("3", after=0.2)
        await world.directory.serve(call)
        assert world.state("1001") is State.WRAP_UP
        [(offering, context)] = world.screens.shown
        assert context.customer is not None and context.customer.name == "张三丰"
        assert call.legs[0].headers == {"X-Hotline-Offer": offering.offer}
        await asyncio.sleep(61)
        assert world.state("1001") is State.IDLE

    world = scenario(play)
    assert world.end() == ("served", "agent")
    assert world.facts("agent.disconnected")[0]["talk_ms"] == 60_000
    assert world.facts("wrap_up.ended")[0]["code"] == "time_out"


def test_an_agent_who_does_not_answer_is_not_ready_and_the_next_one_gets_the_call() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        await asyncio.sleep(1)
        world.agent("1002")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone()
        call.phones["PJSIP/1002"] = FakePhone(answers_after=1, talks_for=5)
        call.press("3", after=0.2)
        await world.directory.serve(call)
        assert world.dispatcher.acd.agents["1001"].reason == "rona"
        assert world.screens.over == [("1001", world.facts("offer.made")[0]["offer"], "rona")]

    world = scenario(play)
    assert [o["outcome"] for o in world.facts("offer.ended")] == ["rona", "answered"]


def test_declining_on_the_screen_stops_the_ringing_at_once() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone()
        call.press("3", after=0.2)
        call.caller_hangs_up(after=60)
        serving = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(5)
        world.dispatcher.decline("1001", world.facts("offer.made")[0]["offer"])
        await asyncio.sleep(0.1)
        assert world.state("1001") is State.IDLE
        await serving

    world = scenario(play)
    assert [o["outcome"] for o in world.facts("offer.ended")] == ["declined"]
    assert world.facts("offer.ended")[0]["ring_ms"] < 5_000


def test_nobody_free_for_the_longest_wait_ends_with_an_apology() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.2)
        await world.directory.serve(call)
        assert "zh/all_busy" in [h.sound for h in call.heard]
        assert call.cause == 16

    world = scenario(play)
    assert world.end() == ("unserved", "system")
    assert world.facts("queue.left")[0]["outcome"] == "timeout"
    assert len(world.facts("queue.announced")) == 9


def test_an_announcement_never_delays_an_agent() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.lengths["fallback"] = 20  # the comfort message has no audio: the fallback plays, and is long
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1, talks_for=5)
        call.press("3", after=0.2)
        serving = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(35)
        world.agent("1001")
        await asyncio.sleep(0.01)
        assert call.legs, "the phone rings although the announcement has 15 s to go"
        await serving

    world = scenario(play)
    assert world.end() == ("served", "agent")


@pytest.mark.parametrize("moment", [x / 4 for x in range(90)])
def test_a_caller_who_hangs_up_at_any_moment_leaves_nothing_behind(moment: float) -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=5)
        call.press("1", after=2)
        call.press("80012345678#", after=3)
        call.caller_hangs_up(after=moment)
        await world.directory.serve(call)
        assert world.state("1001") in (State.IDLE, State.WRAP_UP)
        assert not world.dispatcher.acd.waiting and not world.dispatcher.engagements and not world.directory.live

    world = scenario(play)
    assert world.end()[1] == "customer"
    assert len(world.facts("offer.made")) == len(world.facts("offer.ended"))
    assert len(world.facts("agent.connected")) == len(world.facts("agent.disconnected"))
    assert len(world.facts("queue.entered")) == len(world.facts("queue.left"))


def test_a_broken_connection_leaves_the_contact_open_and_the_caller_keeps_place_and_age() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.2)
        call.connection_breaks(after=40)
        await world.directory.serve(call)
        assert world.facts("contact.ended") == []
        world.start()
        await world.directory.load()
        back = FakeTelephony(caller=CALLER)
        back.variables = dict(call.variables)
        back.phones["PJSIP/1001"] = FakePhone(answers_after=1, talks_for=5)
        serving = asyncio.create_task(world.directory.serve(back))
        await asyncio.sleep(10)
        assert back.heard == [], "no menu and no prompt is heard again"
        world.agent("1001")
        await serving

    world = scenario(play)
    assert world.end() == ("served", "agent")
    assert len(world.facts("queue.entered")) == 1
    assert world.facts("contact.resumed")[0]["stage"] == "queue"
    assert world.facts("agent.connected")[0]["waited_ms"] >= 45_000


@pytest.mark.parametrize("gone", [False, True])
def test_a_process_that_dies_between_the_end_of_a_contact_and_the_hang_up_leaves_it_ended_once(gone: bool) -> None:
    async def play(world: World) -> None:
        call, ended = FakeTelephony(caller=CALLER), asyncio.Event()
        call.press("3", after=0.2)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1, talks_for=5)
        world.agent("1001")

        async def never(cause: int = 16) -> None:
            ended.set()
            await asyncio.Event().wait()

        call.hang_up = never  # type: ignore[method-assign]
        await world.dies_serving(call, ended.wait())
        back = FakeTelephony(caller=CALLER)
        back.variables = dict(call.variables)
        if gone:
            back.caller_hangs_up()
        await world.directory.serve(back)
        assert back.heard == []
        assert gone or back.cause == 16

    world = scenario(play)
    assert world.end() == ("served", "agent")
    assert len(world.facts("contact.arrived")) == 1


def test_a_contact_whose_channel_is_gone_after_a_restart_is_closed_as_lost() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.2)
        call.connection_breaks(after=40)
        await world.directory.serve(call)
        world.start()
        await world.directory.load()
        await world.directory.channels_known("sh1", ["PJSIP/somebody-else"])
        assert world.directory.left_behind == 0

    world = scenario(play)
    assert world.end() == ("lost", "system")
    assert world.facts("queue.left")[0]["outcome"] == "abandoned"


def test_a_connection_that_breaks_after_its_channel_was_hung_up_leaves_no_open_contact() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.2)
        call.connection_breaks(after=40)
        serving = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(39)
        await world.directory.channel_gone("sh1", call.channel)
        await serving
        assert world.directory.left_behind == 0

    assert scenario(play).end() == ("lost", "system")


def test_an_agent_left_talking_by_an_earlier_process_is_talking_when_the_desktop_is_back() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1)
        call.press("3", after=0.2)
        await world.dies_serving(call, asyncio.sleep(60))
        world.agent("1001")
        assert world.state("1001") is State.TALKING
        await world.directory.channel_gone("sh1", call.channel)
        assert world.state("1001") is State.WRAP_UP

    world = scenario(play)
    assert world.end() == ("served", "system")


@pytest.mark.parametrize(("status", "served"), [("ANSWER", True), ("NOANSWER", False)])
def test_what_became_of_a_ringing_phone_while_nobody_watched_is_told_by_asterisk(status: str, served: bool) -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone()
        call.press("3", after=0.2)
        call.connection_breaks(after=5)
        await world.directory.serve(call)
        world.start()
        await world.directory.load()
        world.agent("1001")
        assert world.state("1001") is State.TALKING, "nobody else is offered to a phone that may ring or talk"
        back = FakeTelephony(caller=CALLER)
        back.variables = {**call.variables, "DIALSTATUS": status}
        back.caller_hangs_up(after=5)
        await world.directory.serve(back)

    world = scenario(play)
    assert world.end() == (("served", "system") if served else ("abandoned", "customer"))
    assert len(world.facts("offer.made")) == len(world.facts("offer.ended"))
    assert world.facts("offer.ended")[0]["outcome"] == ("answered" if served else "failed")
    assert [f["outcome"] for f in world.facts("queue.left")] == ["answered" if served else "abandoned"]
    assert len(world.facts("agent.connected")) == len(world.facts("agent.disconnected")) == served


def test_a_caller_who_hangs_up_in_the_moment_of_coming_back_leaves_no_open_offer_or_place() -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone()
        call.press("3", after=0.2)
        call.connection_breaks(after=5)
        await world.directory.serve(call)
        world.start()
        await world.directory.load()
        back = FakeTelephony(caller=CALLER)
        back.caller_hangs_up()
        await world.directory.serve(back)

    world = scenario(play)
    assert world.end() == ("abandoned", "customer")
    assert [f["outcome"] for f in world.facts("offer.ended")] == ["caller_gone"]
    assert [f["outcome"] for f in world.facts("queue.left")] == ["abandoned"]


def test_after_a_fault_of_ours_the_caller_gets_further_tries_and_at_last_an_apology() -> None:
    async def play(world: World) -> None:
        async def broken(*_: object, **__: object) -> HttpAnswer:
            raise ZeroDivisionError

        world.request = broken  # type: ignore[method-assign]
        call = FakeTelephony(caller=CALLER)
        call.press("2", after=3)
        call.press("80012345678#", after=4)
        for _ in range(2):
            await world.directory.serve(call)  # the dialplan asks again, until the call is done
            assert call.cause is None and world.facts("contact.ended") == []
        await world.directory.serve(call)
        assert call.heard[-1].sound == "fallback" and call.cause == 16

    world = scenario(play)
    assert world.end() == ("failed", "system")
    assert len(world.facts("contact.resumed")) == 2


class SlowScreens(FakeScreens):
    """A desktop that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def show(self, offering: Offering, context: ContactContext) -> None:
        self.asked.set()
        await asyncio.sleep(60)


def test_an_offer_that_the_process_did_not_live_to_dial_is_no_conversation_though_there_was_one_before() -> None:
    async def play(world: World) -> None:
        world.screens = slow = SlowScreens()
        world.start()
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.variables["DIALSTATUS"] = "ANSWER"  # of an earlier queue
        call.phones["PJSIP/1001"] = FakePhone()
        call.press("3", after=0.2)
        await world.dies_serving(call, slow.asked.wait())
        again = FakeTelephony(caller=CALLER)
        again.variables = call.variables
        again.caller_hangs_up(after=5)
        await world.directory.serve(again)

    world = scenario(play)
    assert [resumed["stage"] for resumed in world.facts("contact.resumed")] == ["queue"]
    assert world.end() == ("abandoned", "customer")


class EndsWhenAsked(FakeTelephony):
    """A caller who has talked while no process was there, and whose call ends in the moment in which the next process wants to know
    where in the flow it was; the connection, if it is `broken`."""

    broken = False

    async def get(self, variable: str) -> str | None:
        if variable == POSITION:
            (self.connection_breaks if self.broken else self.caller_hangs_up)()
        return await super().get(variable)


async def back_after_talking(world: World, again: FakeTelephony) -> None:
    """Agent 1001's phone rang when the process died."""
    world.agent("1001")
    call = FakeTelephony(caller=CALLER)
    call.phones["PJSIP/1001"] = FakePhone()
    call.press("3", after=0.2)
    await world.dies_serving(call, asyncio.sleep(5))
    again.variables = {**call.variables, "DIALSTATUS": "ANSWER"}
    await world.directory.serve(again)


def test_who_has_talked_while_nobody_watched_and_hangs_up_at_once_has_left_the_queue_once() -> None:
    async def play(world: World) -> None:
        await back_after_talking(world, EndsWhenAsked(caller=CALLER))

    world = scenario(play)
    assert [left["outcome"] for left in world.facts("queue.left")] == ["answered"]
    assert world.end() == ("served", "customer")


class StuckAfter(FakeTelephony):
    """A caller of whom the process that dies does not come to say where in the flow they are after a conversation."""

    def __init__(self, **about: str) -> None:
        super().__init__(**about)
        self.stuck = asyncio.Event()

    async def set(self, variable: str, value: str) -> None:
        if variable == POSITION and self.legs and self.legs[-1].over:
            self.stuck.set()
            await asyncio.Event().wait()
        await super().set(variable, value)


def test_who_has_talked_goes_on_behind_the_queue_though_the_process_died_in_the_moment_of_parting() -> None:
    async def play(world: World) -> None:
        survey = QueueNode.model_validate({**HOTLINE.nodes["complaints"].model_dump(), "answered": "to_advice"})
        surveyed = replace(HOTLINE, nodes={**HOTLINE.nodes, "complaints": survey})
        edition = Edition(surveyed, world)
        world.services.editions.activate(edition)
        world.agent("1001")
        call = StuckAfter(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1, talks_for=10)
        call.press("3", after=0.2)
        await world.dies_serving(call, call.stuck.wait())
        world.services.editions.activate(edition)
        again = FakeTelephony(caller=CALLER)
        again.variables = call.variables
        again.caller_hangs_up(after=0.5)
        await world.directory.serve(again)
        assert [heard.sound for heard in again.heard] == ["zh/to_advice"]

    world = scenario(play)
    assert len(world.facts("queue.entered")) == 1
    assert world.end() == ("served", "customer")


def test_who_has_talked_while_nobody_watched_does_not_wait_again_when_the_connection_breaks_at_once() -> None:
    async def play(world: World) -> None:
        first, again = EndsWhenAsked(caller=CALLER), FakeTelephony(caller=CALLER)
        first.broken = True
        await back_after_talking(world, first)
        again.variables = first.variables
        again.caller_hangs_up(after=60)
        await world.directory.serve(again)

    world = scenario(play)
    assert len(world.facts("queue.entered")) == 1
    assert world.end() == ("served", "system")


def test_a_caller_who_is_back_before_the_journal_was_read_does_not_arrive_a_second_time() -> None:
    async def play(world: World) -> None:
        asked, read = world.journal_reads_slowly()
        call, again = FakeTelephony(caller=CALLER), FakeTelephony(caller=CALLER)
        call.connection_breaks(after=5)
        breaking = asyncio.create_task(world.directory.serve(call))
        await asked.wait()
        again.caller_hangs_up(after=5)
        await world.directory.serve(again)  # comes to nothing, and the dialplan asks once more
        read.set()
        await breaking
        await world.directory.serve(again)

    world = scenario(play)
    assert [len(world.facts(kind)) for kind in ("contact.arrived", "contact.resumed")] == [1, 1]
    assert world.end() == ("left_flow", "customer")
