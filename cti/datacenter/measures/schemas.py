"""What is told of measures."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from cti.datacenter.measures.formulas import MEASURES, Dimension, Unit
from cti.datacenter.measures.intervals import Every

_SHOWN: Final = ("offered", "answered", "service_level", "asa_ms")


def _described(name: str) -> dict[str, Any]:
    measure = MEASURES[name]
    return {
        "id": measure.id, "unit": measure.unit.value, "name_en": measure.en, "name_zh": measure.zh,
        "formula_en": measure.formula_en, "formula_zh": measure.formula_zh,
    }  # fmt: skip


_VALUES: Final = {"offered": 120, "answered": 108, "service_level": 0.8534, "asa_ms": 9120}
EXAMPLE: Final[dict[str, Any]] = {
    "since": "2026-11-23T00:00:00+08:00",
    "until": "2026-11-24T00:00:00+08:00",
    "zone": "Asia/Shanghai",
    "interval": "15min",
    "group_by": ["queue"],
    "within_seconds": 20.0,
    "short_seconds": 5.0,
    "measures": [_described(name) for name in _SHOWN],
    "rows": [
        {
            "start": "2026-11-23T09:00:00+08:00",
            "end": "2026-11-23T09:15:00+08:00",
            "queue": "claims",
            "site": None,
            "agent": None,
            "flow": None,
            "reason": None,
            "values": _VALUES,
        }
    ],
    "totals": _VALUES,
}


class MeasureView(BaseModel):
    """One measure, with its formula."""

    id: str = Field(description="what programs call it")
    unit: Unit = Field(description="`count`, `ms`, `share` (0 to 1) or `score` (1 to 5)")
    name_en: str = Field(description="in English")
    name_zh: str = Field(description="in Chinese")
    formula_en: str = Field(description="how it is computed, in English; T is `within_seconds`")
    formula_zh: str = Field(description="how it is computed, in Chinese; T is `within_seconds`")


class MeasureRow(BaseModel):
    """The figures of one interval and one group. A dimension that was not asked for is null."""

    start: datetime = Field(description="where the interval begins, with the zone's offset; the first at `since`")
    end: datetime = Field(description="where it ends; the last at `until`")
    queue: str | None = Field(default=None, description="the queue")
    site: str | None = Field(default=None, description="the site")
    agent: str | None = Field(default=None, description="the agent")
    flow: str | None = Field(default=None, description="the flow; null also where no flow answered")
    reason: str | None = Field(default=None, description="why the agent took no contacts")
    values: dict[str, int | float | None] = Field(
        description="measure → number; null where there is nothing to divide by"
    )


class MeasureTable(BaseModel):
    """Figures by interval and group. Intervals in which nothing was counted are left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    since: datetime = Field(description="counted from here on")
    until: datetime = Field(description="counted before this")
    zone: str = Field(description="the time zone of days and of the offsets shown")
    interval: Every = Field(description="how long the intervals are")
    group_by: list[Dimension] = Field(description="the dimensions that rows are told apart by")
    within_seconds: float = Field(description="T of the service levels")
    short_seconds: float = Field(description="who leaves before this is a short abandon")
    measures: list[MeasureView] = Field(description="what is told, in order, with formulas")
    rows: list[MeasureRow] = Field(description="by time, then by group")
    totals: dict[str, int | float | None] = Field(
        description="measure → number over all rows, computed from the sums of what was counted"
    )
