"""Schemas for editors, and reports of a check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.cli.flow_report import as_sarif
from cti.ivr.registry import KINDS
from cti.ivr.schema import schemas
from cti.kit.errors import problem
from cti.settings import Settings
from tests.unit.ivr.conftest import FLOWS, WriteHotline

DOCS = Path(__file__).parents[3] / "docs/schema"
PROOF = Path(__file__).parents[2] / "integration/hotline/proof"


def valid(name: str, document: Any) -> bool:
    """By a JSON Schema validator, which sees keys as JSON does: as text."""
    schema = schemas(KINDS)[f"{name}.schema.json"]
    return bool(jsonschema.Draft202012Validator(schema).is_valid(json.loads(json.dumps(document))))


def test_schemas_in_docs_are_current() -> None:
    written = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in DOCS.glob("*.json")}
    assert written == schemas(KINDS), "run `cti flow schema`"


def test_schemas_are_themselves_valid() -> None:
    for schema in schemas(KINDS).values():
        jsonschema.Draft202012Validator.check_schema(schema, format_checker=None)


@pytest.mark.parametrize("folder", [*sorted(FLOWS.iterdir()), PROOF], ids=lambda folder: folder.name)
def test_what_the_check_passes_the_schemas_pass(folder: Path) -> None:
    for path in folder.glob("*.yaml"):
        if (
            path.stem != "prompts"
        ):  # editors know its pattern, with Unicode classes; Python's regular expressions do not
            assert valid(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_keys_and_no_others(kind: str) -> None:
    node = yaml.safe_load(KINDS[kind].example)
    flow = {"hotline": "1", "name": "x", "languages": ["zh"], "start": "a", "nodes": {"a": node}}
    assert valid("flow", flow)
    assert not valid("flow", flow | {"nodes": {"a": node | {"surprise": 1}}})
    assert not valid("flow", flow | {"nodes": {"a": node | {"kind": "nothing"}}})


def test_sarif_names_rule_place_and_both_languages() -> None:
    found = as_sarif([
        problem("flow.unknown_node", "a/flow.yaml:3:7", "There is no node x.", "节点 x 不存在。", "Mend it.", "请更正。"),
        problem("flow.none", "a", "There is no hotline here.", "没有热线。", "Name the folder.", "请指定目录。"),
    ])  # fmt: skip
    (run,) = found["runs"]
    first, second = run["results"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a/flow.yaml"}, "region": {"startLine": 3, "startColumn": 7},
    }  # fmt: skip
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "flow.unknown_node"
    assert first["properties"]["zh"] == "节点 x 不存在。请更正。"
    assert second["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "a"}}}]


def test_the_format_of_a_check_can_be_chosen(write_hotline: WriteHotline, tmp_path: Path) -> None:
    app, folder = flow_app(lambda: Settings(flows=tmp_path)), str(write_hotline("hello: {kind: nothing}"))
    results = {form: CliRunner().invoke(app, ["check", folder, "--format", form]) for form in ("json", "sarif", "text")}
    assert [results[form].exit_code for form in ("json", "sarif")] == [2, 2]
    assert json.loads(results["json"].output)["problems"][0]["code"] == "flow.unknown_kind"
    assert json.loads(results["sarif"].output)["runs"][0]["results"][0]["ruleId"] == "flow.unknown_kind"
    assert results["text"].exception is not None
