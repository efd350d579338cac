"""What callers leave, numbers outside, and secrets: a flow of the kinds that do more than say and gather."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cti.ivr import load_hotline
from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import CALLER, World, scenario

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
    monkeypatch.setattr(f"{World.__module__}.HOTLINE", load_hotline(tmp_path))


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
        await world.dies_serving(call, asyncio.sleep(5))
        world.kept[call.variables["CTI_RECORDING"]] = 12.5
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
        await world.dies_serving(call, asyncio.sleep(10))
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
        await world.dies_serving(call, asyncio.sleep(20))
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
