"""A case is what its facts say, in whatever order they come and from whatever site."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from pydantic import ValidationError

from cti.datacenter.cases.projection import Case, case_of, history, project
from cti.facts import Fact
from cti.facts.cases import CaseNoted, CaseOpened, CaseOwnerChanged, CaseStatus, CaseStatusChanged
from tests.scribe import Scribe


def told(facts: list[Fact]) -> Case:
    case = project(facts)
    assert case is not None
    return case


def test_who_takes_up_a_matter_owns_it() -> None:
    scribe = Scribe()
    case_id = scribe.opens_case("c1", "1003", number="+8613800138000")
    case = told(scribe.facts)
    assert (case.id, case.kind, case.owner, case.opened_by, case.contact) == (
        case_id,
        "complaint",
        "1003",
        "1003",
        "c1",
    )
    assert (case.status, case.number, case.opened_at, case.closed_at) == ("open", "13800138000", scribe.now, None)


def test_a_case_goes_from_hand_to_hand_is_closed_and_opened_again() -> None:
    scribe = Scribe()
    case = scribe.opens_case()
    scribe.write(CaseNoted(case=case, agent="1001", note="要求书面答复"), "c1")
    scribe.write(CaseOwnerChanged(case=case, agent="1001", owner="2001"), "c1")
    scribe.write(CaseStatusChanged(case=case, agent="2001", status=CaseStatus.CLOSED, resolution="已书面答复"), None)
    closed = told(scribe.facts)
    assert (closed.note, closed.owner, closed.status) == ("要求书面答复", "2001", "closed")
    assert (closed.closed_at, closed.closed_by, closed.resolution) == (scribe.now, "2001", "已书面答复")
    scribe.write(CaseStatusChanged(case=case, agent="1001", status=CaseStatus.OPEN), "c2")
    again = told(scribe.facts)
    assert (again.status, again.closed_at, again.closed_by, again.resolution) == ("open", None, None, None)
    assert again.owner == "2001"
    assert again.changed_at == scribe.now


def test_two_agents_at_two_sites_change_one_case_and_the_last_word_counts_in_any_order_of_arrival() -> None:
    sh, bj = Scribe("sh"), Scribe("bj")
    case = sh.opens_case()
    bj.now = sh.now
    sh.write(CaseOwnerChanged(case=case, agent="1001", owner="1002"), "c1", after_ms=1000)
    bj.write(CaseOwnerChanged(case=case, agent="2001", owner="2002"), "c2", after_ms=1000)  # in the same microsecond
    facts = sh.facts + bj.facts
    first = told(facts)
    assert first.owner == "1002"  # of the same moment, the site's name decides
    for seed in range(20):
        random.Random(seed).shuffle(facts)
        assert told(facts) == first


def test_nothing_is_told_before_the_opening_has_come_and_a_clock_that_is_behind_does_not_hide_it() -> None:
    sh, bj = Scribe("sh"), Scribe("bj")
    case = sh.opens_case()
    bj.now = sh.now - timedelta(seconds=30)
    bj.write(CaseNoted(case=case, agent="2001", note="早于开案"), None, after_ms=0)
    assert project(bj.facts) is None
    both = told(bj.facts + sh.facts)
    assert both.note == "早于开案"
    assert [fact.kind for fact in history(bj.facts + sh.facts)] == ["case.opened", "case.noted"]


def test_an_opening_said_twice_is_one_case() -> None:
    scribe = Scribe()
    case = scribe.opens_case()
    scribe.write(
        CaseOpened(case=case, agent="1002", case_kind="claim", subject="又一次", number="", hotline="95500"), "c1"
    )
    assert (told(scribe.facts).owner, told(scribe.facts).kind) == ("1001", "complaint")
    assert len(history(scribe.facts)) == 1


def test_a_kind_of_a_newer_site_is_kept_and_a_newer_version_of_a_fact_is_not_guessed_at() -> None:
    scribe = Scribe()
    case = scribe.opens_case(kind="praise")
    newer = scribe.write(CaseNoted(case=case, agent="1001", note="x"), "c1").model_copy(update={"v": 2})
    assert told(scribe.facts).kind == "praise"
    assert case_of(newer) is None
    assert case_of(scribe.facts[0]) == case


@pytest.mark.parametrize(
    "wrong",
    [{"case": "x"}, {"case": "9" * 26}, {"agent": "a"}, {"subject": "  "}, {"subject": "a\nb"}, {"case_kind": "A"}],
)
def test_what_would_not_fit_a_table_is_no_fact(wrong: dict[str, str]) -> None:
    right = {"case": "0" * 26, "agent": "1001", "case_kind": "other", "subject": "s", "number": "", "hotline": "95500"}
    CaseOpened.model_validate(right)
    with pytest.raises(ValidationError):
        CaseOpened.model_validate(right | wrong)
