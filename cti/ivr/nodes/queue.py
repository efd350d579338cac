"""queue: wait for an agent."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import QueueOutcome
from cti.ivr.commands import Enqueue, Event, LeftQueue
from cti.ivr.names import NodeName, QueueName
from cti.ivr.node import Leave, Move, Node, Wait
from cti.ivr.position import Position

_UNSERVED = (QueueOutcome.TIMEOUT, QueueOutcome.ABANDONED)


class QueueNode(Node):
    """The caller waits in a queue of `queues.yaml`, with its music and announcements, and talks with an agent. Without one
    in the queue's longest wait the caller goes to `timeout`."""

    kind: Literal["queue"]
    queue: QueueName = Field(description="a queue of queues.yaml")
    priority: int | None = Field(
        default=None, ge=0, le=1000, description="in place of the queue's own; higher goes first"
    )
    answered: NodeName | None = Field(
        default=None, description="what follows the conversation; without it the call ends"
    )
    timeout: NodeName = Field(description="the node that follows when no agent came in time")

    # To wait is the caller's choice: they may go round from one queue to the next.
    silent_exits: ClassVar[frozenset[str] | None] = frozenset()
    outcomes: ClassVar[str] = "`answered`, `timeout`, `overflowed`, `callback`"
    example: ClassVar[str] = """\
kind: queue
title: {zh: 理赔坐席, en: Claims agents}
queue: claims
timeout: all_busy
"""

    def enter(self, position: Position) -> Move:
        return Wait(Enqueue(self.queue, self.priority))

    def resume(self, position: Position, event: Event) -> Move:
        outcome = event.outcome if isinstance(event, LeftQueue) else QueueOutcome.TIMEOUT
        return Leave(outcome.value, self.timeout if outcome in _UNSERVED else self.answered)

    def branches(self) -> tuple[str, ...]:
        """Callback and overflow go the way of an answer; who abandons is gone."""
        return (QueueOutcome.ANSWERED.value, QueueOutcome.TIMEOUT.value)
