"""Draws a flow as SVG, top to bottom, without any other program. Pure, and the same for the same flow.

Layers are the longest ways from the start (Sugiyama's method): ways back are left out first, then each layer is put in the order of
the middle of its neighbours, up and down a few times.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from cti.ivr.graph import Edge, Graph

HEIGHT, GAP_X, GAP_Y, MARGIN = 46, 34, 74, 40  # pixels
WIDE, NARROW, SMALL = 15, 8, 6.6  # of one character: Chinese, Latin, Latin in a label
SWEEPS: Final = 6
_COLORS: Final = {
    "menu": "#dbeafe", "collect": "#dbeafe", "survey": "#dbeafe", "queue": "#dcfce7", "callback": "#dcfce7", "http": "#fef3c7",
    "branch": "#f3e8ff", "hours": "#f3e8ff", "set": "#f3e8ff", "hang_up": "#e5e7eb",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A box on the drawing; all in pixels."""

    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def place(flow: Graph) -> dict[str, Placed]:
    """Node → where it is drawn. No two boxes touch."""
    ahead = {box.name: [e.target for e in flow.edges if e.node == box.name and e.target] for box in flow.boxes}
    layers = _ordered(_layers(flow.start, ahead), ahead)
    widths = {box.name: max(_width(box.title), _width(box.kind) * 0.8, 70) + 24 for box in flow.boxes}
    whole = max(sum(widths[n] for n in layer) + GAP_X * (len(layer) - 1) for layer in layers)
    placed: dict[str, Placed] = {}
    for depth, layer in enumerate(layers):
        x = MARGIN + (whole - sum(widths[n] for n in layer) - GAP_X * (len(layer) - 1)) / 2
        for name in layer:
            placed[name] = Placed(x, MARGIN + depth * (HEIGHT + GAP_Y), widths[name])
            x += widths[name] + GAP_X
    return placed


def svg(flow: Graph) -> str:
    """The drawing, as one SVG document."""
    placed = place(flow)
    right = max(p.x + p.width for p in placed.values())
    width, height = right + 3 * MARGIN, max(p.y for p in placed.values()) + HEIGHT + MARGIN
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
            'font-family="sans-serif" font-size="13">'
        ),
        f"<title>{escape(flow.number)}</title>",
        (
            '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0L8 4L0 8z" fill="#64748b"/></marker></defs>'
        ),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        *(line for number, edge in enumerate(flow.edges) for line in _edge(edge, placed, right, number)),
        *(
            line
            for box in flow.boxes
            for line in _box(box.name, box.kind, box.title, placed, start=box.name == flow.start)
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _layers(start: str, ahead: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Longest ways from the start, over the ways that do not lead back."""
    order, back = _walked(start, ahead)
    depth = dict.fromkeys(ahead, 0)
    for name in reversed(order):  # each before those it leads to
        for target in ahead[name]:
            if (name, target) not in back:
                depth[target] = max(depth[target], depth[name] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in ahead:
        layers[depth[name]].append(name)
    return layers


def _walked(start: str, ahead: Mapping[str, Sequence[str]]) -> tuple[list[str], set[tuple[str, str]]]:
    """Nodes in the order in which a walk in depth leaves them, and the ways that lead back; without recursion."""
    order, back = list[str](), set[tuple[str, str]]()
    seen, open_ = {start}, {start}
    stack: list[tuple[str, Iterator[str]]] = [(start, iter(ahead[start]))]
    while stack:
        name, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            order.append(name)
            open_.discard(name)
            stack.pop()
        elif target in open_:
            back.add((name, target))
        elif target not in seen:
            seen.add(target)
            open_.add(target)
            stack.append((target, iter(ahead[target])))
    return order, back


def _ordered(layers: list[list[str]], ahead: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Each layer by the middle of its neighbours above, then below, and again."""
    behind: dict[str, list[str]] = {name: [] for name in ahead}
    for name, targets in ahead.items():
        for target in targets:
            behind[target].append(name)
    for sweep in range(SWEEPS):
        spot = {name: (n + 0.5) / len(layer) for layer in layers for n, name in enumerate(layer)}
        near = ahead if sweep % 2 else behind
        for layer in layers:
            middles = {name: _mean([spot[n] for n in near[name]], spot[name]) for name in layer}
            layer.sort(key=middles.__getitem__)
    return layers


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _edge(edge: Edge, placed: Mapping[str, Placed], right: float, number: int) -> Iterator[str]:
    """A way down is drawn from bottom to top; a way back, or aside, round the right edge."""
    source = placed[edge.node]
    label = "" if edge.exits == ("next",) else ", ".join(edge.exits)
    if edge.target is None:
        x, y = source.middle, source.y + HEIGHT
        yield f'<path d="M{x:.1f} {y:.1f}V{y + 18:.1f}" stroke="#64748b" fill="none"/>'
        yield f'<circle cx="{x:.1f}" cy="{y + 22:.1f}" r="4" fill="#1f2937"/>'
        yield from _label(label, x, y + 14)
        return
    target = placed[edge.target]
    if target.y > source.y:
        x1, y1, x2, y2 = source.middle, source.y + HEIGHT, target.middle, target.y
        bend = (y2 - y1) / 2
        yield _path(f"M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}")
        yield from _label(label, x1 + (x2 - x1) * 0.35, y1 + min(30, (y2 - y1) * 0.4))
    else:
        x1, y1, x2, y2 = source.x + source.width, source.y + HEIGHT / 2, target.x + target.width, target.y + HEIGHT / 2
        far = right + 12 + number % 7 * 8
        yield _path(f"M{x1:.1f} {y1:.1f}C{far:.1f} {y1:.1f} {far:.1f} {y2:.1f} {x2:.1f} {y2:.1f}", dashed=True)
        yield from _label(label, x1 + 26, y1 - 4)


def _path(path: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="#64748b" marker-end="url(#to)"{dashes}/>'


def _label(text: str, x: float, y: float) -> Iterator[str]:
    if text:
        width = len(text) * SMALL + 6
        yield f'<rect x="{x - width / 2:.1f}" y="{y - 10:.1f}" width="{width:.1f}" height="14" fill="#ffffff" opacity="0.85"/>'
        yield f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" fill="#334155" text-anchor="middle">{escape(text)}</text>'


def _box(name: str, kind: str, title: str, placed: Mapping[str, Placed], *, start: bool) -> Iterator[str]:
    at, color = placed[name], _COLORS.get(kind, "#f8fafc")
    stroke = 3 if start else 1
    yield f'<g id="node-{escape(name)}"><title>{escape(name)}</title>'
    yield (
        f'<rect x="{at.x:.1f}" y="{at.y:.1f}" width="{at.width:.1f}" height="{HEIGHT}" rx="8" fill="{color}" '
        f'stroke="#475569" stroke-width="{stroke}"/>'
    )
    yield f'<text x="{at.middle:.1f}" y="{at.y + 20:.1f}" text-anchor="middle">{escape(title)}</text>'
    yield f'<text x="{at.middle:.1f}" y="{at.y + 37:.1f}" font-size="11" fill="#64748b" text-anchor="middle">{escape(kind)}</text></g>'


def _width(text: str) -> float:
    return sum(WIDE if unicodedata.east_asian_width(c) in "WF" else NARROW for c in text)
