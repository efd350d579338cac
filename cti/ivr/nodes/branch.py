"""branch: go one way or another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from cti.ivr.commands import Event
from cti.ivr.expression import expression_faults, holds
from cti.ivr.names import Expression, Model, NodeName, Place, VariableName
from cti.ivr.node import Fault, Leave, Move, Node
from cti.ivr.position import Position
from cti.kit.errors import Text


class Condition(Model):
    """One test of one variable. A variable that was never set equals nothing and starts with nothing."""

    variable: VariableName = Field(description="what is tested, e.g. `policy.status`")
    equals: str | None = Field(default=None, description="it is exactly this text")
    one_of: tuple[str, ...] | None = Field(default=None, min_length=1, description="it is one of these texts")
    starts_with: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="it begins with one of these texts"
    )
    present: bool | None = Field(default=None, description="whether it has been set")

    def holds(self, position: Position) -> bool:
        value = position.value(self.variable)
        if self.present is not None:
            return self.present == (value is not None)
        if value is None:
            return False
        if self.equals is not None:
            return value == self.equals
        if self.one_of is not None:
            return value in self.one_of
        return value.startswith(self.starts_with or ("",))

    def pieces(self) -> tuple[tuple[str, str], ...]:
        """What it takes, piece by piece: texts it may be, texts it may begin with, and whether it has been set."""
        if self.present is not None:
            return (("set" if self.present else "unset", ""),)
        if self.starts_with is not None:
            return tuple(("begins", text) for text in self.starts_with)
        return tuple(("is", text) for text in self.one_of or (self.equals or "",))

    def takes(self, variable: str, piece: tuple[str, str]) -> bool:
        """Whether it holds for all of a piece."""
        form, text = piece
        if self.variable != variable or form == "unset" or self.present is not None:
            return self.variable == variable and self.present == (form != "unset")
        if self.starts_with is not None:
            return form in ("is", "begins") and text.startswith(self.starts_with)
        return form == "is" and (form, text) in self.pieces()

    def tests(self) -> int:
        return sum(test is not None for test in (self.equals, self.one_of, self.starts_with, self.present))


def _form(value: Any) -> str:
    return "condition" if isinstance(value, dict | Condition) else "expression"


class Case(Model):
    """One way out of a branch."""

    when: Annotated[
        Annotated[Condition, Tag("condition")] | Annotated[Expression, Tag("expression")], Discriminator(_form)
    ] = Field(description="the condition under which this way is taken")

    def holds(self, position: Position) -> bool:
        if isinstance(self.when, Condition):
            return self.when.holds(position)
        return holds(self.when, position.values)

    next: NodeName = Field(description="the node that follows then")


class BranchNode(Node):
    """Takes the first case whose condition holds, else `otherwise`. The caller hears nothing of it. A condition is one of
    `equals: text`, `one_of: [texts]`, `starts_with: [texts]` and `present: true|false`, on one `variable`; or an expression in CEL, such as
    `int(policy.years) >= 2 && language == "zh"`, which doesn't hold when it can't be worked out."""

    kind: Literal["branch"]
    cases: tuple[Case, ...] = Field(
        min_length=1,
        description="the ways out, tried in order: `{when: {variable, …}, next}` or `{when: expression, next}`",
    )
    otherwise: NodeName = Field(description="the node that follows when no condition holds")

    outcomes: ClassVar[str] = "`case_1`, `case_2` …, `otherwise`"
    example: ClassVar[str] = """\
kind: branch
title: {zh: 保单状态, en: Policy status}
cases:
  - {when: {variable: policy.status, equals: in_force}, next: say_in_force}
  - {when: {variable: policy.status, one_of: [expired, cancelled]}, next: say_ended}
otherwise: apology
"""

    def enter(self, position: Position) -> Move:
        for number, case in enumerate(self.cases, 1):
            if case.holds(position):
                return Leave(f"case_{number}", case.next)
        return Leave("otherwise", self.otherwise)

    def resume(self, position: Position, event: Event) -> Move:
        return self.enter(position)

    def branches(self) -> tuple[str, ...]:
        return (*(f"case_{number}" for number in range(1, len(self.cases) + 1)), "otherwise")

    def needs(self) -> tuple[tuple[Place, str], ...]:
        """To ask whether something was set is what a branch is for."""
        return ()

    def sets_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """A case that holds says that its variable was set, unless it asks for the contrary."""
        if place[0] != "cases" or not isinstance(place[1], int):
            return (), ()
        when = self.cases[place[1]].when
        return ((when.variable,), ()) if isinstance(when, Condition) and when.present is not False else ((), ())

    def faults(self) -> Iterator[Fault]:
        for index, case in enumerate(self.cases):
            if before := ", ".join(map(str, self._shadows(index))):
                yield Fault("flow.case_shadowed", ("cases", index), Text(
                    f"This case is never taken: case {before} before it takes all of its callers.",
                    f"此分支永远不会执行：满足时总是先进入第 {before} 个分支。"),
                    Text("Put the narrower case first, or delete it.", "请把范围更小的分支放在前面，或将其删除。"))  # fmt: skip
            if not isinstance(case.when, Condition):
                yield from expression_faults(case.when, ("cases", index, "when"), condition=True)
            elif case.when.tests() != 1:
                yield Fault("flow.condition_tests", ("cases", index, "when"), Text(
                    f"A condition has exactly one test; this one has {case.when.tests()}.",
                    f"每个条件只能有一项判断，这里有 {case.when.tests()} 项。"),
                    Text("Write one of equals, one_of, starts_with, present.",
                         "请只写 equals、one_of、starts_with、present 之一。"))  # fmt: skip

    def _shadows(self, index: int) -> tuple[int, ...]:
        """The cases before, counted from 1, that together take all callers of this one; none if they leave any."""
        when, found = self.cases[index].when, set[int]()
        earlier = [(number, case.when) for number, case in enumerate(self.cases[:index], 1)]
        if isinstance(when, Expression):
            return next(((number,) for number, one in earlier if one == when), ())
        if when.tests() != 1:
            return ()
        conditions = [(number, one) for number, one in earlier if isinstance(one, Condition) and one.tests() == 1]
        for piece in when.pieces():
            number = next((number for number, one in conditions if one.takes(when.variable, piece)), 0)
            if not number:
                return ()
            found.add(number)
        return tuple(sorted(found))
