"""A flow as a graph: its nodes and every way between them, and the graph as Mermaid text. Pure.

`graph_svg.py` draws the same graph without any other program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_args

from cti.ivr.hotline import Hotline
from cti.ivr.names import NodeName, Place
from cti.ivr.node import Node
from cti.kit.errors import Language

# What encloses a node's text in Mermaid. A kind that is not here gets a plain box.
_SHAPES: Final = {
    "play": ("[", "]"),
    "menu": ("{{", "}}"),
    "collect": ("[/", "/]"),
    "branch": ("{", "}"),
    "http": ("[[", "]]"),
    "language": (">", "]"),
    "queue": ("([", "])"),
    "hang_up": ("(", ")"),
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One way out of a node. `exits` are named as facts name outcomes; `target` is None where the call ends."""

    node: str
    exits: tuple[str, ...]
    target: str | None


@dataclass(frozen=True, slots=True)
class Box:
    """One node, as people are to see it: no control characters in `title`."""

    name: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A hotline's flow. `edges` stand in the order of `boxes` and, for each, of the file; ways to the same node are one edge."""

    number: str
    start: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def graph(hotline: Hotline, language: Language) -> Graph:
    """The graph of a checked hotline, with titles in `language`."""
    boxes = tuple(
        Box(name, node.kind, printable(node.title.zh if language == "zh" else node.title.en))
        for name, node in hotline.nodes.items()
    )
    edges = tuple(edge for name, node in hotline.nodes.items() for edge in _edges(name, node))
    return Graph(hotline.number, hotline.start, boxes, edges)


def exits(node: Node) -> dict[str, str | None]:
    """Exit → the node that follows, in the file's order; None where the call ends."""
    led: dict[str, str | None] = {exit_name(place): str(target) for place, target in node.exits()}
    for field, about in type(node).model_fields.items():
        if getattr(node, field) is None and NodeName in get_args(about.annotation):
            led[field] = None
    return led or dict.fromkeys(node.branches())


def exit_name(place: Place) -> str:
    """What facts call the exit at this place of a node: `failed`, `case_1`, or the key or the status that leads there."""
    match place:
        case ("cases", int(index), *_):
            return f"case_{index + 1}"
        case _:
            return str(place[-1])


def printable(text: str) -> str:
    """Nothing that a drawing or a terminal would obey rather than show."""
    return "".join(c if c.isprintable() else " " for c in text)


def mermaid(flow: Graph) -> str:
    """A Mermaid flowchart. No title, however it is written, can change the drawing's structure."""
    return "\n".join(_lines(flow)) + "\n"


def _edges(name: str, node: Node) -> Iterator[Edge]:
    together: dict[str | None, list[str]] = {}
    for exit_, target in exits(node).items():
        together.setdefault(target, []).append(exit_)
    for target, names in together.items():
        yield Edge(name, tuple(names), target)


def _lines(flow: Graph) -> Iterator[str]:
    # Ids get a prefix: a node may be called `end` or `graph`, words of Mermaid's own.
    yield "flowchart TD"
    yield f'  start(("{_escaped(flow.number)}")) --> n_{_id(flow.start)}'
    for box in flow.boxes:
        opening, closing = _SHAPES.get(box.kind, ("[", "]"))
        yield f'  n_{_id(box.name)}{opening}"{_escaped(box.title)}<br/>{_escaped(box.kind)}"{closing}'
    for number, edge in enumerate(flow.edges):
        if edge.target is None:
            yield f'  n_{_id(edge.node)} -->|"{_label(edge)}"| end_{number}((("■")))'
        elif edge.exits == ("next",):
            yield f"  n_{_id(edge.node)} --> n_{_id(edge.target)}"
        else:
            yield f'  n_{_id(edge.node)} -->|"{_label(edge)}"| n_{_id(edge.target)}'
    yield "  classDef marked fill:#1f2937,color:#ffffff,stroke:#1f2937"
    ends = [f"end_{number}" for number, edge in enumerate(flow.edges) if edge.target is None]
    yield f"  class {','.join(('start', *ends))} marked"


def _id(node: str) -> str:
    return node.replace(".", "-")  # names hold no dash


def _label(edge: Edge) -> str:
    return _escaped(", ".join(edge.exits))


def _escaped(text: str) -> str:
    """Everything but letters, digits and spaces as `#number;`, which Mermaid turns back only after it has read the structure."""
    return "".join(c if c.isalnum() or c in " _," else f"#{ord(c)};" for c in printable(text))
