"""What the emergency menu wrote is read as it was meant; what nobody wrote so is put aside."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import NoReturn

import pytest

from cti.asterisk.pbx.emergency import store
from cti.asterisk.spool import EmergencySpool

REQUEST = {
    "v": 1, "at": "2026-11-25T08:00:00.000000+00:00", "contact": "sh1-9.1", "site": "sh", "node": "sh1", "caller": "13800138000",
    "called": "95500", "callback": "13900000001", "ended": "asked",
}  # fmt: skip


def test_requests_are_read_oldest_first_and_removed_one_by_one(tmp_path: Path) -> None:
    store(tmp_path, REQUEST | {"contact": "sh1-9.2"})
    store(tmp_path, REQUEST | {"at": "2026-11-25T07:00:00.000000+00:00", "callback": ""})
    spool = EmergencySpool(tmp_path)
    first, second = spool.read()
    assert (first.contact, first.callback, second.contact, second.callback) == (
        "sh1-9.1",
        None,
        "sh1-9.2",
        "13900000001",
    )
    spool.remove(first)
    assert spool.read() == [second]


def test_a_request_is_taken_whatever_the_topology_calls_its_node(tmp_path: Path) -> None:
    store(tmp_path, REQUEST | {"contact": "sh-north_1-9.1", "node": "sh-north_1"})
    assert [left.contact for left in EmergencySpool(tmp_path).read()] == ["sh-north_1-9.1"]


def test_a_request_that_could_not_be_read_is_taken_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(*_: object) -> NoReturn:
        raise OSError(errno.EMFILE, "Too many open files")

    store(tmp_path, REQUEST)
    spool = EmergencySpool(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", too_many)
        assert spool.read() == []
    assert [left.contact for left in spool.read()] == ["sh1-9.1"]


def test_what_nobody_of_ours_wrote_is_put_aside(tmp_path: Path) -> None:
    hostile = (
        "{", "[]", json.dumps(REQUEST | {"callback": "1;rm"}), json.dumps(REQUEST | {"contact": "a/b"}),
        json.dumps(REQUEST | {"at": "now"}), "[" * 9000,
    )  # fmt: skip
    for number, text in enumerate(hostile):
        (tmp_path / f"{number}.json").write_text(text)
    spool = EmergencySpool(tmp_path)
    assert spool.read() == []
    assert len(list(tmp_path.glob("*.bad"))) == len(hostile)
    assert EmergencySpool(tmp_path / "nowhere").read() == []


def test_a_contact_of_a_node_whose_name_has_an_underscore_is_read(tmp_path: Path) -> None:
    store(tmp_path, REQUEST | {"contact": "sh_1-9.1", "node": "sh_1"})
    [left] = EmergencySpool(tmp_path).read()
    assert (left.contact, left.node) == ("sh_1-9.1", "sh_1")
