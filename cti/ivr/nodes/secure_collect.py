"""secure_collect: let the caller type a number that nobody else may know."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from cti.ivr.commands import Event
from cti.ivr.digits import DigitsNode
from cti.ivr.names import Place
from cti.ivr.node import Leave, Move, Wait
from cti.ivr.position import Position

MASK: Final = "****"  # of one length for all: not even how much was typed is told


class SecureCollectNode(DigitsNode):
    """Gathers digits of a card, an identity number or a password. They are masked in facts and on screens, sealed where the call's
    state is kept, and recordings of the call hold silence meanwhile. They can be sent in the body of a request to `{data_center}` or
    over https, and nowhere else; saying them is a fault too."""

    kind: Literal["secure_collect"]

    outcomes: ClassVar[str] = "`next`, `invalid`, `silence`, `failed`"
    example: ClassVar[str] = """\
kind: secure_collect
title: {zh: 输入银行卡号, en: Card number}
prompts: [ask_card]
variable: card
min_digits: 16
max_digits: 19
check: luhn
next: pay
failed: to_general
"""

    def enter(self, position: Position) -> Move:
        return Wait(self.asking(position, private=True))

    def resume(self, position: Position, event: Event) -> Move:
        digits = self.typed(event)
        shown = MASK if digits else None
        if not self.is_number(digits):
            return self.wrong(digits, position, shown)
        return Leave("next", self.next, input=shown, variables={self.variable: digits})

    def sets_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (self.writes() if place[0] == "next" else (), ())

    def secrets(self) -> tuple[str, ...]:
        return (self.variable,)
