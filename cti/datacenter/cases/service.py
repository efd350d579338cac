"""The list of cases by pages, and one with its history."""

from __future__ import annotations

from cti.datacenter.cases import repository
from cti.datacenter.cases.projection import history
from cti.datacenter.cases.repository import CaseFilter
from cti.datacenter.cases.schemas import CaseDetail, CaseEvent, CaseList, CaseView
from cti.datacenter.cursors import decode_cursor, encode_cursor
from cti.datacenter.database import Database
from cti.datacenter.errors import NotFound
from cti.datacenter.models import CaseEventRow
from cti.datacenter.projections import understood
from cti.facts import Fact
from cti.facts.cases import CaseNoted, CaseOpened, CaseOwnerChanged, CaseStatus, CaseStatusChanged
from cti.kit.errors import problem


class Cases:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: CaseFilter, limit: int, cursor: str | None) -> CaseList:
        """Raises `BadRequest` for a cursor that this service did not give."""
        after = decode_cursor(cursor) if cursor else None
        async with self._database.reading() as session:
            rows = await repository.newest(session, wanted, limit + 1, after)
        last = rows[limit - 1] if len(rows) > limit else None
        return CaseList(
            items=[CaseView.model_validate(row) for row in rows[:limit]],
            next_cursor=encode_cursor((last.opened_at, last.id)) if last else None,
        )

    async def read(self, case: str) -> CaseDetail:
        """Raises `NotFound`."""
        async with self._database.reading() as session:
            row = await repository.by_id(session, case)
            events = await repository.events(session, case) if row else ()
        if row is None:
            raise NotFound(problem("case.unknown", case, "There is no such case.", "没有该案件。",
                                   "Check the id; a site that cannot reach the data center delivers its facts later.",
                                   "请检查编号；与数据中心断开的中心会在恢复后补交数据。"))  # fmt: skip
        told = [_event(fact) for fact in history(map(_fact, events))]
        return CaseDetail(
            **CaseView.model_validate(row).model_dump(),
            history=told,
            contacts=list(dict.fromkeys(event.contact for event in told if event.contact)),
        )


def _fact(row: CaseEventRow) -> Fact:
    return Fact.model_construct(
        id="", site=row.site, seq=row.seq, at=row.at, contact=row.contact, kind=row.kind, v=row.v, data=row.data
    )


def _event(fact: Fact) -> CaseEvent:
    data = understood(fact)
    note, owner, status = None, None, None
    match data:
        case CaseOpened():
            owner, status = data.agent, CaseStatus.OPEN
        case CaseNoted():
            note = data.note
        case CaseOwnerChanged():
            owner = data.owner
        case CaseStatusChanged():
            note, status = data.resolution, data.status
    return CaseEvent(
        at=fact.at, site=fact.site, agent=str(fact.data.get("agent", "")), kind=fact.kind, contact=fact.contact, note=note,
        owner=owner, status=status,
    )  # fmt: skip
