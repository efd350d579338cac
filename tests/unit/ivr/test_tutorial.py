"""Every step of the tutorial that needs no running system; the others are taken in tests/integration/hotline."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.kit.errors import ConfigError
from cti.settings import Settings
from tests.tutorial import commands, write_files


def settings() -> Settings:
    raise AssertionError("folders are given")


@pytest.mark.parametrize("command", ["check", "test", "try", "graph"])
def test_the_tutorials_commands_do_what_it_says(tmp_path: Path, command: str) -> None:
    mine = write_files(tmp_path)
    (words,) = (words for words in commands(mine) if words[0] == command)
    result = CliRunner().invoke(flow_app(settings), words, input="1\n1\nh\n")
    assert result.exit_code == 0, result.output
    if command == "try":
        assert "请准备保单号和事故照片" in result.output


def test_the_tutorials_mistake_is_told_as_it_says(tmp_path: Path) -> None:
    mine = write_files(tmp_path)
    flow = mine / "flow.yaml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("1: claims", "1: claim"), encoding="utf-8")
    result = CliRunner().invoke(flow_app(settings), ["check", str(mine)])
    assert isinstance(result.exception, ConfigError)
    assert "Did you mean claims?" in {p.mend.en for p in result.exception.problems}
