"""Node kinds that have facts recorded, and what collect makes sure of."""

from __future__ import annotations

import pytest

from cti.facts.kinds import CallbackRequested, SmsRequested, SurveyAnswered
from cti.ivr import Collect, Hotline, Step, Typed, again, begin, load_hotline, resume
from cti.ivr.flowtest import read_tests, run_tests
from cti.ivr.typed_checks import day, id_card, luhn, phone
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import parse
from tests.unit.ivr.conftest import FLOW, PROMPTS, WriteHotline

T = "title: {zh: 题, en: T}"
ENDS = f"\ndone: {{kind: hang_up, {T}}}\nfailed: {{kind: hang_up, {T}}}"
SMS = f"hello: {{kind: sms, {T}, text: {{zh: '您好 {{caller}}'}}, next: done, failed: failed}}" + ENDS
CALLBACK = f"hello: {{kind: callback, {T}, queue: people, next: done, failed: failed}}" + ENDS
SURVEY = (
    f"hello: {{kind: survey, {T}, question: agent, prompts: [what], invalid: [hi], next: done, skipped: failed}}" + ENDS
)
COLLECT = (
    f"hello: {{kind: collect, {T}, prompts: [what], variable: num, max_digits: 18, next: done, failed: failed%s}}"
    + ENDS
)
CONFIRM = ", confirm: {prompts: [hi], key: 1}"


def start(hotline: Hotline, caller: str = "13800138000") -> Step:
    return begin(hotline, caller=caller, called="1", now=0)


def type_in(hotline: Hotline, step: Step, *typed: str) -> Step:
    for digits in typed:
        assert isinstance(step.command, Collect)
        step = resume(hotline, step.position, Typed(digits, complete=True), 1)
    return step


def outcomes(hotline: Hotline, *typed: str) -> list[str]:
    """How each visit of the first node ended."""
    step, found = start(hotline), list[str]()
    for digits in typed:
        step = type_in(hotline, step, digits)
        found += [visit.outcome for visit in step.visited if visit.node == "hello"]
    return found


def test_a_text_message_is_asked_for_in_the_callers_language(write_hotline: WriteHotline) -> None:
    step = start(load_hotline(write_hotline(SMS)))
    assert step.visited[0].facts == (SmsRequested(number="13800138000", text="您好 13800138000", language="zh"),)


@pytest.mark.parametrize("caller", ["", "anonymous", "12"])
def test_nobody_without_a_number_gets_a_text_message_or_a_callback(write_hotline: WriteHotline, caller: str) -> None:
    for nodes in (SMS, CALLBACK):
        step = start(load_hotline(write_hotline(nodes)), caller)
        assert [(v.node, v.outcome, v.facts) for v in step.visited][:1] == [("hello", "failed", ())]


def test_a_text_message_must_be_written_in_every_language_and_in_no_other(write_hotline: WriteHotline) -> None:
    nodes = SMS.replace("{zh: '您好", "{fr: bonjour, zh: '您好")
    with pytest.raises(ConfigError) as error:
        load_hotline(
            write_hotline(nodes, flow=FLOW.replace("[zh]", "[zh, en]"), prompts=PROMPTS.replace("}", ", en: x}"))
        )
    assert sorted(p.code for p in error.value.problems) == ["flow.text_untranslated", "flow.unknown_language"]


def test_a_callback_names_queue_and_number(write_hotline: WriteHotline) -> None:
    step = start(load_hotline(write_hotline(CALLBACK)))
    assert step.visited[0].facts == (CallbackRequested(queue="people", number="13800138000", language="zh"),)


def test_a_score_is_asked_for_twice_at_most(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(SURVEY))
    step = type_in(hotline, start(hotline), "9", "5")
    assert step.visited[0].facts == (SurveyAnswered(question="agent", score=5),)
    assert outcomes(hotline, "9", "") == ["invalid", "skipped"]
    assert outcomes(hotline, "", "6") == ["silence", "skipped"]


def test_flow_tests_expect_facts(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(SURVEY))
    tests = """
tests:
  - {name: five, does: [{press: "5"}], expect: {facts: [{kind: survey.answered, score: 5}]}}
  - {name: none, does: [{silent: true}, {silent: true}], expect: {facts: []}}
  - {name: wrong, does: [{press: "4"}], expect: {facts: [{kind: survey.answered, score: 5}]}}
"""
    report = run_tests(hotline, read_tests(parse(tests, "tests.yaml"), hotline).tests)
    assert {index: [f.code for f in found] for index, found in report.failed.items()} == {2: ["flow_test.facts"]}


def test_the_number_is_read_back_and_taken_when_it_is_right(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(COLLECT % CONFIRM))
    assert outcomes(hotline, "123", "1") == ["read_back", "next"]
    assert type_in(hotline, start(hotline), "123", "1").position.variables["num"] == "123"


def test_a_number_that_the_caller_corrects_is_forgotten_and_asked_for_again(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(COLLECT % CONFIRM))
    assert "num" not in type_in(hotline, start(hotline), "123", "2").position.variables
    assert outcomes(hotline, "123", "2", "124", "1") == ["read_back", "corrected", "read_back", "next"]
    assert outcomes(hotline, "1", "2", "1", "", "1", "3") == ["read_back", "corrected"] * 2 + ["read_back", "failed"]


def test_a_restart_while_a_number_is_read_back_reads_it_back_again(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(COLLECT % CONFIRM))
    step = type_in(hotline, start(hotline), "123")
    assert again(hotline, step.position, 5).command == step.command
    assert type_in(hotline, again(hotline, step.position, 5), "1").position.variables["num"] == "123"


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("luhn", "4539148803436467", "4539148803436468"),
        ("date", "20240229", "20230229"),
        ("id_card", "11010519491231002*", "110105194912310021"),
        ("phone", "13800138000", "12800138000"),
    ],
)
def test_a_number_that_is_not_what_was_asked_for_is_wrong(
    write_hotline: WriteHotline, check: str, right: str, wrong: str
) -> None:
    hotline = load_hotline(write_hotline(COLLECT % f", check: {check}"))
    assert outcomes(hotline, wrong, right) == ["invalid", "next"]


def test_the_x_of_an_identity_number_is_kept_as_x(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(COLLECT % ", check: id_card"))
    assert type_in(hotline, start(hotline), "11010519491231002*").position.variables["num"] == "11010519491231002X"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (", check: date, min_digits: 10", "flow.check_length"),
        (", check: id_card, terminator: '*'", "flow.key_twice"),
    ],
)
def test_a_check_that_no_number_can_pass_is_found(write_hotline: WriteHotline, more: str, code: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_hotline(write_hotline(COLLECT % more))
    assert [p.code for p in error.value.problems] == [code]


def test_checks_are_total() -> None:
    for digits in ("", "0", "X", "1" * 40, "99999999", "00000000000000000X"):
        for check in (luhn, day, phone):
            if digits.isdecimal():
                assert check(digits) in (True, False)
    assert not id_card("00000000000000000X")
