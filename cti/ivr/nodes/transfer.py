"""transfer: connect the caller with a number outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import CallTransferred, TransferOutcome
from cti.ivr.allowed import Allowed
from cti.ivr.commands import Event, Transfer, Transferred
from cti.ivr.expression import filled, template_faults
from cti.ivr.names import NodeName, Place, Template
from cti.ivr.node import Fault, Leave, Move, Node, Wait
from cti.ivr.nodes.sms import PHONE_NUMBER
from cti.ivr.position import Position
from cti.kit.errors import Text


class TransferNode(Node):
    """Rings a number through the site's carrier while the caller hears music, and connects the two: the fact `call.transferred`.
    The number must be one that `transfers` in allowed.yaml lists; what a variable makes of it is looked at during the call."""

    kind: Literal["transfer"]
    number: Template = Field(description="whom to call, which may hold `{variable}`")
    ring_seconds: float = Field(default=30, ge=5, le=120, description="how long it may ring")
    answered: NodeName | None = Field(
        default=None, description="what follows the conversation; without it the call ends"
    )
    failed: NodeName = Field(description="the node that follows when nobody answers, or the number may not be called")

    # Who is being rung, or talks, need not press anything.
    silent_exits: ClassVar[frozenset[str] | None] = None
    outcomes: ClassVar[str] = "`answered`, `failed`"
    example: ClassVar[str] = """\
kind: transfer
title: {zh: 转公估公司, en: To the loss adjuster}
number: "02161230000"
failed: to_claims
"""

    def enter(self, position: Position) -> Move:
        number = self._filled(position)
        return Wait(Transfer(number, self.ring_seconds)) if number else Leave("failed", self.failed)

    def resume(self, position: Position, event: Event) -> Move:
        came = event if isinstance(event, Transferred) else Transferred(TransferOutcome.UNREACHABLE)
        tried = CallTransferred(to=self._filled(position), outcome=came.outcome, talk_ms=round(came.seconds * 1000))
        if came.outcome is TransferOutcome.ANSWERED:
            return Leave("answered", self.answered, facts=(tried,))
        return Leave("failed", self.failed, facts=(tried,))

    def _filled(self, position: Position) -> str:
        """ "" when it is no number."""
        try:
            number = filled(self.number, position.values)
        except KeyError:
            return ""
        return number if PHONE_NUMBER.fullmatch(number) else ""

    def branches(self) -> tuple[str, ...]:
        return ("answered", "failed")

    def needs(self) -> tuple[tuple[Place, str], ...]:
        """What has not been set goes to `failed`."""
        return ()

    def reveals(self) -> Iterator[tuple[Place, str]]:
        return ((("number",), variable) for variable in self.number.variables())

    def forbidden(self, allowed: Allowed) -> Iterator[Fault]:
        if self.number == self.number.literal() and not allowed.number(self.number):
            yield Fault("flow.transfer_not_allowed", ("number",), Text(
                "allowed.yaml does not list this number.", "allowed.yaml 未列出此号码。"),
                Text("Add it to `transfers` there, if callers may be connected to it.", "如允许转接，请将其加入 transfers。"))  # fmt: skip

    def faults(self) -> Iterator[Fault]:
        yield from template_faults(self.number, ("number",))
        if self.number == self.number.literal() and PHONE_NUMBER.fullmatch(self.number) is None:
            yield Fault("flow.bad_number", ("number",), Text("This is no telephone number.", "这不是电话号码。"),
                        Text("Write 3 to 20 digits, perhaps after a +.", "请写 3 至 20 位数字，可以 + 开头。"))  # fmt: skip
