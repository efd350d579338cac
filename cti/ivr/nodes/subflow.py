"""subflow: go through a part of the flow that is written once and used in many places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from cti.ivr.commands import Event
from cti.ivr.expression import filled, template_faults
from cti.ivr.names import NodeName, Place, SubflowName, Template, Written
from cti.ivr.node import Fault, Leave, Move, Node
from cti.ivr.position import Position, plain

ExitName = Annotated[str, Field(pattern=NodeName.pattern)]


class SubflowNode(Node):
    """Goes through a subflow of `subflows`, from its node `start`. Each place that uses it has nodes of its own, named
    `place.node`, in facts, figures and tests. Arguments become variables; `then` says where each exit of the subflow leads."""

    kind: Literal["subflow"]
    flow: SubflowName = Field(description="a subflow of `subflows`")
    arguments: dict[Written, Template] = Field(
        default={}, description="argument ← text, which may hold `{variable}`; one for each that the subflow declares"
    )
    then: dict[ExitName, NodeName] = Field(min_length=1, description="exit of the subflow → the node that follows")

    outcomes: ClassVar[str] = "`entered`"
    example: ClassVar[str] = """\
kind: subflow
title: {zh: 核实身份, en: Identify}
flow: identify
arguments: {purpose: claim}
then: {known: claim_menu, unknown: to_general}
"""
    _start: NodeName = PrivateAttr(default=NodeName(""))

    def placed(self, start: NodeName) -> SubflowNode:
        """This node, leading to the first node of its own copy of the subflow, whose exits lead on by themselves."""
        node = self.model_copy()
        node._start = start
        return node

    def enter(self, position: Position) -> Move:
        return Leave("entered", self._start, variables={name: self._value(name, position) for name in self.arguments})

    def _value(self, name: str, position: Position) -> str | None:
        """None, which forgets the argument of the time before, when a variable in it has not been set."""
        try:
            return plain(filled(self.arguments[name], position.values))
        except KeyError:
            return None

    def resume(self, position: Position, event: Event) -> Move:
        return self.enter(position)

    def branches(self) -> tuple[str, ...]:
        return ("entered",)

    def exits(self) -> Iterator[tuple[Place, NodeName]]:
        yield ("entered",), self._start

    def writes(self) -> tuple[str, ...]:
        return tuple(self.arguments)

    def copies(self) -> Iterator[tuple[str, str]]:
        return ((name, read) for name, text in self.arguments.items() for read in text.variables())

    def faults(self) -> Iterator[Fault]:
        for name, text in self.arguments.items():
            yield from template_faults(text, ("arguments", name))
