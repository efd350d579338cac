"""Subflows: written once, in place wherever they are used."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cti.ivr import Hotline, Played, Typed, begin, load_hotline, resume
from cti.ivr.graph import graph, mermaid
from cti.ivr.position import MAX_VALUE
from cti.kit.errors import ConfigError
from tests.unit.ivr.conftest import FLOW, WriteHotline

T = "title: {zh: 题, en: T}"
ONCE = "attempts: 1, next: check, failed: gave_up"
SUBFLOWS = f"""
subflows:
  ask:
    arguments: [purpose]
    exits: [got, gave_up]
    nodes:
      start: {{kind: collect, {T}, prompts: [what], variable: number, max_digits: 2, terminator: "", {ONCE}}}
      check: {{kind: branch, {T}, cases: [{{when: {{variable: purpose, equals: claim}}, next: say}}], otherwise: got}}
      say: {{kind: subflow, {T}, flow: tell, then: {{told: got}}}}
  tell:
    exits: [told]
    nodes:
      start: {{kind: play, {T}, prompts: [{{digits: number}}], next: told}}
"""
NODES = f"""
hello: {{kind: subflow, {T}, flow: ask, arguments: {{purpose: claim}}, then: {{got: again, gave_up: bye}}}}
again: {{kind: subflow, {T}, flow: ask, arguments: {{purpose: "{{caller}}"}}, then: {{got: bye, gave_up: bye}}}}
bye: {{kind: hang_up, {T}}}
"""


def load(write: WriteHotline, nodes: str = NODES, subflows: str = SUBFLOWS) -> Hotline:
    return load_hotline(write(nodes, flow=subflows.lstrip() + FLOW))


def codes(write: WriteHotline, nodes: str = NODES, subflows: str = SUBFLOWS) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as raised:
        load(write, nodes, subflows)
    lines = (write(nodes, flow=subflows.lstrip() + FLOW) / "flow.yaml").read_text().splitlines()
    return [(p.code, lines[int(p.where.split(":")[1]) - 1].strip().partition(":")[0]) for p in raised.value.problems]


def test_each_place_has_nodes_of_its_own(write_hotline: WriteHotline) -> None:
    hotline = load(write_hotline)
    inner = [f"{place}.{node}" for place in ("hello", "again") for node in ("start", "check", "say", "say.start")]
    assert sorted(hotline.nodes) == sorted(["hello", "again", "bye", *inner])
    step = begin(hotline, caller="138", called="1", now=0.0)
    assert step.position.node == "hello.start"
    step = resume(hotline, step.position, Typed("12", True), 0.0)
    assert [(v.node, v.outcome) for v in step.visited] == [
        ("hello.start", "next"), ("hello.check", "case_1"), ("hello.say", "entered"),
    ]  # fmt: skip
    step = resume(hotline, step.position, Played(), 0.0)
    assert (step.position.node, step.position.variables["purpose"]) == ("again.start", "138")
    assert [v.node for v in step.visited] == ["hello.say.start", "again"]


def test_an_argument_made_of_itself_does_not_grow_without_end(write_hotline: WriteHotline) -> None:
    growing = NODES.replace("got: bye", "got: again").replace("{caller}", "{purpose}{purpose}")
    hotline = load(write_hotline, growing)
    step = begin(hotline, caller="138", called="1", now=0.0)
    step = resume(hotline, step.position, Typed("12", True), 0.0)
    step = resume(hotline, step.position, Played(), 0.0)
    for _ in range(12):
        step = resume(hotline, step.position, Typed("12", True), 0.0)
    assert (step.position.node, len(step.position.variables["purpose"])) == ("again.start", MAX_VALUE)


def test_a_place_in_a_subflow_has_the_title_and_the_picture_of_its_own(write_hotline: WriteHotline) -> None:
    hotline = load(write_hotline)
    assert hotline.title("hello.say.start").zh == "题"
    drawn = mermaid(graph(hotline, "en"))
    assert "n_hello --> n_hello-start" in drawn or '-->|"entered"| n_hello-start' in drawn


@pytest.mark.parametrize(
    ("nodes", "subflows", "found"),
    [
        (NODES.replace("flow: ask, arguments: {purpose: claim}", "flow: aks, arguments: {purpose: claim}"), SUBFLOWS,
         [("flow.unknown_subflow", "hello")]),
        (NODES.replace("{purpose: claim}", "{purpos: claim}"), SUBFLOWS, [("flow.subflow_arguments", "hello")] * 2),
        (NODES.replace("{got: again, gave_up: bye}", "{got: again}"), SUBFLOWS, [("flow.subflow_exits", "hello")]),
        (NODES, SUBFLOWS.replace("otherwise: got", "otherwise: gott"), [("flow.unknown_node", "check")]),
        (NODES, SUBFLOWS.replace("[told]", "[told, start]"), [("flow.subflow_exits", "say"), ("flow.subflow_exit_is_node", "exits")]),
        (NODES, SUBFLOWS.replace("[purpose]", "[purpose, caller]"),
         [("flow.subflow_arguments", "hello"), ("flow.subflow_arguments", "again"), ("flow.variable_reserved", "arguments")]),
        (NODES, SUBFLOWS.replace("      start: {kind: play", "      begin: {kind: play"), [("flow.subflow_without_start", "nodes")]),
        (NODES, SUBFLOWS.replace("flow: tell, then: {told: got}", "flow: ask, arguments: {purpose: x}, then: {got: got, gave_up: got}"),
         [("flow.subflow_in_itself", "ask"), ("flow.subflow_unused", "tell")]),
        (NODES, SUBFLOWS.replace(ONCE, "next: check, failed: start"), [("flow.endless_loop", "start")]),
        (NODES, SUBFLOWS.replace(ONCE, "next: gave_up, failed: check"), [("flow.unset_variable", "start")]),
    ],
)  # fmt: skip
def test_a_fault_of_a_subflow_is_told_once_and_where_it_is_written(
    write_hotline: WriteHotline, nodes: str, subflows: str, found: list[tuple[str, str]]
) -> None:
    assert codes(write_hotline, nodes, subflows) == found


def test_subflows_that_multiply_are_refused(write_hotline: WriteHotline) -> None:
    names = ["start", *(f"n{i}" for i in range(1, 10)), "out"]
    chain = list(pairwise(names))
    many = "".join(
        f"  f{n}:\n    exits: [out]\n    nodes:\n"
        + "".join(
            f"      {this}: {{kind: subflow, {T}, flow: f{n + 1}, then: {{out: {following}}}}}\n"
            for this, following in chain
        )
        for n in range(6)
    )
    last = f"  f6:\n    exits: [out]\n    nodes: {{start: {{kind: play, {T}, prompts: [hi], next: out}}}}\n"
    nodes = f"hello: {{kind: subflow, {T}, flow: f0, then: {{out: bye}}}}\nbye: {{kind: hang_up, {T}}}"
    assert codes(write_hotline, nodes, f"subflows:\n{many}{last}") == [("flow.too_many_nodes", "nodes")]
