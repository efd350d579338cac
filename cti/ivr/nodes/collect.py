"""collect: let the caller type a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import Field

from cti.ivr.commands import Collect, Event, Typed
from cti.ivr.names import PROVIDED, Model, NodeName, Place, Prompts, Seconds, Written
from cti.ivr.node import AskAgain, Fault, Leave, Move, Node, Wait, said
from cti.ivr.nodes.menu import Key
from cti.ivr.position import Position
from cti.ivr.typed_checks import CHECKS
from cti.kit.errors import Text

READ_BACK: Final = "read_back"
LENGTHS: Final = {"date": 8, "id_card": 18}  # of what has one length
MASK = "****"  # of one length for all: not even how much was typed is told


class Confirm(Model):
    """What is said with the number, and the key that takes it; any other key, or none, asks for the number again."""

    prompts: Prompts = Field(min_length=1, description="for example `[you_typed, {digits: policy}, press_1_if_right]`")
    key: Key = Field(default="1", pattern=r"^[0-9*#]$", description="right")
    wait_seconds: Seconds = Field(default=5.0, description="how long to wait for a key after the prompts")


class CollectNode(Node):
    """Says prompts and gathers digits into a variable, until the terminator, `max_digits`, or a pause. Digits may be typed while
    the prompts are heard. Too few digits, `*` or `#` among them, a number that
    is not what `check` says, or none at all, and the caller is asked again."""

    kind: Literal["collect"]
    prompts: Prompts = Field(min_length=1, description="what to say each time")
    variable: Written = Field(description="where the digits are kept; agents see it unless it is secret")
    min_digits: int = Field(default=1, ge=1, le=40, description="fewer are a wrong answer")
    max_digits: int = Field(ge=1, le=40, description="this many are taken at once, without the terminator")
    terminator: Literal["#", "*", ""] = Field(default="#", description='the key that ends the number; `""` for none')
    first_digit_seconds: Seconds = Field(
        default=6.0, description="how long to wait for the first digit after the prompts"
    )
    between_digits_seconds: Seconds = Field(default=4.0, description="how long a pause ends the number")
    attempts: int = Field(
        default=3, ge=1, le=10, description="how many wrong or missing numbers send the caller to `failed`"
    )
    invalid: Prompts = Field(default=(), description="said after a wrong number")
    silence: Prompts = Field(default=(), description="said when nothing was typed")
    secret: bool = Field(default=False, description="true: facts, logs and agents' screens show `****`")
    check: Literal["luhn", "date", "id_card", "phone"] | None = Field(
        default=None,
        description="what the number must be: a card (Luhn), a day YYYYMMDD, a Chinese identity number (`*` for X), a telephone number",
    )
    confirm: Confirm | None = Field(default=None, description="reads the number back: `{prompts, key, again}`")
    next: NodeName = Field(description="the node that follows")
    failed: NodeName = Field(description="the node that follows after too many wrong or missing numbers")

    silent_exits: ClassVar[frozenset[str] | None] = frozenset({"failed"})
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
        first = {"invalid": self.invalid, "silence": self.silence}.get(position.retry, ())
        prompts = said((*first, *self.prompts), position)
        return Wait(
            Collect(prompts, self.max_digits, self.first_digit_seconds, self.between_digits_seconds, self.terminator)
        )

    def resume(self, position: Position, event: Event) -> Move:
        digits = event.digits if isinstance(event, Typed) else ""
        if position.retry == READ_BACK and self.confirm:
            return self._confirmed(digits, position)
        if self.check == "id_card" and digits.endswith("*"):
            digits = digits[:-1] + "X"
        shown = MASK if digits and self.secret else digits[: self.max_digits] or None
        if self._is_number(digits) and self.confirm:
            return AskAgain(READ_BACK, input=shown, counted=False, variables={self.variable: digits})
        if self._is_number(digits):
            return Leave("next", self.next, input=shown, variables={self.variable: digits})
        if position.attempts + 1 >= self.attempts:
            return Leave("failed", self.failed, input=shown)
        return AskAgain("invalid" if digits else "silence", input=shown)

    def _confirmed(self, key: str, position: Position) -> Move:
        """The number has been read back. What is not taken is forgotten, and counts as a wrong number."""
        assert self.confirm is not None
        if key[:1] == self.confirm.key:
            return Leave("next", self.next, input=key[:1])
        if position.attempts + 1 >= self.attempts:
            return Leave("failed", self.failed, input=key[:1] or None, variables={self.variable: None})
        return AskAgain("corrected", input=key[:1] or None, variables={self.variable: None})

    def _is_number(self, digits: str) -> bool:
        body = digits[:-1] if self.check == "id_card" and digits.endswith("X") else digits
        plain = self.min_digits <= len(digits) <= self.max_digits and body.isascii() and body.isdecimal()
        return plain and (self.check is None or CHECKS[self.check](digits))

    def branches(self) -> tuple[str, ...]:
        """With one attempt nobody is asked again."""
        again = ("invalid", "silence") if self.attempts > 1 else ()
        confirm = ("read_back", *(("corrected",) if self.attempts > 1 else ())) if self.confirm else ()
        return ("next", *again, *confirm, "failed")

    def writes(self) -> tuple[str, ...]:
        return (self.variable,)

    def needs(self) -> Iterator[tuple[Place, str]]:
        """What is read back has just been typed."""
        own = self.variable
        return ((place, name) for place, name in super().needs() if (place[0], name) != ("confirm", own))

    def sets_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return ((self.variable,), ()) if place[0] == "next" else ((), (self.variable,) if self.confirm else ())

    def secrets(self) -> tuple[str, ...]:
        return (self.variable,) if self.secret else ()

    def shows(self) -> tuple[str, ...]:
        return () if self.secret else (self.variable,)

    def faults(self) -> Iterator[Fault]:
        if self.min_digits > self.max_digits:
            yield Fault("flow.digits_reversed", ("min_digits",), Text(
                f"No number has at least {self.min_digits} and at most {self.max_digits} digits.",
                f"位数不可能既不少于 {self.min_digits} 又不多于 {self.max_digits}。"),
                Text("Make max_digits at least min_digits.", "max_digits 不得小于 min_digits。"))  # fmt: skip
        needed = LENGTHS.get(self.check or "", 0)
        if needed and not self.min_digits <= needed <= self.max_digits:
            yield Fault("flow.check_length", ("check",), Text(
                f"A {self.check} has {needed} characters, which min_digits and max_digits do not allow.",
                f"{self.check} 应为 {needed} 位，与 min_digits、max_digits 不符。"),
                Text(f"Set both to {needed}.", f"请将两者都设为 {needed}。"))  # fmt: skip
        if self.check == "id_card" and self.terminator == "*":
            yield Fault("flow.key_twice", ("terminator",), Text(
                "Key * both ends the number and stands for X.", "按键 * 既用于结束输入，又代表 X。"),
                Text('Let "#" end it.', '请改用 "#" 结束输入。'))  # fmt: skip
        if self.variable in PROVIDED:
            yield Fault("flow.variable_reserved", ("variable",), Text(
                f"{self.variable} comes with the call and can't be typed over.", f"变量 {self.variable} 由来电自带，不能覆盖。"),
                Text("Choose another name.", "请换一个名称。"))  # fmt: skip
