"""voicemail: let the caller leave a message."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import VoicemailLeft
from cti.ivr.commands import Event, Record, Recorded
from cti.ivr.names import NodeName, Prompts, QueueName
from cti.ivr.node import Leave, Move, Node, Wait, said
from cti.ivr.position import Position


class VoicemailNode(Node):
    """Beeps and records a message until a key, a silence, or the longest time: the fact `voicemail.left`. A caller who hangs up
    after speaking has left a message too. When hardly anything was said, `nothing` follows."""

    kind: Literal["voicemail"]
    queue: QueueName = Field(description="whose agents shall hear it: a queue of queues.yaml")
    prompts: Prompts = Field(min_length=1, description="what to say before the beep")
    longest_seconds: float = Field(default=120, ge=5, le=600, description="how long a message may be")
    least_seconds: float = Field(default=1.5, ge=0.5, le=30, description="what is shorter is no message")
    silence_seconds: float = Field(default=5, ge=1, le=30, description="how long a pause ends the message")
    next: NodeName = Field(description="the node that follows a message")
    nothing: NodeName = Field(description="the node that follows when there was none")

    silent_exits: ClassVar[frozenset[str] | None] = frozenset({"nothing"})
    outcomes: ClassVar[str] = "`next`, `nothing`"
    example: ClassVar[str] = """\
kind: voicemail
title: {zh: 语音留言, en: Leave a message}
queue: claims
prompts: [after_the_beep]
next: thanks
nothing: goodbye
"""

    def enter(self, position: Position) -> Move:
        return Wait(Record(said(self.prompts, position), self.longest_seconds, self.silence_seconds))

    def resume(self, position: Position, event: Event) -> Move:
        recorded = event if isinstance(event, Recorded) else Recorded("", 0.0)
        if recorded.seconds < self.least_seconds:
            return Leave("nothing", self.nothing)
        left = VoicemailLeft(
            queue=self.queue, recording=recorded.recording, number=position.value("caller") or "", language=position.language,
            ms=round(recorded.seconds * 1000),
        )  # fmt: skip
        return Leave("next", self.next, facts=(left,))

    def branches(self) -> tuple[str, ...]:
        return ("next", "nothing")
