"""/api/v1/flows/{hotline}/versions, /releases, /release, /acknowledgements."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from cti.datacenter.errors import API, responses
from cti.datacenter.releases.schemas import (
    AcknowledgementBody,
    Activation,
    PublishedVersion,
    Release,
    ReleaseList,
    ReleaseState,
    Rollback,
    SiteAcknowledgement,
    VersionList,
    VersionUpload,
)
from cti.datacenter.releases.service import Releases
from cti.datacenter.security import Guard

Hotline = Annotated[str, Path(pattern=r"^[0-9]{1,20}$", description="the number callers dial", examples=["95500"])]
Name = Annotated[str, Path(pattern=r"^[0-9a-f]{6,64}$", description="the version", examples=["3f9c2a61d07b"])]


def build_router(releases: Releases, guard: Guard) -> APIRouter:
    router = APIRouter(prefix=f"{API}/flows/{{hotline}}", tags=["flows"], responses=responses(401, 404, 422, 503))
    read, write, publish = [Depends(guard.read)], [Depends(guard.write)], [Depends(guard.publish)]

    @router.post(
        "/versions", dependencies=publish, summary="Publish a version", responses=responses(413),
        description="Stores a hotline's files, checked once more, under the digest of what they say. Nobody meets it yet.",
    )  # fmt: skip
    async def publish_version(hotline: Hotline, upload: VersionUpload) -> PublishedVersion:
        return await releases.publish(hotline, upload)

    @router.get("/versions", dependencies=read, summary="List versions", description="Newest first.")
    async def list_versions(hotline: Hotline) -> VersionList:
        return await releases.versions(hotline)

    @router.get(
        "/versions/{version}/bundle", dependencies=write, summary="Fetch a version's files", response_class=Response,
        description="The zip archive that was published. For sites.",
        responses={200: {"content": {"application/zip": {"example": "(a zip archive)"}}, "description": "The archive."}},
    )  # fmt: skip
    async def fetch_bundle(hotline: Hotline, version: Name) -> Response:
        return Response(await releases.bundle(hotline, version), media_type="application/zip")

    @router.post(
        "/releases", dependencies=publish, summary="Activate a version", responses=responses(409),
        description="For all callers, or as a canary for some. Calls in progress finish on the version they began with.",
    )  # fmt: skip
    async def activate(hotline: Hotline, activation: Activation) -> Release:
        return await releases.activate(hotline, activation)

    @router.post(
        "/rollback", dependencies=publish, summary="Go back", responses=responses(409),
        description="Ends the canary if there is one; else activates the version before.",
    )  # fmt: skip
    async def roll_back(hotline: Hotline, rollback: Rollback) -> Release:
        return await releases.roll_back(hotline, rollback)

    @router.get("/releases", dependencies=read, summary="List releases", description="Newest first.")
    async def list_releases(hotline: Hotline) -> ReleaseList:
        return await releases.history(hotline)

    @router.get(
        "/release", dependencies=read, summary="Read what callers meet now",
        description="The newest release, and how far each site is. Sites ask every second.",
    )  # fmt: skip
    async def read_release(hotline: Hotline) -> ReleaseState:
        return await releases.state(hotline)

    @router.put(
        "/acknowledgement", dependencies=write, summary="Say what a site made of a release",
        description="For sites.",
    )  # fmt: skip
    async def acknowledge(hotline: Hotline, body: AcknowledgementBody) -> SiteAcknowledgement:
        return await releases.acknowledge(hotline, body)

    return router
