"""The call session in virtual time: the demo hotline, a fake caller, fake phones, the real router and dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cti.acd import State, Status
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.directory import Directory
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition, Editions
from cti.calls.ports import HttpAnswer, Offering
from cti.calls.services import Services
from cti.ivr import Hotline, PromptRef, load_hotline
from cti.kit.sealing import Seal
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens, NoPeers
from cti.testing.telephony import FakePhone, FakeTelephony
from cti.testing.virtual_time import VirtualClock, run_virtually

HOTLINE: Hotline = load_hotline(Path(__file__).parents[3] / "ivr_flows/95500")
CALLER = "13800138000"


class Customers:
    """A data center that knows everybody, after a moment."""

    async def find(self, number: str) -> CustomerCard | None:
        await asyncio.sleep(0.1)
        return CustomerCard(name="张三丰")


class World:
    """One site without Asterisk."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.journal = MemoryJournal("sh", self.clock)
        self.screens = FakeScreens()
        self.answers: dict[str, HttpAnswer] = {}
        self.kept: dict[str, float] = {}  # seconds of messages, by name
        self.start()

    def start(self) -> None:
        """A site process begins; what an earlier one knew is gone, but for the journal."""
        self.dispatcher = Dispatcher("sh", self.journal, self.clock, self.screens, NoPeers(), lambda a: f"PJSIP/{a}")
        services = Services(
            site="sh", editions=Editions(Edition(HOTLINE, self)), dispatcher=self.dispatcher, journal=self.journal, clock=self.clock,
            http=self,
            customers=Customers(), offer_headers=lambda contact, offer: {"X-Hotline-Offer": offer},
            flow_variables={"data_center": "http://127.0.0.1:8000"}, recordings=self, seal=Seal("secret"),
            trunk=lambda number: f"PJSIP/carrier/sip:{number}@127.0.9.1",
        )  # fmt: skip
        self.directory = Directory(services)

    fallback = "fallback"

    def missing(self) -> list[str]:
        return []

    def find(self, prompt: PromptRef) -> str | None:
        return None if prompt.id == "please_wait" else f"{prompt.language}/{prompt.id}"

    def place(self, name: str) -> str:
        return name

    def seconds(self, name: str) -> float:
        return self.kept.get(name, 0.0)

    def pages(self, name: str) -> int:
        return int(self.kept.get(name, 0))

    async def request(
        self, method: str, url: str, *, body: object | None, timeout: float, allowed: Callable[[str], bool]
    ) -> HttpAnswer:
        await asyncio.sleep(0.05)
        return self.answers.get(url.rpartition("/")[2], HttpAnswer(404))

    def agent(self, number: str, **skills: int) -> None:
        self.dispatcher.log_in(number, skills or {"car_claims": 90, "complaints": 90})
        self.dispatcher.set_status(number, Status.AVAILABLE, None)

    def state(self, number: str) -> State:
        return self.dispatcher.acd.agents[number].state

    def facts(self, kind: str) -> list[dict[str, Any]]:
        return [f.data for f in self.journal.facts if f.kind == kind]

    def end(self) -> tuple[str, str]:
        """(cause, by) of the one end."""
        [ended] = self.facts("contact.ended")
        assert [f.kind for f in self.journal.facts if f.contact and not f.kind.startswith(("agent.", "wrap_up."))][
            -1
        ] == "contact.ended"
        return ended["cause"], ended["by"]


def scenario(play: Callable[[World], Awaitable[None]]) -> World:
    """Runs a scenario to its end and gives its world."""

    async def run() -> World:
        world = World()
        await play(world)
        await world.dispatcher.close()
        return world

    return run_virtually(run())


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
        call.connection_breaks(after=60)
        await world.directory.serve(call)
        world.start()
        await world.directory.load()
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


# What callers leave, and numbers outside

T = "title: {zh: 题, en: T}"
EXTRAS = f"""
hotline: "95500"
name: extras
languages: [zh, en]
start: menu
nodes:
  menu: {{kind: menu, {T}, prompts: [main_menu], keys: {{1: message, 2: expert, 3: fax, 4: card, 5: people}}, failed: bye}}
  message: {{kind: voicemail, {T}, queue: claims, prompts: [main_menu], next: bye, nothing: bye}}
  expert: {{kind: transfer, {T}, number: "02112345678", answered: score, failed: bye}}
  score: {{kind: survey, {T}, question: expert, prompts: [main_menu], next: bye, skipped: bye}}
  people: {{kind: queue, {T}, queue: complaints, answered: score, timeout: bye}}
  fax: {{kind: fax, {T}, next: bye, failed: bye}}
  card: {{kind: secure_collect, {T}, prompts: [main_menu], variable: card, max_digits: 4, next: bye, failed: bye}}
  bye: {{kind: hang_up, {T}, prompts: [main_menu]}}
"""


@pytest.fixture
def extras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers meet a flow of the kinds that leave something."""
    for name in ("queues", "prompts"):
        (tmp_path / f"{name}.yaml").write_text((Path(__file__).parents[3] / f"ivr_flows/95500/{name}.yaml").read_text())
    (tmp_path / "flow.yaml").write_text(EXTRAS)
    (tmp_path / "allowed.yaml").write_text('transfers: ["021*"]\n')
    monkeypatch.setattr(f"{__name__}.HOTLINE", load_hotline(tmp_path))


@pytest.mark.usefixtures("extras")
def test_a_caller_who_hangs_up_after_speaking_has_left_a_message() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.speaks = 60
        call.press("1", after=0.5)
        call.caller_hangs_up(after=8)
        await world.directory.serve(call)

    world = scenario(play)
    (left,) = world.facts("voicemail.left")
    assert (left["queue"], left["number"]) == ("claims", CALLER)
    assert left["ms"] > 4000
    assert world.end() == ("contained", "customer")


@pytest.mark.usefixtures("extras")
def test_a_message_is_not_asked_for_twice_when_the_process_died_in_the_middle_of_it() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.speaks = 60
        call.press("1", after=0.5)
        first = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(5)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.kept[call.variables["CTI_RECORDING"]] = 12.5
        world.start()
        await world.directory.load()
        again = FakeTelephony(caller=CALLER)
        again.variables = call.variables
        await world.directory.serve(again)
        assert len(again.recorded) == 0

    world = scenario(play)
    assert [left["ms"] for left in world.facts("voicemail.left")] == [12500]
    assert world.end() == ("contained", "system")


@pytest.mark.usefixtures("extras")
def test_a_fax_that_came_while_the_process_was_dead_has_come() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.variables["CTI_RECORDING"] = "fax-of-this-call.tiff"  # which an earlier process asked for
        world.kept["fax-of-this-call.tiff"] = 3
        call.press("3", after=0.5)
        await world.directory.serve(call)
        assert call.recorded == {}

    assert [came["pages"] for came in scenario(play).facts("fax.arrived")] == [3]


@pytest.mark.usefixtures("extras")
@pytest.mark.parametrize("customer_hangs_up", [False, True])
def test_a_caller_talks_with_a_number_outside(customer_hangs_up: bool) -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/carrier/sip:02112345678@127.0.9.1"] = FakePhone(answers_after=3, talks_for=60)
        call.press("2", after=0.5)
        if customer_hangs_up:
            call.caller_hangs_up(after=20)
        else:
            call.press("5", after=66)
        await world.directory.serve(call)
        assert call.legs[0].headers == {}

    world = scenario(play)
    (tried,) = world.facts("call.transferred")
    assert (tried["to"], tried["outcome"]) == ("02112345678", "answered")
    assert world.end() == ("transferred", "customer" if customer_hangs_up else "system")
    assert len(world.facts("survey.answered")) == (0 if customer_hangs_up else 1)


@pytest.mark.usefixtures("extras")
def test_a_number_outside_that_nobody_answers_leads_on() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("2", after=0.5)
        await world.directory.serve(call)

    world = scenario(play)
    assert [tried["outcome"] for tried in world.facts("call.transferred")] == ["unreachable"]
    assert world.end() == ("contained", "system")


@pytest.mark.usefixtures("extras")
def test_a_conversation_outside_that_outlived_the_process_is_not_dialed_again() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/carrier/sip:02112345678@127.0.9.1"] = FakePhone(answers_after=1)
        call.press("2", after=0.5)
        first = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(10)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.start()
        await world.directory.load()
        again = FakeTelephony(caller=CALLER)
        again.variables = {**call.variables, "DIALSTATUS": "ANSWER"}
        await world.directory.serve(again)
        assert again.legs == []

    assert scenario(play).end() == ("transferred", "system")


@pytest.mark.usefixtures("extras")
@pytest.mark.parametrize("stays", [True, False])
def test_the_survey_follows_a_conversation_that_outlived_the_process(stays: bool) -> None:
    async def play(world: World) -> None:
        world.agent("1001")
        call = FakeTelephony(caller=CALLER)
        call.phones["PJSIP/1001"] = FakePhone(answers_after=1)
        call.press("5", after=0.5)
        first = asyncio.create_task(world.directory.serve(call))
        await asyncio.sleep(20)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.start()
        await world.directory.load()
        again = FakeTelephony(caller=CALLER)
        again.variables = {**call.variables, "DIALSTATUS": "ANSWER"}
        if stays:
            again.press("4", after=1.5)
        else:
            again.caller_hangs_up(after=1.5)
        await world.directory.serve(again)
        assert again.legs == []

    world = scenario(play)
    assert [(v["node"], v["outcome"]) for v in world.facts("node.visited")] == [
        ("menu", "5"), ("people", "answered"), *([("score", "next"), ("bye", "ended")] if stays else [("score", "hung_up")]),
    ]  # fmt: skip
    assert [answer["score"] for answer in world.facts("survey.answered")] == [4] * stays
    assert world.end() == ("served", "system" if stays else "customer")


@pytest.mark.usefixtures("extras")
def test_a_fax_is_a_fact() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("3", after=0.5)
        await world.directory.serve(call)

    (came,) = scenario(play).facts("fax.arrived")
    assert (came["pages"], came["station"], came["number"]) == (1, "fake", CALLER)


@pytest.mark.usefixtures("extras")
def test_what_is_typed_in_secret_is_in_no_fact_no_recording_and_not_readable_in_the_channel() -> None:
    async def play(world: World) -> None:
        call = FakeTelephony(caller=CALLER)
        call.press("4", after=0.5)
        call.press("2718", after=2)
        await world.directory.serve(call)
        assert call.private == [True, False]
        assert "2718" not in str(call.variables)
        assert "caller" not in call.variables["CTI_POSITION"]

    world = scenario(play)
    assert "2718" not in str([fact.data for fact in world.journal.facts])
    assert "****" in str(world.facts("node.visited"))


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
        first = asyncio.create_task(world.directory.serve(call))
        await slow.asked.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.start()
        await world.directory.load()
        again = FakeTelephony(caller=CALLER)
        again.variables = call.variables
        again.caller_hangs_up(after=5)
        await world.directory.serve(again)

    world = scenario(play)
    assert [resumed["stage"] for resumed in world.facts("contact.resumed")] == ["queue"]
    assert world.end() == ("abandoned", "customer")
