"""GET /acd/explain of a site: why a contact waits, or who would get a made-up one."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query

from cti.acd import Need, Terms, Waiting
from cti.acd.explain import explain
from cti.calls.dispatcher import Dispatcher

UNAUTHORIZED, NOT_FOUND = 401, 404


def explain_router(dispatcher: Dispatcher, token: str) -> APIRouter:
    router = APIRouter()

    @router.get("/acd/explain")
    async def explain_contact(
        contact: Annotated[str, Query(max_length=100)] = "",
        queue: Annotated[str, Query(max_length=41)] = "",
        skill: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006  fastapi reads it, nobody changes it
        priority: Annotated[int | None, Query(ge=0, le=1000)] = None,
        waited: Annotated[float, Query(ge=0, le=86400)] = 0.0,
        wanted: Annotated[str, Query(pattern=r"^[0-9]{0,20}$")] = "",
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(UNAUTHORIZED)
        now = dispatcher.now()
        made_up = None if contact else _made_up(dispatcher, queue, skill, priority, wanted, now - waited)
        waiting = made_up or dispatcher.acd.waiting.get(contact)
        if waiting is None:
            raise HTTPException(NOT_FOUND)
        return explain(dispatcher.acd, waiting, now).as_json()

    return router


def _made_up(
    dispatcher: Dispatcher, queue: str, skills: list[str], priority: int | None, wanted: str, since: float
) -> Waiting | None:
    """A contact of that queue, with other skills if they are given (`car_claims=50`); None if the site has no such queue."""
    rules = dispatcher.acd.queues.get(queue)
    if rules is None:
        return None
    terms = rules.terms
    asked = {name: int(level) for name, _, level in (s.partition("=") for s in skills) if level.isdecimal()}
    made = Terms(
        queue, Need.of(asked) if asked else terms.need, terms.priority if priority is None else priority, terms.ageing, terms.rings,
        terms.channel, terms.strategy, terms.preferred, wanted or None, 20.0 if wanted else 0.0,
    )  # fmt: skip
    return Waiting("", made, since)
