"""queue: wait for an agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import QueueOutcome
from cti.ivr.commands import Enqueue, Event, LeftQueue
from cti.ivr.names import NodeName, Place, QueueName, VariableName
from cti.ivr.node import Fault, Leave, Move, Node, Wait
from cti.ivr.nodes.menu import KEYS, Key, bad_key
from cti.ivr.position import Position

_UNSERVED = (QueueOutcome.TIMEOUT, QueueOutcome.ABANDONED)


class QueueNode(Node):
    """The caller waits in a queue of `queues.yaml`, with its music and announcements, and talks with an agent. Without one
    in the queue's longest wait the caller goes to `timeout`; one who comes when the queue is full or closed does not wait at all.
    While waiting, a key of `keys` leads elsewhere."""

    kind: Literal["queue"]
    queue: QueueName = Field(description="a queue of queues.yaml")
    priority: int | None = Field(
        default=None, ge=0, le=1000, description="in place of the queue's own; higher goes first"
    )
    agent: VariableName | None = Field(
        default=None, description="a variable that may hold an agent's number: that agent is waited for first, alone"
    )
    keys: dict[Key, NodeName] = Field(
        default={}, description="keys that lead elsewhere, for example to a voicemail or a callback"
    )
    answered: NodeName | None = Field(
        default=None, description="what follows the conversation; without it the call ends"
    )
    timeout: NodeName = Field(description="the node that follows when no agent came in time")
    full: NodeName | None = Field(default=None, description="the node for who comes to a full queue; else `timeout`")
    closed: NodeName | None = Field(
        default=None, description="the node for who comes outside its hours; else `timeout`"
    )

    # To wait is the caller's choice: they may go round from one queue to the next.
    silent_exits: ClassVar[frozenset[str] | None] = frozenset()
    outcomes: ClassVar[str] = (
        "`answered`, `timeout`, `full`, `closed`, the key that was pressed, `overflowed`, `callback`"
    )
    example: ClassVar[str] = """\
kind: queue
title: {zh: 理赔坐席, en: Claims agents}
queue: claims
keys: {"1": call_me_back, "2": leave_a_message}
timeout: all_busy
full: all_busy
closed: come_again
"""

    def enter(self, position: Position) -> Move:
        agent = position.value(self.agent) if self.agent else None
        return Wait(Enqueue(self.queue, self.priority, "".join(self.keys), agent))

    def resume(self, position: Position, event: Event) -> Move:
        if not isinstance(event, LeftQueue):
            return Leave(QueueOutcome.TIMEOUT.value, self.timeout)
        if event.outcome is QueueOutcome.KEY and event.key in self.keys:
            return Leave(event.key, self.keys[event.key], input=event.key)
        special = {QueueOutcome.FULL: self.full, QueueOutcome.CLOSED: self.closed}
        if event.outcome in special:
            return Leave(event.outcome.value, special[event.outcome] or self.timeout)
        return Leave(event.outcome.value, self.timeout if event.outcome in _UNSERVED else self.answered)

    def needs(self) -> tuple[tuple[Place, str], ...]:
        """Without the agent's number the caller waits for all."""
        return ()

    def branches(self) -> tuple[str, ...]:
        """Callback and overflow go the way of an answer; who abandons is gone."""
        special = [name for name, exit_ in (("full", self.full), ("closed", self.closed)) if exit_ is not None]
        return (QueueOutcome.ANSWERED.value, QueueOutcome.TIMEOUT.value, *special, *self.keys)

    def faults(self) -> Iterator[Fault]:
        for key in self.keys:
            if len(key) != 1 or key not in KEYS:
                yield bad_key(("keys", key), key)
