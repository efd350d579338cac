"""GET /api/v1/facts/set-aside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cti.datacenter.errors import API, responses
from cti.datacenter.security import Guard
from cti.datacenter.set_aside.schemas import SetAsideList
from cti.datacenter.set_aside.service import SetAsides


def build_router(set_asides: SetAsides, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["facts"], dependencies=[Depends(guard.read)], responses=responses(401, 422, 503)
    )

    @router.get(
        "/facts/set-aside",
        summary="List facts that are not stored",
        description="What sites sent that could not be stored, with the reason, and what they say they have lost. Nothing waits "
        "for these: each was counted as arrived. Newest first; pages are cut by a cursor.",
    )
    async def list_set_aside(
        site: Annotated[
            str | None, Query(pattern=r"^[a-z][a-z0-9_-]{0,30}$", description="sent by this site", examples=["sh"])
        ] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="entries per page")] = 50,
        cursor: Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before")] = None,
    ) -> SetAsideList:
        return await set_asides.page(site, limit, cursor)

    return router
