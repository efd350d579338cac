"""GET /api/v1/flows/{hotline}/stats."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cti.datacenter.contacts.endpoints import Instant
from cti.datacenter.errors import API, responses
from cti.datacenter.flow_stats.repository import StatsFilter
from cti.datacenter.flow_stats.schemas import FlowStats
from cti.datacenter.flow_stats.service import FlowFigures
from cti.datacenter.releases.endpoints import Hotline
from cti.datacenter.security import Guard


def build_router(figures: FlowFigures, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["flows"], dependencies=[Depends(guard.read)], responses=responses(401, 422, 503)
    )

    @router.get(
        "/flows/{hotline}/stats",
        summary="Read the figures of a flow's nodes",
        description="Per version and node: visits, ways out (time-outs, wrong keys and hang-ups among them), seconds, and containment: how "
        "many of the contacts that came by were served by the flow alone.",
    )
    async def read_stats(
        hotline: Hotline,
        version: Annotated[str | None, Query(pattern=r"^[0-9a-f]{6,64}$", description="this version only")] = None,
        since: Annotated[Instant | None, Query(description="arrived at or after; ISO 8601 with offset")] = None,
        until: Annotated[Instant | None, Query(description="arrived before; ISO 8601 with offset")] = None,
    ) -> FlowStats:
        return await figures.of(StatsFilter(hotline, version, since, until))

    return router
