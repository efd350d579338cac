"""A corpus of faulty flows: a sound hotline with one fault each, and the finding expected, at its place."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from cti.ivr import load_hotline
from cti.kit.errors import ConfigError

CORPUS = Path(__file__).parent / "corpus"
FAULTS: list[dict[str, Any]] = yaml.safe_load((CORPUS / "faults.yaml").read_text(encoding="utf-8"))
SOURCE = Path(__file__).parents[3] / "cti/ivr"
# Found elsewhere: with a recording, and with thousands of nodes.
ELSEWHERE = {"flow.recording_unused", "flow.too_many_nodes"}


def test_the_hotline_without_a_fault_is_sound() -> None:
    assert load_hotline(CORPUS / "sound").name == "sound"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["fault"] for fault in FAULTS])
def test_the_fault_is_found_where_it_is_and_nothing_else(fault: dict[str, Any], tmp_path: Path) -> None:
    folder = shutil.copytree(CORPUS / "sound", tmp_path / "faulty")
    file = folder / f"{fault.get('file', 'flow')}.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(fault["replace"]) == 1
    text = text.replace(fault["replace"], fault["by"])
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_hotline(folder)
    found = raised.value.problems
    before = text.partition(fault.get("at", fault["by"].strip(" \n")))[0]
    place = f"{file}:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"
    assert (fault["code"], place) in [(one.code, one.where) for one in found], [(one.code, one.where) for one in found]
    assert {one.code for one in found} <= {fault["code"], *fault.get("keep", ())}
    assert all(one.what.en and one.mend.en and one.what.zh and one.mend.zh for one in found)


def test_the_corpus_holds_enough_faults_and_every_finding_that_the_check_can_make() -> None:
    codes = {code for file in SOURCE.rglob("*.py") for code in re.findall(r'"(flow\.[a-z_]+)"', file.read_text())}
    codes |= {
        f"flow.unknown_{kind}" for kind in ("node", "prompt", "queue", "calendar", "language", "subflow", "variable")
    }
    codes |= {"flow.subflow_arguments", "flow.subflow_exits"}
    assert len(FAULTS) >= 60
    assert codes - {fault["code"] for fault in FAULTS} - ELSEWHERE == {"flow.yaml"}
