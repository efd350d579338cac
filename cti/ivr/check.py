"""Checks a hotline's files before a call is answered with them, and finds all that is wrong at once.

Pure: it is given parsed documents. First the form of each file, then each node against its kind, then what the names refer to,
then the shape of the flow (`check_shape.py`). A fault never hides one of another kind, and never causes a second complaint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar, get_args

from pydantic import BaseModel

from cti.ivr.calendars import CalendarsFile
from cti.ivr.check_secrets import secret_problems
from cti.ivr.check_shape import shape_problems
from cti.ivr.check_variables import variable_problems
from cti.ivr.commands import PromptRef
from cti.ivr.hotline import FlowFile, Hotline, PromptsFile, QueuesFile, Recording
from cti.ivr.names import (
    PROVIDED,
    CalendarName,
    Language,
    NodeName,
    Place,
    PromptId,
    QueueName,
    Reference,
    VariableName,
    references,
    spoken,
)
from cti.ivr.node import Node
from cti.ivr.registry import KINDS
from cti.ivr.spoken import LANGUAGES, Form, vocabulary
from cti.kit.errors import ConfigError, Problem, Text, problem
from cti.kit.strict_yaml import Document, validate

M = TypeVar("M", bound=BaseModel)
_LIST_AT_MOST = 24  # names that a hint lists when none is similar


@dataclass(frozen=True, slots=True)
class Sources:
    """A hotline's files, parsed; None for one that could not be."""

    flow: Document | None
    queues: Document | None
    prompts: Document | None
    calendars: Document | None
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
        self._nodes = dict(self._each_node())
        self._names()
        if self._flow and sources.flow and not self.problems:
            self.problems += shape_problems(self._flow.start, self._nodes, sources.flow)
            if not self.problems:  # what can't be reached is never set either
                self.problems += variable_problems(self._flow.start, self._nodes, sources.flow)
            self.problems += secret_problems(self._nodes, sources.flow)

    def hotline(self) -> Hotline | None:
        flow, queues, prompts, calendars = self._flow, self._queues, self._prompts, self._calendars
        if self.problems or flow is None or queues is None or prompts is None or calendars is None:
            return None
        texts = {PromptRef(p, language): text for p, said in prompts.root.items() for language, text in said.items()}
        forms = {value.form for node in self._nodes.values() for _, value in spoken(node)}
        for language in flow.languages:
            texts |= {PromptRef(word, language): text for word, text in vocabulary(language, forms).items()}
        return Hotline(
            number=flow.hotline, name=flow.name, version=self._sources.version, languages=flow.languages, start=str(flow.start),
            nodes=self._nodes, queues=queues.queues, prompts=texts, recordings=self._sources.recordings,
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

    def _each_node(self) -> Iterator[tuple[str, Node]]:
        document = self._sources.flow
        if self._flow is None or document is None:
            return
        for name, raw in self._flow.nodes.items():
            kind, place = raw.get("kind"), ("nodes", name)
            if not isinstance(kind, str) or kind not in KINDS:
                self.problems.append(problem(
                    "flow.unknown_kind", document.where((*place, "kind")), f"Node {name} is of no kind that there is: {str(kind)[:60]}.",
                    f"节点 {name} 的类型不存在：{str(kind)[:60]}。", *hint(str(kind)[:60], KINDS)))  # fmt: skip
            elif (node := self._read(document, KINDS[kind], place)) is not None:
                for fault in node.faults():
                    self.problems.append(
                        Problem(fault.code, document.where((*place, *fault.place)), fault.what, fault.mend)
                    )
                yield name, node

    # What names refer to

    def _names(self) -> None:
        """Every reference in the flow and the queues must lead somewhere. What could not be read is not held against it."""
        flow, sources = self._flow, self._sources
        if flow is None or sources.flow is None:
            return
        known: dict[type[Reference], Collection[str]] = {NodeName: flow.nodes.keys(), Language: flow.languages}
        if self._queues:
            known[QueueName] = self._queues.queues.keys()
        if self._calendars:
            known[CalendarName] = self._calendars.root.keys()
        if self._prompts:
            known[PromptId] = self._prompts.root.keys()
        if len(self._nodes) == len(flow.nodes):  # an unread node may be the one that sets the variable
            known[VariableName] = {*PROVIDED, *(name for node in self._nodes.values() for name in node.writes())}
        self._resolve(flow.start, ("start",), known, sources.flow)
        for name, node in self._nodes.items():
            for place, reference in references(node):
                self._resolve(reference, ("nodes", name, *place), known, sources.flow)
            for place, languages in node.written():
                self._written(languages, flow.languages, ("nodes", name, *place), sources.flow)
            if silent := [language for language in flow.languages if language not in LANGUAGES]:
                self._unspoken(node, silent, ("nodes", name), sources.flow)
        if self._queues and sources.queues:
            for place, reference in references(self._queues):
                self._resolve(reference, place, known, sources.queues)
        if self._prompts and sources.prompts:
            self._languages(self._prompts, flow.languages, sources.prompts)

    def _resolve(
        self, reference: Reference, place: Place, known: Mapping[type[Reference], Collection[str]], document: Document
    ) -> None:
        names = known.get(type(reference))
        if names is None or reference in names:
            return
        noun = reference.noun
        self.problems.append(problem(
            f"flow.unknown_{reference.kind}", document.where(place), f"There is no {noun.en} {reference}.",
            f"{noun.zh} {reference} 不存在。", *hint(reference, names)))  # fmt: skip

    def _written(self, written: Collection[str], languages: tuple[str, ...], place: Place, document: Document) -> None:
        """A node's own text must be there in every language, and in no other."""
        for language in written:
            self._resolve(Language(language), (*place, language), {Language: languages}, document)
        for language in languages:
            if language not in written:
                self.problems.append(problem(
                    "flow.text_untranslated", document.where(place), f"This text is missing in {language}.",
                    f"此处缺少语言 {language} 的文字。", f"Add `{language}: …`.", f"请补充 `{language}: …`。"))  # fmt: skip

    def _unspoken(self, node: Node, silent: Sequence[str], place: Place, document: Document) -> None:
        for inner, value in spoken(node):
            self.problems.append(problem(
                "flow.unspoken_language", document.where((*place, *inner)),
                f"A {value.form} can't be said in {', '.join(silent)}.", f"无法用 {', '.join(silent)} 播报此值。",
                f"Say it in {' or '.join(sorted(LANGUAGES))} only, or use prompts.", "请仅用已支持的语言播报，或改用提示音。"))  # fmt: skip

    def _languages(self, prompts: PromptsFile, languages: tuple[str, ...], document: Document) -> None:
        """Every prompt must be spoken or recorded in every language, and in no other."""
        recordings = self._sources.recordings
        for name, texts in prompts.root.items():
            for language in texts:
                if language not in languages:
                    self.problems.append(problem(
                        "flow.unknown_language", document.where((name, language)), f"The flow does not speak {language}.",
                        f"流程未声明语言 {language}。", *hint(language, languages)))  # fmt: skip
            for language in languages:
                if language not in texts and PromptRef(name, language) not in recordings:
                    self.problems.append(problem(
                        "flow.prompt_untranslated", document.where((name,)), f"Prompt {name} says nothing in {language}.",
                        f"提示音 {name} 缺少语言 {language}。", f"Add `{language}: …`, or record prompts/{language}/{name}.wav.",
                        f"请补充 `{language}: …`，或录制 prompts/{language}/{name}.wav。"))  # fmt: skip
        for ref, recording in recordings.items():
            words = vocabulary(ref.language, get_args(Form))
            if (ref.id not in prompts.root and ref.id not in words) or ref.language not in languages:
                self.problems.append(problem(
                    "flow.recording_unused", f"{recording.path}:1:1", f"No prompt is called {ref.id} in {ref.language}.",
                    f"没有语言为 {ref.language} 的提示音 {ref.id}。", *hint(ref.id, prompts.root)))  # fmt: skip


def hint(name: str, names: Collection[str]) -> tuple[str, str]:
    """How to mend a name that leads nowhere."""
    if close := get_close_matches(name, names, n=1):
        return f"Did you mean {close[0]}?", f"您是否想写 {close[0]}？"
    if 0 < len(names) <= _LIST_AT_MOST:
        listed = ", ".join(sorted(names))
        hint = Text(f"Choose one of: {listed}.", f"可选：{listed}。")
    else:
        hint = Text("Correct the name, or define it.", "请更正名称，或补充定义。")
    return hint.en, hint.zh
