"""Where a caller is in a flow, and the steps between places."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from cti.facts import FactData
from cti.ivr.commands import Command

MAX_VALUE = 120  # characters kept of one variable: a position must stay small


class Position(BaseModel):
    """A caller's place: small and plain, so that it can be stored with the call and a restarted process can go on.

    `entered` is the monotonic time at which the node was entered; `again` renews it, for it means nothing in another process.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    node: str
    language: str
    version: str = ""  # of the hotline with which the call began: it ends with it
    variables: dict[str, str] = {}
    attempts: int = Field(default=0, ge=0)  # wrong or missing answers in this node so far
    retry: str = ""  # why the node is being asked again: the outcome of the visit before
    entered: float = 0.0

    def value(self, variable: str) -> str | None:
        """None when it has not been set."""
        return self.language if variable == "language" else self.variables.get(variable)

    @property
    def values(self) -> dict[str, str]:
        return {**self.variables, "language": self.language}


def plain(text: str) -> str:
    """A variable's value, from text that others chose: no control characters, no broken Unicode, not long."""
    return "".join(c for c in text[:MAX_VALUE] if c.isprintable())


@dataclass(frozen=True, slots=True)
class NodeVisit:
    """One stay at one node. `input` is masked if the node says so; `outcome` is the exit taken."""

    node: str
    kind: str
    input: str | None
    outcome: str
    ms: int
    facts: tuple[FactData, ...] = ()  # what else the node wants to be recorded


@dataclass(frozen=True, slots=True)
class Step:
    """Carry out `command`, then `resume` from `position` with its event. `visited` are the nodes left on the way here."""

    position: Position
    command: Command
    visited: tuple[NodeVisit, ...] = ()
