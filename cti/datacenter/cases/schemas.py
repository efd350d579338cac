"""What is told of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cti.facts.cases import CaseKind, CaseStatus

_CASE: dict[str, Any] = {
    "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
    "number": "13700137001",
    "hotline": "95500",
    "kind": "complaint",
    "subject": "理赔款迟迟未到账",
    "status": "open",
    "owner": "1003",
    "opened_at": "2026-11-23T08:15:02.104512Z",
    "opened_by": "1003",
    "contact": "sh1-1763885702.17",
    "changed_at": "2026-11-23T08:16:40.000200Z",
    "note": "已转财务核实，答应周三前回电",
    "closed_at": None,
    "closed_by": None,
    "resolution": None,
}
_EVENT: dict[str, Any] = {
    "at": "2026-11-23T08:16:40.000200Z",
    "site": "sh",
    "agent": "1003",
    "kind": "case.noted",
    "contact": "sh1-1763885702.17",
    "note": "已转财务核实，答应周三前回电",
    "owner": None,
    "status": None,
}


class CaseView(BaseModel):
    """A matter that one agent owns until it is closed."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_CASE]})

    id: str = Field(description="the case's id, a ULID")
    number: str = Field(description="the customer's telephone number, as dialed within the country; empty if withheld")
    hotline: str = Field(description="the hotline by which it came")
    kind: CaseKind | str = Field(description="what it is about")
    subject: str = Field(description="in a few words")
    status: CaseStatus = Field(description="where it stands; `pending` waits for somebody else")
    owner: str = Field(description="the agent whose matter it is")
    opened_at: datetime = Field(description="when it was opened")
    opened_by: str = Field(description="the agent who took it up first")
    contact: str | None = Field(description="the contact in which it was opened")
    changed_at: datetime = Field(description="when something was done with it last")
    note: str | None = Field(description="the latest note")
    closed_at: datetime | None = Field(description="null while it is not closed")
    closed_by: str | None = Field(description="the agent who closed it")
    resolution: str | None = Field(description="how it ended")


class CaseEvent(BaseModel):
    """Something that was done with a case."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EVENT]})

    at: datetime = Field(description="when")
    site: str = Field(description="at which site")
    agent: str = Field(description="who did it")
    kind: str = Field(description="`case.opened`, `case.noted`, `case.owner_changed`, `case.status_changed`")
    contact: str | None = Field(description="the contact in which it was done")
    note: str | None = Field(default=None, description="the note, or the resolution")
    owner: str | None = Field(default=None, description="who owns it since then")
    status: CaseStatus | None = Field(default=None, description="where it stands since then")


class CaseDetail(CaseView):
    """A case with its history."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_CASE | {"history": [_EVENT], "contacts": [_CASE["contact"]]}]}
    )

    history: list[CaseEvent] = Field(description="all that was done, in order")
    contacts: list[str] = Field(description="the contacts in which something was done, in order")


class CaseList(BaseModel):
    """One page of cases."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_CASE], "next_cursor": None}]})

    items: list[CaseView] = Field(description="the newest first")
    next_cursor: str | None = Field(description="`cursor` of the next page; null on the last one")
