"""Expressions in branch and set: what they give, and what is found wrong with them before any call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ivr import HangUp, Request, begin, load_hotline
from cti.ivr.expression import evaluate, expression_faults, filled, holds, may_fail, template_faults
from cti.ivr.names import Expression, Template
from cti.kit.errors import ConfigError
from tests.unit.ivr.conftest import WriteHotline

T = "title: {zh: 题, en: T}"
VALUES = {"caller": "13800138000", "policy.years": "3", "language": "zh", "name": "张三"}
END = f"\nsame: {{kind: hang_up, {T}}}\nother: {{kind: hang_up, {T}}}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('caller.startsWith("138")', "true"),
        ("int(policy.years) + 1", "4"),
        ('language == "zh" ? "你好" : "hello"', "你好"),
        ("size(name)", "2"),
        ('name + "先生"', "张三先生"),
        ("double(policy.years) / 2.0", "1.5"),
        ('caller in ["1", "13800138000"]', "true"),
        ("'it''s' == \"\"", None),
        ("int(name)", None),
        ("1 / 0", None),
        ('nobody == ""', "true"),
        ("int(policy.years) > 9223372036854775806 + 5", None),
        ('caller.matches("^1[0-9]{10}$")', "true"),
        ('"caller" + " \\"policy.years\\""', 'caller "policy.years"'),
    ],
)
def test_an_expression_gives_text_or_nothing(text: str, value: str | None) -> None:
    expression = Expression(text)
    if expression_faults(expression, (), condition=False):
        assert value is None
    else:
        assert evaluate(expression, VALUES) == value


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("a == b.c", ["a", "b.c"]),
        ('policy.no.startsWith("x.y")', ["policy.no"]),
        ("size(name) > 1 && true", ["name"]),
        ("'a' == \"b\" || a1 in ['c']", ["a1"]),
        ("int(a) / int(a)", ["a"]),
        ("r'a' + b", ["b"]),
    ],
)
def test_the_variables_of_an_expression_are_its_names_but_no_functions_and_no_text(
    text: str, variables: list[str]
) -> None:
    assert list(Expression(text).variables()) == variables


def test_a_condition_that_cant_be_worked_out_does_not_hold() -> None:
    assert not holds(Expression('int(name) > 1 || caller == ""'), VALUES)


@pytest.mark.parametrize(
    "text", ['"a"', 'a == "b" ? "x" : y', 'a + "b"', 'a.startsWith("021") || size(b) == size(a)', 'a in ["1", "2"]']
)
def test_what_compares_and_joins_text_never_fails(text: str) -> None:
    assert not may_fail(Expression(text))


@pytest.mark.parametrize("text", ["int(a)", "1 / size(a)", 'a.matches("[")', '["a"][size(b)]', "double(a) * 2.0"])
def test_what_converts_or_calculates_may_fail(text: str) -> None:
    assert may_fail(Expression(text))


HOSTILE = [
    "(" * 200 + "1" + ")" * 200,
    "[1,2].map(x, x)",
    "[0,1,2,3].all ( x, x > 0)",
    "import os",
    "__import__('os')",
    "a ==",
    "caller.substring(1)",
    "caller > 3",
    '"',
    "{",
    "\\",
    "a.b.c.d()",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_bad_expression_is_found_before_any_call(text: str) -> None:
    (fault,) = expression_faults(Expression(text), (), condition=True)
    assert fault.code == "flow.bad_expression"
    assert fault.what.zh != fault.what.en


@pytest.mark.parametrize(
    ("text", "condition"), [("caller", True), ("1 + 1", True), ("[1]", False), ("{1: 2}", False), ("null", False)]
)
def test_an_expression_of_the_wrong_type_is_found_before_any_call(text: str, condition: bool) -> None:
    (fault,) = expression_faults(Expression(text), (), condition=condition)
    assert fault.code == "flow.expression_type"


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=60))
def test_no_text_at_all_makes_the_check_or_the_evaluation_raise(text: str) -> None:
    expression = Expression(text)
    if not expression_faults(expression, (), condition=False):
        value = evaluate(expression, VALUES)
        assert value is None or len(value) <= 120


def branch(when: str) -> str:
    return f"hello: {{kind: branch, {T}, cases: [{{when: '{when}', next: same}}], otherwise: other}}{END}"


@pytest.mark.parametrize(
    ("when", "code", "hint"),
    [
        ('calle == "1"', "flow.unknown_variable", "Did you mean caller?"),
        ("caller == 1", "flow.bad_expression", "Write CEL"),
        ("caller", "flow.expression_type", "Compare it"),
    ],
)
def test_a_faulty_condition_is_found_where_it_stands(
    write_hotline: WriteHotline, when: str, code: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load_hotline(write_hotline(branch(when)))
    (found,) = error.value.problems
    assert (found.code, hint in found.mend.en, ":" in found.where) == (code, True, True)


def test_a_branch_goes_where_its_expression_says(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(branch('caller.startsWith("138") && language == "zh"')))
    for caller, node in (("13800138000", "same"), ("02100000000", "other")):
        step = begin(hotline, caller=caller, called="1", now=0)
        assert isinstance(step.command, HangUp)
        assert [v.node for v in step.visited] == ["hello", node]


SET = f"""hello: {{kind: set, {T}, values: {{n: '%s', twice: 'int(n) * 2'}}, next: say, failed: bye}}
say: {{kind: branch, {T}, cases: [{{when: 'twice == "22"', next: bye}}], otherwise: other}}
other: {{kind: hang_up, {T}}}
bye: {{kind: hang_up, {T}}}
"""


def test_set_works_out_one_value_after_the_other(write_hotline: WriteHotline) -> None:
    step = begin(load_hotline(write_hotline(SET % 'caller == "138" ? "11" : "0"')), caller="138", called="1", now=0)
    assert [(v.node, v.outcome) for v in step.visited][:2] == [("hello", "next"), ("say", "case_1")]
    assert (step.position.variables["n"], step.position.variables["twice"]) == ("11", "22")


def test_set_sets_nothing_when_one_value_cant_be_worked_out(write_hotline: WriteHotline) -> None:
    step = begin(load_hotline(write_hotline(SET % 'caller + "x"')), caller="138", called="1", now=0)
    assert (step.visited[0].node, step.visited[0].outcome) == ("hello", "failed")
    assert set(step.position.variables) == {"caller", "called"}


def test_what_comes_with_the_call_cant_be_set(write_hotline: WriteHotline) -> None:
    with pytest.raises(ConfigError) as error:
        load_hotline(write_hotline(SET.replace("n: '%s'", "n: '1', caller: '1'")))
    assert [p.code for p in error.value.problems] == ["flow.variable_reserved"]


def test_a_text_holds_variables_and_expressions() -> None:
    text = Template('您好 {caller}, {= int(a) * 2}, {= a == "2" ? "yes" : "no" }')
    assert text.literal() == "您好 , , "
    assert filled(text, {"caller": "138", "a": "2"}) == "您好 138, 4, yes"
    assert filled(text, {"caller": "1/8", "a": "3"}, lambda value: f"<{value}>") == "您好 <1/8>, <6>, <no>"
    for values in ({"a": "2"}, {"caller": "138", "a": "x"}):
        with pytest.raises(KeyError):
            filled(text, values)
    assert set(text.variables()) == {"caller", "a"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{= a ==}", "flow.bad_expression"), ("{= a == 2}", "flow.bad_expression"), ("{= [a]}", "flow.expression_type"),
        ("{=}", "flow.bad_template"), ("{= {a} }", "flow.bad_template"), ("{=a", "flow.bad_template"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_text_is_found_before_any_call(text: str, code: str) -> None:
    assert [fault.code for fault in template_faults(Template(text), ())] == [code]


def test_an_address_holds_expressions_and_nothing_of_them_gets_out_of_their_place(write_hotline: WriteHotline) -> None:
    title = "title: {zh: 题, en: T}"
    nodes = f"""
hello: {{kind: http, {title}, url: 'https://a.b/{{= caller + "/../x" }}?n={{= size(caller) > 3 }}', next: bye, failed: bye}}
bye: {{kind: hang_up, {title}}}
"""
    hotline = load_hotline(write_hotline(nodes))
    command = begin(hotline, caller="138", called="1", now=0).command
    assert isinstance(command, Request)
    assert command.url == "https://a.b/138%2F..%2Fx?n=false"
