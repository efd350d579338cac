"""language: speak another language from here on."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.ivr.commands import Event
from cti.ivr.names import Language, NodeName
from cti.ivr.node import Leave, Move, Node
from cti.ivr.position import Position


class LanguageNode(Node):
    """Sets the language of all prompts that follow. Agents see it; branches read it as the variable `language`."""

    kind: Literal["language"]
    language: Language = Field(description="one of the flow's languages")
    next: NodeName = Field(description="the node that follows")

    outcomes: ClassVar[str] = "`next`"
    example: ClassVar[str] = """\
kind: language
title: {zh: 英语服务, en: English}
language: en
next: main_menu
"""

    def enter(self, position: Position) -> Move:
        return Leave("next", self.next, language=self.language)

    def resume(self, position: Position, event: Event) -> Move:
        return self.enter(position)

    def branches(self) -> tuple[str, ...]:
        return ("next",)
