"""What is sent and told of the configuration."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cti.datacenter.errors import Sentence
from cti.datacenter.releases.schemas import MOST_NUMBERS, Author, Message, Reason

_VERSION: Final[dict[str, JsonValue]] = {
    "n": 7,
    "digest": "8c01fc7986b23a1d1b8a4b8e5f2c7d105d41402abc4b2a76b9719d911017c592",
    "action": "published",
    "source": 6,
    "author": "wang.fang",
    "message": "1005 入职",
    "at": "2026-11-26T04:00:00.000000Z",
}
_TOPOLOGY: Final[dict[str, JsonValue]] = {
    "hotline": "95500",
    "sites": [{"name": "sh", "host": "127.0.1.1", "nodes": [{"name": "sh1", "address": "127.0.1.1"}]}],
}
_SITE: Final[dict[str, JsonValue]] = {
    "site": "sh",
    "n": 7,
    "outcome": "taken",
    "reason": "",
    "restart": [],
    "nodes": [],
    "at": "2026-11-26T04:00:01.000000Z",
}
_CHANGE: Final[dict[str, JsonValue]] = {
    "where": "agent 1003",
    "what": {"en": "skill advice 70 → 80", "zh": "技能 advice 70 → 80"},
    "restart": [],
}


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Origin(StrEnum):
    """Where a version came from."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled_back"  # it repeats an earlier one


class Publication(_Sent):
    """A whole configuration, and the version that its author had before them."""

    author: Author
    message: Message
    based_on: int = Field(
        ge=0,
        le=MOST_NUMBERS,
        description="the version that it was made from; 0 if nothing was published yet",
        examples=[6],
    )
    topology: dict[str, Any] = Field(description="what a topology file says, by the same names", examples=[_TOPOLOGY])


class Return(_Sent):
    """Makes an earlier version count again, as a new one."""

    author: Author
    message: Message
    n: int = Field(ge=1, le=MOST_NUMBERS, description="the version to go back to", examples=[5])


class ConfigurationHead(BaseModel):
    """One version, without what it says. It never changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERSION]})

    n: int = Field(description="counts up by one")
    digest: str = Field(description="SHA-256 of the document, hexadecimal")
    action: Origin = Field(description="how it came to be")
    source: int = Field(description="the version that it was based on, or that it repeats")
    author: str = Field(description="who did it")
    message: str = Field(description="why")
    at: datetime = Field(description="since when it counts")


class ConfigurationVersion(ConfigurationHead):
    """One version and what it says."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERSION | {"topology": _TOPOLOGY}]})

    topology: dict[str, Any] = Field(description="what a topology file says, without what is the default")


class ConfigurationVersionList(BaseModel):
    """What was published."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VERSION]}]})

    items: list[ConfigurationHead] = Field(description="newest first")


class ConfigurationChange(BaseModel):
    """One difference between two versions."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})

    where: str = Field(description="the agent, site, node or carrier")
    what: Sentence = Field(description="what is different")
    restart: list[str] = Field(description="what takes it at its next start only; all others take it while they run")


class ConfigurationChangeList(BaseModel):
    """What differs between two versions."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": 6, "n": 7, "items": [_CHANGE]}]})

    since: int = Field(description="the one; 0 is the data center's own topology file")
    n: int = Field(description="the other")
    items: list[ConfigurationChange] = Field(description="by hotline, sites, agents")


class SiteOutcome(StrEnum):
    """What a site made of a version."""

    TAKEN = "taken"
    RESTART_NEEDED = "restart_needed"  # taken, but for what it takes at its next start
    REFUSED = "refused"  # it goes on with what it had, and tries again


class StandingBody(_Sent):
    """How a site stands with the configuration."""

    site: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$", description="who answers")
    n: int = Field(ge=0, le=MOST_NUMBERS, description="the version")
    outcome: SiteOutcome = Field(description="what the site made of it")
    reason: Reason = ""
    restart: list[str] = Field(
        default=[], max_length=1000, description="what of the site takes it at its next start only"
    )
    nodes: list[str] = Field(default=[], max_length=1000, description="its nodes that have not loaded it")


class SiteStanding(BaseModel):
    """How far a site is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SITE]})

    site: str = Field(description="the site")
    n: int = Field(description="the last version that it answered")
    outcome: SiteOutcome = Field(description="what it made of it")
    reason: str = Field(description="why it was refused; empty if it was not")
    restart: list[str] = Field(description="what of the site takes it at its next start only")
    nodes: list[str] = Field(
        description="its nodes that have not loaded it: `cti pbx render --reload` where they stand"
    )
    at: datetime = Field(description="when it answered")


class ConfigurationState(BaseModel):
    """The version that counts, and how the sites stand with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": _VERSION, "sites": [_SITE]}]})

    version: ConfigurationHead | None = Field(description="none: every machine uses its own topology file")
    sites: list[SiteStanding] = Field(description="what each site said last")
