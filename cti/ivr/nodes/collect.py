"""collect: let the caller type a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import Field

from cti.ivr.commands import Collect, Event
from cti.ivr.digits import DigitsNode
from cti.ivr.names import Model, Place, Prompts, Seconds
from cti.ivr.node import AskAgain, Leave, Move, Wait, said
from cti.ivr.nodes.menu import Key
from cti.ivr.position import Position

READ_BACK: Final = "read_back"


class Confirm(Model):
    """What is said with the number, and the key that takes it; any other key, or none, asks for the number again."""

    prompts: Prompts = Field(min_length=1, description="for example `[you_typed, {digits: policy}, press_1_if_right]`")
    key: Key = Field(default="1", pattern=r"^[0-9*#]$", description="right")
    wait_seconds: Seconds = Field(default=5.0, description="how long to wait for a key after the prompts")


class CollectNode(DigitsNode):
    """Says prompts and gathers digits into a variable, until the terminator, `max_digits`, or a pause. Digits may be typed while
    the prompts are heard. Too few digits, `*` or `#` among them, a number that
    is not what `check` says, or none at all, and the caller is asked again."""

    kind: Literal["collect"]
    confirm: Confirm | None = Field(default=None, description="reads the number back: `{prompts, key, wait_seconds}`")

    outcomes: ClassVar[str] = "`next`, `invalid`, `silence`, `read_back`, `corrected`, `failed`"
    example: ClassVar[str] = """\
kind: collect
title: {zh: 输入保单号, en: Policy number}
prompts: [ask_policy]
variable: policy
min_digits: 8
max_digits: 12
invalid: [wrong_policy]
silence: [no_policy]
next: look_up
failed: to_general
"""

    def enter(self, position: Position) -> Move:
        if position.retry == READ_BACK and self.confirm:
            wait = self.confirm.wait_seconds
            return Wait(Collect(said(self.confirm.prompts, position), 1, wait, wait, ""))
        return Wait(self.asking(position))

    def resume(self, position: Position, event: Event) -> Move:
        digits = self.typed(event)
        if position.retry == READ_BACK and self.confirm:
            return self._confirmed(digits, position)
        shown = digits[: self.max_digits] or None
        if not self.is_number(digits):
            return self.wrong(digits, position, shown)
        if self.confirm:
            return AskAgain(READ_BACK, input=shown, counted=False, variables={self.variable: digits})
        return Leave("next", self.next, input=shown, variables={self.variable: digits})

    def _confirmed(self, key: str, position: Position) -> Move:
        """The number has been read back. What is not taken is forgotten, and counts as a wrong number."""
        assert self.confirm is not None
        if key[:1] == self.confirm.key:
            return Leave("next", self.next, input=key[:1])
        if position.attempts + 1 >= self.attempts:
            return Leave("failed", self.failed, input=key[:1] or None, variables={self.variable: None})
        return AskAgain("corrected", input=key[:1] or None, variables={self.variable: None})

    def branches(self) -> tuple[str, ...]:
        confirm = ("read_back", *(("corrected",) if self.attempts > 1 else ())) if self.confirm else ()
        return (*super().branches(), *confirm)

    def needs(self) -> Iterator[tuple[Place, str]]:
        """What is read back has just been typed."""
        own = self.variable
        return ((place, name) for place, name in super().needs() if (place[0], name) != ("confirm", own))

    def sets_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ((self.variable,), ()) if place[0] == "next" else ((), (self.variable,) if self.confirm else ())

    def shows(self) -> tuple[str, ...]:
        return (self.variable,)
