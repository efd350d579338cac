"""Node kinds that have facts recorded, and what collect makes sure of."""

from __future__ import annotations

import pytest

from cti.facts.kinds import CallbackRequested, CallTransferred, SmsRequested, SurveyAnswered, TransferOutcome
from cti.ivr import (
    Answered,
    Collect,
    Event,
    FaxReceived,
    Hotline,
    Played,
    Recorded,
    Step,
    Transfer,
    Transferred,
    Typed,
    again,
    begin,
    load_hotline,
    resume,
)
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


# Messages, faxes, numbers outside, secrets

VOICEMAIL = f"hello: {{kind: voicemail, {T}, queue: people, prompts: [what], next: done, nothing: failed}}" + ENDS
FAX = f"hello: {{kind: fax, {T}, next: done, failed: failed}}" + ENDS
RETRY = f"hello: {{kind: http, {T}, url: 'https://a.b/', retries: 2, next: done, failed: failed}}" + ENDS
SAYS = f"hello: {{kind: say, {T}, prompts: [hi, {{money: caller}}], next: done, unspeakable: failed}}" + ENDS


def after(hotline: Hotline, *events: Event, caller: str = "13800138000") -> list[tuple[str, tuple[str, ...]]]:
    """(outcome, kinds of facts) of each visit of the first node."""
    step = start(hotline, caller)
    visited = [*step.visited]
    for event in events:
        step = resume(hotline, step.position, event, 1)
        visited += step.visited
    return [(v.outcome, tuple(fact.kind for fact in v.facts)) for v in visited if v.node == "hello"]


@pytest.mark.parametrize(
    ("nodes", "events", "visits"),
    [
        (VOICEMAIL, [Recorded("r", 8.0)], [("next", ("voicemail.left",))]),
        (VOICEMAIL, [Recorded("r", 1.0)], [("nothing", ())]),
        (VOICEMAIL, [Typed("1", True)], [("nothing", ())]),
        (FAX, [FaxReceived("f", 2, "station")], [("next", ("fax.arrived",))]),
        (FAX, [FaxReceived("f", 0)], [("failed", ())]),
        (RETRY, [Answered(0), Answered(503), Answered(200, {})], [("retried", ()), ("retried", ()), ("next", ())]),
        (RETRY, [Answered(0), Answered(502), Answered(504)], [("retried", ()), ("retried", ()), ("failed", ())]),
        (RETRY, [Answered(500)], [("failed", ())]),
        (SAYS, [Played()], [("next", ())]),
    ],
)
def test_what_a_kind_leaves_of_its_events(
    write_hotline: WriteHotline, nodes: str, events: list[Event], visits: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert after(load_hotline(write_hotline(nodes)), *events) == visits


def test_a_value_that_is_none_is_not_said(write_hotline: WriteHotline) -> None:
    assert after(load_hotline(write_hotline(SAYS)), caller="x") == [("unspeakable", ())]


def test_a_transfer_needs_a_number_that_is_allowed(write_hotline: WriteHotline) -> None:
    fixed = f"hello: {{kind: transfer, {T}, number: '%s', failed: bye}}\nbye: {{kind: hang_up, {T}}}"
    allowed = 'transfers: ["0211234*", "110"]'
    refused = "flow.transfer_not_allowed"
    for number, code in (
        ("02112345", None),
        ("110", None),
        ("119", refused),
        ("1101", refused),
        ("12", "flow.bad_number"),
    ):
        if code is None:
            hotline = load_hotline(write_hotline(fixed % number, allowed=allowed))
            assert start(hotline).command == Transfer(number, 30)
        else:
            with pytest.raises(ConfigError) as raised:
                load_hotline(write_hotline(fixed % number, allowed=allowed))
            assert [p.code for p in raised.value.problems] == [code]


@pytest.mark.parametrize("outcome", list(TransferOutcome))
def test_how_a_transfer_ended_is_a_fact(write_hotline: WriteHotline, outcome: TransferOutcome) -> None:
    nodes = f"hello: {{kind: transfer, {T}, number: '{{caller}}', answered: done, failed: failed}}" + ENDS
    hotline = load_hotline(write_hotline(nodes, allowed='transfers: ["138*"]'))
    step = resume(hotline, start(hotline).position, Transferred(outcome, 2.5), 1)
    assert step.visited[0].outcome == ("answered" if outcome == "answered" else "failed")
    assert step.visited[0].facts == (CallTransferred(to="13800138000", outcome=outcome, talk_ms=2500),)
    assert after(hotline, caller="") == [("failed", ())]


def test_what_is_typed_in_secret_is_gathered_privately_and_masked(write_hotline: WriteHotline) -> None:
    nodes = COLLECT.replace("kind: collect", "kind: secure_collect") % ", check: luhn"
    hotline = load_hotline(write_hotline(nodes))
    step = start(hotline)
    assert isinstance(step.command, Collect)
    assert step.command.private
    done = type_in(hotline, step, "4539148803436468", "4539148803436467")
    assert [(v.outcome, v.input) for v in done.visited if v.node == "hello"] == [("next", "****")]
    assert hotline.shown(done.position) == {}
