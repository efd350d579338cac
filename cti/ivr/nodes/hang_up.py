"""hang_up: end the call."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.ivr.commands import Event, Play
from cti.ivr.names import Prompts
from cti.ivr.node import Leave, Move, Node, Wait, said
from cti.ivr.position import Position


class HangUpNode(Node):
    """Says goodbye, if there are prompts, and ends the call."""

    kind: Literal["hang_up"]
    prompts: Prompts = Field(default=(), description="what to say first")

    outcomes: ClassVar[str] = "`ended`"
    example: ClassVar[str] = """\
kind: hang_up
title: {zh: 结束, en: Goodbye}
prompts: [goodbye]
"""

    def enter(self, position: Position) -> Move:
        return Wait(Play(said(self.prompts, position))) if self.prompts else Leave("ended", None)

    def resume(self, position: Position, event: Event) -> Move:
        return Leave("ended", None)

    def branches(self) -> tuple[str, ...]:
        return ("ended",)
