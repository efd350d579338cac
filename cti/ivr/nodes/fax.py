"""fax: receive a fax."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import FaxArrived
from cti.ivr.commands import Event, FaxReceived, ReceiveFax
from cti.ivr.names import NodeName, Prompts
from cti.ivr.node import Leave, Move, Node, Wait, said
from cti.ivr.position import Position


class FaxNode(Node):
    """Takes a fax from the caller's machine: the fact `fax.arrived`. When no page came, `failed` follows. A machine that hangs up
    after its last page has sent a fax too."""

    kind: Literal["fax"]
    prompts: Prompts = Field(default=(), description="what to say before the tone, for example to press start")
    next: NodeName = Field(description="the node that follows a fax")
    failed: NodeName = Field(description="the node that follows when none came")

    outcomes: ClassVar[str] = "`next`, `failed`"
    example: ClassVar[str] = """\
kind: fax
title: {zh: 接收传真, en: Receive a fax}
prompts: [press_start]
next: thanks
failed: to_general
"""

    def enter(self, position: Position) -> Move:
        return Wait(ReceiveFax(said(self.prompts, position)))

    def resume(self, position: Position, event: Event) -> Move:
        if not isinstance(event, FaxReceived) or event.pages <= 0:
            return Leave("failed", self.failed)
        number = position.value("caller") or ""
        came = FaxArrived(recording=event.recording, number=number, station=event.station, pages=event.pages)
        return Leave("next", self.next, facts=(came,))

    def branches(self) -> tuple[str, ...]:
        return ("next", "failed")
