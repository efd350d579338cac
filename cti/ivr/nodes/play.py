"""play: say something."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.ivr.commands import Event, Play
from cti.ivr.names import NodeName, Prompts
from cti.ivr.node import Leave, Move, Node, Wait, said
from cti.ivr.position import Position


class PlayNode(Node):
    """Says prompts one after the other, then goes on. A key cuts them short, and is the first key of the menu or collect that follows."""

    kind: Literal["play"]
    prompts: Prompts = Field(min_length=1, description="what to say: prompt ids, and values such as `{digits: policy}`")
    next: NodeName = Field(description="the node that follows")

    outcomes: ClassVar[str] = "`next`"
    example: ClassVar[str] = """\
kind: play
title: {zh: 欢迎语, en: Greeting}
prompts: [greeting]
next: main_menu
"""

    def enter(self, position: Position) -> Move:
        return Wait(Play(said(self.prompts, position)))

    def resume(self, position: Position, event: Event) -> Move:
        return Leave("next", self.next)

    def branches(self) -> tuple[str, ...]:
        return ("next",)
