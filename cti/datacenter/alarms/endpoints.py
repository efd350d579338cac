"""GET /api/v1/alarms."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from cti.datacenter.alarms.schemas import AlarmList
from cti.datacenter.alarms.service import Alarms
from cti.datacenter.errors import API, responses
from cti.datacenter.security import Guard


def build_router(alarms: Alarms, guard: Guard) -> APIRouter:
    router = APIRouter(prefix=API, tags=["sites"], dependencies=[Depends(guard.read)], responses=responses(401, 503))

    @router.get(
        "/alarms",
        summary="List the alarms",
        description="What synthetic calls have found: queues that callers would not get through to, by site and node, and sites of "
        "which nothing is heard. Open ones, and those that were cleared lately.",
    )
    async def list_alarms() -> AlarmList:
        return await alarms.list()

    return router
