"""/api/v1/configuration, its versions, what differs between them, and how the sites stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from cti.datacenter.configuration.schemas import (
    ConfigurationChangeList,
    ConfigurationHead,
    ConfigurationState,
    ConfigurationVersion,
    ConfigurationVersionList,
    Publication,
    Return,
    SiteStanding,
    StandingBody,
)
from cti.datacenter.configuration.service import Configurations
from cti.datacenter.errors import API, responses
from cti.datacenter.security import Guard

Number = Annotated[int, Path(ge=0, le=10**15, description="the version's number", examples=[7])]


def build_router(configurations: Configurations, guard: Guard) -> APIRouter:
    router = APIRouter(prefix=f"{API}/configuration", tags=["configuration"], responses=responses(401, 422, 503))
    read, write, publish = [Depends(guard.read)], [Depends(guard.write)], [Depends(guard.publish)]

    @router.get(
        "", dependencies=read, summary="Read which version counts",
        description="The newest version, and how each site stands with it. Sites ask every second.",
    )  # fmt: skip
    async def read_state() -> ConfigurationState:
        return await configurations.state()

    @router.post(
        "/versions", dependencies=publish, summary="Publish a configuration", responses=responses(409, 413),
        description="Checks it as sites will; from then on it counts. The same one again is no fault. 409 when another version was "
        "published since the one that it is based on; what changed then stands in the answer.",
    )  # fmt: skip
    async def publish_configuration(publication: Publication) -> ConfigurationHead:
        return await configurations.publish(publication)

    @router.get("/versions", dependencies=read, summary="List versions", description="Newest first.")
    async def list_configurations() -> ConfigurationVersionList:
        return await configurations.versions()

    @router.get(
        "/versions/{n}", dependencies=read, summary="Read a version", responses=responses(404),
        description="And what it says, by the names of a topology file.",
    )  # fmt: skip
    async def read_configuration(n: Number) -> ConfigurationVersion:
        return await configurations.version(n)

    @router.get(
        "/versions/{n}/changes", dependencies=read, summary="Compare two versions", responses=responses(404),
        description="What is different in a version since another one, in words.",
    )  # fmt: skip
    async def read_changes(
        n: Number,
        since: Annotated[int | None, Query(ge=0, le=10**15, description="the other; the one before without it")] = None,
    ) -> ConfigurationChangeList:
        return await configurations.changes(n, since)

    @router.post(
        "/rollback", dependencies=publish, summary="Go back to a version", responses=responses(404, 409),
        description="What it says counts again, as a new version.",
    )  # fmt: skip
    async def return_to(body: Return) -> ConfigurationHead:
        return await configurations.roll_back(body)

    @router.put(
        "/acknowledgement", dependencies=write, summary="Say how a site stands with a version", description="For sites.",
    )  # fmt: skip
    async def say_standing(body: StandingBody) -> SiteStanding:
        return await configurations.acknowledge(body)

    return router
