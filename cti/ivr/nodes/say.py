"""say: say values, or go another way when one can't be said."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.ivr.commands import Event, Play
from cti.ivr.names import NodeName, Place, Prompts, Spoken
from cti.ivr.node import Leave, Move, Node, Wait, said
from cti.ivr.position import Position
from cti.ivr.spoken import words


class SayNode(Node):
    """Says prompts and values: a number, money, a day, a time, a duration. When a value is missing or is not what it should be,
    nothing is said and `unspeakable` follows. (Other nodes read such a value digit by digit.)"""

    kind: Literal["say"]
    prompts: Prompts = Field(min_length=1, description="for example `[your_balance, {money: balance}]`")
    next: NodeName = Field(description="the node that follows")
    unspeakable: NodeName = Field(description="the node that follows when a value can't be said")

    outcomes: ClassVar[str] = "`next`, `unspeakable`"
    example: ClassVar[str] = """\
kind: say
title: {zh: 播报余额, en: Balance}
prompts: [your_balance, {money: balance}, until, {date: balance.day}]
next: menu
unspeakable: to_general
"""

    def enter(self, position: Position) -> Move:
        values = [saying for saying in self.prompts if isinstance(saying, Spoken)]
        if all(words(one.form, position.value(one.variable) or "", position.language) for one in values):
            return Wait(Play(said(self.prompts, position)))
        return Leave("unspeakable", self.unspeakable)

    def resume(self, position: Position, event: Event) -> Move:
        return Leave("next", self.next)

    def needs(self) -> tuple[tuple[Place, str], ...]:
        """What has not been set goes to `unspeakable`."""
        return ()

    def branches(self) -> tuple[str, ...]:
        return ("next", *(("unspeakable",) if any(isinstance(one, Spoken) for one in self.prompts) else ()))
