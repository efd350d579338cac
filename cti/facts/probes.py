"""The kinds that tell of synthetic calls, and of the alarms that come of them. None of them belongs to a contact."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from cti.facts.base import FactData


class ProbeTarget(BaseModel):
    """What one synthetic call tries: a queue of the hotline, by way of one node."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    node: str
    queue: str


class ProbesPlanned(FactData):
    """Which synthetic calls the site makes from now on; written again now and then. None when they are turned off."""

    kind = "probes.planned"
    every_s: float  # each of them so often
    targets: tuple[ProbeTarget, ...]


class ProbeEnded(FactData):
    """One synthetic call is over. The only fact of it: it is no contact."""

    kind = "probe.ended"
    probe: str  # its id, as logs have it
    node: str
    queue: str
    passed: bool
    stuck_at: str | None = None  # the stage that was not reached
    reason: str = ""
    ms: int
    stages: dict[str, int]  # stage → ms after the start at which it was reached


class AlarmRaised(FactData):
    """Something that must work does not. `alarm` names it; it stays open until `alarm.cleared` of the same name."""

    kind = "alarm.raised"
    alarm: str
    node: str
    queue: str
    stuck_at: str
    reason: str


class AlarmCleared(FactData):
    kind = "alarm.cleared"
    alarm: str
    ms: int  # since it was raised
