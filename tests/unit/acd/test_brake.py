"""Agents whose phone can't be reached: a desktop that is ready again at once must not make contacts circle, and while the whole node is
gone nobody is rung."""

from __future__ import annotations

from cti.acd import Acd, Decision, MakeOffer, Need, Status, Terms, Waiting
from cti.acd.explain import explain
from cti.facts.kinds import OfferOutcome

TERMS = Terms("claims", Need.of({"claims": 50}))


def site() -> Acd:
    acd = Acd("sh")
    acd.log_in("1001", {"claims": 90}, 0.0)
    acd.set_status("1001", Status.AVAILABLE, None, 0.0)
    return acd


def offer_in(decisions: list[Decision]) -> str:
    [made] = [d for d in decisions if isinstance(d, MakeOffer)]
    return made.offer


def fails_three_times(acd: Acd) -> float:
    """A contact waits, the phone is dead and the desktop eager; gives the moment after the third failure."""
    now, offer = 10.0, offer_in(acd.enter(Waiting("c1", TERMS, 10.0), 10.0))
    for _ in range(2):
        acd.missed(offer, OfferOutcome.FAILED, now + 0.1)
        now += 0.2
        offer = offer_in(acd.set_status("1001", Status.AVAILABLE, None, now))
    acd.missed(offer, OfferOutcome.FAILED, now + 0.1)
    return now + 0.2


def test_who_fails_three_times_is_kept_back_and_ready_by_itself_when_that_is_over() -> None:
    acd = site()
    now = fails_three_times(acd)
    acd.set_status("1001", Status.AVAILABLE, None, now)
    agent = acd.agents["1001"]
    assert (agent.status, agent.reason) == (Status.NOT_READY, "kept_back")
    assert acd.set_status("1001", Status.AVAILABLE, None, now + 1) == []  # asking again helps nothing
    due = acd.next_deadline()
    assert due is not None and 4 < due - now < 5
    decisions = acd.tick(due)
    assert offer_in(decisions) == "c1-sh4"
    assert agent.status is Status.AVAILABLE


def test_the_pause_doubles_with_every_further_failure_and_ends_at_a_limit() -> None:
    acd, pauses = site(), []
    now = fails_three_times(acd)
    for _ in range(5):
        acd.set_status("1001", Status.AVAILABLE, None, now)
        due = acd.next_deadline()
        assert due is not None
        pauses.append(round(due - now))
        now = due + 0.1
        acd.missed(offer_in(acd.tick(due)), OfferOutcome.FAILED, now)
    assert pauses == [5, 10, 20, 40, 40]


def test_an_answer_ends_the_row() -> None:
    acd = site()
    now = fails_three_times(acd)
    acd.set_status("1001", Status.AVAILABLE, None, now)
    offer = offer_in(acd.tick(now + 6))
    acd.answered(offer, now + 7)
    acd.finished(offer, 0.0, now + 20)
    offer = offer_in(acd.enter(Waiting("c2", TERMS, now + 21), now + 21))
    acd.missed(offer, OfferOutcome.FAILED, now + 22)
    acd.set_status("1001", Status.AVAILABLE, None, now + 22.5)
    assert acd.agents["1001"].status is Status.AVAILABLE


def test_failures_far_apart_are_no_row() -> None:
    acd, now = site(), 10.0
    offer = offer_in(acd.enter(Waiting("c1", TERMS, now), now))
    for _ in range(5):
        acd.missed(offer, OfferOutcome.FAILED, now)
        now += 200.0
        offer = offer_in(acd.set_status("1001", Status.AVAILABLE, None, now))


def test_a_break_or_the_end_of_work_is_never_kept_back() -> None:
    acd = site()
    now = fails_three_times(acd)
    acd.set_status("1001", Status.AVAILABLE, None, now)
    acd.set_status("1001", Status.BREAK, "meal", now + 1)
    agent = acd.agents["1001"]
    assert (agent.status, agent.reason, agent.next_status) == (Status.BREAK, "meal", None)
    acd.tick(now + 60)
    assert agent.status is Status.BREAK


def test_the_explanation_tells_for_how_long() -> None:
    acd = site()
    now = fails_three_times(acd)
    acd.set_status("1001", Status.AVAILABLE, None, now)
    [candidate] = explain(acd, acd.waiting["c1"], now + 1).candidates
    assert candidate.ruled_out == ("not_ready kept_back", "kept_back 4s")


def test_nobody_is_ready_while_the_phones_node_is_gone_and_everybody_as_before_when_it_is_back() -> None:
    acd = site()
    for number, status in (("1002", Status.AVAILABLE), ("1003", Status.BREAK)):
        acd.log_in(number, {"claims": 60}, 0.0)
        acd.set_status(number, status, "meal" if status is Status.BREAK else None, 1.0)
    offer = offer_in(acd.enter(Waiting("c1", TERMS, 10.0), 10.0))
    acd.answered(offer, 12.0)
    acd.phones_gone(frozenset(acd.agents), 20.0)
    acd.finished(offer, 0.0, 20.5)
    assert [(a.status.value, a.reason) for a in acd.agents.values()] == [
        ("not_ready", "node_down"), ("not_ready", "node_down"), ("break", "meal"),
    ]  # fmt: skip
    acd.set_status("1002", Status.AVAILABLE, None, 21.0)
    acd.enter(Waiting("c2", TERMS, 22.0), 22.0)
    assert not acd.waiting["c2"].offers
    told = {c.agent: c.ruled_out for c in explain(acd, acd.waiting["c2"], 23.0).candidates}
    assert told["1002"] == ("not_ready node_down",)
    decisions = acd.phones_gone(frozenset(), 30.0)
    assert offer_in(decisions) == "c2-sh2"
    assert [a.status for a in acd.agents.values()] == [Status.AVAILABLE, Status.AVAILABLE, Status.BREAK]


def test_who_is_in_wrap_up_when_the_node_comes_back_never_notices() -> None:
    acd = site()
    offer = offer_in(acd.enter(Waiting("c1", TERMS, 10.0), 10.0))
    acd.answered(offer, 12.0)
    acd.finished(offer, 30.0, 20.0)
    acd.phones_gone(frozenset(acd.agents), 21.0)
    acd.phones_gone(frozenset(), 25.0)
    acd.wrap_up_done("1001", 40.0)
    assert acd.agents["1001"].status is Status.AVAILABLE
