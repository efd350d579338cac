"""What a site sends and what it is told."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cti.facts.envelope import SiteName

MAX_FACTS = 1000

EXAMPLE_FACT: dict[str, Any] = {
    "site": "sh",
    "seq": 41,
    "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T",
    "at": "2026-11-23T08:15:02.104512Z",
    "contact": "sh1-1763885702.17",
    "kind": "queue.entered",
    "v": 1,
    "data": {"queue": "claims", "skills": {"car_claims": 50}, "priority": 5},
}


class FactBatch(BaseModel):
    """Facts of one site, best in order of `seq`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": "sh", "facts": [EXAMPLE_FACT]}]})

    site: SiteName = Field(description="the site that wrote them")
    facts: list[Any] = Field(
        max_length=MAX_FACTS,
        description=f"up to {MAX_FACTS} facts. Each is checked by itself: one that cannot be understood is set aside and "
        "does not hold up the others",
        json_schema_extra={"items": {"$ref": "#/components/schemas/Fact"}},
    )


class Acknowledgement(BaseModel):
    """How far the site's facts are on disk."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"acknowledged": 41}]})

    acknowledged: int = Field(
        ge=0,
        description="the highest `seq` of the site up to which nothing is missing; 0 when its first fact is missing",
    )
