"""What is told of facts that were set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_EXAMPLE: dict[str, Any] = {
    "site": "sh", "first": 41, "last": 41, "code": "malformed", "reason": "data.ms: Input should be a valid integer",
    "body": '{"site": "sh", "seq": 41}', "received_at": "2026-11-23T08:15:02.104512Z",
}  # fmt: skip


class SetAside(BaseModel):
    """One fact that is not in the facts table, or one range of facts."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_EXAMPLE]})

    site: str = Field(description="the site that sent it")
    first: int = Field(description="its `seq`; of a range, the first")
    last: int = Field(description="the same, or the last of the range")
    code: Literal["malformed", "conflict", "refused", "lost"] = Field(
        description="`malformed`: not understood; `conflict`: another fact with this `seq` is stored; `refused`: this data center "
        "failed on it again and again, so the site set it aside; `lost`: the site no longer has these"
    )
    reason: str = Field(description="what was wrong, in English")
    body: str = Field(description="what was sent, as JSON, its beginning at least; empty for what is lost")
    received_at: datetime = Field(description="when it came")


class SetAsideList(BaseModel):
    """A page, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE], "next_cursor": None}]})

    items: list[SetAside] = Field(description="the page")
    next_cursor: str | None = Field(description="send it as `cursor` to get the next page; null on the last one")
