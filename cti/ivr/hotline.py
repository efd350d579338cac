"""A hotline, checked: its flow, queues, prompts and codes, and the version that all of them together are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, RootModel, field_validator

from cti.ivr.allowed import Allowed
from cti.ivr.calendars import Calendar
from cti.ivr.commands import PromptRef
from cti.ivr.names import Language, Model, NodeName, PromptId, Title, Written
from cti.ivr.node import Node
from cti.ivr.position import Position

NODE_NAME = Annotated[str, Field(pattern=NodeName.pattern)]
QUEUE_NAME = NODE_NAME
PROMPT_NAME = Annotated[str, Field(pattern=PromptId.pattern)]
LANGUAGE = Annotated[str, Field(pattern=Language.pattern)]
SKILL = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
LEVEL = Annotated[int, Field(ge=0, le=100)]
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


class Comfort(Model):
    """What waiting callers are told from time to time."""

    prompt: PromptId
    every_seconds: float = Field(ge=5, le=600)


class Queue(Model):
    """One queue: whom it needs and how long its callers wait. Times in seconds."""

    title: Title
    skills: dict[SKILL, LEVEL] = Field(min_length=1, description="skill → least level, 0 to 100")
    priority: int = Field(default=0, ge=0, le=1000, description="higher goes first")
    ring_seconds: float = Field(default=15, ge=3, le=120)
    wrap_up_seconds: float = Field(default=30, ge=0, le=3600)
    longest_wait_seconds: float = Field(default=300, ge=1, le=7200)
    music: str = Field(
        default="default", pattern=r"^[A-Za-z0-9_-]{1,40}$", description="a class of Asterisk's music on hold"
    )
    comfort: Comfort | None = None


class Code(Model):
    """Something an agent picks from a list."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    zh: str = Field(min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=40)


class QueuesFile(Model):
    """queues.yaml: the queues, and what their agents choose from."""

    queues: dict[QUEUE_NAME, Queue] = Field(min_length=1)
    wrap_up_codes: tuple[Code, ...] = Field(min_length=1)
    break_reasons: tuple[Code, ...] = Field(min_length=1)

    @field_validator("wrap_up_codes", "break_reasons")
    @classmethod
    def _once(cls, codes: tuple[Code, ...]) -> tuple[Code, ...]:
        names = [c.code for c in codes]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"code stands twice: {', '.join(twice)}")
        return codes


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

    def title(self, node: str) -> Title:
        """What people call a node; its name if this version has none of that name."""
        return self.nodes[node].title if node in self.nodes else Title(zh=node[:60] or "-", en=node[:60] or "-")

    def shown(self, position: Position) -> dict[str, str]:
        """What the caller has typed so far, without secrets: for the agent's screen."""
        names = {name for node in self.nodes.values() for name in node.shows()}
        names -= {name for node in self.nodes.values() for name in node.secrets()}
        return {name: value for name, value in position.variables.items() if name in names}
