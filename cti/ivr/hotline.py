"""A hotline, checked: its flow, queues, prompts and codes, and the version that all of them together are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, RootModel

from cti.ivr.allowed import Allowed
from cti.ivr.calendars import Calendar
from cti.ivr.commands import PromptRef
from cti.ivr.names import Language, Model, NodeName, PromptId, Title, Written
from cti.ivr.node import Node
from cti.ivr.position import Position
from cti.ivr.queues import Code, Queue

NODE_NAME = Annotated[str, Field(pattern=NodeName.pattern)]
PROMPT_NAME = Annotated[str, Field(pattern=PromptId.pattern)]
LANGUAGE = Annotated[str, Field(pattern=Language.pattern)]
SPOKEN = Annotated[str, Field(max_length=1000, pattern=r"[\p{L}\p{N}]")]  # punctuation alone would be silence


class SubflowPart(Model):
    """A part of the flow that several nodes of the kind `subflow` use. It begins at its node `start`."""

    arguments: tuple[Written, ...] = Field(default=(), description="variables that each place which uses it gives")
    exits: tuple[NODE_NAME, ...] = Field(
        min_length=1, description="names to which its nodes lead as if they were nodes; each place says what follows"
    )
    nodes: dict[NODE_NAME, dict[str, Any]] = Field(min_length=1)


class FlowFile(Model):
    """flow.yaml. Nodes are checked one by one, against their kind."""

    hotline: str = Field(pattern=r"^[0-9]{1,20}$", description="the number callers dial")
    name: NODE_NAME = Field(description="the flow's name in facts and reports")
    languages: tuple[LANGUAGE, ...] = Field(
        min_length=1, description="the first is spoken until the caller chooses another"
    )
    start: NodeName = Field(description="the node at which callers arrive")
    nodes: dict[NODE_NAME, dict[str, Any]] = Field(min_length=1)
    subflows: dict[NODE_NAME, SubflowPart] = Field(default={}, description="parts that are written once, by name")


class PromptsFile(RootModel[dict[PROMPT_NAME, dict[LANGUAGE, SPOKEN]]]):
    """prompts.yaml: prompt → language → what is said."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded prompt, in place of speech."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Hotline:
    """What callers of one number meet. Made by `load_hotline` only, so every name in it leads somewhere."""

    number: str
    name: str  # the flow's
    version: str  # digest of all its files
    languages: tuple[str, ...]
    start: str
    nodes: Mapping[str, Node]  # those of subflows too, as `place.node`
    queues: Mapping[str, Queue]
    prompts: Mapping[PromptRef, str]  # what is said
    recordings: Mapping[PromptRef, Recording]
    wrap_up_codes: tuple[Code, ...]
    break_reasons: tuple[Code, ...]
    calendars: Mapping[str, Calendar]
    allowed: Allowed  # to be reached from the flow

    @property
    def language(self) -> str:
        """Spoken until the caller chooses another."""
        return self.languages[0]

    @property
    def emergency_queue(self) -> str:
        """Whose agents call back those who met the emergency menu."""
        return next((name for name, queue in self.queues.items() if queue.emergency), next(iter(self.queues)))

    def title(self, node: str) -> Title:
        """What people call a node; its name if this version has none of that name."""
        return self.nodes[node].title if node in self.nodes else Title(zh=node[:60] or "-", en=node[:60] or "-")

    def shown(self, position: Position) -> dict[str, str]:
        """What the caller has typed so far, without secrets: for the agent's screen."""
        names = {name for node in self.nodes.values() for name in node.shows()}
        names -= {name for node in self.nodes.values() for name in node.secrets()}
        return {name: value for name, value in position.variables.items() if name in names}
