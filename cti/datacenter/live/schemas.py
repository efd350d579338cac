"""What is sent. `docs/live-updates.md` shows it by example."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Topic(StrEnum):
    """What a reader can follow."""

    CONTACTS = "contacts"
    AGENTS = "agents"
    SITES = "sites"


class ContactState(StrEnum):
    """Where a contact is."""

    IN_FLOW = "in_flow"
    WAITING = "waiting"
    TALKING = "talking"
    ENDED = "ended"


class LiveEvent(BaseModel):
    """The data of one event. Subclasses name their `event`."""

    model_config = ConfigDict(frozen=True)
    event: ClassVar[str]


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(frozen=True, json_schema_extra={"examples": [values]})


class LiveHello(LiveEvent):
    """The first event: from here on nothing is missed. What was read before it may be old: read it again."""

    model_config = _example(sites={"bj": 17, "sh": 41}, resumed=False, stale=False, heartbeat_seconds=15)
    event = "hello"
    sites: dict[str, int] = Field(description="site → the `seq` up to which all of its facts are stored")
    resumed: bool = Field(description="whether what changed since `Last-Event-ID` follows")
    stale: bool = Field(description="whether news may be late now: this replica does not hear the database")
    heartbeat_seconds: int = Field(description="at least so often something arrives; after twice that, connect again")


class LiveContact(LiveEvent):
    """A contact is new, has changed, or has ended. This is how it is now; steps between may have been passed over."""

    model_config = _example(
        contact="sh1-1763885702.17", change="changed", site="sh", state="waiting", queue="claims", agent=None, agent_site=None,
        arrived_at="2026-11-23T08:15:02.104512Z", ended_at=None, seq={"sh": 41},
    )  # fmt: skip
    event = "contact"
    contact: str = Field(description="the contact's id")
    change: Literal["arrived", "changed", "ended"] = Field(description="what is new about it")
    site: str = Field(description="the site where it arrived")
    state: ContactState = Field(description="where it is now")
    queue: str | None = Field(description="the last queue")
    agent: str | None = Field(description="the last agent who talked with the customer")
    agent_site: str | None = Field(description="that agent's site")
    arrived_at: datetime | None = Field(description="null while only another site's facts have come in")
    ended_at: datetime | None = Field(description="null while it goes on")
    seq: dict[str, int] = Field(description="site → the `seq` of its newest fact about this contact")


class LiveAgent(LiveEvent):
    """An agent's status or state has changed."""

    model_config = _example(
        site="sh", agent="1001", status="break", reason="lunch", state=None, at="2026-11-23T08:15:02.104512Z", seq=42
    )
    event = "agent"
    site: str = Field(description="the agent's site")
    agent: str = Field(description="the agent's number")
    status: str | None = Field(description="the new status; null if only the state has changed")
    reason: str | None = Field(description="the reason that was given with the status")
    state: str | None = Field(description="the new state; null if only the status has changed")
    at: datetime = Field(description="when")
    seq: int = Field(description="the `seq` of the fact")


class LiveSite(LiveEvent):
    """More of a site's facts have come in."""

    model_config = _example(site="sh", acknowledged=42, at="2026-11-23T08:15:02.104512Z")
    event = "site"
    site: str = Field(description="the site")
    acknowledged: int = Field(description="the `seq` up to which all of its facts are stored")
    at: datetime | None = Field(description="when the newest of these facts happened; null if none was read")


class LiveResync(LiveEvent):
    """More has changed at these sites than is worth telling one by one: read again what you show of them."""

    model_config = _example(sites=["sh"])
    event = "resync"
    sites: list[str] = Field(description="the sites")


class LiveStale(LiveEvent):
    """Whether news may be late: the database is away. What was missed is told before `stale` is false again."""

    model_config = _example(stale=True)
    event = "stale"
    stale: bool = Field(description="true from now on, or no longer")


class LiveEnd(LiveEvent):
    """The last event. Connect again with `Last-Event-ID`."""

    model_config = _example(reason="slow")
    event = "end"
    reason: Literal["slow", "stopping"] = Field(
        description="`slow`: you read too slowly; `stopping`: this replica is being stopped"
    )


EVENTS: tuple[type[LiveEvent], ...] = (
    LiveHello, LiveContact, LiveAgent, LiveSite, LiveResync, LiveStale, LiveEnd)  # fmt: skip
