"""What is sent and told of published flows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, JsonValue, model_validator

Version = Annotated[
    str, Field(pattern=r"^[0-9a-f]{6,64}$", description="digest of all files of a hotline", examples=["3f9c2a61d07b"])
]
_TEXT: Final = r"^[^\x00]*$"  # PostgreSQL stores no NUL
Author = Annotated[
    str, Field(min_length=1, max_length=80, pattern=_TEXT, description="who did it", examples=["wang.fang"])
]
Message = Annotated[
    str, Field(min_length=1, max_length=500, pattern=_TEXT, description="why", examples=["新增台风公告"])
]
Reason = Annotated[str, Field(max_length=500, pattern=_TEXT, description="why it was refused: the code of the problem")]
MOST_NUMBERS: Final = 10**15  # of releases and versions: what JSON and every database hold exactly


_RELEASE: Final[dict[str, JsonValue]] = {
    "hotline": "95500",
    "n": 7,
    "version": "3f9c2a61d07b",
    "digests": {"3f9c2a61d07b": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10"},
    "canary": None,
    "action": "activated",
    "author": "wang.fang",
    "message": "新增台风公告",
    "at": "2026-11-24T04:00:00.000000Z",
}
_VERSION: Final[dict[str, JsonValue]] = {
    "hotline": "95500",
    "version": "3f9c2a61d07b",
    "flow": "main",
    "author": "wang.fang",
    "message": "新增台风公告",
    "published_at": "2026-11-24T03:59:58.000000Z",
    "digest": "5d41402abc4b2a76b9719d911017c592ae3f1f0b6f6b3a1d1b8a4b8e5f2c7d10",
}
_SITE: Final[dict[str, JsonValue]] = {
    "site": "sh",
    "n": 7,
    "outcome": "taken",
    "reason": "",
    "at": "2026-11-24T04:00:01.000000Z",
}


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Action(StrEnum):
    """What a release did."""

    ACTIVATED = "activated"  # all callers meet its version
    CANARY = "canary"  # some callers meet another version than the rest
    ROLLED_BACK = "rolled_back"  # to the version before
    CANARY_RETURNED = "canary_returned"  # by itself: too many of its calls failed


class Canary(BaseModel):
    """A version that only some callers meet."""

    version: Version
    percent: int = Field(default=0, ge=0, le=100, description="share of calls")
    callers: tuple[Annotated[str, Field(pattern=r"^\+?[0-9]{1,20}$")], ...] = Field(
        default=(), max_length=1000, description="numbers, or how they begin, that always meet it"
    )
    least_calls: int = Field(default=20, ge=1, description="ended calls before its failures are judged")
    tolerance_percent: int = Field(
        default=10, ge=0, le=100, description="how much higher its share of failed calls may be than the others'"
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.percent == 0 and not self.callers:
            raise ValueError("a canary needs a percent above 0, or callers")
        return self


class VersionUpload(_Sent):
    """A checked and tested hotline."""

    author: Author
    message: Message
    bundle: Base64Bytes = Field(description="its files as a zip archive, base64")


class PublishedVersion(BaseModel):
    """One version. It never changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERSION]})

    hotline: str = Field(description="the number callers dial")
    version: Version
    flow: str = Field(description="the flow's name in facts")
    author: str = Field(description="who published it")
    message: str = Field(description="why")
    published_at: datetime = Field(description="when")
    digest: str = Field(description="SHA-256 of the bundle, hexadecimal")


class VersionList(BaseModel):
    """What was published."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VERSION]}]})

    items: list[PublishedVersion] = Field(description="newest first")


class Activation(_Sent):
    """All callers meet `version`; or, with a canary, they go on with what they have and some meet the canary's version."""

    author: Author
    message: Message
    version: Version | None = Field(default=None, description="what all callers shall meet")
    canary: Canary | None = Field(default=None, description="what some callers shall meet")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.version is None) == (self.canary is None):
            raise ValueError("give either a version or a canary")
        return self


class Rollback(_Sent):
    """Ends a canary if there is one, else goes back to the version before."""

    author: Author
    message: Message


class Release(BaseModel):
    """What callers meet since `at`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RELEASE]})

    hotline: str = Field(description="the number callers dial")
    n: int = Field(description="counts up by one with every release")
    version: Version
    digests: dict[str, str] = Field(default={}, description="version → SHA-256 of its bundle")
    canary: Canary | None = Field(default=None, description="what some callers meet instead")
    action: Action = Field(description="what this release did")
    author: str = Field(description="who did it; `canary` when it returned by itself")
    message: str = Field(description="why")
    at: datetime = Field(description="since when")


class Taken(StrEnum):
    """What a site made of a release."""

    TAKEN = "taken"
    REFUSED = "refused"  # it goes on with what it had, and tries again


class AcknowledgementBody(_Sent):
    """A site's answer to a release."""

    site: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$", description="who answers")
    n: int = Field(ge=0, le=MOST_NUMBERS, description="the release")
    outcome: Taken = Field(description="what the site made of it")
    reason: Reason = ""


class SiteAcknowledgement(BaseModel):
    """How far a site is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SITE]})

    site: str = Field(description="the site")
    n: int = Field(description="the last release that it answered")
    outcome: Taken = Field(description="what it made of it")
    reason: str = Field(description="why it was refused; empty if it was taken")
    at: datetime = Field(description="when it answered")


class ReleaseState(BaseModel):
    """The release that counts, and the sites' answers to it and to earlier ones."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"release": _RELEASE, "sites": [_SITE]}]})

    release: Release | None = Field(description="none: sites use the files they were installed with")
    sites: list[SiteAcknowledgement] = Field(description="what each site made of its last release")


class ReleaseList(BaseModel):
    """What callers met."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_RELEASE]}]})

    items: list[Release] = Field(description="newest first")
