"""A run as one HTML page: figures, and how the day went. No script, nothing loaded from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from cti.simulation.figures import SLOT_SECONDS, Slot
from cti.simulation.world import Outcome

WIDTH, HEIGHT = 900, 160
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2rem auto;padding:0 1rem;color:#1c2530}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.25rem .9rem;text-align:right;border-bottom:1px solid #dde3ea}
th:first-child,td:first-child{text-align:left}h2{margin:2rem 0 .3rem;font-size:1.05rem}svg{background:#f7f9fb;border:1px solid #dde3ea}
.bad{color:#b3261e}small{color:#5b6b7b}"""


def report(outcome: Outcome) -> str:
    """The page, in Chinese and English."""
    data = outcome.as_json()
    slots = outcome.measure.slots
    last = max(slots, default=0)
    line = [slots.get(i, Slot()) for i in range(last + 1)]
    agents = sum(count for site in outcome.scenario.sites for count, _ in site.agents)
    plots = (
        ("Service level 服务水平 (% in 20 s)", lambda s: 100 * s.in_time / s.offered if s.offered else None, 100.0),
        ("Waiting 排队 (most at once 最多)", lambda s: float(s.waiting), None),
        ("Offered per 5 min 每五分钟来电", lambda s: float(s.offered), None),
        ("Occupancy 占用率 (%)", lambda s: 100 * s.busy / (agents * SLOT_SECONDS) if agents else None, 100.0),
        ("Abandoned per 5 min 每五分钟放弃", lambda s: float(s.abandoned), None),
    )
    body = "".join(f"<h2>{title}</h2>{_plot(line, value, top)}" for title, value, top in plots)
    broken = "".join(f"<li class=bad>{html.escape(v)}</li>" for v in outcome.violations) or "<li>none 无</li>"
    return (
        f"<!doctype html><html lang=zh><meta charset=utf-8><title>Simulation 仿真 {outcome.seed}</title><style>{_STYLE}</style>"
        f"<h1>Simulation 仿真</h1><p>seed 种子 {outcome.seed} · {data['calls']} calls 来电 · {agents} agents 坐席 · "
        f"{outcome.simulated_seconds / 3600:.1f} h simulated 仿真时长 · {outcome.real_seconds:.1f} s</p>"
        f"{_table(data['queues'])}<h2>Violations 违例</h2><ul>{broken}</ul>{body}"
        f"<p><small>service level = answered ≤ 20 s / (offered − short abandons) 服务水平 = 20 秒内接听 /（来电 − 短时放弃）；"
        "occupancy = talk / staffed time 占用率 = 通话 / 在席</small></p></html>"
    )


def _table(queues: dict[str, dict[str, Any]]) -> str:
    columns = list(next(iter(queues.values()), {}))
    head = "".join(f"<th>{html.escape(column.replace('_', ' '))}</th>" for column in columns)
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td>" + "".join(f"<td>{_shown(figures[c])}</td>" for c in columns) + "</tr>"
        for name, figures in queues.items()
    )
    return f"<table><tr><th>queue 队列</th>{head}</tr>{rows}</table>"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _plot(slots: Sequence[Slot], value: Callable[[Slot], float | None], top: float | None) -> str:
    values = [value(slot) for slot in slots]
    known = [v for v in values if v is not None]
    most = top or max(known, default=1.0) or 1.0
    step = (WIDTH - 60) / max(1, len(values) - 1)
    points = " ".join(
        f"{50 + i * step:.1f},{HEIGHT - 20 - (HEIGHT - 40) * min(v, most) / most:.1f}"
        for i, v in enumerate(values)
        if v is not None
    )
    hours = len(values) * SLOT_SECONDS / 3600
    marks = "".join(
        f"<text x={50 + (WIDTH - 60) * part:.0f} y={HEIGHT - 5} font-size=11 text-anchor=middle fill=#5b6b7b>{hours * part:.1f} h</text>"
        for part in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f"<svg width={WIDTH} height={HEIGHT} role=img><text x=5 y=24 font-size=11 fill=#5b6b7b>{most:g}</text>"
        f"<text x=5 y={HEIGHT - 18} font-size=11 fill=#5b6b7b>0</text><polyline fill=none stroke=#1463b8 stroke-width=1.5 "
        f'points="{points}"/>{marks}</svg>'
    )
