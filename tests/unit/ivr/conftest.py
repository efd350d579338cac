"""The shipped hotline, and small ones written for one test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cti.ivr import Hotline, load_hotline

FLOWS = Path(__file__).parents[3] / "ivr_flows"

FLOW = """\
hotline: "1"
name: small
languages: [zh]
start: hello
nodes:
"""
QUEUES = """\
queues:
  people: {title: {zh: 人工, en: People}, skills: {general: 1}}
wrap_up_codes: [{code: done, zh: 完成, en: Done}]
break_reasons: [{code: rest, zh: 小休, en: Rest}]
"""
ALLOWED = 'hosts: ["https://a.b", "http://a.b"]\n'
PROMPTS = "hi: {zh: 您好}\nwhat: {zh: 请按键}\n"


@pytest.fixture(scope="session")
def demo() -> Hotline:
    return load_hotline(FLOWS / "95500")


WriteHotline = Callable[..., Path]


@pytest.fixture
def write_hotline(tmp_path: Path) -> WriteHotline:
    """Writes a hotline of these nodes (YAML, at the margin) and gives its folder."""

    def write(
        nodes: str = "",
        *,
        flow: str = FLOW,
        queues: str = QUEUES,
        prompts: str = PROMPTS,
        calendars: str = "",
        allowed: str = ALLOWED,
    ) -> Path:
        indented = "".join(f"  {line}\n" for line in nodes.strip("\n").splitlines())
        files = {
            "flow": flow + indented,
            "queues": queues,
            "prompts": prompts,
            "calendars": calendars,
            "allowed": allowed,
        }
        for name, text in files.items():
            if text:
                (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write
