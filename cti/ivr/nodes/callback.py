"""callback: ask to be called back instead of waiting."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import CallbackRequested
from cti.ivr.commands import Event
from cti.ivr.names import NodeName, Place, QueueName, VariableName
from cti.ivr.node import Leave, Move, Node
from cti.ivr.nodes.sms import PHONE_NUMBER
from cti.ivr.position import Position


class CallbackNode(Node):
    """Has agents of a queue call the caller back, in the order in which they would have served the call: a place that the caller had in
    that queue is kept. A second wish for the same queue and number is the first one's. A number that is none goes to `failed`.
    How often, when and for how long it is tried stands in the queue's `callback`."""

    kind: Literal["callback"]
    queue: QueueName = Field(description="whose agents shall call: a queue of queues.yaml")
    number: VariableName = Field(default=VariableName("caller"), description="the variable that holds the number")
    next: NodeName = Field(description="the node that follows")
    failed: NodeName = Field(description="the node that follows when the number is none")

    outcomes: ClassVar[str] = "`next`, `failed`"
    example: ClassVar[str] = """\
kind: callback
title: {zh: 预约回电, en: Call me back}
queue: claims
next: will_call_back
failed: to_general
"""

    def enter(self, position: Position) -> Move:
        number = position.value(self.number) or ""
        if PHONE_NUMBER.fullmatch(number) is None:
            return Leave("failed", self.failed)
        wish = CallbackRequested(queue=self.queue, number=number, language=position.language)
        return Leave("next", self.next, facts=(wish,))

    def resume(self, position: Position, event: Event) -> Move:
        return self.enter(position)

    def needs(self) -> tuple[tuple[Place, str], ...]:
        """A number that was not set goes to `failed`, as one that is none does."""
        return ()

    def reveals(self) -> tuple[tuple[Place, str], ...]:
        return ((("number",), self.number),)

    def branches(self) -> tuple[str, ...]:
        return ("next", "failed")
