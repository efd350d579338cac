"""Expressions in CEL, the Common Expression Language: typed, without side effects, and bounded; nothing of Python is reachable.

The library is Google's own. It checks types before a call, so a flow that compares text with a number is never published.
All variables of a flow are text; `int(policy.years) >= 2` makes a number of one. One that has not been set is "".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Protocol, cast

from cel_expr_python import cel

from cti.ivr.names import Expression, Place, Template, without_text
from cti.ivr.node import Fault
from cti.ivr.position import plain
from cti.kit.errors import Text

# What can become the value of a variable.
_PLAIN: Final = (cel.Type.STRING, cel.Type.INT, cel.Type.UINT, cel.Type.DOUBLE, cel.Type.BOOL)


_MACRO: Final = re.compile(r"\.\s*(all|exists|exists_one|map|filter)\s*\(")

_NEVER_FAILS: Final = re.compile(r"\b(?:startsWith|endsWith|contains|size)\b|\bin\b")
_MAY_FAIL: Final = re.compile(r"\w\s*\(|[/%*\-0-9]|[\w\])]\s*\[")


class _Compiled(Protocol):
    """What we use of the library's expression."""

    def eval(self, *, data: Mapping[str, str]) -> cel.Value: ...
    def return_type(self) -> cel.Type: ...


def holds(expression: Expression, values: Mapping[str, str]) -> bool:
    """Whether a condition is true. One that can't be worked out (`int("x")`, a division by zero) isn't."""
    return evaluate(expression, values) == "true"


def evaluate(expression: Expression, values: Mapping[str, str]) -> str | None:
    """The value as text, `true` and `false` for truth; None when it can't be worked out from these values."""
    known = {str(name): values.get(name, "") for name in expression.variables()}
    try:
        result = _compiled(expression).eval(data=known)
    except RuntimeError:  # more steps than the library allows
        return None
    if result.type() not in _PLAIN:
        return None
    value = result.value()
    return ("true" if value else "false") if isinstance(value, bool) else plain(str(value))


def filled(template: Template, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """The text with its variables and expressions filled in, each through `encode`. KeyError when one has no value."""

    def made(variable: str, expression: str) -> str:
        if variable:
            return encode(values[variable])
        value = evaluate(Expression(expression), values)
        if value is None:
            raise KeyError(expression)
        return encode(value)

    return template.with_each(made)


def template_faults(text: Template, place: Place) -> tuple[Fault, ...]:
    """A brace that belongs to no placeholder, and what is wrong with the expressions."""
    if set("{}") & set(text.literal()):
        return (Fault("flow.bad_template", place, Text(
            "A brace here belongs to no {variable} and no {= expression}.", "此处的花括号不是有效的 {变量} 或 {= 表达式}。"),
            Text("Write {name} with a name of lower-case letters, digits, _ and dots.",
                 "请写成 {名称}，名称由小写字母、数字、下划线和点组成。")),)  # fmt: skip
    return tuple(fault for one in text.expressions() for fault in expression_faults(one, place, condition=False))


def may_fail(expression: Expression) -> bool:
    """Whether some values can't be worked out. Comparing and joining text always can; conversions, calculations and places in lists
    perhaps not: of those that can't fail either, some count as if they could."""
    bare = _NEVER_FAILS.sub(",", without_text(expression))
    return _MAY_FAIL.search(bare) is not None


def expression_faults(expression: Expression, place: Place, *, condition: bool) -> tuple[Fault, ...]:
    """What is wrong with an expression before any call: its form, its types, and what it gives."""
    if found := _MACRO.search(without_text(expression)):
        return (Fault("flow.bad_expression", place, Text(
            f"{found[1]} goes through a list, which flows have no use for.", f"{found[1]} 用于遍历列表，流程中不支持。"),
            Text("Compare values one by one, or with `in`.", "请逐个比较，或使用 `in`。")),)  # fmt: skip
    try:
        gives = _compiled(expression).return_type()
    except RuntimeError as error:
        reason = _reason(str(error))
        return (Fault("flow.bad_expression", place, Text(
            f"This is no valid expression: {reason}.", f"表达式无效：{reason}。"),
            Text("Write CEL, for example `int(policy.years) >= 2 && language == \"zh\"`.",
                 "请按 CEL 语法书写，例如 `int(policy.years) >= 2 && language == \"zh\"`。")),)  # fmt: skip
    if condition and gives != cel.Type.BOOL:
        return (Fault("flow.expression_type", place, Text(
            f"A condition is true or false; this gives {gives}.", f"条件的结果只能是真或假，这里得到 {gives}。"),
            Text("Compare it with something, for example `… == \"1\"`.", "请与某个值比较，例如 `… == \"1\"`。")),)  # fmt: skip
    if gives not in _PLAIN:
        return (Fault("flow.expression_type", place, Text(
            f"A variable is text, a number or a truth value; this gives {gives}.",
            f"变量只能是文本、数字或真假值，这里得到 {gives}。"),
            Text("Pick one value out of it.", "请从中取出一个值。")),)  # fmt: skip
    return ()


@lru_cache(maxsize=10_000)
def _compiled(expression: Expression) -> _Compiled:
    """RuntimeError with the library's reason if it isn't valid."""
    environment = cel.NewEnv(variables=dict.fromkeys(expression.variables(), cel.Type.STRING))
    return cast(_Compiled, environment.compile(expression))


def _reason(said: str) -> str:
    """The library's first complaint, with its column in the expression."""
    found = re.search(r"<input>:\d+:(\d+): (.{1,160})", said)
    return f"column {found[1]}: {found[2].split('(in container')[0].strip()}" if found else "too deeply nested"
