"""What is asked, and what can be answered. Which measures a question leaves is decided here, before the database is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cti.datacenter.errors import BadRequest
from cti.datacenter.measures.formulas import BY, MEASURES, Dimension, Measure, Source
from cti.datacenter.measures.intervals import MOST_DAYS, Every, Intervals
from cti.kit.errors import problem

SERVICE_LEVEL_SECONDS: Final = 20.0
SHORT_SECONDS: Final = 5.0


class Callbacks(StrEnum):
    """Whether customers who were called back count."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Question:
    """`only` narrows to the named values of a dimension."""

    intervals: Intervals
    by: Sequence[Dimension] = ()
    only: Mapping[Dimension, Sequence[str]] = field(default_factory=dict)
    measures: Sequence[str] = ()  # all that can be told, if empty
    within: float = SERVICE_LEVEL_SECONDS
    short: float = SHORT_SECONDS
    callbacks: Callbacks = Callbacks.INCLUDE

    def answerable(self) -> list[Measure]:
        """The measures to tell. Raises `BadRequest` for one that can't be told in this way, or when none can."""
        wanted = [self._known(name) for name in self.measures] or list(MEASURES.values())
        told = [measure for measure in wanted if self._fits(measure.source)]
        if self.measures and len(told) < len(wanted):
            measure = next(measure for measure in wanted if measure not in told)
            possible = ", ".join(sorted(BY[measure.source]))
            raise BadRequest(problem(
                "measures.not_by_this", measure.id, f"{measure.id} cannot be told apart or narrowed down in this way.",
                f"{measure.zh}不能按所给条件分组或筛选。", f"It goes by {possible}. Ask for it alone, or group by these only.",
                f"可用维度：{possible}。请单独查询或只按这些维度分组。"))  # fmt: skip
        if not told:
            raise BadRequest(problem(
                "measures.nothing", ",".join(self._dimensions), "No measure can be told apart by all of these at once.",
                "没有可同时按这些维度统计的指标。", "Leave one out: an agent's time belongs to no queue and no flow.",
                "请减少维度：坐席时间不属于任何队列或流程。"))  # fmt: skip
        return told

    @property
    def _dimensions(self) -> set[Dimension]:
        return {*self.by, *(dimension for dimension, values in self.only.items() if values)}

    def _fits(self, source: Source) -> bool:
        of_callbacks = self.callbacks is Callbacks.INCLUDE or source in (Source.STAYS, Source.WORK)
        return of_callbacks and self._dimensions <= BY[source]

    def _known(self, name: str) -> Measure:
        if name in MEASURES:
            return MEASURES[name]
        raise BadRequest(problem(
            "measures.unknown", name, "There is no such measure.", "没有该指标。", f"Choose from: {', '.join(MEASURES)}.",
            f"可选：{'、'.join(MEASURES)}。"))  # fmt: skip


def zone_of(name: str, code: str) -> ZoneInfo:
    """Raises `BadRequest` under that code."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(problem(
            code, name, "There is no such time zone.", "没有该时区。", "Write a name such as Asia/Shanghai or UTC.",
            "请写时区名，例如 Asia/Shanghai 或 UTC。")) from None  # fmt: skip


def intervals_of(since: datetime, until: datetime, every: Every, zone: str) -> Intervals:
    """Raises `BadRequest`: an unknown zone, nothing between the two, or too much."""
    place = zone_of(zone, "measures.zone")
    if since >= until:
        raise BadRequest(problem(
            "measures.range", "since, until", "`until` is not after `since`.", "until 不晚于 since。", "Let it be later.",
            "请把 until 设得更晚。"))  # fmt: skip
    if until - since > timedelta(days=MOST_DAYS[every], hours=1):  # the hour by which a day of 25 makes it longer
        raise BadRequest(problem(
            "measures.too_long", "since, until", f"Figures by {every} go over {MOST_DAYS[every]} days at most.",
            f"间隔 {every} 最多可查 {MOST_DAYS[every]} 天。", "Ask for less time, or for longer intervals.",
            "请缩短时间范围，或使用更长的间隔。"))  # fmt: skip
    return Intervals(since, until, every, place)
