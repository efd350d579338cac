"""What we write as YAML we read back as the same."""

from __future__ import annotations

import pytest

from cti.kit.strict_yaml import parse
from cti.kit.yaml_text import dump
from cti.topology import document_of
from tests.datacenter import demo_topology

TEXTS = ["95500", "012", "1:30", "0x1F", "2026-11-26", "yes", "n", "~", "null", "true", "", " x ", "a: b", "- x", "#"]
TEXTS += ["王芳", "it's", '"', "1e3", "1_000", "."]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back_as_itself_as_value_and_as_key(text: str) -> None:
    data = {"value": text, "keys": {text: 1}, "list": [text, {"deep": text}]}
    assert parse(dump(data), "x.yaml").data == data


def test_a_topology_comes_back_as_itself() -> None:
    document = document_of(demo_topology())
    assert parse(dump(document), "x.yaml").data == document
