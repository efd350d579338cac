"""What differs between two topologies, in words, and what must start again to take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cti.topology import Topology, differences, digest_of, document_of, node_digest, restarts_of
from tests.datacenter import demo_topology

Document = dict[str, Any]


def changed(change: Callable[[Document], object]) -> Topology:
    document = document_of(demo_topology())
    change(document)
    return Topology.model_validate(document)


def said(old: Topology, new: Topology) -> list[str]:
    return [f"{change.where}: {change.what.en}" for change in differences(old, new)]


def agent(document: Document, number: int) -> Document:
    return document["sites"][0]["agents"][number - 1]  # type: ignore[no-any-return]


def _move(document: Document) -> None:
    document["sites"][1]["agents"].append(document["sites"][0]["agents"].pop(0))


GZ = {"name": "gz", "host": "127.0.3.1", "nodes": [{"name": "gz1", "address": "127.0.3.1"}]}
WANG = "王芳 Wang Fang"


@pytest.mark.parametrize(
    ("change", "words", "restart"),
    [
        (lambda d: agent(d, 3)["skills"].update(advice=80), "agent 1003: skill advice 70 → 80", ()),
        (lambda d: agent(d, 3)["skills"].update(advice=0), "agent 1003: skill advice 70 → 0", ()),
        (lambda d: agent(d, 3)["skills"].update(english=5), "agent 1003: skill english added (5)", ()),
        (lambda d: agent(d, 3)["skills"].pop("advice"), "agent 1003: skill advice removed (was 70)", ()),
        (lambda d: agent(d, 1).update(name="王方"), f"agent 1001: name {WANG} → 王方", ()),
        (lambda d: agent(d, 1).update(remote=True), "agent 1001: is remote now", ()),
        (lambda d: agent(d, 4).update(number="1005"), None, ()),
        (_move, "agent 1001: moved from sh to bj", ()),
        (lambda d: d["sites"][1].update(title=""), "site bj: title 北京 Beijing → -", ()),
        (lambda d: d["sites"].append(GZ), "site gz: added (gz1; 0 agents 坐席)", ("cti up",)),
        (lambda d: d["sites"].pop(), "site bj: removed (bj1; 4 agents 坐席)", ("cti up",)),
        (lambda d: d["sites"][1].update(port=81), "site bj: port 8080 → 81", ("site bj",)),
        (lambda d: d["sites"][0].update(standby=False), "site sh: has no standby any more", ("cti up",)),
        (lambda d: d["sites"][0]["nodes"][0].update(rtp_end=11000), "node sh1: rtp_end 20000 → 11000", ("site sh", "node sh1")),
        (lambda d: d["sites"][0]["nodes"].append({"name": "sh2", "address": "127.0.1.2"}), "node sh2: added at sh", ("site sh", "cti up")),
        (lambda d: d["sites"][0]["carriers"][0].update(port=5070), "carrier carrier-sh: port 5060 → 5070", ()),
        (lambda d: d["sites"][0]["carriers"][0].update(addresses=["127.0.9.8"]), "carrier carrier-sh: addresses 127.0.9.1 → 127.0.9.8", ()),
        (lambda d: d.update(hotline="95511"), "hotline: number 95500 → 95511", ("site sh", "site bj", "node sh1", "node bj1", "cti up")),
    ],
)  # fmt: skip
def test_each_difference_is_told_with_what_must_start_again(
    change: Callable[[Document], object], words: str | None, restart: tuple[str, ...]
) -> None:
    old, new = demo_topology(), changed(change)
    if words is not None:
        assert said(old, new) == [words]
    assert {name for c in differences(old, new) for name in c.restart} == set(restart)
    assert said(new, new) == []


def test_an_agent_with_another_number_is_another_agent() -> None:
    new = changed(lambda d: agent(d, 4).update(number="1005"))
    assert said(demo_topology(), new) == [
        "agent 1004: removed from sh", "agent 1005: added at sh: 刘洋 Liu Yang, advice 80, english 90, general 60"
    ]  # fmt: skip


def test_where_the_data_center_is_changes_nothing_elsewhere() -> None:
    new = changed(lambda d: d.update(data_center={"host": "127.0.0.9"}))
    [change] = differences(demo_topology(), new)
    assert "changes nothing" in change.what.en
    assert node_digest(new) == node_digest(demo_topology())


def test_a_site_restarts_for_what_is_its_own() -> None:
    new = changed(lambda d: d["sites"][0]["nodes"][0].update(sip_port=5062))
    changes = differences(demo_topology(), new)
    assert restarts_of(new.site("sh"), changes) == ("site sh", "node sh1")
    assert restarts_of(new.site("bj"), changes) == ()


def test_nodes_need_not_hear_of_skills_but_of_agents() -> None:
    demo = node_digest(demo_topology())
    assert node_digest(changed(lambda d: agent(d, 1)["skills"].update(english=9))) == demo
    assert node_digest(changed(lambda d: agent(d, 1).update(name="王方"))) != demo


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": {"c": 2, "d": 3}}) == digest_of({"b": {"d": 3, "c": 2}, "a": 1})
