"""set: work out variables from others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from cti.ivr.commands import Event
from cti.ivr.expression import evaluate, expression_faults, may_fail
from cti.ivr.names import PROVIDED, Expression, NodeName, Place, Written
from cti.ivr.node import Fault, Leave, Move, Node
from cti.ivr.position import Position
from cti.kit.errors import Text


class SetNode(Node):
    """Works out variables by expressions in CEL, in the order written; later ones see earlier ones. When one can't be worked out
    (`int("x")`, a division by zero), nothing is set and `failed` follows. The caller hears nothing of it."""

    kind: Literal["set"]
    values: dict[Written, Expression] = Field(
        min_length=1, description='variable ← expression, e.g. `area: called.startsWith("021") ? "sh" : "other"`'
    )
    next: NodeName = Field(description="the node that follows")
    failed: NodeName = Field(description="the node that follows when a value can't be worked out")

    outcomes: ClassVar[str] = "`next`, `failed`"
    example: ClassVar[str] = """\
kind: set
title: {zh: 计算月缴保费, en: Monthly premium}
values:
  premium.monthly: int(premium.yearly) / 12
  premium.high: premium.monthly.size() > 3
next: say_premium
failed: apology
"""

    def enter(self, position: Position) -> Move:
        values, found = position.values, dict[str, str]()
        for name, expression in self.values.items():
            value = evaluate(expression, values | found)
            if value is None:
                return Leave("failed", self.failed)
            found[name] = value
        return Leave("next", self.next, variables=found)

    def resume(self, position: Position, event: Event) -> Move:
        return self.enter(position)

    def branches(self) -> tuple[str, ...]:
        return ("next", *(("failed",) if any(may_fail(one) for one in self.values.values()) else ()))

    def writes(self) -> tuple[str, ...]:
        return tuple(self.values)

    def needs(self) -> tuple[tuple[Place, str], ...]:
        """What has not been set is "" in an expression."""
        return ()

    def sets_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (self.writes() if place[0] == "next" else (), ())

    def copies(self) -> Iterator[tuple[str, str]]:
        return ((name, read) for name, expression in self.values.items() for read in expression.variables())

    def faults(self) -> Iterator[Fault]:
        for name, expression in self.values.items():
            yield from expression_faults(expression, ("values", name), condition=False)
            if name in PROVIDED:
                yield Fault("flow.variable_reserved", ("values", name), Text(
                    f"{name} comes with the call and can't be set.", f"变量 {name} 由来电自带，不能覆盖。"),
                    Text("Choose another name.", "请换一个名称。"))  # fmt: skip
