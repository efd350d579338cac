"""What a caller of 95500 meets."""

from __future__ import annotations

import pytest

from cti.facts.kinds import QueueOutcome
from cti.ivr import (
    Answered,
    Collect,
    Enqueue,
    Event,
    HangUp,
    Hotline,
    LeftQueue,
    Play,
    Played,
    Request,
    Step,
    Typed,
    begin,
    resume,
)

SILENCE = Typed("", False)


class Caller:
    """Walks through a hotline, answering its commands."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline, self.now = hotline, 100.0
        self.outcomes: list[tuple[str, str]] = []
        self.step = self._take(
            begin(
                hotline, caller="13800138000", called="95500", now=self.now, variables={"data_center": "http://dc:8000"}
            )
        )

    def tell(self, event: Event) -> Caller:
        self.now += 1.0
        self.step = self._take(resume(self.hotline, self.step.position, event, self.now))
        return self

    def listen(self) -> Caller:
        """Until something else than a prompt is due."""
        while isinstance(self.step.command, Play):
            self.tell(Played())
        return self

    def press(self, digits: str) -> Caller:
        return self.listen().tell(Typed(digits, True)).listen()

    @property
    def hears(self) -> list[str]:
        assert isinstance(self.step.command, Play | Collect)
        return [p.id for p in self.step.command.prompts]

    def _take(self, step: Step) -> Step:
        self.outcomes += [(v.node, v.outcome) for v in step.visited]
        return step


@pytest.fixture
def caller(demo: Hotline) -> Caller:
    return Caller(demo)


def test_greeting_then_menu(caller: Caller) -> None:
    assert caller.hears == ["greeting"]
    caller.tell(Played())
    assert caller.hears == ["main_menu"]
    assert caller.step.position.language == "zh"


@pytest.mark.parametrize(
    ("keys", "queue", "then"),
    [(["1", "80012345678"], "claims", "1"), (["3"], "complaints", "1"), (["4"], "advice", ""), (["0"], "general", "")],
)
def test_keys_lead_to_their_queues(caller: Caller, keys: list[str], queue: str, then: str) -> None:
    for key in keys:
        caller.press(key)
    assert caller.step.command == Enqueue(queue, None, then)


def test_claims_need_the_car_claims_skill(demo: Hotline) -> None:
    assert {name: list(queue.skills) for name, queue in demo.queues.items()} == {
        "claims": ["car_claims"], "complaints": ["complaints"], "advice": ["advice"], "general": ["general"],
    }  # fmt: skip


def test_agents_see_the_policy_number_that_was_typed(caller: Caller) -> None:
    caller.press("1").press("80012345678")
    assert caller.hotline.shown(caller.step.position) == {"policy": "80012345678"}


def test_policy_number_ends_with_pound(caller: Caller) -> None:
    collect = caller.press("1").step.command
    assert isinstance(collect, Collect)
    assert (collect.terminator, collect.max_digits) == ("#", 12)


def test_nine_repeats_and_is_no_failure(caller: Caller) -> None:
    for _ in range(10):
        caller.press("9")
    assert caller.hears == ["main_menu"]


def test_eight_speaks_english_and_eight_again_chinese(caller: Caller) -> None:
    assert caller.press("8").step.position.language == "en"
    assert isinstance(caller.step.command, Collect)
    assert {p.language for p in caller.step.command.prompts} == {"en"}
    assert caller.press("8").step.position.language == "zh"


def test_wrong_key_is_told_and_the_menu_said_again(caller: Caller) -> None:
    caller.press("7")
    assert caller.hears == ["wrong_key", "main_menu"]
    assert caller.outcomes[-1] == ("main_menu", "invalid")


def test_three_failures_lead_to_people(caller: Caller) -> None:
    caller.press("7").listen().tell(SILENCE)
    assert caller.hears == ["no_key", "main_menu"]
    caller.press("*")
    assert caller.step.command == Enqueue("general", None)
    assert [o for n, o in caller.outcomes if n == "main_menu"] == ["invalid", "silence", "failed"]


def test_failures_are_counted_anew_on_return_to_the_menu(caller: Caller) -> None:
    caller.press("7").press("7").press("8").press("7").press("7")
    assert isinstance(caller.step.command, Collect)


@pytest.mark.parametrize("status", ["in_force", "lapsed", "expired", "cancelled"])
def test_policy_status_is_spoken_and_the_menu_comes_back(caller: Caller, status: str) -> None:
    caller.press("2").press("12345678")
    assert caller.step.command == Request("GET", "http://dc:8000/api/v1/policies/12345678", None, 3.0)
    caller.tell(Answered(200, {"number": "12345678", "status": status}))
    assert caller.hears == ["your_policy", *(f"say-{d}" for d in "12345678"), status]
    assert caller.listen().hears == ["main_menu"]


@pytest.mark.parametrize(
    ("answer", "prompt"),
    [
        (Answered(404, {"detail": "no"}), "policy_not_found"),
        (Answered(0), "inquiry_failed"),
        (Answered(503, "down"), "inquiry_failed"),
        (Answered(200, "<html>"), "inquiry_failed"),
        (Answered(200, {"status": "who knows"}), "inquiry_failed"),
        (Answered(200, {"status": {"deep": []}}), "inquiry_failed"),
    ],
)
def test_other_answers_end_in_an_apology_and_the_menu(caller: Caller, answer: Answered, prompt: str) -> None:
    caller.press("2").press("12345678").tell(answer)
    assert caller.hears == [prompt]
    assert caller.listen().hears == ["main_menu"]


def test_an_earlier_answer_does_not_live_on(caller: Caller) -> None:
    caller.press("2").press("12345678").tell(Answered(200, {"status": "in_force"}))
    caller.press("2").press("12345678").tell(Answered(200, {}))
    assert caller.hears == ["inquiry_failed"]


def test_too_short_a_policy_number_is_asked_for_again(caller: Caller) -> None:
    caller.press("2").press("123")
    assert caller.hears == ["wrong_policy", "ask_policy"]
    caller.press("12*45678").press("")
    assert caller.step.command == Enqueue("general", None)


def test_nobody_came_apology_and_end(caller: Caller) -> None:
    caller.press("3").tell(LeftQueue(QueueOutcome.TIMEOUT))
    assert caller.hears == ["all_busy"]
    assert caller.listen().step.command == HangUp()
    assert caller.outcomes[-2:] == [("complaints", "timeout"), ("all_busy", "ended")]


def test_call_ends_after_the_conversation(caller: Caller) -> None:
    caller.press("3").tell(LeftQueue(QueueOutcome.ANSWERED))
    assert caller.step.command == HangUp()
    assert caller.outcomes[-1] == ("complaints", "answered")


def test_codes_fit_the_number_keys(demo: Hotline) -> None:
    assert 5 <= len(demo.wrap_up_codes) <= 9
    assert {c.code for c in demo.break_reasons} >= {"rest", "meal"}
