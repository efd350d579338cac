"""Answers a question: counts, adds up, computes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cti.datacenter.database import Database
from cti.datacenter.measures import repository
from cti.datacenter.measures.counting import Counted, Key
from cti.datacenter.measures.formulas import Measure, add
from cti.datacenter.measures.question import Question
from cti.datacenter.measures.schemas import MeasureRow, MeasureTable, MeasureView


class MeasureBook:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, question: Question) -> MeasureTable:
        """Raises `BadRequest` for what can't be told, or is too much; `DatabaseUnavailable`."""
        measures = question.answerable()
        found: list[Counted] = []
        async with self._database.reading() as session:
            for source in dict.fromkeys(measure.source for measure in measures):
                found += await repository.counted(session, source, question)
        return tabulated(question, measures, found)


def tabulated(question: Question, measures: Sequence[Measure], found: Iterable[Counted]) -> MeasureTable:
    """PURE: parts → the table."""
    intervals = question.intervals
    starts: dict[int, datetime] = {}
    groups: dict[tuple[datetime, Key], dict[str, int]] = {}
    totals: dict[str, int] = {}
    for one in found:
        start = starts.get(one.bucket)
        if start is None:
            start = starts[one.bucket] = intervals.start_of(one.bucket)
        add(groups.setdefault((start, one.key), {}), one.parts)
        add(totals, one.parts)
    ends = {start: intervals.end_of(start) for start in set(starts.values())}
    rows = [
        MeasureRow(
            start=start,
            end=ends[start],
            **dict(zip(question.by, key, strict=True)),
            values={measure.id: measure.of(parts) for measure in measures},
        )
        for (start, key), parts in sorted(groups.items(), key=_in_order)
        if any(parts.values())
    ]
    return MeasureTable(
        since=intervals.since.astimezone(intervals.zone),
        until=intervals.until.astimezone(intervals.zone),
        zone=intervals.zone.key,
        interval=intervals.every,
        group_by=list(question.by),
        within_seconds=question.within,
        short_seconds=question.short,
        measures=[_view(measure) for measure in measures],
        rows=rows,
        totals={measure.id: measure.of(totals) for measure in measures},
    )


def _in_order(group: tuple[tuple[datetime, Key], dict[str, int]]) -> tuple[float, Sequence[str]]:
    (start, key), _ = group
    return start.timestamp(), [value or "" for value in key]


def _view(measure: Measure) -> MeasureView:
    return MeasureView(
        id=measure.id, unit=measure.unit, name_en=measure.en, name_zh=measure.zh, formula_en=measure.formula_en,
        formula_zh=measure.formula_zh,
    )  # fmt: skip
