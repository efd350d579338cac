"""GET /api/v1/live."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import Response

from cti.datacenter.contacts.endpoints import Word
from cti.datacenter.errors import API, responses
from cti.datacenter.live.cursor import MAX_LENGTH, decode_cursor
from cti.datacenter.live.schemas import Topic
from cti.datacenter.live.service import Live
from cti.datacenter.live.streams import EventStream, Wanted
from cti.datacenter.security import Guard

MAX_NAMES: Final = 50  # of sites or queues in one request
_EXAMPLE: Final = (
    'retry: 1200\nevent: hello\ndata: {"sites":{"sh":41},"resumed":false,"stale":false,"heartbeat_seconds":15}\nid: sh:41\n\n'
    'event: contact\ndata: {"contact":"sh1-1763885702.17","change":"arrived","site":"sh","state":"in_flow",…}\nid: sh:44\n\n'
)


def build_router(live: Live, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["live"], dependencies=[Depends(guard.read)], responses=responses(401, 422, 503)
    )

    @router.get(
        "/live",
        summary="Follow what changes",
        description="Server-Sent Events. First `hello`; then, as facts are stored by any replica, `contact` (`LiveContact`), `agent` "
        "(`LiveAgent`) and `site` (`LiveSite`): how each is now. `resync` (`LiveResync`): read again what you show of these sites. `stale` "
        "(`LiveStale`): news may be late. `end` (`LiveEnd`): connect again. Read lists after `hello`, and nothing is missed. An "
        "event's `id` is a cursor over the facts that every replica knows: who connects again with it as `Last-Event-ID` is told what "
        "changed since, perhaps twice.",
        response_class=Response,
        responses={
            200: {"content": {"text/event-stream": {"example": _EXAMPLE}}, "description": "Events, without end."}
        },
    )
    async def follow(
        topic: Annotated[list[Topic] | None, Query(description="only these topics; repeat it for several")] = None,
        site: Annotated[
            list[Word] | None,
            Query(max_length=MAX_NAMES, description="only these sites; contacts by where they arrived"),
        ] = None,
        queue: Annotated[
            list[Word] | None, Query(max_length=MAX_NAMES, description="only contacts that have waited in these queues")
        ] = None,
        last_event_id: Annotated[
            str | None, Header(max_length=MAX_LENGTH, description="the `id` of the last event received")
        ] = None,
    ) -> Response:
        wanted = Wanted(frozenset(topic or Topic), frozenset(site or ()), frozenset(queue or ()))
        after = None if last_event_id is None else decode_cursor(last_event_id)
        return EventStream(await live.join(wanted, after), lambda: live.cursor, live.leave)

    return router
