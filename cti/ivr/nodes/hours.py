"""hours: go by whether people are there."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.ivr.commands import Consult, Consulted, Event
from cti.ivr.names import CalendarName, NodeName
from cti.ivr.node import Leave, Move, Node, Wait
from cti.ivr.position import Position


class HoursNode(Node):
    """Asks a calendar of calendars.yaml how it is now. On a holiday without a node for it, `closed` follows. The caller hears
    nothing of it."""

    kind: Literal["hours"]
    calendar: CalendarName = Field(description="whose hours, from calendars.yaml")
    open: NodeName = Field(description="the node that follows in working hours")
    closed: NodeName = Field(description="the node that follows outside of them")
    holiday: NodeName | None = Field(default=None, description="the node that follows on holidays")

    outcomes: ClassVar[str] = "`open`, `closed`, `holiday`"
    example: ClassVar[str] = """\
kind: hours
title: {zh: 工作时间, en: Working hours}
calendar: experts
open: to_experts
closed: after_hours
holiday: holiday_notice
"""

    def enter(self, position: Position) -> Move:
        return Wait(Consult(self.calendar))

    def resume(self, position: Position, event: Event) -> Move:
        state = event.state if isinstance(event, Consulted) else "closed"
        if state == "open":
            return Leave("open", self.open)
        return Leave("holiday", self.holiday) if state == "holiday" and self.holiday else Leave("closed", self.closed)

    def branches(self) -> tuple[str, ...]:
        return ("open", "closed", *(("holiday",) if self.holiday else ()))
