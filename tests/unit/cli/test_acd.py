"""What `cti acd explain` prints."""

from __future__ import annotations

from dataclasses import replace

from cti.acd import Acd, Need, QueueRules, Status, Terms, Waiting
from cti.acd.explain import explain
from cti.cli.acd import _told

CASE = "01JD8Q7M0W3V9K2X4Z6B8N1R5T"
TERMS = Terms("complaints", Need.of({"complaints": 50}), wanted="1003", wanted_seconds=20.0, wanted_case=CASE)


def test_for_whom_a_contact_waits_is_said_with_the_case_and_how_long_yet() -> None:
    acd = Acd("sh")
    acd.configure({"complaints": QueueRules(TERMS)}, 0.0)
    acd.log_in("1003", {"complaints": 90}, 0.0)
    acd.set_status("1003", Status.BREAK, "meal", 0.0)
    acd.enter(Waiting("c1", TERMS, 100.0), 100.0)
    said = _told(explain(acd, acd.waiting["c1"], 105.0).as_json())
    assert f"1003 (owner of case 案件负责人 {CASE}), 15 s more" in said
    after = _told(explain(acd, acd.waiting["c1"], 121.0).as_json())
    assert "waits for" not in after
    flow = Waiting("c2", replace(TERMS, wanted_case=None), 100.0)
    assert "waits for 只等  1003, 15 s more" in _told(explain(acd, flow, 105.0).as_json())
