"""Finds variables that are read, on some path, before they are set. Pure.

What is surely set at a node is what every way there sets: a forward analysis over the graph, with one bit per variable, repeated until
nothing changes. A path is looked for only where something is wrong.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cti.ivr.names import PROVIDED
from cti.ivr.node import Node, Where
from cti.kit.errors import Problem, problem


@dataclass(frozen=True, slots=True)
class _Way:
    """One exit: what is surely set behind it, and what is surely not."""

    target: str
    sets: int
    unsets: int


def variable_problems(start: str, nodes: Mapping[str, Node], where: Where) -> Iterator[Problem]:
    """`nodes` are whole, and every one can be reached."""
    names = {*PROVIDED, *(name for node in nodes.values() for name in node.writes())}
    bits = {name: 1 << place for place, name in enumerate(sorted(names))}
    ways = {name: _ways(node, bits) for name, node in nodes.items()}
    surely = _surely_set(start, ways, sum(bits[name] for name in PROVIDED))
    for name, node in nodes.items():
        told: set[str] = set()
        for place, variable in node.needs():
            if not surely[name] & bits[variable] and variable not in told:
                told.add(variable)
                path = " → ".join(_path(start, name, ways, bits[variable]))
                yield problem(
                    "flow.unset_variable", where(name, *place),
                    f"{variable} may not have been set: {path}.", f"变量 {variable} 可能尚未赋值：{path}。",
                    "Set it on this path, or branch on `{variable: …, present: true}` before.",
                    "请在此路径上赋值，或先用 `{variable: …, present: true}` 分支判断。")  # fmt: skip


def _ways(node: Node, bits: Mapping[str, int]) -> list[_Way]:
    found = []
    for place, target in node.exits():
        sets, unsets = node.sets_on(place)
        found.append(
            _Way(str(target), sum(bits[v] for v in {*sets} if v in bits), sum(bits[v] for v in {*unsets} if v in bits))
        )
    return found


def _surely_set(start: str, ways: Mapping[str, list[_Way]], provided: int) -> dict[str, int]:
    everything = -1  # what is known of a node before any way there was looked at
    surely = dict.fromkeys(ways, everything)
    surely[start] = provided
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for way in ways[name]:
            behind = surely[way.target] & ((surely[name] & ~way.unsets) | way.sets)
            if behind != surely[way.target]:
                surely[way.target] = behind
                waiting.append(way.target)
    return surely


def _path(start: str, end: str, ways: Mapping[str, list[_Way]], bit: int) -> list[str]:
    """A shortest way to `end` on which the variable is not set when it arrives."""
    first = (start, False)  # (node, whether it has been set)
    before: dict[tuple[str, bool], tuple[str, bool] | None] = {first: None}
    waiting = deque([first])
    while waiting and (end, False) not in before:
        name, was_set = at = waiting.popleft()
        for way in ways[name]:
            there = (way.target, bool(way.sets & bit) or (was_set and not way.unsets & bit))
            if there not in before:
                before[there] = at
                waiting.append(there)
    path, step = list[str](), (end, False) if (end, False) in before else None
    while step is not None:
        path.append(step[0])
        step = before[step]
    return path[::-1] or [end]
