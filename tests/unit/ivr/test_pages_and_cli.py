"""The pages of node kinds, and `cti flow`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.ivr import Hotline
from cti.ivr.pages import pages
from cti.ivr.registry import KINDS
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import parse, validate
from cti.settings import Settings
from tests.unit.ivr.conftest import FLOWS

DOCS = Path(__file__).parents[3] / "docs/nodes"


@pytest.mark.parametrize("kind", KINDS)
def test_example_of_each_kind_is_right(kind: str) -> None:
    node = validate(parse(KINDS[kind].example, "example"), KINDS[kind])
    assert node.kind == kind
    assert list(node.faults()) == []


def test_pages_in_docs_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written == pages(KINDS), "run `cti flow docs`"


def run(*arguments: str, settings: Settings | None = None) -> Any:
    return CliRunner().invoke(flow_app(lambda: settings or Settings(flows=FLOWS)), list(arguments))


def test_check_without_a_folder_checks_every_hotline(demo: Hotline) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert f"95500 main {demo.version}: 27 nodes" in result.output


def test_check_of_a_broken_hotline_raises_what_people_can_mend(tmp_path: Path) -> None:
    result = run("check", str(tmp_path))
    assert isinstance(result.exception, ConfigError)


def test_check_for_programs_prints_json_and_exits_with_2(tmp_path: Path) -> None:
    result = run("check", "--json", str(tmp_path))
    assert result.exit_code == 2
    problems = json.loads(result.output)["problems"]
    assert [p["code"] for p in problems] == ["file.unreadable"] * 3
    assert set(problems[0]) == {"code", "where", "what", "mend"}


def test_folder_without_hotlines_is_told(tmp_path: Path) -> None:
    result = run("check", settings=Settings(flows=tmp_path))
    assert isinstance(result.exception, ConfigError)
    assert [p.code for p in result.exception.problems] == ["flow.none"]


def test_docs_writes_the_pages(tmp_path: Path) -> None:
    assert run("docs", str(tmp_path / "nodes")).exit_code == 0
    assert sorted(p.name for p in (tmp_path / "nodes").iterdir()) == sorted(pages(KINDS))
