"""survey: ask how satisfied the caller is."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import SurveyAnswered
from cti.ivr.commands import Collect, Event, Typed
from cti.ivr.names import NodeName, Prompts, Seconds
from cti.ivr.node import AskAgain, Leave, Move, Node, Wait, said
from cti.ivr.position import Position

SCORES = "12345"


class SurveyNode(Node):
    """Asks for a score from 1 to 5 with one key: the fact `survey.answered`. Best placed at the exit `answered` of a queue, so that
    callers are asked once the agent has hung up. Who presses nothing, or only wrong keys, goes to `skipped`."""

    kind: Literal["survey"]
    question: Annotated[str, Field(pattern=NodeName.pattern)] = Field(
        description="what the score is of, in facts and reports"
    )
    prompts: Prompts = Field(min_length=1, description="what to say each time")
    wait_seconds: Seconds = Field(default=5.0, description="how long to wait for a key after the prompts")
    attempts: int = Field(default=2, ge=1, le=5, description="how often callers are asked at most")
    invalid: Prompts = Field(default=(), description="said after a wrong key")
    silence: Prompts = Field(default=(), description="said when no key was pressed")
    next: NodeName = Field(description="the node that follows an answer")
    skipped: NodeName = Field(description="the node that follows when there was none")

    silent_exits: ClassVar[frozenset[str] | None] = frozenset({"skipped"})
    outcomes: ClassVar[str] = "`next`, `invalid`, `silence`, `skipped`"
    example: ClassVar[str] = """\
kind: survey
title: {zh: 满意度调查, en: Satisfaction survey}
question: agent
prompts: [ask_score]
next: thanks
skipped: goodbye
"""

    def enter(self, position: Position) -> Move:
        first = {"invalid": self.invalid, "silence": self.silence}.get(position.retry, ())
        return Wait(Collect(said((*first, *self.prompts), position), 1, self.wait_seconds, self.wait_seconds, ""))

    def resume(self, position: Position, event: Event) -> Move:
        key = event.digits[:1] if isinstance(event, Typed) else ""
        if key and key in SCORES:
            return Leave("next", self.next, input=key, facts=(SurveyAnswered(question=self.question, score=int(key)),))
        if position.attempts + 1 >= self.attempts:
            return Leave("skipped", self.skipped, input=key or None)
        return AskAgain("invalid" if key else "silence", input=key or None)

    def branches(self) -> tuple[str, ...]:
        """With one attempt nobody is asked again."""
        return ("next", *(("invalid", "silence") if self.attempts > 1 else ()), "skipped")
