"""/api/v1/schedules and its publications."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import StringConstraints
from pydantic_core import to_json

from cti.datacenter.contacts.endpoints import Instant, Word
from cti.datacenter.errors import API, responses
from cti.datacenter.measures.question import zone_of
from cti.datacenter.schedules.lines import MOST_AGENTS, MOST_BYTES, MOST_LINES, as_csv
from cti.datacenter.schedules.schemas import (
    EXAMPLE_FILE,
    Schedule,
    SchedulePublication,
    SchedulePublicationList,
)
from cti.datacenter.schedules.service import Schedules, Told
from cti.datacenter.security import Guard


class ScheduleFormat(StrEnum):
    """What the answer is."""

    JSON = "json"
    CSV = "csv"


_CSV: Final = "text/csv"
_BODY: Final = {"content": {_CSV: {"schema": {"type": "string"}, "example": EXAMPLE_FILE}}, "required": True}
Numbers = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]], Query(max_length=MOST_AGENTS)]
_LINE: Final = r"^[^\x00-\x1f\x7f]+$"
Author = Annotated[str, Query(max_length=80, pattern=_LINE, description="who does it", examples=["wang.fang"])]
Message = Annotated[str, Query(max_length=500, pattern=_LINE, description="why", examples=["第 48 周班表"])]


def build_router(schedules: Schedules, guard: Guard) -> APIRouter:
    router = APIRouter(prefix=f"{API}/schedules", tags=["schedules"], responses=responses(401, 422, 503))
    read, publish = [Depends(guard.read)], [Depends(guard.publish)]

    @router.put(
        "", dependencies=publish, summary="Publish schedules", responses=responses(409, 413), openapi_extra={"requestBody": _BODY},
        description=f"Takes a CSV file (UTF-8) with the columns agent, start, end, activity: up to {MOST_LINES} lines. For each agent in "
        "it, it replaces all lines that start from `since` to before `until`; the lines of others stay. `activity` is `work`, `break`, "
        "`off_phone`, `absent` or `unpaid`; moments are ISO 8601 with offset. Lines of one agent never overlap. One wrong line, and "
        "nothing is changed; `where` says which: `schedule:7`.",
    )  # fmt: skip
    async def publish_schedules(
        request: Request,
        since: Annotated[
            Instant, Query(description="lines that start from here on are replaced; ISO 8601 with offset")
        ],
        until: Annotated[Instant, Query(description="lines that start before this are replaced; ISO 8601 with offset")],
        author: Author,
        message: Message,
        agent: Annotated[
            Numbers, Query(description="lines of these agents go too, though the file has none of them; repeated")
        ] = [],  # noqa: B006
    ) -> SchedulePublication:
        return await schedules.publish(await _body(request), since, until, agent, author, message)

    @router.get(
        "", dependencies=read, summary="Read schedules", response_model=Schedule,
        description="Lines that start from `since` to before `until`, by agent and time, and the publications that they come from. "
        f"Up to 93 days and {MOST_LINES} lines. `format=csv`, or else the header Accept, gives a file that can be published again.",
    )  # fmt: skip
    async def read_schedules(
        since: Annotated[Instant, Query(description="lines that start from here on; ISO 8601 with offset")],
        until: Annotated[Instant, Query(description="lines that start before this; ISO 8601 with offset")],
        agent: Annotated[Numbers, Query(description="these agents only; repeated")] = [],  # noqa: B006
        site: Annotated[list[Word], Query(max_length=100, description="these sites only; repeated")] = [],  # noqa: B006
        zone: Annotated[str, Query(max_length=60, description="IANA name of the zone whose clock is told")] = "UTC",
        format_: Annotated[ScheduleFormat | None, Query(alias="format", description="json or csv")] = None,
        accept: Annotated[str, Header(description="chooses the format where `format` does not")] = "",
    ) -> Any:
        place = zone_of(zone, "schedules.zone")
        told = await schedules.read(since, until, agent, site)
        if (format_ or (ScheduleFormat.CSV if _CSV in accept else None)) is ScheduleFormat.CSV:
            body = await asyncio.to_thread(as_csv, [line[:4] for line in told.lines], place)
            attached = {"Vary": "Accept", "Content-Disposition": 'attachment; filename="schedules.csv"'}
            return Response(body, media_type=_CSV, headers=attached)
        body = await asyncio.to_thread(_as_json, told, since, until, place)
        return Response(body, media_type="application/json", headers={"Vary": "Accept"})

    @router.get(
        "/publications", dependencies=read, summary="List publications of schedules",
        description="Who published schedules, when and for which days. Newest first, the last 200.",
    )  # fmt: skip
    async def list_publications() -> SchedulePublicationList:
        return await schedules.publications()

    return router


async def _body(request: Request) -> bytes:
    """Raises `HTTPException` 413, before more is read than a file may have."""
    read: list[bytes] = []
    left = MOST_BYTES
    async for piece in request.stream():
        left -= len(piece)
        if left < 0:
            raise HTTPException(413)
        read.append(piece)
    return b"".join(read)


def _as_json(told: Told, since: datetime, until: datetime, zone: ZoneInfo) -> bytes:
    """As `Schedule` describes it; of so many lines no models are made."""
    return to_json({
        "since": since.astimezone(zone).isoformat(),
        "until": until.astimezone(zone).isoformat(),
        "zone": zone.key,
        "items": [_item(line, zone) for line in told.lines],
        "publications": told.publications,
    })  # fmt: skip


def _item(line: Sequence[Any], zone: ZoneInfo) -> dict[str, Any]:
    agent, start, end, activity, site, publication = line
    return {
        "agent": agent, "site": site, "start": start.astimezone(zone).isoformat(), "end": end.astimezone(zone).isoformat(),
        "activity": activity, "publication": publication,
    }  # fmt: skip
