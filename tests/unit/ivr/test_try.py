"""`cti flow try`, by piped input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.ivr import load_hotline
from cti.ivr.flowtest import read_tests, run_tests
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import parse
from cti.settings import Settings
from tests.unit.ivr.conftest import FLOWS


def attempt(hotline: str, *lines: str, options: tuple[str, ...] = ()) -> Any:
    def settings() -> Settings:
        raise AssertionError("the folder is given")

    return CliRunner().invoke(
        flow_app(settings), ["try", str(FLOWS / hotline), *options], input="".join(f"{x}\n" for x in lines)
    )


def test_what_a_caller_would_hear_is_printed() -> None:
    output = attempt("95500", "2", "80012345678#", '200 {"status": "in_force"}', "h").output
    assert "♪ 您好，欢迎致电九五五零零。" in output
    assert "→ GET {data_center}/api/v1/policies/80012345678" in output
    assert "目前有效，保障正常。" in output
    assert output.rstrip().endswith("— caller_left —")


def test_the_end_of_the_input_hangs_up() -> None:
    assert attempt("95500").output.rstrip().endswith("— caller_left —")


def test_a_question_mark_tells_node_and_variables() -> None:
    assert 'main_menu  {"data_center"' in attempt("95500", "?").output


def test_what_is_not_understood_is_asked_for_again() -> None:
    output = attempt("95500", "x", "2", "80012345678#", "what", '{"status"', "9999", "404").output
    assert "没有查到这张保单" in output


@pytest.mark.parametrize(
    ("hotline", "lines", "options"),
    [
        ("95500", ("2", "80012345678#", '200 {"status": "lapsed"}', "", "3", "t"), ()),
        ("95500", ("8", "1", "12#", "12345678#", "a"), ()),
        ("10086", ("4", "a", "5"), ()),
        ("10086", ("3", "4539148803436467", "409", "h"), ("--caller", "13912345678")),
        ("10086", ("4",), ("--at", "2026-10-01 10:00")),
        ("95598", ("1", "2", "t"), ()),
        ("95598", ("3", "0123456789", "1", ""), ()),
    ],
)
def test_what_was_tried_becomes_a_test_that_passes(
    hotline: str, lines: tuple[str, ...], options: tuple[str, ...]
) -> None:
    output = attempt(hotline, *lines, options=(*options, "--save-test", "tried")).output
    saved = '  - name: "tried"' + output.split('  - name: "tried"')[1]
    loaded = load_hotline(Path(FLOWS / hotline))
    tests = read_tests(parse("tests:\n" + saved, "tests.yaml"), loaded).tests
    assert run_tests(loaded, tests).failed == {}


def test_a_moment_that_is_none_is_told() -> None:
    assert isinstance(attempt("95500", options=("--at", "soon")).exception, ConfigError)
