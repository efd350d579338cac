"""What is told of schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cti.datacenter.schedules.lines import Activity

_PUBLICATION: Final[dict[str, JsonValue]] = {
    "n": 12,
    "author": "wang.fang",
    "message": "第 48 周班表",
    "at": "2026-11-20T09:12:44.000000Z",
    "since": "2026-11-22T16:00:00.000000Z",
    "until": "2026-11-29T16:00:00.000000Z",
    "agents": 212,
    "lines": 5190,
    "replaced": 5204,
}
_LINE: Final[dict[str, JsonValue]] = {
    "agent": "1001",
    "site": "sh",
    "start": "2026-11-23T09:00:00+08:00",
    "end": "2026-11-23T12:00:00+08:00",
    "activity": "work",
    "publication": 12,
}
EXAMPLE: Final[dict[str, JsonValue]] = {
    "since": "2026-11-23T00:00:00+08:00",
    "until": "2026-11-24T00:00:00+08:00",
    "zone": "Asia/Shanghai",
    "items": [_LINE],
    "publications": [_PUBLICATION],
}
EXAMPLE_FILE: Final = (
    "agent,start,end,activity\n"
    "1001,2026-11-23T09:00:00+08:00,2026-11-23T12:00:00+08:00,work\n"
    "1001,2026-11-23T12:00:00+08:00,2026-11-23T13:00:00+08:00,unpaid\n"
)


class SchedulePublication(BaseModel):
    """One file that was published. It never changes; its lines stand until a later one replaces them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PUBLICATION]})

    n: int = Field(description="counts up by one")
    author: str = Field(description="who did it")
    message: str = Field(description="why")
    at: datetime = Field(description="when")
    since: datetime = Field(description="lines that start from here on were replaced")
    until: datetime = Field(description="lines that start before this were replaced")
    agents: int = Field(description="of how many agents")
    lines: int = Field(description="how many lines the file had")
    replaced: int = Field(description="how many lines went for it")


class SchedulePublicationList(BaseModel):
    """What was published."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PUBLICATION]}]})

    items: list[SchedulePublication] = Field(description="newest first, the last 200")


class ScheduleLineView(BaseModel):
    """What one agent is to do for a time."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    agent: str = Field(description="the agent's number")
    site: str = Field(description="where the agent was configured when it was published")
    start: datetime = Field(description="from when, by the zone's clock")
    end: datetime = Field(description="until when")
    activity: Activity = Field(description="what the agent is to do")
    publication: int = Field(description="`n` of the publication that it comes from")


class Schedule(BaseModel):
    """Who is to do what, and who said so."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    since: datetime = Field(description="lines that start from here on")
    until: datetime = Field(description="lines that start before this")
    zone: str = Field(description="the time zone of the offsets shown")
    items: list[ScheduleLineView] = Field(description="by agent, then by time")
    publications: list[SchedulePublication] = Field(description="those that the lines come from, newest first")
