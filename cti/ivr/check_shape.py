"""Checks the shape of a flow: every node can be reached, and a caller who does nothing gets out of every loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from cti.ivr.node import Node, Where
from cti.kit.errors import Problem, problem


def shape_problems(start: str, nodes: Mapping[str, Node], where: Where) -> Iterator[Problem]:
    """`nodes` are whole and every name in them leads somewhere. Linear in nodes and exits."""
    for name in _unreachable(start, nodes):
        yield problem("flow.unreachable", where(name), f"No caller ever comes to node {name}.",
                      f"没有任何路径能到达节点 {name}。", "Lead another node to it, or delete it.",
                      "请让其他节点指向它，或将其删除。")  # fmt: skip
    for loop in _loops({name: _silent_exits(node) for name, node in nodes.items()}):
        path = " → ".join((*loop, loop[0]))
        yield problem("flow.endless_loop", where(loop[0]), f"A caller who presses nothing stays for ever in {path}.",
                      f"不按键的来电者会一直循环：{path}。", "Lead one of these nodes to another, for example to hang_up.",
                      "请让其中一个节点转到别处，例如挂机节点。")  # fmt: skip


def _unreachable(start: str, nodes: Mapping[str, Node]) -> Iterator[str]:
    """Those nodes only from which all other unreachable ones could be reached: mending them mends the rest."""
    reached = {start}
    _reach(start, nodes, reached)
    lost = [name for name in nodes if name not in reached]
    led_to = {target for name in lost for _, target in nodes[name].exits() if target != name}
    for name in sorted(lost, key=led_to.__contains__):  # stable: heads first, then loops without a head
        if name not in reached:
            yield name
            reached.add(name)
            _reach(name, nodes, reached)


def _reach(start: str, nodes: Mapping[str, Node], reached: set[str]) -> None:
    """Adds all that can be reached from `start`."""
    ahead = deque([start])
    while ahead:
        for _, target in nodes[ahead.popleft()].exits():
            if target not in reached:
                reached.add(target)
                ahead.append(target)


def _silent_exits(node: Node) -> list[str]:
    return [target for place, target in node.exits() if node.silent_exits is None or place[0] in node.silent_exits]


def _loops(exits: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """One loop for every edge that closes one, found depth first without recursion."""
    done: set[str] = set()
    for root in exits:
        if root in done:
            continue
        path, on_path, ahead = [root], {root}, [iter(exits[root])]
        while path:
            target = next(ahead[-1], None)
            if target is None:
                ahead.pop()
                on_path.discard(path[-1])
                done.add(path.pop())
            elif target in on_path:
                yield path[path.index(target) :]
            elif target not in done:
                path.append(target)
                on_path.add(target)
                ahead.append(iter(exits[target]))
