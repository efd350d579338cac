"""Positions, visits, and what the interpreter guarantees whatever the flow."""

from __future__ import annotations

import dataclasses

import pytest

from cti.ivr import (
    Answered,
    Collect,
    HangUp,
    Hotline,
    Play,
    Played,
    Position,
    PromptRef,
    Request,
    Typed,
    again,
    begin,
    leave,
    load_hotline,
    resume,
)
from cti.ivr.nodes.branch import BranchNode
from cti.ivr.nodes.http import HttpNode
from tests.unit.ivr.conftest import WriteHotline

TITLE = {"zh": "题", "en": "T"}
ASK_PIN = """
hello:
  kind: secure_collect
  title: {zh: 密码, en: PIN}
  prompts: [what]
  variable: pin
  max_digits: 6
  next: bye
  failed: bye
bye: {kind: hang_up, title: {zh: 再见, en: Bye}}
"""


def start(hotline: Hotline, now: float = 10.0) -> Position:
    return begin(hotline, caller="138", called="1", now=now).position


def test_visit_tells_input_outcome_and_milliseconds(demo: Hotline) -> None:
    menu = resume(demo, start(demo), Played(), 12.5)
    assert [(v.node, v.kind, v.outcome, v.ms) for v in menu.visited] == [("greeting", "play", "next", 2500)]
    chosen = resume(demo, menu.position, Typed("3", True), 13.0)
    assert [(v.node, v.input, v.outcome, v.ms) for v in chosen.visited] == [("main_menu", "3", "3", 500)]


def test_nodes_passed_without_a_command_are_visited_too(demo: Hotline) -> None:
    menu = resume(demo, start(demo), Played(), 11.0)
    step = resume(demo, menu.position, Typed("8", True), 12.0)
    assert [v.node for v in step.visited] == ["main_menu", "which_language", "english"]


def test_secret_input_is_masked_and_not_shown(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(ASK_PIN))
    step = resume(hotline, start(hotline), Typed("271828", True), 11.0)
    assert step.command == HangUp()
    assert [v.input for v in step.visited] == ["****", None]
    assert step.position.variables["pin"] == "271828"
    assert hotline.shown(step.position) == {}


def test_secret_is_masked_when_it_is_wrong_too(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(ASK_PIN))
    step = resume(hotline, start(hotline), Typed("27*828", True), 11.0)
    assert [(v.input, v.outcome) for v in step.visited] == [("****", "invalid")]


def test_position_survives_a_restart(demo: Hotline) -> None:
    menu = resume(demo, start(demo), Played(), 11.0)
    asked = resume(demo, menu.position, Typed("7", True), 12.0)
    restored = Position.model_validate_json(asked.position.model_dump_json())
    assert restored == asked.position
    resumed = again(demo, restored, 3.0)
    assert resumed.command == asked.command
    assert resumed.visited == ()
    assert resume(demo, resumed.position, Typed("3", True), 4.0).visited[0].ms == 1000


def test_position_in_a_node_that_is_gone_starts_anew_in_the_callers_language(demo: Hotline) -> None:
    lost = Position(node="gone", language="en", attempts=2, variables={"policy": "1"})
    for step in (again(demo, lost, 1.0), resume(demo, lost, Played(), 1.0)):
        assert step.command == Play((PromptRef("greeting", "en"),))
        assert step.position.variables == {"policy": "1"}
    assert leave(demo, lost, 1.0) == ()


def test_position_in_a_language_that_is_gone_speaks_the_first(demo: Hotline) -> None:
    step = again(demo, Position(node="greeting", language="xx"), 1.0)
    assert step.command == Play((PromptRef("greeting", "zh"),))


def test_caller_who_hangs_up_leaves_the_node_with_that_outcome(demo: Hotline) -> None:
    (visit,) = leave(demo, start(demo), 10.75)
    assert (visit.node, visit.outcome, visit.ms) == ("greeting", "hung_up", 750)


def test_clock_of_an_earlier_process_never_gives_negative_time(demo: Hotline) -> None:
    assert leave(demo, start(demo, now=1e6), 1.0)[0].ms == 0


def test_hostile_numbers_are_cleaned(demo: Hotline) -> None:
    step = begin(demo, caller="138\r\nAction: Logoff\ud800" + "9" * 500, called="\x00", now=0.0)
    assert step.position.value("caller") == ("138Action: Logoff" + "9" * 500)[:117]
    assert step.position.value("called") == ""
    step.position.model_dump_json()


def test_endless_chain_ends_the_call_as_a_fault(demo: Hotline) -> None:
    branch = BranchNode.model_validate({
        "kind": "branch", "title": TITLE, "cases": [{"when": {"variable": "x", "present": True}, "next": "loop"}],
        "otherwise": "loop",
    })  # fmt: skip
    step = begin(dataclasses.replace(demo, nodes={"loop": branch}, start="loop"), caller="", called="", now=0.0)
    assert step.command == HangUp(failed=True)
    assert step.visited[-1].outcome == "endless"
    assert len(step.visited) == 101


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        ({"equals": "a"}, "a", True),
        ({"equals": "a"}, "b", False),
        ({"equals": ""}, None, False),
        ({"one_of": ["a", "b"]}, "b", True),
        ({"one_of": ["a", "b"]}, "c", False),
        ({"starts_with": ["138", "139"]}, "13912345678", True),
        ({"starts_with": ["138"]}, "021", False),
        ({"starts_with": ["138"]}, None, False),
        ({"present": True}, "", True),
        ({"present": True}, None, False),
        ({"present": False}, None, True),
    ],
)
def test_conditions(test: dict[str, object], value: str | None, holds: bool) -> None:
    node = BranchNode.model_validate(
        {
            "kind": "branch", "title": TITLE, "otherwise": "no",
            "cases": [{"when": {"variable": "v", **test}, "next": "yes"}],
        }
    )  # fmt: skip
    position = Position(node="n", language="zh", variables={} if value is None else {"v": value})
    move = node.enter(position)
    assert getattr(move, "to", None) == ("yes" if holds else "no")


def http(**fields: object) -> HttpNode:
    return HttpNode.model_validate({"kind": "http", "title": TITLE, "next": "next", "failed": "failed", **fields})


@pytest.mark.parametrize(
    ("policy", "path"), [("1 2/3?x=#&%", "1%202%2F3%3Fx%3D%23%26%25"), ("..", "%2E%2E"), ("保", "%E4%BF%9D")]
)
def test_what_goes_into_a_url_is_encoded(policy: str, path: str) -> None:
    node = http(url="{data_center}/p/{policy}", method="POST", body={"number": "no. {policy}"})
    position = Position(node="n", language="zh", variables={"policy": policy, "data_center": "http://dc:1/"})
    command = getattr(node.enter(position), "command", None)
    assert command == Request("POST", f"http://dc:1/p/{path}", {"number": f"no. {policy}"}, 3.0)


def test_base_address_is_raw_only_at_the_beginning() -> None:
    node = http(url="https://a.b/?u={data_center}")
    command = getattr(
        node.enter(Position(node="n", language="zh", variables={"data_center": "http://dc"})), "command", None
    )
    assert isinstance(command, Request)
    assert command.url == "https://a.b/?u=http%3A%2F%2Fdc"


def test_request_without_its_variable_is_not_sent() -> None:
    assert getattr(http(url="https://a.b/{x}").enter(Position(node="n", language="zh")), "to", None) == "failed"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ({"a": {"b": "x"}}, "x"),
        ({"a": {"b": 7}}, "7"),
        ({"a": {"b": 1.5}}, "1.5"),
        ({"a": {"b": True}}, "true"),
        ({"a": {"b": None}}, None),
        ({"a": {"b": [1]}}, None),
        ({"a": "b"}, None),
        ({}, None),
        ({"a": {"b": "x\r\ny\ud800" + "z" * 500}}, "xy" + "z" * 115),
    ],
)
def test_values_are_picked_from_an_answer_by_path(body: object, value: str | None) -> None:
    node = http(url="https://a.b/", save={"v": "a.b"})
    move = node.resume(Position(node="n", language="zh"), Answered(200, body))
    assert getattr(move, "variables", None) == {"v": value}


def test_events_that_do_not_belong_to_a_command_do_no_harm(demo: Hotline) -> None:
    menu = resume(demo, start(demo), Played(), 11.0)
    assert isinstance(resume(demo, menu.position, Answered(200, {}), 12.0).command, Collect)
