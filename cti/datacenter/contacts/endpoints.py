"""GET /api/v1/contacts and /api/v1/contacts/{id}."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints

from cti.datacenter.contacts.repository import ContactFilter
from cti.datacenter.contacts.schemas import ContactDetail, ContactList
from cti.datacenter.contacts.service import Contacts
from cti.datacenter.errors import API, responses
from cti.datacenter.security import Guard
from cti.facts.kinds import EndCause


def _plus(value: Any) -> Any:
    """A `+` of an offset that was not percent-encoded arrives as a space."""
    return value.strip().replace(" ", "+") if isinstance(value, str) and "T" in value else value


def _utc(value: datetime) -> datetime:
    """Away from the ends of the calendar: who asks goes on to other zones, and some days back or forth."""
    if not MINYEAR < value.year < MAXYEAR:
        raise ValueError("not of our times")
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, BeforeValidator(_plus), AfterValidator(_utc)]
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
ContactId = Annotated[
    str, Path(max_length=64, pattern=r"^[\x21-\x7e]+$", description="the contact's id", examples=["sh1-1763885702.17"])
]


def build_router(contacts: Contacts, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["contacts"], dependencies=[Depends(guard.read)], responses=responses(401, 422, 503)
    )

    @router.get(
        "/contacts",
        summary="List contacts, newest first",
        description="Contacts that match every filter given, by time of arrival. Pages are cut by a cursor, so contacts "
        "that arrive meanwhile move nothing.",
    )
    async def list_contacts(
        caller: Annotated[
            str | None, Query(max_length=32, description="the customer's number", examples=["13800138000"])
        ] = None,
        since: Annotated[Instant | None, Query(description="arrived at or after; ISO 8601 with offset")] = None,
        until: Annotated[Instant | None, Query(description="arrived before; ISO 8601 with offset")] = None,
        agent: Annotated[Word | None, Query(description="talked with this agent")] = None,
        queue: Annotated[Word | None, Query(description="waited in this queue")] = None,
        site: Annotated[Word | None, Query(description="arrived at this site")] = None,
        cause: Annotated[EndCause | None, Query(description="ended for this cause")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="contacts per page")] = 50,
        cursor: Annotated[Word | None, Query(description="`next_cursor` of the page before")] = None,
    ) -> ContactList:
        wanted = ContactFilter(_callers(caller), since, until, agent, queue, site, cause)
        return await contacts.page(wanted, limit, cursor)

    @router.get(
        "/contacts/{contact}",
        summary="Read the story of one contact",
        description="Who called, the path through the flow, the queues, every offer and how it ended, who talked for how "
        "long, why it ended, the wrap-up, and all facts of every site in order. Can be read while the contact goes on.",
        responses=responses(404),
    )
    async def read_contact(contact: ContactId) -> ContactDetail:
        return await contacts.story(contact)

    return router


def _callers(caller: str | None) -> tuple[str, ...]:
    """The spellings under which a caller may be stored. An unencoded `+` arrives as a space."""
    if caller is None:
        return ()
    digits = "".join(c for c in caller if c.isascii() and c.isdigit())
    return (digits, f"+{digits}") if digits else ("",)
