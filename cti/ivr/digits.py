"""What `collect` and `secure_collect` share: prompts, digits, what they must be, and how often the caller is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import Field

from cti.ivr.commands import Collect, Event, Typed
from cti.ivr.names import PROVIDED, NodeName, Prompts, Seconds, Written
from cti.ivr.node import AskAgain, Fault, Leave, Move, Node, said
from cti.ivr.position import Position
from cti.ivr.typed_checks import CHECKS
from cti.kit.errors import Text

LENGTHS: Final = {"date": 8, "id_card": 18}  # of what has one length


class DigitsNode(Node):
    """A kind whose callers type a number."""

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
    check: Literal["luhn", "date", "id_card", "phone"] | None = Field(
        default=None,
        description="what the number must be: a card (Luhn), a day YYYYMMDD, a Chinese identity number (`*` for X), a telephone number",
    )
    next: NodeName = Field(description="the node that follows")
    failed: NodeName = Field(description="the node that follows after too many wrong or missing numbers")

    silent_exits: ClassVar[frozenset[str] | None] = frozenset({"failed"})

    def asking(self, position: Position, *, private: bool = False) -> Collect:
        first = {"invalid": self.invalid, "silence": self.silence}.get(position.retry, ())
        prompts = said((*first, *self.prompts), position)
        wait, pause = self.first_digit_seconds, self.between_digits_seconds
        return Collect(prompts, self.max_digits, wait, pause, self.terminator, private)

    def typed(self, event: Event) -> str:
        digits = event.digits if isinstance(event, Typed) else ""
        return digits[:-1] + "X" if self.check == "id_card" and digits.endswith("*") else digits

    def is_number(self, digits: str) -> bool:
        body = digits[:-1] if self.check == "id_card" and digits.endswith("X") else digits
        plain = self.min_digits <= len(digits) <= self.max_digits and body.isascii() and body.isdecimal()
        return plain and (self.check is None or CHECKS[self.check](digits))

    def wrong(self, digits: str, position: Position, shown: str | None) -> Move:
        """Once more, if there is an attempt left."""
        if position.attempts + 1 >= self.attempts:
            return Leave("failed", self.failed, input=shown)
        return AskAgain("invalid" if digits else "silence", input=shown)

    def branches(self) -> tuple[str, ...]:
        """With one attempt nobody is asked again."""
        return ("next", *(("invalid", "silence") if self.attempts > 1 else ()), "failed")

    def writes(self) -> tuple[str, ...]:
        return (self.variable,)

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
