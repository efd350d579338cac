"""Finds secrets on their way to where they would be kept: addresses, text messages, facts. What was typed in secret taints what is
worked out from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cti.ivr.names import spoken
from cti.ivr.node import Node, Where
from cti.kit.errors import Problem, problem


def secret_problems(nodes: Mapping[str, Node], where: Where) -> Iterator[Problem]:
    """`nodes` are whole. Linear in nodes and in what they write, but for chains of `set` that stand in the wrong order."""
    secret = _secrets(nodes)
    for name, node in nodes.items() if secret else ():
        said = ((place, value.variable) for place, value in spoken(node))
        for place, variable in (*node.reveals(), *said):
            if variable in secret:
                yield problem(
                    "flow.secret_leaks", where(name, *place), f"The secret {variable} would be written down or heard here.",
                    f"保密变量 {variable} 会在此处被记录或播报。",
                    "Send it in the body of a request to {data_center} or over https, or do not use it here.",
                    "请放在发往 {data_center} 或 https 的请求正文中，或不要在此使用。")  # fmt: skip


def _secrets(nodes: Mapping[str, Node]) -> set[str]:
    secret = {name for node in nodes.values() for name in node.secrets()}
    copies = [copy for node in nodes.values() for copy in node.copies()]
    grown = bool(secret)
    while grown:
        more = {written for written, read in copies if read in secret} - secret
        secret |= more
        grown = bool(more)
    return secret
