"""What stands in tests.yaml, and the check that every name in it is one of the hotline."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from cti.facts.kinds import QueueOutcome, TransferOutcome
from cti.ivr.calendars import At, moment
from cti.ivr.check_names import hint
from cti.ivr.hotline import Hotline
from cti.ivr.interpreter import ENDLESS, HUNG_UP
from cti.ivr.names import (
    PROVIDED,
    Language,
    Model,
    NodePath,
    Place,
    PromptId,
    QueueName,
    Reference,
    Seconds,
    VariableName,
    references,
)
from cti.ivr.position import MAX_VALUE
from cti.ivr.spoken import Form
from cti.kit.errors import ConfigError, Problem, problem
from cti.kit.strict_yaml import Document, validate

CALLER = "13800138000"  # who calls when a test does not say


CLOCK = moment("2026-01-05 10:00")  # a Monday, when a test does not say


def _text(value: object) -> object:
    """`press: 1` is as clear as `press: "1"`."""
    return str(value) if type(value) is int else value


_OR_NUMBER = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})
Keys = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[0-9*#]{1,40}$"), _OR_NUMBER]
Key = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[0-9*#]$"), _OR_NUMBER]
Number = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[+0-9A-Za-z]{0,40}$"), _OR_NUMBER]
Ends = Literal["hung_up", "caller_left", "queue", "failed"]


class Answer(Model):
    """What a business system says. Status 0 is no answer."""

    status: int = Field(ge=0, le=599)
    body: Any = None


class Does(Model):
    """One thing that the caller, or the world around the call, does. Exactly one key is written."""

    press: Keys | None = Field(default=None, description="keys for the next menu or collect")
    cut_in: Key | None = Field(default=None, description="a key during the next announcement, which it cuts short")
    silent: Literal[True] | None = Field(default=None, description="no key until the next menu or collect times out")
    wait: Seconds | None = Field(default=None, description="seconds in which the caller does nothing")
    hang_up: Literal[True] | None = Field(default=None, description="at the next menu, collect or queue")
    answer: Answer | None = Field(default=None, description="to the next request")
    queue: QueueOutcome | None = Field(default=None, description="how the next queue is left")
    speak: Seconds | None = Field(default=None, description="seconds of the next message; without it nothing is said")
    transfer: TransferOutcome | None = Field(
        default=None, description="how the next transfer ends; without it `answered`"
    )
    fax: int | None = Field(default=None, ge=0, le=999, description="pages of the next fax; without it none come")


class ExpectedRequest(Model):
    """One request to a business system; a body that is not written is not compared."""

    method: Literal["GET", "POST", "PUT"] = "GET"
    url: str = Field(description="as it is sent, after `{data_center}`")
    body: dict[str, str] | None = None


def _as_said(value: object) -> object:
    """`{digits: 123}` and `{money: 12.5}` are as clear as with quotes."""
    return str(value) if type(value) in (int, float) else value


_OR_ANY_NUMBER = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
Said = Annotated[
    dict[Form, Annotated[str, BeforeValidator(_as_said), Field(max_length=MAX_VALUE), _OR_ANY_NUMBER]],
    Field(min_length=1, max_length=1),
]


class Expect(Model):
    """What must have happened when the call is over. What is not written is not compared."""

    prompts: tuple[PromptId | Said, ...] | None = Field(
        default=None, description="among those heard, in this order; a value that is said as `{money: 12.5}`"
    )
    nodes: tuple[NodePath, ...] | None = Field(default=None, description="among those visited, in this order")
    outcomes: dict[str, str] | None = Field(default=None, description="node → outcome of its last visit")
    queue: QueueName | None = Field(default=None, description="the last queue in which the caller waited")
    skills: dict[str, int] | None = Field(default=None, description="skill → least level, of that queue")
    priority: int | None = Field(default=None, description="with which the caller waited in that queue")
    variables: dict[str, str | None] | None = Field(default=None, description="variable → value; null: not set")
    requests: tuple[ExpectedRequest, ...] | None = Field(default=None, description="all of them, in this order")
    facts: tuple[dict[str, Any], ...] | None = Field(
        default=None, description="what nodes had recorded, in this order; `kind`, and those fields that matter"
    )
    language: Language | None = Field(default=None, description="spoken at the end")
    ends: Ends | None = Field(default=None, description="by whom or what the call was ended")


class FlowTest(Model):
    """One call and what must come of it."""

    name: str = Field(min_length=1, max_length=200)
    caller: Number = CALLER
    called: Number | None = Field(default=None, description="the hotline's number unless written")
    clock: At = Field(default=CLOCK, description="when the call begins, in each calendar's own time zone")
    does: tuple[Does, ...] = ()
    expect: Expect


class FlowTestFile(Model):
    """tests.yaml."""

    coverage: float = Field(default=0, ge=0, le=100, description="percent of branches that the tests must take")
    tests: tuple[FlowTest, ...] = Field(min_length=1)


def read_tests(document: Document, hotline: Hotline) -> FlowTestFile:
    """The tests in a parsed file. Raises `ConfigError` with every mistake, each with file:line:column."""
    file = validate(document, FlowTestFile)
    if found := list(_mistakes(file, hotline, document)):
        raise ConfigError(*found)
    return file


def _mistakes(file: FlowTestFile, hotline: Hotline, document: Document) -> Iterator[Problem]:
    names: set[str] = set()
    for index, test in enumerate(file.tests):
        here: Place = ("tests", index)
        if test.name in names:
            yield problem(
                "flow_test.name_twice", document.where((*here, "name")), f"Two tests are called {test.name}.",
                f"有两个测试同名：{test.name}。", "Give one another name.", "请为其中一个改名。")  # fmt: skip
        names.add(test.name)
        for number, step in enumerate(test.does):
            if len(step.model_fields_set) != 1:
                yield problem(
                    "flow_test.one_thing", document.where((*here, "does", number)),
                    f"A step does exactly one thing; this one does {len(step.model_fields_set)}.",
                    f"每一步只做一件事，这里有 {len(step.model_fields_set)} 件。",
                    "Begin each step on a line of its own with `- `.", "请让每一步各占一行，以 `- ` 开头。")  # fmt: skip
        if not test.expect.model_fields_set:
            yield problem(
                "flow_test.expects_nothing", document.where((*here, "expect")), f"{test.name} expects nothing.",
                f"测试「{test.name}」没有写任何预期。", "Write for example `ends: hung_up`.", "请补充，例如 `ends: hung_up`。")  # fmt: skip
        yield from _unknown(test.expect, (*here, "expect"), hotline, document)


def _unknown(expect: Expect, here: Place, hotline: Hotline, document: Document) -> Iterator[Problem]:
    known: dict[type[Reference], Collection[str]] = {
        PromptId: {*(p.id for p in hotline.prompts), *(p.id for p in hotline.recordings)},
        NodePath: hotline.nodes.keys(),
        QueueName: hotline.queues.keys(),
        Language: hotline.languages,
        VariableName: {*PROVIDED, *(name for node in hotline.nodes.values() for name in node.writes())},
    }
    named = [*references(expect)]
    named += [(("outcomes", node), NodePath(node)) for node in expect.outcomes or ()]
    named += [(("variables", name), VariableName(name)) for name in expect.variables or ()]
    for place, reference in named:
        names = known[type(reference)]
        if reference not in names:
            yield problem(
                f"flow_test.unknown_{reference.kind}", document.where((*here, *place)),
                f"The hotline has no {reference.noun.en} {reference}.", f"热线中没有{reference.noun.zh} {reference}。",
                *hint(reference, names))  # fmt: skip
    for name, outcome in (expect.outcomes or {}).items():
        if name in hotline.nodes:
            possible = {*hotline.nodes[name].branches(), HUNG_UP, ENDLESS, *_outcomes_of_queues(hotline, name)}
            if outcome not in possible:
                yield problem(
                    "flow_test.unknown_outcome", document.where((*here, "outcomes", name)),
                    f"Node {name} never ends in {outcome}.", f"节点 {name} 不会有结果 {outcome}。", *hint(outcome, possible))  # fmt: skip


def _outcomes_of_queues(hotline: Hotline, node: str) -> Collection[str]:
    """A queue may be left in ways that take the same branch."""
    return {outcome.value for outcome in QueueOutcome} if hotline.nodes[node].kind == "queue" else ()
