"""The envelope around every fact."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SiteName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]


class Fact(BaseModel):
    """One thing that happened at one site. `(site, seq)` is the idempotency key: gapless per site, from 1."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    site: SiteName
    seq: int = Field(ge=1, lt=2**63, strict=True)
    id: str = Field(min_length=26, max_length=26, description="ULID")
    at: AwareDatetime = Field(description="UTC, microseconds")
    contact: str | None = Field(default=None, max_length=64, description="the contact it belongs to, if any")
    kind: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=40)
    v: int = Field(default=1, ge=1, description="version of the kind's data")
    data: dict[str, Any] = Field(default_factory=dict)
