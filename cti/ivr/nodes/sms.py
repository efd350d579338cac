"""sms: ask for a text message to be sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from cti.facts.kinds import SmsRequested
from cti.ivr.commands import Event
from cti.ivr.expression import filled, template_faults
from cti.ivr.names import Language, NodeName, Place, Template, VariableName
from cti.ivr.node import Fault, Leave, Move, Node
from cti.ivr.position import Position

PHONE_NUMBER = re.compile(r"\+?[0-9]{3,20}")
Texts = dict[Annotated[str, Field(pattern=Language.pattern)], Template]


class SmsNode(Node):
    """Asks for a text message in the caller's language; the fact `sms.requested` is what sends it, after the call has gone on.
    A number that is none, or a variable in the text that has no value, goes to `failed`."""

    kind: Literal["sms"]
    to: VariableName = Field(default=VariableName("caller"), description="the variable that holds the number")
    text: Texts = Field(min_length=1, description="language → text, which may hold `{variable}`")
    next: NodeName = Field(description="the node that follows")
    failed: NodeName = Field(description="the node that follows when there is no number or no text to send")

    outcomes: ClassVar[str] = "`next`, `failed`"
    example: ClassVar[str] = """\
kind: sms
title: {zh: 短信回执, en: Text receipt}
text:
  zh: 您的保单 {policy} 报案已受理。
  en: Your claim for policy {policy} has been received.
next: goodbye
failed: goodbye
"""

    def enter(self, position: Position) -> Move:
        number = position.value(self.to) or ""
        template = self.text.get(position.language) or next(iter(self.text.values()))
        try:
            text = filled(template, position.values)
        except KeyError:
            return Leave("failed", self.failed)
        if PHONE_NUMBER.fullmatch(number) is None:
            return Leave("failed", self.failed)
        return Leave("next", self.next, facts=(SmsRequested(number=number, text=text, language=position.language),))

    def resume(self, position: Position, event: Event) -> Move:
        return self.enter(position)

    def branches(self) -> tuple[str, ...]:
        return ("next", "failed")

    def needs(self) -> Iterator[tuple[Place, str]]:
        """A number that was not set goes to `failed`, as one that is none does."""
        return ((place, name) for place, name in super().needs() if place[0] == "text")

    def reveals(self) -> Iterator[tuple[Place, str]]:
        yield ("to",), self.to
        for language, text in self.text.items():
            yield from ((("text", language), variable) for variable in text.variables())

    def written(self) -> Iterator[tuple[Place, Collection[str]]]:
        yield ("text",), self.text.keys()

    def faults(self) -> Iterator[Fault]:
        texts: Mapping[str, Template] = self.text
        for language, text in texts.items():
            yield from template_faults(text, ("text", language))
