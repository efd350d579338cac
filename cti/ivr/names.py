"""The words of a flow file. A reference knows by its type what it refers to, so one walk over a model finds them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, ClassVar, Final, cast, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, GetCoreSchemaHandler, Tag
from pydantic_core import CoreSchema, core_schema

from cti.ivr.spoken import Form
from cti.kit.errors import Text

Place = tuple[str | int, ...]

# What every flow may read without having set it. `data_center` is given by wiring; the rest comes with the call.
PROVIDED: Final = ("caller", "called", "language", "data_center")

_NAME = r"[a-z][a-z0-9_]{0,40}"
# {variable}, or {= expression}
_PLACEHOLDER = re.compile(rf"\{{({_NAME}(?:\.{_NAME})*)\}}|\{{=\s*([^{{}}]{{1,200}}?)\s*\}}")
_TEXT = re.compile(r"""[rRbB]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")  # text inside an expression
_IDENTIFIER = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\b(?!\.\w)(\s*\()?")
_CEL_WORDS: Final = frozenset({"true", "false", "null", "in"})


class Model(BaseModel):
    """Read from YAML: frozen, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Model):
    """What people are shown."""

    zh: str = Field(min_length=1, max_length=60, description="in Chinese")
    en: str = Field(min_length=1, max_length=60, description="in English")


class Reference(str):
    """Text that names something defined elsewhere."""

    __slots__ = ()
    pattern: ClassVar[str] = rf"^{_NAME}$"
    kind: ClassVar[str]  # in the code of a problem: `flow.unknown_node`
    noun: ClassVar[Text]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(pattern=cls.pattern))


class NodeName(Reference):
    __slots__ = ()
    kind, noun = "node", Text("node", "节点")


class NodePath(NodeName):
    """A node of a subflow too: `identify.ask`."""

    __slots__ = ()
    pattern = rf"^{_NAME}(\.{_NAME})*$"


class SubflowName(Reference):
    __slots__ = ()
    kind, noun = "subflow", Text("subflow", "子流程")


class PromptId(Reference):
    __slots__ = ()
    kind, noun = "prompt", Text("prompt", "提示音")


class QueueName(Reference):
    __slots__ = ()
    kind, noun = "queue", Text("queue", "队列")


class CalendarName(Reference):
    __slots__ = ()
    kind, noun = "calendar", Text("calendar", "日历")


class Language(Reference):
    __slots__ = ()
    pattern = r"^[a-z]{2}$"
    kind, noun = "language", Text("language", "语言")


class VariableName(Reference):
    """Dots are part of the name: `policy.status`."""

    __slots__ = ()
    pattern = rf"^{_NAME}(\.{_NAME})*$"
    kind, noun = "variable", Text("variable", "变量")


class Template(Reference):
    """Text with `{variable}` or `{= expression}` in it. `cti.ivr.expression` checks and fills it."""

    __slots__ = ()
    pattern = r"^[^\x00-\x1f\x7f]{1,500}$"
    kind, noun = "template", Text("template", "模板")

    def variables(self) -> tuple[VariableName, ...]:
        """Those of its expressions too."""
        names = [name for name, _ in _PLACEHOLDER.findall(self) if name]
        return tuple(VariableName(name) for name in names) + tuple(
            v for one in self.expressions() for v in one.variables()
        )

    def expressions(self) -> tuple[Expression, ...]:
        return tuple(Expression(text) for _, text in _PLACEHOLDER.findall(self) if text)

    def with_each(self, made: Callable[[str, str], str]) -> str:
        """The text with `made(variable, expression)`, one of them "", in place of each placeholder."""
        return _PLACEHOLDER.sub(lambda found: made(found[1] or "", found[2] or ""), self)

    def literal(self) -> str:
        """What is left without the placeholders; a brace in it is a mistake."""
        return self.with_each(lambda variable, expression: "")


class Expression(Reference):
    """A CEL expression over the flow's variables; `cti.ivr.expression` checks and evaluates it."""

    __slots__ = ()
    pattern = r"^[^\x00-\x1f\x7f]{1,500}$"
    kind, noun = "expression", Text("expression", "表达式")

    def variables(self) -> tuple[VariableName, ...]:
        """Every name that is neither a function nor a word of the language; `policy.no.startsWith("8")` has `policy.no`."""
        names = (
            path if not call else path.rpartition(".")[0] for path, call in _IDENTIFIER.findall(without_text(self))
        )
        return tuple(dict.fromkeys(VariableName(name) for name in names if name and name not in _CEL_WORDS))


def without_text(expression: str) -> str:
    """An expression with its texts emptied, so that only names, words and signs are left."""
    return _TEXT.sub('""', expression)


class Spoken(Model):
    """A variable's value, said in the caller's language. Each form is a model with one field, named as the form."""

    @property
    def form(self) -> Form:
        (form,) = type(self).model_fields
        return cast(Form, form)

    @property
    def variable(self) -> VariableName:
        return VariableName(getattr(self, self.form))


class SpokenDigits(Spoken):
    digits: VariableName = Field(description="a variable, digit by digit")


class SpokenNumber(Spoken):
    number: VariableName = Field(description="a variable that holds a number: one hundred and twelve point five")


class SpokenMoney(Spoken):
    money: VariableName = Field(description="a variable that holds an amount in yuan")


class SpokenDate(Spoken):
    date: VariableName = Field(description="a variable that holds a day: YYYY-MM-DD or YYYYMMDD")


class SpokenTime(Spoken):
    time: VariableName = Field(description="a variable that holds a time of day: HH:MM or HHMM")


class SpokenDuration(Spoken):
    duration: VariableName = Field(description="a variable that holds whole seconds")


_SPOKEN: Final = frozenset(get_args(Form))


def _saying(value: Any) -> str | None:
    """Which of the sayings a value is meant to be; None for none."""
    if isinstance(value, Spoken):
        return value.form
    if isinstance(value, dict):
        return next((key for key in value if key in _SPOKEN), None)
    return "prompt"


Saying = Annotated[
    Annotated[PromptId, Tag("prompt")]
    | Annotated[SpokenDigits, Tag("digits")]
    | Annotated[SpokenNumber, Tag("number")]
    | Annotated[SpokenMoney, Tag("money")]
    | Annotated[SpokenDate, Tag("date")]
    | Annotated[SpokenTime, Tag("time")]
    | Annotated[SpokenDuration, Tag("duration")],
    Discriminator(
        _saying,
        custom_error_type="saying",
        custom_error_message="a prompt, or one of {digits: …}, {number: …}, {money: …}, {date: …}, {time: …}, {duration: …}",
    ),
]
Prompts = tuple[Saying, ...]
Written = Annotated[str, Field(pattern=VariableName.pattern)]  # a variable that a node sets
Seconds = Annotated[float, Field(gt=0, le=3600)]


def references(value: object) -> Iterator[tuple[Place, Reference]]:
    """Everything that a model refers to, with its path inside the model."""
    for place, part in _parts(value, ()):
        if isinstance(part, Template | Expression):
            for variable in part.variables():
                yield place, variable
        elif isinstance(part, Reference):
            yield place, part


def spoken(value: object) -> Iterator[tuple[Place, Spoken]]:
    """Every value that a model says, with its path inside the model."""
    return ((place, part) for place, part in _parts(value, ()) if isinstance(part, Spoken))


def _parts(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    """A value and everything inside of it."""
    yield place, value
    items: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, BaseModel):
        items = value
    elif isinstance(value, dict):
        items = value.items()
    elif isinstance(value, tuple):
        items = enumerate(value)
    for step, item in items:
        yield from _parts(item, (*place, step))
