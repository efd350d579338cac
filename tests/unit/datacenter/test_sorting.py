from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.datacenter.ingest.reading import read
from cti.datacenter.ingest.sorting import sort_out
from tests.scribe import Scribe


def items(count: int = 5) -> list[Any]:
    scribe = Scribe()
    scribe.served()
    return list(scribe.batch(1, count)["facts"])


def test_facts_come_out_in_order_each_once() -> None:
    given_items = items()
    result = sort_out("sh", [given_items[3], *given_items, given_items[0]])
    assert [fact.seq for fact in result.facts] == [1, 2, 3, 4, 5]
    assert result.rejected == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "no dots"}, "kind"),
        ({"id": "short"}, "id"),
        ({"id": "é" * 26}, "id"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-23T08:00:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"site": "bj"}, "site"),
        ({"contact": "c\r\n1"}, "contact"),
        ({"contact": "x" * 65}, "contact"),
        ({"v": 0}, "v"),
        ({"v": 10**9}, "v"),
        ({"data": "text"}, "data"),
        ({"data": {"note": "a\x00b"}}, "NUL"),
        ({"data": {"note": "\ud800"}}, "surrogate"),
        ({"data": {"note": "x" * 5000}}, "text"),
        ({"data": {"ms": float("nan")}}, "number"),
        ({"data": {"ms": float("-inf")}}, "number"),
        ({"data": {"ms": 10**30}}, "number"),
        ({"data": {"ms": -(10**400)}}, "number"),
        ({"data": {"a": {"b": [[[[[[[[[[1]]]]]]]]]]}}}, "nested"),
        ({"data": {f"k{i}": "x" * 4000 for i in range(20)}}, "bytes"),
        ({"kind": "queue.entered", "data": {"queue": "claims"}}, "skills"),
        ({"kind": "queue.entered", "data": {"queue": "q" * 65, "skills": {}, "priority": 1}}, "queue"),
    ],
)
def test_a_bad_fact_is_set_aside_with_its_reason_and_the_others_pass(change: dict[str, Any], reason: str) -> None:
    batch = items()
    batch[2] = {**batch[2], "kind": "strange.kind", "data": {}, **change}
    result = sort_out("sh", batch)
    assert [fact.seq for fact in result.facts] == [1, 2, 4, 5]
    assert [(item.seq, item.code) for item in result.rejected] == [(3, "malformed")]
    assert reason in result.rejected[0].reason


def test_reasons_never_repeat_what_was_sent() -> None:
    batch = items(1)
    batch[0] = {**batch[0], "data": {"caller": 13800138000}}
    assert "138001" not in sort_out("sh", batch).rejected[0].reason


@pytest.mark.parametrize("garbage", [None, 7, "text", [], {}, {"seq": "three"}, {"seq": True}, {"seq": -1}])
def test_what_has_no_seq_takes_the_place_its_neighbors_leave(garbage: Any) -> None:
    for place in range(3):
        batch = items(3)
        batch[place] = garbage
        result = sort_out("sh", batch)
        assert [item.seq for item in result.rejected] == [place + 1]
    first_two = [garbage, garbage, items(3)[2]]
    assert [item.seq for item in sort_out("sh", first_two).rejected] == [1, 2]


def test_garbage_between_facts_without_a_free_number_is_ignored() -> None:
    batch = items(2)
    assert sort_out("sh", [batch[0], "garbage", batch[1]]).rejected == []
    assert sort_out("sh", ["garbage"]).rejected == []


def test_a_second_fact_with_the_same_seq_is_a_conflict_and_the_first_stands() -> None:
    batch = items(2)
    other = {**batch[0], "data": {**batch[0]["data"], "caller": "999"}}
    result = sort_out("sh", [batch[0], other, batch[1]])
    assert [fact.data["caller"] for fact in result.facts[:1]] == ["13800138000"]
    assert [(item.seq, item.code) for item in result.rejected] == [(1, "conflict")]


def test_unknown_kinds_and_newer_versions_are_facts() -> None:
    batch = items(2)
    batch[0] |= {"kind": "video.started", "data": {"anything": [1, 2.5, None, True]}}
    batch[1] |= {"v": 9, "data": {"meaning": "changed"}}
    assert [fact.kind for fact in sort_out("sh", batch).facts] == ["video.started", "flow.entered"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(_json | st.fixed_dictionaries({"seq": st.integers(), "kind": st.text(), "data": _json}), max_size=6))
def test_no_batch_however_strange_raises(batch: list[Any]) -> None:
    result = sort_out("sh", batch)
    assert len(result.facts) + len(result.rejected) <= len(batch)


@given(
    st.lists(st.tuples(st.sampled_from(["id", "at", "v", "contact", "data", "seq", "kind", "site"]), _json), max_size=3)
)
def test_a_batch_read_in_one_go_is_the_same_as_one_looked_at_item_by_item(changes: list[tuple[str, Any]]) -> None:
    batch = items(4)
    for place, (name, value) in enumerate(changes):
        batch[place] = {**batch[place], name: value}
    read_from_bytes = read(json.dumps({"site": "sh", "facts": batch}).encode()).sorted
    looked_at = sort_out("sh", json.loads(json.dumps(batch)))
    assert (read_from_bytes.facts, read_from_bytes.rejected) == (looked_at.facts, looked_at.rejected)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**60), 1.5e300, 10**30])
def test_no_number_out_of_range_hides_behind_others(value: float) -> None:
    for data in (
        {"n": value},
        {"ok": 1, "n": value},
        {"a": [1], "n": value},
        {"a": {"b": [value]}},
        {"a": "text", "n": value},
    ):
        batch = items(2)
        batch[1] = {**batch[1], "kind": "strange.kind", "data": data}
        assert [item.seq for item in read(json.dumps({"site": "sh", "facts": batch}).encode()).sorted.rejected] == [2]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"[]", b"null", b'{"site": "SH!", "facts": []}']
)
def test_what_is_no_batch_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        read(body)
