"""GET /api/v1/cases and /api/v1/cases/{id}. Cases change by what sites send to /facts, as all that happens does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from cti.datacenter.cases.repository import CaseFilter
from cti.datacenter.cases.schemas import CaseDetail, CaseList
from cti.datacenter.cases.service import Cases
from cti.datacenter.errors import API, responses
from cti.datacenter.numbers import national
from cti.datacenter.security import Guard
from cti.facts.cases import CaseId, CaseStatus, KindCode


def build_router(cases: Cases, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=f"{API}/cases", tags=["cases"], dependencies=[Depends(guard.read)], responses=responses(401, 422, 503)
    )

    @router.get(
        "",
        summary="List cases, newest first",
        description="Cases that match every filter given, by time of opening. `status` may be given several times: "
        "`status=open&status=pending` are those that are not closed. Pages are cut by a cursor.",
    )
    async def list_cases(
        number: Annotated[
            str | None, Query(min_length=1, max_length=32, pattern=r"^[-+0-9 ()]+$", description="the customer's telephone number, "
                              "however it is written", examples=["13700137001"])
        ] = None,
        owner: Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]+$", description="the agent who owns them")] = None,
        status: Annotated[list[CaseStatus], Query(max_length=3, description="where they stand; any, when not given")] = [],  # noqa: B006
        kind: Annotated[KindCode | None, Query(description="what they are about")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="cases per page")] = 50,
        cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    ) -> CaseList:  # fmt: skip
        wanted = CaseFilter(national(number) if number else None, owner, [s.value for s in status], kind)
        return await cases.page(wanted, limit, cursor)

    @router.get(
        "/{case}",
        summary="Read a case",
        description="The case with this id, all that was done with it in order, and the contacts in which it was done. 404 if there "
        "is none.",
        responses=responses(404),
    )
    async def read_case(case: Annotated[CaseId, Path(description="the case's id")]) -> CaseDetail:
        return await cases.read(case)

    return router
