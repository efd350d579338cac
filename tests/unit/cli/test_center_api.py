"""What commands say of an answer that is not the data center's."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from cti.cli.measures import add_measures_commands
from cti.cli.schedules import schedules_app
from cti.kit.errors import EnvironmentProblem
from cti.settings import Settings

DAY = ("--from", "2026-11-23", "--to", "2026-11-24")


@pytest.mark.parametrize("words", [("show", *DAY), ("measures", *DAY), ("publications",)])
def test_a_page_of_whoever_stands_before_the_data_center_is_no_answer(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        httpx, "request", lambda *_, **__: httpx.Response(200, text="<html>Sign in to the network</html>")
    )

    def settings() -> Settings:
        return Settings(state=tmp_path)

    app = schedules_app(settings)
    add_measures_commands(app, settings)
    found = CliRunner().invoke(app, list(words))
    assert isinstance(found.exception, EnvironmentProblem)
    assert found.exception.problems[0].code.endswith(".data_center_away")
