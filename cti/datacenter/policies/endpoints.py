"""GET /api/v1/policies/{number}."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from cti.datacenter.errors import API, responses
from cti.datacenter.policies.schemas import Policy
from cti.datacenter.policies.service import Policies
from cti.datacenter.security import Guard


def build_router(policies: Policies, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["policies"], dependencies=[Depends(guard.read)], responses=responses(401, 404, 422, 503)
    )

    @router.get(
        "/policies/{number}",
        summary="Read a policy",
        description="What the hotline's self-service says about a policy. 404 if there is none with this number.",
    )
    async def read_policy(
        number: Annotated[
            str, Path(pattern=r"^[0-9]{1,20}$", description="the policy's number", examples=["80012345678"])
        ],
    ) -> Policy:
        return await policies.by_number(number)

    return router
