"""GET /api/v1/sites and /api/v1/webphone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cti.datacenter.errors import API, responses
from cti.datacenter.security import Guard
from cti.datacenter.sites.schemas import SiteList, WebPhone
from cti.datacenter.sites.service import Sites


def build_router(sites: Sites, guard: Guard) -> APIRouter:
    router = APIRouter(prefix=API, tags=["sites"], responses=responses(401))

    @router.get(
        "/sites",
        dependencies=[Depends(guard.anyone)],
        summary="List the sites",
        description="Where agents connect, and which sites are ready now (asked when you ask; at most a second).",
    )
    async def list_sites() -> SiteList:
        return await sites.list()

    @router.get(
        "/webphone",
        dependencies=[Depends(guard.read)],
        summary="Get the web phone's account",
        description="With it a browser calls the hotline at a site as a customer would.",
        responses=responses(404, 422),
    )
    async def read_webphone(
        site: Annotated[str, Query(max_length=31, description="the site to call", examples=["sh"])],
    ) -> WebPhone:
        return sites.webphone(site)

    return router
