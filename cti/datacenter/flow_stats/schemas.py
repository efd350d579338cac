"""What is told of a flow's nodes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_NODE: Final[dict[str, JsonValue]] = {
    "node": "main_menu",
    "kind": "menu",
    "title_zh": "主菜单",
    "title_en": "Main menu",
    "visits": 130,
    "contacts": 100,
    "contained": 41,
    "exits": {"1": 60, "2": 20, "invalid": 20, "silence": 10, "failed": 5, "hung_up": 15},
    "median_ms": 4200,
    "p90_ms": 9100,
}
_VERSION: Final[dict[str, JsonValue]] = {
    "version": "3f9c2a61d07b", "flow": "main", "contacts": 100, "contained": 41, "nodes": [_NODE],
}  # fmt: skip


class NodeStats(BaseModel):
    """One node. Each question of a menu is a visit of its own; a contact counts once."""

    node: str = Field(description="its name in the flow")
    kind: str = Field(description="menu, collect, play …")
    title_zh: str = Field(description="what people call it, in Chinese")
    title_en: str = Field(description="what people call it, in English")
    visits: int = Field(description="how often it was left")
    contacts: int = Field(description="how many contacts came by")
    contained: int = Field(description="how many of those were served by the flow alone")
    exits: dict[str, int] = Field(
        description="outcome → visits; `silence` is a time-out, `invalid` a wrong key, `hung_up` a caller who left"
    )
    median_ms: int = Field(description="half of the visits took at most this, in ms")
    p90_ms: int = Field(description="nine of ten visits took at most this, in ms")


class VersionStats(BaseModel):
    """One version of the flow."""

    version: str = Field(description="digest of its files")
    flow: str = Field(description="the flow's name")
    contacts: int = Field(description="how many contacts met it")
    contained: int = Field(description="how many of those were served by the flow alone")
    nodes: list[NodeStats] = Field(description="those most visited first")


class FlowStats(BaseModel):
    """Figures of one hotline's flow."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"hotline": "95500", "since": None, "until": None, "versions": [_VERSION]}]}
    )

    hotline: str = Field(description="the number callers dial")
    since: datetime | None = Field(default=None, description="contacts that arrived at or after")
    until: datetime | None = Field(default=None, description="contacts that arrived before")
    versions: list[VersionStats] = Field(description="those with most contacts first")
