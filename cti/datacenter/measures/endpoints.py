"""GET /api/v1/measures."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import StringConstraints

from cti.datacenter.contacts.endpoints import Instant, Word
from cti.datacenter.errors import API, responses
from cti.datacenter.measures.export import Language, as_csv, as_workbook
from cti.datacenter.measures.formulas import Dimension
from cti.datacenter.measures.intervals import Every
from cti.datacenter.measures.question import (
    SERVICE_LEVEL_SECONDS,
    SHORT_SECONDS,
    Callbacks,
    Question,
    intervals_of,
)
from cti.datacenter.measures.schemas import EXAMPLE, MeasureTable
from cti.datacenter.measures.service import MeasureBook
from cti.datacenter.security import Guard


class Format(StrEnum):
    """What the answer is."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA: Final = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Names = Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Query(max_length=60)]
Values = Annotated[list[Word], Query(max_length=100)]
_OK: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The figures; as a table to save where the format says so.",
        "content": {"application/json": {"example": EXAMPLE}},
    }
}


def build_router(book: MeasureBook, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["measures"], dependencies=[Depends(guard.read)], responses=responses(401, 422, 503)
    )

    @router.get(
        "/measures",
        summary="Read measures by interval and group",
        description="Service levels, ASA, AHT, abandonment, occupancy, adherence, shrinkage, containment and what they are computed from, "
        "by 15 minutes, hour or day of a time zone, and by queue, site, agent and flow. Every measure comes with its formula. Which can "
        "be told depends on the groups: an agent's time belongs to no queue, a wait to no agent. `format`, or else the header Accept, "
        "chooses JSON, CSV or XLSX.",
        response_model=MeasureTable,
        responses=_OK,
    )
    async def read_measures(
        since: Annotated[Instant, Query(description="counted from here on; ISO 8601 with offset")],
        until: Annotated[Instant, Query(description="counted before this; ISO 8601 with offset")],
        interval: Annotated[
            Every, Query(description="up to 7 days by `15min`, 31 by `hour`, 93 by `day` or as one `total`")
        ] = Every.TOTAL,
        group_by: Annotated[
            list[Dimension], Query(max_length=5, description="any of queue, site, agent, flow, reason; repeated")
        ] = [],  # noqa: B006
        zone: Annotated[str, Query(max_length=60, description="IANA name of the zone whose clock cuts days")] = "UTC",
        measure: Annotated[Names, Query(description="these measures only, by id; repeated")] = [],  # noqa: B006
        queue: Annotated[Values, Query(description="these queues only; repeated")] = [],  # noqa: B006
        site: Annotated[Values, Query(description="these sites only; repeated")] = [],  # noqa: B006
        agent: Annotated[Values, Query(description="these agents only; repeated")] = [],  # noqa: B006
        flow: Annotated[Values, Query(description="these flows only; repeated")] = [],  # noqa: B006
        callbacks: Annotated[
            Callbacks, Query(description="whether customers who were called back count")
        ] = Callbacks.INCLUDE,
        within: Annotated[
            float, Query(ge=0, le=86_400, description="T of the service levels, in seconds")
        ] = SERVICE_LEVEL_SECONDS,
        short: Annotated[
            float, Query(ge=0, le=3600, description="who leaves before so many seconds is a short abandon")
        ] = SHORT_SECONDS,
        format_: Annotated[Format | None, Query(alias="format", description="json, csv or xlsx")] = None,
        language: Annotated[Language, Query(description="of names in CSV and XLSX")] = "en",
        accept: Annotated[str, Header(description="chooses the format where `format` does not")] = "",
    ) -> Any:
        only = {Dimension.QUEUE: queue, Dimension.SITE: site, Dimension.AGENT: agent, Dimension.FLOW: flow}
        intervals = intervals_of(since, until, interval, zone)
        by = list(dict.fromkeys(group_by))
        table = await book.of(Question(intervals, by, only, list(dict.fromkeys(measure)), within, short, callbacks))
        chosen = format_ or next((f for f in (Format.CSV, Format.XLSX) if MEDIA[f] in accept), Format.JSON)
        match chosen:
            case Format.JSON:
                body = await asyncio.to_thread(lambda: table.model_dump_json().encode())
            case Format.CSV:
                body = await asyncio.to_thread(as_csv, table, language)
            case Format.XLSX:
                body = await asyncio.to_thread(as_workbook, table, language)
        headers = {"Vary": "Accept"}
        if chosen is not Format.JSON:
            headers["Content-Disposition"] = f'attachment; filename="measures.{chosen}"'
        return Response(body, media_type=MEDIA[chosen], headers=headers)

    return router
