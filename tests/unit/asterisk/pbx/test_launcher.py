"""What is told of a node that is there and does not answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from cti.asterisk.pbx import launcher
from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.runtime import Runtime
from cti.kit.errors import EnvironmentProblem


async def test_a_node_that_hangs_is_told_to_hang(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "CLI_SECONDS", 0.1)
    silent, run = tmp_path / "asterisk", tmp_path / "n/run"
    silent.write_text("#!/bin/sh\nexec sleep 600\n")
    silent.chmod(0o700)
    run.mkdir(parents=True)
    pbx = Pbx(replace(installation, node_folder=lambda node: run.parent), Runtime(str(silent), None, frozenset()))
    async with await asyncio.start_unix_server(lambda reader, writer: writer.close(), run / "asterisk.ctl"):
        with pytest.raises(EnvironmentProblem) as told:
            await pbx.cli("sh1", "core show channels count")
    assert told.value.problems[0].code == "pbx.no_answer"
