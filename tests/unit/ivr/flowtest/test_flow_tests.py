"""`cti flow test`: what its callers can do, what its failures say, what counts as covered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.cli.flow_test import HotlineTested, run_folder
from cti.ivr import load_hotline
from cti.ivr.registry import KINDS
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import parse, validate
from cti.settings import Settings
from tests.unit.ivr.conftest import FLOWS, WriteHotline
from tests.unit.ivr.flowtest.speed import seconds_of

NODES = """
hello: {kind: play, title: {zh: 您好, en: Hello}, prompts: [hi], next: number}
number:
  kind: collect
  title: {zh: 号码, en: Number}
  prompts: [what]
  variable: number
  min_digits: 2
  max_digits: 4
  attempts: 2
  next: ask
  failed: people
ask:
  kind: http
  title: {zh: 查询, en: Ask}
  method: POST
  url: "{data_center}/numbers/{number}"
  body: {number: "{number}"}
  next: bye
  failed: people
people: {kind: queue, title: {zh: 人工, en: People}, queue: people, timeout: bye}
bye: {kind: hang_up, title: {zh: 再见, en: Bye}}
"""
Run = Callable[..., HotlineTested]


@pytest.fixture
def run(write_hotline: WriteHotline) -> Run:
    """Runs one test, whose steps and expectations are YAML in one line each."""

    def run_one(does: str = "[]", expect: str = "{ends: queue}", *, head: str = "") -> HotlineTested:
        folder = write_hotline(NODES)
        text = f"{head}tests:\n  - name: one\n    does: {does}\n    expect: {expect}\n"
        (folder / "tests.yaml").write_text(text, encoding="utf-8")
        return run_folder(folder)

    return run_one


def codes(tested: HotlineTested) -> list[str]:
    return [problem.code for problem in tested.problems()]


def invoke(*arguments: str, flows: Path = FLOWS) -> Any:
    return CliRunner().invoke(flow_app(lambda: Settings(flows=flows)), ["test", *arguments])


# The shipped hotline


def test_the_shipped_hotline_passes_its_tests_which_take_every_branch() -> None:
    tested = run_folder(FLOWS / "95500")
    assert tested.problems() == []
    assert (tested.file.coverage, tested.report.coverage.percent) == (100, 100)


def test_a_thousand_tests_take_less_than_five_seconds() -> None:
    assert seconds_of(1000) < 5


# What callers do


@pytest.mark.parametrize(
    ("does", "expect"),
    [
        ('[{press: "12#"}, {answer: {status: 200}}]', '{variables: {number: "12"}, ends: hung_up}'),
        ('[{press: "1234"}, {answer: {status: 200}}]', '{variables: {number: "1234"}, ends: hung_up}'),
        ("[{press: 12}, {answer: {status: 200}}]", '{variables: {number: "12"}}'),  # the pause ends the number
        ('[{press: "1"}, {wait: 3}, {press: "2#"}]', '{variables: {number: "12"}}'),
        ('[{press: "12"}, {wait: 5}, {hang_up: true}]', '{variables: {number: "12"}, queue: people, ends: caller_left}'),
        ('[{press: "1"}, {press: "23"}]', '{nodes: [number, number, ask], variables: {number: "23"}}'),
        ('[{press: "1"}, {silent: true}]', "{outcomes: {number: failed}, variables: {number: null}}"),
        ('[{wait: 5}, {press: "12#"}]', "{nodes: [hello, number, ask]}"),
        ('[{wait: 7}, {press: "12#"}]', "{nodes: [hello, number, number, ask]}"),
        ('[{cut_in: "1"}, {press: "2#"}]', '{prompts: [hi], variables: {number: "12"}}'),
        ('[{cut_in: "#"}, {press: "12#"}]', "{nodes: [number, number, ask]}"),  # a terminator alone is no number
        ("[{hang_up: true}]", "{outcomes: {number: hung_up}, ends: caller_left}"),
        ("[{silent: true}, {silent: true}, {queue: timeout}]", "{outcomes: {people: timeout, bye: ended}, ends: hung_up}"),
        ("[{silent: true}, {silent: true}, {queue: abandoned}]", "{outcomes: {people: hung_up}, ends: caller_left}"),
        ("[{silent: true}, {silent: true}, {queue: callback}]", "{outcomes: {people: callback}, ends: queue}"),
        ("[]", "{prompts: [hi, what, what], outcomes: {number: failed}, queue: people, ends: queue}"),
        ('[{press: "12#"}]', '{requests: [{method: POST, url: "{data_center}/numbers/12", body: {number: "12"}}]}'),
        ('[{press: "12#"}]', "{outcomes: {ask: failed}, language: zh}"),  # a request without an answer
    ],
)  # fmt: skip
def test_callers_do_what_is_written_and_then_are_silent(run: Run, does: str, expect: str) -> None:
    assert [problem.render() for problem in run(does, expect).problems()] == []


# What failures say


@pytest.mark.parametrize(
    ("does", "expect", "code"),
    [
        ("[]", "{prompts: [what, hi]}", "flow_test.prompts"),
        ("[]", "{nodes: [hello, ask]}", "flow_test.nodes"),
        ("[]", "{outcomes: {number: next}}", "flow_test.outcomes"),
        ("[{hang_up: true}]", "{queue: people}", "flow_test.queue"),
        ("[]", '{variables: {number: "1"}}', "flow_test.variables"),
        ("[]", '{requests: [{method: POST, url: "x"}]}', "flow_test.requests"),
        ('[{press: "12#"}]', "{requests: []}", "flow_test.requests"),
        ("[]", "{ends: hung_up}", "flow_test.ends"),
        ("[{hang_up: true}, {silent: true}]", "{ends: caller_left}", "flow_test.step_undone"),
    ],
)
def test_what_happened_otherwise_is_a_failure(run: Run, does: str, expect: str, code: str) -> None:
    assert codes(run(does, expect)) == [code]


def test_a_failure_stands_at_its_expectation_and_tells_both_in_two_languages(run: Run) -> None:
    (failure,) = run("[]", "{ends: hung_up}").problems()
    assert failure.where.endswith("tests.yaml:4:14")
    assert failure.what.en == "one: expected hung_up; what happened: queue."
    assert failure.what.zh == "one：预期 hung_up；实际 queue。"


def test_a_call_without_an_end_is_stopped(write_hotline: WriteHotline) -> None:
    folder = write_hotline("""
hello: {kind: menu, title: {zh: 您好, en: Hello}, prompts: [hi], keys: {1: hello, 2: bye}, failed: bye}
bye: {kind: hang_up, title: {zh: 再见, en: Bye}}
""")
    steps = ", ".join(["{press: 1}"] * 600)
    (folder / "tests.yaml").write_text(f"tests:\n  - {{name: one, does: [{steps}], expect: {{ends: hung_up}}}}\n")
    assert codes(run_folder(folder)) == ["flow_test.endless"]


# Coverage


def test_too_little_coverage_fails_and_names_the_branches_not_taken(run: Run) -> None:
    tested = run(head="coverage: 50\n")
    assert tested.report.coverage.uncovered == (
        "number.next", "number.invalid", "ask.next", "ask.failed", "people.timeout", "bye.ended",
    )  # fmt: skip
    assert (tested.report.coverage.covered, tested.report.coverage.total) == (4, 10)
    assert codes(tested) == ["flow_test.coverage"]


def test_with_one_attempt_nobody_can_be_asked_again() -> None:
    for kind in ("menu", "collect"):
        text = KINDS[kind].example
        assert {"invalid", "silence"} <= set(validate(parse(text, "example"), KINDS[kind]).branches())
        once = validate(parse(f"{text}attempts: 1\n", "example"), KINDS[kind]).branches()
        assert not {"invalid", "silence"} & set(once)
        assert "failed" in once


# Files that are wrong


@pytest.mark.parametrize(
    ("does", "expect", "code"),
    [
        ("[]", "{prompts: [who]}", "flow_test.unknown_prompt"),
        ("[]", "{nodes: [who]}", "flow_test.unknown_node"),
        ("[]", "{outcomes: {who: next}}", "flow_test.unknown_node"),
        ("[]", "{outcomes: {hello: next_one}}", "flow_test.unknown_outcome"),
        ("[]", "{queue: who}", "flow_test.unknown_queue"),
        ("[]", '{variables: {who: "1"}}', "flow_test.unknown_variable"),
        ("[]", "{language: en}", "flow_test.unknown_language"),
        ("[]", "{}", "flow_test.expects_nothing"),
        ("[{press: 1, wait: 2}]", "{ends: queue}", "flow_test.one_thing"),
        ("[{press: x}]", "{ends: queue}", "config.invalid"),
        ("[{shout: 1}]", "{ends: queue}", "config.unknown_key"),
    ],
)
def test_mistakes_in_the_file_are_told_before_anything_runs(run: Run, does: str, expect: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        run(does, expect)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_tests_do_not_change_the_version_of_the_hotline(write_hotline: WriteHotline) -> None:
    folder = write_hotline(NODES)
    before = load_hotline(folder).version
    (folder / "tests.yaml").write_text("not: [even, right")
    assert load_hotline(folder).version == before


# The command


def test_command_without_a_folder_runs_all_hotlines_that_have_tests() -> None:
    result = invoke()
    assert result.exit_code == 0
    assert "0 failed; branches 57/57 = 100.00 %" in result.output


def test_command_exits_with_1_when_a_test_fails(run: Run, tmp_path: Path) -> None:
    run("[]", "{ends: hung_up}")
    result = invoke(str(tmp_path))
    assert result.exit_code == 1
    assert "tests.yaml:4:14: one: expected hung_up" in result.output
    assert "预期 hung_up" in result.output


def test_command_for_programs_prints_json(run: Run, tmp_path: Path) -> None:
    run("[]", "{ends: hung_up}")
    result = invoke("--json", str(tmp_path))
    (hotline,) = json.loads(result.output)["hotlines"]
    assert result.exit_code == 1
    assert (hotline["ok"], hotline["failed"], hotline["coverage"]["total"]) == (False, ["one"], 10)


def test_command_exits_with_2_when_there_are_no_tests(write_hotline: WriteHotline) -> None:
    folder = write_hotline(NODES)
    assert isinstance(invoke(str(folder)).exception, ConfigError)
    result = invoke("--json", str(folder))
    assert result.exit_code == 2
    assert [p["code"] for p in json.loads(result.output)["problems"]] == ["file.unreadable"]
    assert isinstance(invoke(flows=folder).exception, ConfigError)


@pytest.mark.parametrize(
    ("expect", "code"),
    [
        ("{queue: people, skills: {general: 1}, priority: 0}", None),
        ("{skills: {general: 2}}", "flow_test.skills"),
        ("{priority: 7}", "flow_test.priority"),
    ],
)
def test_what_the_queue_asked_for_can_be_expected(run: Run, expect: str, code: str | None) -> None:
    tested = run("[{silent: true}, {silent: true}, {queue: answered}]", expect)
    assert [problem.code for problem in tested.problems()] == ([code] if code else [])
