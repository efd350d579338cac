"""What is told of alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cti.datacenter.errors import Sentence

_OPEN: Final[dict[str, JsonValue]] = {
    "id": "probe.sh1.claims", "site": "sh", "kind": "calls_fail", "node": "sh1", "queue": "claims", "stuck_at": "originate",
    "reason": "Originate was not answered within 11 s.", "since": "2026-11-26T08:00:00.000000Z", "ended": None,
    "what": {"en": "Callers of claims would not reach an agent at sh by way of sh1.", "zh": "claims 的来电经 sh1 将无法接通坐席。"},
}  # fmt: skip


class AlarmView(BaseModel):
    """Something that must work does not, or did not for a while."""

    id: str = Field(description="stable: the same trouble has the same id")
    site: str = Field(description="the site's name")
    kind: Literal["calls_fail", "site_silent"] = Field(
        description="`calls_fail`: synthetic calls do not pass; `site_silent`: none was heard of (the dead man's switch)"
    )
    node: str | None = Field(default=None, description="the Asterisk node by which it was called")
    queue: str | None = Field(default=None, description="the queue that was called")
    stuck_at: str | None = Field(
        default=None,
        description="the stage that was not reached: originate, agi, queue, offer, answer, voice, end, journal, router",
    )
    reason: str = Field(description="what was met there, for engineers")
    since: datetime = Field(description="when it was raised; for a site that is silent, when it was last heard")
    ended: datetime | None = Field(default=None, description="when it was cleared; absent while it is open")
    what: Sentence = Field(description="what it means, for people")


class AlarmList(BaseModel):
    """The alarms of all sites."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"open": [_OPEN], "recent": []}]})

    open: list[AlarmView] = Field(description="now, the oldest first")
    recent: list[AlarmView] = Field(description="over, the latest first; at most 50 of each site")
