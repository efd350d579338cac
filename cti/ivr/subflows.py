"""Subflows: parts of a flow that are written once. They are put in place when the files are read, so that the check, the interpreter
and the figures know nothing but nodes. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from cti.ivr.names import PROVIDED, NodeName, Place
from cti.ivr.node import Node
from cti.ivr.nodes.subflow import SubflowNode
from cti.kit.errors import Problem, problem
from cti.kit.strict_yaml import Document

START: Final = "start"  # the node of a subflow at which callers arrive
MAX_NODES: Final = 20_000  # of a whole flow: subflows within subflows multiply
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subflow:
    """One subflow, read. `exits` are names to which its nodes lead as if they were nodes."""

    arguments: tuple[str, ...]
    exits: tuple[str, ...]
    nodes: Mapping[str, Node]


Placed = dict[str, tuple[Place, Node]]  # name → (place in flow.yaml, node)


def subflow_problems(
    nodes: Mapping[str, Node], subflows: Mapping[str, Subflow], document: Document
) -> Iterator[Problem]:
    """`nodes` are the flow's own; every name leads somewhere."""
    used: set[str] = set()
    places: list[tuple[Place, Mapping[str, Node]]] = [(("nodes",), nodes)]
    places += [(("subflows", name, "nodes"), subflow.nodes) for name, subflow in subflows.items()]
    for place, inner in places:
        for name, node in inner.items():
            if isinstance(node, SubflowNode):
                used.add(node.flow)
                yield from _mismatches(node, subflows[node.flow], (*place, name), document)
    for name, subflow in subflows.items():
        here = ("subflows", name)
        if name not in used:
            yield problem("flow.subflow_unused", document.where(here), f"No node uses the subflow {name}.",
                          f"没有节点使用子流程 {name}。", "Use it, or delete it.", "请使用或删除它。")  # fmt: skip
        if START not in subflow.nodes:
            yield problem("flow.subflow_without_start", document.where((*here, "nodes")), f"Subflow {name} has no node {START}.",
                          f"子流程 {name} 没有名为 {START} 的节点。", "Call the node at which callers arrive so.",
                          "请将入口节点命名为 start。")  # fmt: skip
        for twice in sorted({*subflow.exits} & {*subflow.nodes}):
            yield problem("flow.subflow_exit_is_node", document.where((*here, "exits")), f"{twice} is both an exit and a node.",
                          f"{twice} 既是出口又是节点。", "Give one of them another name.", "请为其中之一改名。")  # fmt: skip
        for reserved in sorted({*subflow.arguments} & {*PROVIDED}):
            yield problem("flow.variable_reserved", document.where((*here, "arguments")),
                          f"{reserved} comes with the call and can't be an argument.", f"变量 {reserved} 由来电自带，不能作为参数。",
                          "Choose another name.", "请换一个名称。")  # fmt: skip
        if name in _within(name, subflows):
            yield problem("flow.subflow_in_itself", document.where(here), f"Subflow {name} is used inside of itself.",
                          f"子流程 {name} 在自身内部被使用。", "Lead to a node instead.", "请改为转到某个节点。")  # fmt: skip


def _mismatches(node: SubflowNode, subflow: Subflow, place: Place, document: Document) -> Iterator[Problem]:
    for what, zh, field, given, declared in (
        ("argument", "参数", "arguments", node.arguments.keys(), subflow.arguments),
        ("exit", "出口", "then", node.then.keys(), subflow.exits),
    ):
        for name in sorted({*given} ^ {*declared}):
            stray = name in given
            yield problem(
                f"flow.subflow_{what}s", document.where((*place, field, name) if stray else (*place, field)),
                f"Subflow {node.flow} has no {what} {name}." if stray else f"The {what} {name} of subflow {node.flow} is missing.",
                f"子流程 {node.flow} 没有{zh} {name}。" if stray else f"缺少子流程 {node.flow} 的{zh} {name}。",
                "Delete it." if stray else "Add it.", "请删除。" if stray else "请补上。")  # fmt: skip


def _within(name: str, subflows: Mapping[str, Subflow]) -> set[str]:
    """The subflows that are used inside of one, at any depth."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for node in subflows[ahead.pop()].nodes.values():
            if isinstance(node, SubflowNode) and node.flow not in found:
                found.add(node.flow)
                ahead.append(node.flow)
    return found


def place_subflows(nodes: Mapping[str, Node], subflows: Mapping[str, Subflow]) -> Placed | None:
    """All nodes of the flow; those of a subflow stand once for each node that uses it, named `place.node`. None when they are too many.

    No subflow is used inside of itself.
    """
    placed: Placed = {}
    # (name of the node that uses it, place of its nodes, its nodes, exit → node)
    ahead: list[tuple[str, Place, Mapping[str, Node], Mapping[str, NodeName]]] = [("", ("nodes",), nodes, {})]
    while ahead:
        outer, place, inner, leads = ahead.pop()
        prefix = f"{outer}." if outer else ""
        links = {**{name: NodeName(prefix + name) for name in inner}, **leads} if outer else {}
        for name, node in inner.items():
            linked = _linked(node, links) if links else node
            if isinstance(linked, SubflowNode):
                within = prefix + name
                flow = subflows[linked.flow]
                ahead.append((within, ("subflows", linked.flow, "nodes"), flow.nodes, linked.then))
                linked = linked.placed(NodeName(f"{within}.{START}"))
            placed[prefix + name] = ((*place, name), linked)
        if len(placed) > MAX_NODES:
            return None
    return placed


def _linked(value: T, links: Mapping[str, NodeName]) -> T:
    """A model whose references to nodes lead to the nodes of one place."""
    found: Any = value
    if isinstance(value, NodeName):
        found = links.get(value, value)
    elif isinstance(value, BaseModel):
        changed = {field: new for field, item in value if (new := _linked(item, links)) is not item}
        found = value.model_copy(update=changed) if changed else value
    elif isinstance(value, dict):
        new_items = {key: _linked(item, links) for key, item in value.items()}
        found = new_items if any(new_items[key] is not value[key] for key in value) else value
    elif isinstance(value, tuple):
        new_list = tuple(_linked(item, links) for item in value)
        found = new_list if any(a is not b for a, b in zip(new_list, value, strict=True)) else value
    return found  # type: ignore[no-any-return]  # of the same type
