"""What a node kind is made of: a model, two pure functions, and the page that explains it.

A new kind is one file in `nodes/` and one line in `registry.py`. Copy `nodes/play.py`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field

from cti.facts import FactData
from cti.ivr.allowed import Allowed
from cti.ivr.commands import Command, Event, PromptRef
from cti.ivr.names import Model, NodeName, Place, Saying, Title, VariableName, references
from cti.ivr.position import Position
from cti.ivr.spoken import words
from cti.kit.errors import Text


@dataclass(frozen=True, slots=True)
class Wait:
    """Stay in the node until the command's event comes."""

    command: Command


@dataclass(frozen=True, slots=True)
class Leave:
    """Go to another node; None ends the call. A variable set to None is forgotten."""

    outcome: str
    to: str | None
    input: str | None = None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    language: str | None = None
    facts: tuple[FactData, ...] = ()  # recorded right after the visit


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Leave the node and enter it again: each question is a visit of its own, so that the facts tell wrong keys and silence."""

    outcome: str
    input: str | None = None
    counted: bool = True  # as an attempt
    variables: Mapping[str, str | None] = field(default_factory=dict)


Move = Wait | Leave | AskAgain
Where = Callable[..., str]  # (node, *place in the node) → file:line:column


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong inside one node, found by the node's own check. `place` is the path inside the node."""

    code: str
    place: Place
    what: Text
    mend: Text


class Node(Model):
    """The base of all kinds. `enter` and `resume` are pure and total: any position, any event."""

    kind: str
    title: Title = Field(description="what agents and reports call this node, `{zh: …, en: …}`")

    # For the generated page: what `outcome` may be in the facts, and YAML of one node.
    outcomes: ClassVar[str]
    example: ClassVar[str]
    # Exits that callers take who press nothing; None means all. The check looks for loops among them.
    silent_exits: ClassVar[frozenset[str] | None] = None

    @abstractmethod
    def enter(self, position: Position) -> Move:
        """The caller has come to this node. Asked again after a restart, so it must not depend on having run once."""

    @abstractmethod
    def resume(self, position: Position, event: Event) -> Move:
        """The command of `enter` has been carried out. An event that does not belong to it counts as the least good answer."""

    def faults(self) -> Iterable[Fault]:
        """Mistakes that the model's types can't tell."""
        return ()

    def forbidden(self, allowed: Allowed) -> Iterable[Fault]:
        """What this node would reach that allowed.yaml does not list."""
        return ()

    @abstractmethod
    def branches(self) -> tuple[str, ...]:
        """The outcomes in which a visit may end, as `NodeVisit` tells them, but for a caller who hangs up. Tests should take each."""

    def writes(self) -> Iterable[str]:
        """Variables that this node sets."""
        return ()

    def shows(self) -> Iterable[str]:
        """Those of them that agents may see."""
        return ()

    def needs(self) -> Iterable[tuple[Place, str]]:
        """Variables without which this node can't do what it is for, each with the place."""
        return ((place, name) for place, name in references(self) if isinstance(name, VariableName))

    def sets_on(self, place: Place) -> tuple[Iterable[str], Iterable[str]]:
        """Which variables are set, and which are forgotten, behind the exit at this place of `exits`."""
        return self.writes(), ()

    def secrets(self) -> Iterable[str]:
        """Variables that hold what nobody but the caller may know."""
        return ()

    def copies(self) -> Iterable[tuple[str, str]]:
        """(written, read): variables worked out from others."""
        return ()

    def reveals(self) -> Iterable[tuple[Place, str]]:
        """Variables that this node shows to logs, facts or people, each with the place."""
        return ()

    def written(self) -> Iterable[tuple[Place, Collection[str]]]:
        """Texts of its own, each with the languages in which it is written."""
        return ()

    def exits(self) -> Iterator[tuple[Place, NodeName]]:
        """The nodes that may follow."""
        for place, reference in references(self):
            if isinstance(reference, NodeName):
                yield place, reference


def said_with(prompts: Sequence[Saying], values: Mapping[str, str], language: str) -> tuple[PromptRef, ...]:
    """The prompts, with these values; none at all while a value that they say is unknown."""
    if any(not isinstance(one, str) and one.variable not in values for one in prompts):
        return ()
    return said(prompts, Position(node="", language=language, variables=dict(values)))


def said(prompts: Sequence[Saying], position: Position) -> tuple[PromptRef, ...]:
    """The prompts in the caller's language. A value that is not of its form is read digit by digit; one that was not set, not at all."""
    language, refs = position.language, list[PromptRef]()
    for saying in prompts:
        if isinstance(saying, str):
            refs.append(PromptRef(saying, language))
        else:
            value = position.value(saying.variable) or ""
            found = words(saying.form, value, language) or words("digits", value, language) or ()
            refs += [PromptRef(word, language) for word in found]
    return tuple(refs)
