"""Checks a hotline's files before a call is answered with them, and finds all that is wrong at once.

Pure: it is given parsed documents. First the form of each file, then each node against its kind, then what the names refer to
(`check_names.py`), then subflows are put in place (`subflows.py`), then the shape of the whole flow (`check_shape.py`), its variables
and its secrets. A fault never hides one of another kind, and never causes a second complaint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from cti.ivr.allowed import Allowed
from cti.ivr.calendars import CalendarsFile
from cti.ivr.check_names import Known, hint, unknown_names, untold, untold_prompts
from cti.ivr.check_secrets import secret_problems
from cti.ivr.check_shape import shape_problems
from cti.ivr.check_variables import variable_problems
from cti.ivr.commands import PromptRef
from cti.ivr.hotline import FlowFile, Hotline, PromptsFile, Recording
from cti.ivr.names import (
    PROVIDED,
    CalendarName,
    Language,
    NodeName,
    Place,
    PromptId,
    QueueName,
    Reference,
    SubflowName,
    VariableName,
    spoken,
)
from cti.ivr.node import Node
from cti.ivr.queues import SAID_WHILE_WAITING, QueuesFile
from cti.ivr.registry import KINDS
from cti.ivr.spoken import vocabulary
from cti.ivr.subflows import MAX_NODES, Placed, Subflow, place_subflows, subflow_problems
from cti.kit.errors import ConfigError, Problem, problem
from cti.kit.strict_yaml import Document, validate

M = TypeVar("M", bound=BaseModel)
_Part = tuple[Place, Mapping[str, Any], Mapping[str, Node], tuple[str, ...]]  # place, as written, as read, exits


@dataclass(frozen=True, slots=True)
class Sources:
    """A hotline's files, parsed; None for one that could not be."""

    flow: Document | None
    queues: Document | None
    prompts: Document | None
    calendars: Document | None
    allowed: Document | None
    recordings: Mapping[PromptRef, Recording]
    version: str


def check(sources: Sources) -> tuple[Hotline | None, list[Problem]]:
    """The hotline, if it is whole, and everything that is wrong with its files."""
    found = _Check(sources)
    return found.hotline(), found.problems


class _Check:
    """One check: models as far as they could be read, and the problems so far."""

    def __init__(self, sources: Sources) -> None:
        self.problems: list[Problem] = []
        self._sources = sources
        self._flow = self._read(sources.flow, FlowFile)
        self._queues = self._read(sources.queues, QueuesFile)
        self._prompts = self._read(sources.prompts, PromptsFile)
        self._calendars = self._read(sources.calendars, CalendarsFile)
        self._allowed = self._read(sources.allowed, Allowed)
        self._placed: Placed = {}
        if self._flow is not None and sources.flow is not None:
            self._flow_problems(self._flow, sources.flow)

    def hotline(self) -> Hotline | None:
        flow, queues, prompts, calendars = self._flow, self._queues, self._prompts, self._calendars
        allowed = self._allowed
        if self.problems or not (flow and queues and prompts and calendars and allowed):
            return None
        nodes = {name: node for name, (_, node) in self._placed.items()}
        texts = {PromptRef(p, language): text for p, said in prompts.root.items() for language, text in said.items()}
        forms = {value.form for one in (*nodes.values(), queues) for _, value in spoken(one)}
        for language in flow.languages:
            texts |= {PromptRef(word, language): text for word, text in vocabulary(language, forms).items()}
        return Hotline(
            number=flow.hotline, name=flow.name, version=self._sources.version, languages=flow.languages, start=str(flow.start),
            nodes=nodes, queues=queues.queues, prompts=texts, recordings=self._sources.recordings, allowed=allowed,
            wrap_up_codes=queues.wrap_up_codes, break_reasons=queues.break_reasons, calendars=calendars.root,
        )  # fmt: skip

    def _read(self, document: Document | None, model: type[M], under: Place = ()) -> M | None:
        if document is None:
            return None
        try:
            return validate(document, model, under)
        except ConfigError as error:
            self.problems += error.problems
            return None

    def _flow_problems(self, flow: FlowFile, document: Document) -> None:
        nodes = dict(self._each_node(flow.nodes, ("nodes",), document))
        subflows = {
            name: Subflow(part.arguments, part.exits, dict(self._each_node(part.nodes, ("subflows", name, "nodes"), document)))
            for name, part in flow.subflows.items()
        }  # fmt: skip
        self._name_problems(flow, nodes, subflows, document)
        if not self.problems:
            self.problems += subflow_problems(nodes, subflows, document)
        if not self.problems:
            self._shape_problems(flow.start, nodes, subflows, document)

    def _each_node(
        self, raws: Mapping[str, dict[str, Any]], place: Place, document: Document
    ) -> Iterator[tuple[str, Node]]:
        for name, raw in raws.items():
            kind, here = raw.get("kind"), (*place, name)
            if not isinstance(kind, str) or kind not in KINDS:
                self.problems.append(problem(
                    "flow.unknown_kind", document.where((*here, "kind")), f"Node {name} is of no kind that there is: {str(kind)[:60]}.",
                    f"节点 {name} 的类型不存在：{str(kind)[:60]}。", *hint(str(kind)[:60], KINDS)))  # fmt: skip
            elif (node := self._read(document, KINDS[kind], here)) is not None:
                faults = [*node.faults()] or [*(node.forbidden(self._allowed) if self._allowed else ())]
                self.problems += [Problem(f.code, document.where((*here, *f.place)), f.what, f.mend) for f in faults]
                yield name, node

    def _name_problems(
        self, flow: FlowFile, nodes: Mapping[str, Node], subflows: Mapping[str, Subflow], document: Document
    ) -> None:
        """What could not be read is not held against what refers to it."""
        sources, queues = self._sources, self._queues
        known: dict[type[Reference], Any] = {Language: flow.languages, SubflowName: subflows}
        if queues:
            known[QueueName] = queues.queues
        if self._calendars:
            known[CalendarName] = self._calendars.root
        if self._prompts:
            known[PromptId] = self._prompts.root
        parts: list[_Part] = [(("nodes",), flow.nodes, nodes, ())]
        parts += [
            (("subflows", name, "nodes"), flow.subflows[name].nodes, subflow.nodes, subflow.exits)
            for name, subflow in subflows.items()
        ]
        if all(
            len(read) == len(raws) for _, raws, read, _ in parts
        ):  # an unread node may be the one that sets the variable
            written = {name for _, _, read, _ in parts for node in read.values() for name in node.writes()}
            known[VariableName] = {*PROVIDED, *written, *(name for one in subflows.values() for name in one.arguments)}
        self.problems += unknown_names(flow.start, ("start",), {NodeName: flow.nodes}, document)
        for place, raws, read, exits in parts:
            there: Known = {**known, NodeName: {*raws, *exits}}
            for name, node in read.items():
                self.problems += unknown_names(node, (*place, name), there, document)
                self.problems += untold(node, (*place, name), flow.languages, document)
        if queues and sources.queues:
            said: Known = {**known, VariableName: SAID_WHILE_WAITING}
            self.problems += unknown_names(queues, (), said, sources.queues)
        if self._prompts and sources.prompts:
            self.problems += untold_prompts(self._prompts, sources.recordings, flow.languages, sources.prompts)

    def _shape_problems(
        self, start: str, nodes: Mapping[str, Node], subflows: Mapping[str, Subflow], document: Document
    ) -> None:
        """A subflow's fault is told once, for the first place that uses it."""
        placed = place_subflows(nodes, subflows)
        if placed is None:
            self.problems.append(problem(
                "flow.too_many_nodes", document.where(("nodes",)), f"With its subflows the flow has more than {MAX_NODES} nodes.",
                f"展开子流程后，节点超过 {MAX_NODES} 个。", "Use fewer subflows inside of subflows.", "请减少子流程的嵌套。"))  # fmt: skip
            return
        self._placed = placed
        all_nodes = {name: node for name, (_, node) in placed.items()}

        def where(name: str, *place: str | int) -> str:
            return document.where((*placed[name][0], *place))

        found = [*shape_problems(start, all_nodes, where)]
        if not found:  # what can't be reached is never set either
            found += variable_problems(start, all_nodes, where)
        found += secret_problems(all_nodes, where)
        first: dict[tuple[str, str], Problem] = {}
        for one in found:
            first.setdefault((one.code, one.where), one)
        self.problems += first.values()
