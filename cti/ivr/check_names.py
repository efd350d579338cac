"""Checks that every name in a hotline's files leads somewhere, and that everything is said in every language. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from cti.ivr.commands import PromptRef
from cti.ivr.hotline import PromptsFile, Recording
from cti.ivr.names import Language, Place, Reference, references, spoken
from cti.ivr.node import Node
from cti.ivr.spoken import LANGUAGES, Form, vocabulary
from cti.kit.errors import Problem, Text, problem
from cti.kit.strict_yaml import Document

_LIST_AT_MOST = 24  # names that a hint lists when none is similar
Known = Mapping[
    type[Reference], Collection[str]
]  # what there is of each; what could not be read is missing, and not asked for


def unknown_names(value: object, place: Place, known: Known, document: Document) -> Iterator[Problem]:
    """References of a model, or a reference, that lead nowhere. `place` is where it stands in the document."""
    for inner, reference in references(value):
        names = known.get(type(reference))
        if names is not None and reference not in names:
            noun = reference.noun
            yield problem(
                f"flow.unknown_{reference.kind}", document.where((*place, *inner)), f"There is no {noun.en} {reference}.",
                f"{noun.zh} {reference} 不存在。", *hint(reference, names))  # fmt: skip


def untold(node: Node, place: Place, languages: Collection[str], document: Document) -> Iterator[Problem]:
    """A node's own texts must be there in every language and in no other, and its values in languages that have words for them."""
    for inner, written in node.written():
        here = (*place, *inner)
        for language in written:
            yield from unknown_names(Language(language), (*here, language), {Language: languages}, document)
        for language in languages:
            if language not in written:
                yield problem(
                    "flow.text_untranslated", document.where(here), f"This text is missing in {language}.",
                    f"此处缺少语言 {language} 的文字。", f"Add `{language}: …`.", f"请补充 `{language}: …`。")  # fmt: skip
    if silent := [language for language in languages if language not in LANGUAGES]:
        for inner, value in spoken(node):
            yield problem(
                "flow.unspoken_language", document.where((*place, *inner)),
                f"A {value.form} can't be said in {', '.join(silent)}.", f"无法用 {', '.join(silent)} 播报此值。",
                f"Say it in {' or '.join(sorted(LANGUAGES))} only, or use prompts.", "请仅用已支持的语言播报，或改用提示音。")  # fmt: skip


def untold_prompts(
    prompts: PromptsFile, recordings: Mapping[PromptRef, Recording], languages: Collection[str], document: Document
) -> Iterator[Problem]:
    """Every prompt must be spoken or recorded in every language, and in no other."""
    for name, texts in prompts.root.items():
        for language in texts:
            if language not in languages:
                yield problem(
                    "flow.unknown_language", document.where((name, language)), f"The flow does not speak {language}.",
                    f"流程未声明语言 {language}。", *hint(language, languages))  # fmt: skip
        for language in languages:
            if language not in texts and PromptRef(name, language) not in recordings:
                yield problem(
                    "flow.prompt_untranslated", document.where((name,)), f"Prompt {name} says nothing in {language}.",
                    f"提示音 {name} 缺少语言 {language}。", f"Add `{language}: …`, or record prompts/{language}/{name}.wav.",
                    f"请补充 `{language}: …`，或录制 prompts/{language}/{name}.wav。")  # fmt: skip
    for ref, recording in recordings.items():
        names = {*prompts.root, *vocabulary(ref.language, get_args(Form))}
        if ref.id not in names or ref.language not in languages:
            yield problem(
                "flow.recording_unused", f"{recording.path}:1:1", f"No prompt is called {ref.id} in {ref.language}.",
                f"没有语言为 {ref.language} 的提示音 {ref.id}。", *hint(ref.id, prompts.root))  # fmt: skip


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
