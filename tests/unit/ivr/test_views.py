"""A flow as a picture, and the difference between two."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cti.cli.flow import flow_app
from cti.ivr import Hotline, load_hotline
from cti.ivr.diff import differences
from cti.ivr.graph import graph, mermaid
from cti.ivr.graph_svg import HEIGHT, place, svg
from cti.settings import Settings
from tests.unit.ivr.conftest import FLOWS, WriteHotline

PROOF = Path(__file__).parents[2] / "integration/hotline/proof"
HOSTILE = 'x"]; click a "javascript:alert(1)" --> <script>&amp;'
T = "title: {zh: 题, en: T}"


@pytest.fixture(params=[*sorted(FLOWS.iterdir()), PROOF], ids=lambda folder: folder.name)
def hotline(request: pytest.FixtureRequest) -> Hotline:
    return load_hotline(request.param)


def test_every_node_and_every_way_is_in_the_picture(hotline: Hotline) -> None:
    flow = graph(hotline, "zh")
    text = mermaid(flow)
    for name, node in hotline.nodes.items():
        assert f"  n_{name.replace('.', '-')}" in text
        for _, target in node.exits():
            assert any(e.node == name and e.target == target for e in flow.edges)
    assert text.startswith("flowchart TD\n")


def test_every_node_is_drawn_once_and_no_two_boxes_touch(hotline: Hotline) -> None:
    flow = graph(hotline, "en")
    root = ElementTree.fromstring(svg(flow))
    drawn = [g.get("id") for g in root.iter("{http://www.w3.org/2000/svg}g")]
    assert sorted(drawn, key=str) == sorted(f"node-{name}" for name in hotline.nodes)
    boxes = list(place(flow).values())
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = one.x + one.width < other.x or other.x + other.width < one.x or abs(one.y - other.y) > HEIGHT
            assert apart
    assert svg(flow) == svg(flow)


def test_a_hostile_title_stays_a_title(write_hotline: WriteHotline) -> None:
    nodes = f"hello: {{kind: hang_up, title: {{zh: '{HOSTILE}', en: T}}}}"
    flow = graph(load_hotline(write_hotline(nodes)), "zh")
    assert "<script>" not in mermaid(flow)
    assert '"]; click' not in mermaid(flow)
    assert HOSTILE in "".join(ElementTree.fromstring(svg(flow)).itertext())


def test_a_flow_does_not_differ_from_itself(hotline: Hotline) -> None:
    assert differences(hotline, hotline) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "said", "noticed"),
    [
        (
            "flow.yaml",
            "      0: to_general",
            "      0: to_advice",
            "node main_menu",
            "keys.0: to_general → to_advice",
            True,
        ),
        ("flow.yaml", "    repeat: 9", "    repeat: 7", "node main_menu", "repeat: 9 → 7", True),
        ("flow.yaml", "en: Greeting", "en: Welcome", "node greeting", '"en": "Greeting"', False),
        ("prompts.yaml", "输入有误。", "按键有误。", "prompt wrong_key.zh", "输入有误。 → 按键有误。", True),
        ("queues.yaml", "every_seconds: 30", "every_seconds: 20", "queue ", "comfort.every_seconds: 30", True),
    ],
)
def test_each_change_is_one_sentence(
    tmp_path: Path, file: str, old: str, new: str, where: str, said: str, noticed: bool
) -> None:
    copy = shutil.copytree(FLOWS / "95500", tmp_path / "copy")
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    before, after = load_hotline(FLOWS / "95500"), load_hotline(copy)
    (change,) = differences(before, after)
    assert change.where.startswith(where)
    assert said in change.what.en
    assert change.noticed is noticed


def test_a_node_under_another_name_is_no_difference_to_callers(write_hotline: WriteHotline) -> None:
    nodes = f"hello: {{kind: play, {T}, prompts: [hi], next: bye}}\nbye: {{kind: hang_up, {T}}}"
    before = load_hotline(write_hotline(nodes))
    after = load_hotline(write_hotline(nodes.replace("bye", "goodbye")))
    (change,) = differences(before, after)
    assert (change.where, change.what.en, change.noticed) == ("node bye", "is now called goodbye", False)


def test_another_start_is_told(write_hotline: WriteHotline) -> None:
    nodes = (
        f"hello: {{kind: play, {T}, prompts: [hi], next: more}}\nmore: {{kind: play, {T}, prompts: [hi], next: bye}}"
    )
    nodes += f"\nbye: {{kind: hang_up, {T}}}"
    before = load_hotline(write_hotline(nodes))
    (change,) = differences(before, replace(before, start="more"))
    assert (change.where, change.what.en) == ("hotline", "start: hello → more")


def test_nodes_that_come_and_go_are_told(write_hotline: WriteHotline) -> None:
    nodes = f"hello: {{kind: play, {T}, prompts: [hi], next: bye}}\nbye: {{kind: hang_up, {T}}}"
    before = load_hotline(write_hotline(nodes))
    more = nodes.replace("next: bye", "next: more") + f"\nmore: {{kind: play, {T}, prompts: [what], next: bye}}"
    after = load_hotline(write_hotline(more))
    told = [(c.where, c.what.en) for c in differences(before, after)]
    assert told == [("node hello", "next: bye → more"), ("node more", "added (play)")]
    assert [(c.where, c.what.en) for c in differences(after, before)] == [
        ("node hello", "next: more → bye"), ("node more", "removed (play)"),
    ]  # fmt: skip


def test_the_commands_print_and_exit_as_they_say(tmp_path: Path) -> None:
    def settings() -> Settings:
        raise AssertionError("folders are given")

    run, shipped = CliRunner().invoke, str(FLOWS / "95500")
    app = flow_app(settings)
    assert run(app, ["graph", shipped, "--language", "zh"]).output.startswith("flowchart TD")
    assert run(app, ["graph", shipped, "--format", "svg"]).output.startswith("<svg")
    assert run(app, ["diff", shipped, shipped]).exit_code == 0
    different = run(app, ["diff", shipped, str(PROOF), "--json"])
    assert different.exit_code == 1
    assert any(change["where"] == "node main" for change in json.loads(different.output)["changes"])
