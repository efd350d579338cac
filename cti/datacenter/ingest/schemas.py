"""What a site sends and what it is told."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


def _rising(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if any(first > last for first, last in ranges):
        raise ValueError("a range ends before it begins")
    return ranges


Seq = Annotated[int, Field(ge=1, lt=2**63, strict=True)]
Ranges = Annotated[tuple[tuple[Seq, Seq], ...], Field(max_length=MAX_FACTS + 1), AfterValidator(_rising)]


class FactBatch(BaseModel):
    """Facts of one site, best in order of `seq`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": "sh", "facts": [EXAMPLE_FACT]}]})

    site: SiteName = Field(description="the site that wrote them")
    facts: list[Any] = Field(
        max_length=MAX_FACTS,
        description=f"up to {MAX_FACTS} facts. Each is checked by itself: one that cannot be understood is set aside and "
        "does not hold up the others",
    )
    lost: Ranges = Field(
        default=(),
        description="what the site has lost for good, as pairs of the first and the last `seq`: kept for people to see, and "
        "counted as arrived, so that nothing waits for it",
    )


class Acknowledgement(BaseModel):
    """How far the site's facts are on disk."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"acknowledged": 41, "missing": [42, 57]}]})

    acknowledged: int = Field(
        ge=0,
        description="the highest `seq` of the site up to which nothing is missing; 0 when its first fact is missing",
    )
    missing: tuple[int, int] | None = Field(
        default=None,
        description="the first gap: the first and the last `seq` that are missing before facts that are here; absent if there is none",
    )
