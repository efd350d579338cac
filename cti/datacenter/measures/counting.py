"""What questions of every source share: what was counted, and what they are narrowed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.errors import BadRequest
from cti.datacenter.measures.formulas import Dimension
from cti.datacenter.measures.question import Question
from cti.datacenter.models import FactRow, SiteProgressRow
from cti.kit.errors import problem

MOST_ROWS: Final = 200_000  # that the database gives for one question
Key = tuple[str | None, ...]  # the values of the dimensions, in the question's order


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in one piece of time, for one combination of dimensions."""

    bucket: int
    key: Key
    parts: dict[str, int]


async def last_facts(session: AsyncSession) -> dict[str, datetime]:
    """Until when each site has told what happened."""
    found = {}
    for site in (await session.scalars(select(SiteProgressRow.site))).all():
        newest = select(FactRow.at).where(FactRow.site == site).order_by(FactRow.seq.desc()).limit(1)
        if (at := await session.scalar(newest)) is not None:
            found[site] = at
    return found


def only(question: Question, columns: Mapping[Dimension, Any]) -> Iterator[Any]:
    return (columns[dimension].in_(values) for dimension, values in question.only.items() if values)


def key_of(row: Any, question: Question) -> Key:
    return tuple(getattr(row, dimension) for dimension in question.by)


def labels(parts: Mapping[str, Any]) -> list[Any]:
    return [part.label(name) for name, part in parts.items()]


def on_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


async def rows_of(session: AsyncSession, query: Any) -> Sequence[Any]:
    """Raises `BadRequest` when there are more than may be told."""
    rows: Sequence[Any] = (await session.execute(query.limit(MOST_ROWS + 1))).all()
    if len(rows) > MOST_ROWS:
        raise too_much()
    return rows


def total(column: Any, *conditions: Any) -> Any:
    summed = func.sum(column).filter(and_(*conditions)) if conditions else func.sum(column)
    return func.coalesce(summed, 0)


def too_much() -> BadRequest:
    return BadRequest(problem(
        "measures.too_many", "group_by", "That would be more rows than can be told at once.", "结果行数过多。",
        "Ask for less time, longer intervals or fewer groups, or narrow it down.",
        "请缩短时间范围、延长间隔、减少分组或增加筛选。"))  # fmt: skip
