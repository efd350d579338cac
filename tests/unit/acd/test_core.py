"""The router, event by event."""

from __future__ import annotations

import pytest

from cti.acd import (
    AcceptGrant,
    Acd,
    AgentChanged,
    CancelOffer,
    DeclineGrant,
    MakeOffer,
    Need,
    OpenVisit,
    PeerSummary,
    State,
    Status,
    Terms,
    Waiting,
    WithdrawVisit,
    WrapUpOver,
)

CLAIMS = {"car_claims": 50}


def waiting(
    contact: str, since: float = 0.0, priority: int = 0, skills: dict[str, int] | None = None, origin: str | None = None
) -> Waiting:
    return Waiting(contact, Terms("claims", Need.of(skills or CLAIMS), priority), since, origin)


def ready(acd: Acd, number: str, now: float = 0.0, **skills: int) -> list[object]:
    acd.log_in(number, skills or {"car_claims": 90}, now)
    return list(acd.set_status(number, Status.AVAILABLE, None, now))


def offers(decisions: list[object]) -> list[tuple[str, str]]:
    return [(d.contact, d.agent) for d in decisions if isinstance(d, MakeOffer)]


def test_a_contact_goes_to_the_longest_idle_agent_who_has_the_skill() -> None:
    acd = Acd("sh")
    ready(acd, "1003", 1.0, complaints=90)
    ready(acd, "1002", 3.0)
    ready(acd, "1001", 2.0)
    assert offers(acd.enter(waiting("c1"), 10.0)) == [("c1", "1001")]
    assert acd.agents["1001"].state is State.RESERVED


def test_an_agent_below_the_level_is_not_offered() -> None:
    acd = Acd("sh")
    ready(acd, "1001", car_claims=49)
    assert offers(acd.enter(waiting("c1"), 1.0)) == []


def test_an_agent_takes_the_highest_priority_then_the_oldest() -> None:
    acd = Acd("sh")
    for contact, since, priority in (("old", 1.0, 0), ("young", 2.0, 0), ("vip", 3.0, 5)):
        acd.enter(waiting(contact, since, priority), since)
    served = []
    for i in range(3):
        served += offers(ready(acd, f"100{i}", 10.0 + i))
    assert [c for c, _ in served] == ["vip", "old", "young"]


def test_rona_makes_the_agent_not_ready_and_the_contact_goes_to_the_next() -> None:
    acd = Acd("sh")
    ready(acd, "1001", 1.0)
    ready(acd, "1002", 2.0)
    [made] = [d for d in acd.enter(waiting("c1"), 3.0) if isinstance(d, MakeOffer)]
    decisions = acd.missed(made.offer, "rona", 20.0)
    assert offers(decisions) == [("c1", "1002")]
    assert (acd.agents["1001"].status, acd.agents["1001"].reason) == (Status.NOT_READY, "rona")
    assert acd.agents["1001"].state is State.IDLE


def test_a_contact_returns_to_an_agent_who_missed_it_only_when_nobody_else_is_free() -> None:
    acd = Acd("sh")
    ready(acd, "1001", 1.0)
    [made] = [d for d in acd.enter(waiting("c1"), 3.0) if isinstance(d, MakeOffer)]
    acd.missed(made.offer, "declined", 4.0)
    assert offers(acd.set_status("1001", Status.AVAILABLE, None, 5.0)) == [("c1", "1001")]


def test_a_caller_who_hangs_up_frees_the_agent_for_the_next_contact_at_once() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    acd.enter(waiting("c1", 1.0), 1.0)
    acd.enter(waiting("c2", 2.0), 2.0)
    decisions = acd.leave("c1", "caller_gone", 3.0)
    assert any(isinstance(d, CancelOffer) for d in decisions)
    assert offers(decisions) == [("c2", "1001")]
    assert acd.agents["1001"].status is Status.AVAILABLE


def test_wrap_up_ends_by_itself_and_the_agent_takes_the_next() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    [made] = [d for d in acd.enter(waiting("c1"), 1.0) if isinstance(d, MakeOffer)]
    acd.ringing(made.offer, 1.1)
    acd.answered(made.offer, 2.0)
    acd.finished(made.offer, 30.0, 60.0)
    acd.enter(waiting("c2", 61.0), 61.0)
    assert acd.next_deadline() == 90.0
    assert acd.tick(89.9) == []
    decisions = acd.tick(90.0)
    assert WrapUpOver("1001", "c1", 30.0) in decisions
    assert offers(decisions) == [("c2", "1001")]


def test_a_status_declared_during_a_contact_takes_effect_after_wrap_up() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    [made] = [d for d in acd.enter(waiting("c1"), 1.0) if isinstance(d, MakeOffer)]
    acd.answered(made.offer, 2.0)
    acd.set_status("1001", Status.BREAK, "lunch", 3.0)
    assert acd.agents["1001"].status is Status.AVAILABLE
    acd.finished(made.offer, 0.0, 4.0)
    assert (acd.agents["1001"].status, acd.agents["1001"].reason) == (Status.BREAK, "lunch")


def test_late_events_about_an_offer_that_is_over_change_nothing() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    [made] = [d for d in acd.enter(waiting("c1"), 1.0) if isinstance(d, MakeOffer)]
    acd.leave("c1", "caller_gone", 2.0)
    for late in (acd.ringing, acd.answered, acd.released):
        assert late(made.offer, 3.0) == []
    assert acd.missed(made.offer, "rona", 3.0) == []
    assert acd.agents["1001"].assignable


def test_a_contact_visits_a_peer_only_when_nobody_here_with_the_skill_is_logged_in() -> None:
    acd = Acd("sh")
    acd.peer_summary(PeerSummary("bj", ({"car_claims": 90},)), 0.0)
    assert acd.enter(waiting("c1"), 1.0) == [OpenVisit("c1", "bj", "no_agent_logged_in")]
    ready(acd, "1003", 1.5, complaints=90)
    acd.log_in("1001", {"car_claims": 90}, 2.0)
    assert acd.enter(waiting("c2"), 3.0) == []


def test_the_first_grant_is_used_and_any_other_declined() -> None:
    acd = Acd("sh")
    for site in ("bj", "gz"):
        acd.peer_summary(PeerSummary(site, (CLAIMS,)), 0.0)
    acd.enter(waiting("c1", 1.0), 1.0)
    first = acd.grant("gz", "c1", "c1-gz1", "3001", 2.0)
    assert first == [AcceptGrant("c1-gz1", "c1", "claims", "3001", "gz", 1.0), WithdrawVisit("c1", "bj", "offered")]
    assert acd.grant("bj", "c1", "c1-bj1", "2001", 2.1) == [DeclineGrant("c1-bj1", "bj")]


def test_a_caller_who_leaves_gives_a_granted_agent_back() -> None:
    acd = Acd("sh")
    acd.peer_summary(PeerSummary("bj", (CLAIMS,)), 0.0)
    acd.enter(waiting("c1", 1.0), 1.0)
    acd.grant("bj", "c1", "c1-bj1", "2001", 2.0)
    assert acd.leave("c1", "caller_gone", 3.0) == [DeclineGrant("c1-bj1", "bj")]


def test_a_grant_that_came_to_nothing_opens_the_visit_again_with_the_same_age() -> None:
    acd = Acd("sh")
    acd.peer_summary(PeerSummary("bj", (CLAIMS,)), 0.0)
    acd.enter(waiting("c1", 1.0), 1.0)
    acd.grant("bj", "c1", "c1-bj1", "2001", 2.0)
    assert acd.grant_over("c1-bj1", "c1", "2001", False, 20.0) == [OpenVisit("c1", "bj", "no_agent_logged_in")]
    assert acd.waiting["c1"].since == 1.0


def test_visits_and_local_contacts_share_one_order_by_age() -> None:
    acd = Acd("bj")
    acd.enter(waiting("local", 5.0), 5.0)
    acd.enter(waiting("visitor", 3.0, origin="sh"), 6.0)
    decisions = ready(acd, "2001", 10.0)
    [made] = [d for d in decisions if isinstance(d, MakeOffer)]
    assert (made.contact, made.origin, made.waited) == ("visitor", "sh", 7.0)


def test_a_lost_link_withdraws_visits_on_both_sides_and_frees_the_granted_agent() -> None:
    acd = Acd("bj")
    acd.peer_summary(PeerSummary("sh", (CLAIMS,)), 0.0)
    acd.enter(waiting("mine", 1.0), 1.0)
    ready(acd, "2001", 2.0, complaints=90, car_claims=10)
    acd.enter(waiting("visitor", 3.0, skills={"complaints": 1}, origin="sh"), 3.0)
    assert acd.agents["2001"].state is State.RESERVED
    acd.peer_lost("sh", 4.0)
    assert acd.agents["2001"].state is State.IDLE
    assert set(acd.waiting) == {"mine"}
    assert not acd.waiting["mine"].visiting


def test_when_the_last_agent_with_the_skill_logs_out_waiting_contacts_visit() -> None:
    acd = Acd("sh")
    acd.log_in("1001", {"car_claims": 90}, 0.0)
    acd.enter(waiting("c1"), 1.0)
    acd.peer_summary(PeerSummary("bj", (CLAIMS,)), 2.0)
    decisions = acd.set_status("1001", Status.LOGGED_OUT, None, 3.0)
    assert OpenVisit("c1", "bj", "no_agent_logged_in") in decisions


def test_hold_is_seen_and_the_change_says_how_long_it_lasted() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    [made] = [d for d in acd.enter(waiting("c1"), 1.0) if isinstance(d, MakeOffer)]
    acd.answered(made.offer, 2.0)
    acd.held("1001", 5.0)
    [change] = acd.unheld("1001", 12.5)
    assert isinstance(change, AgentChanged)
    assert (change.was_state, change.state, change.lasted, change.contact) == (State.HELD, State.TALKING, 7.5, "c1")
    assert acd.unheld("1001", 13.0) == []


def test_a_conversation_that_ends_before_its_answer_was_told_frees_the_agent() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    [made] = [d for d in acd.enter(waiting("c1"), 1.0) if isinstance(d, MakeOffer)]
    acd.ringing(made.offer, 1.1)
    acd.finished(made.offer, 30.0, 2.0)
    assert acd.agents["1001"].assignable


@pytest.mark.parametrize("event", ["leave", "missed", "finished", "answered", "released"])
def test_unknown_names_are_not_errors(event: str) -> None:
    acd = Acd("sh")
    arguments = {"leave": ("x", "r"), "missed": ("x", "rona"), "finished": ("x", 1.0)}.get(event, ("x",))
    assert getattr(acd, event)(*arguments, 1.0) == []


def test_an_agent_who_can_do_more_takes_who_waits_for_it() -> None:
    acd = Acd("sh")
    ready(acd, "1001", complaints=90)
    ready(acd, "1002", complaints=90)
    acd.enter(waiting("c1"), 1.0)
    assert offers(acd.staff({"1001": {"complaints": 90}, "1002": {"car_claims": 60}}, 2.0)) == [("c1", "1002")]


def test_an_agent_who_can_do_less_keeps_the_contact_and_is_given_no_other() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    [(_, _)] = offers(acd.enter(waiting("c1"), 1.0))
    offer = acd.agents["1001"].offer or ""
    acd.answered(offer, 2.0)
    acd.staff({"1001": {"complaints": 90}}, 3.0)
    assert acd.agents["1001"].state is State.TALKING
    acd.enter(waiting("c2"), 4.0)
    assert offers(acd.finished(offer, 0.0, 5.0)) == []
    acd.enter(waiting("c3", skills={"complaints": 50}), 6.0)
    assert acd.agents["1001"].contact == "c3"


def test_an_agent_who_works_here_no_more_is_logged_out_when_free() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    ready(acd, "1002")
    acd.enter(waiting("c1"), 1.0)
    busy = acd.agents["1001"]
    acd.answered(busy.offer or "", 2.0)
    acd.staff({}, 3.0)
    assert (busy.state, busy.logged_in, acd.agents["1002"].logged_in) == (State.TALKING, True, False)
    assert offers(acd.enter(waiting("c2"), 4.0)) == []
    acd.finished(busy.offer or "", 30.0, 5.0)
    assert (busy.state, busy.logged_in) == (State.WRAP_UP, True)
    acd.wrap_up_done("1001", 6.0)
    assert (busy.state, busy.logged_in) == (State.IDLE, False)


def test_who_works_at_another_site_by_now_is_waited_for_there() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    acd.staff({}, 1.0)  # the configuration has 1001 at bj
    acd.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},), agents=frozenset({"1001"})), 2.0)
    assert acd.is_logged_in("1001")
    terms = Terms("claims", Need.of(CLAIMS), wanted="1001", wanted_seconds=30.0)
    opened = [d for d in acd.enter(Waiting("c1", terms, 3.0), 3.0) if isinstance(d, OpenVisit)]
    assert [(visit.site, visit.reason) for visit in opened] == [("bj", "wanted_agent")]


def test_a_contact_whose_wanted_agent_is_nowhere_goes_to_other_sites_as_any_other() -> None:
    acd = Acd("sh")
    acd.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},), agents=frozenset({"2001"})), 0.0)
    terms = Terms("claims", Need.of(CLAIMS), wanted="1001", wanted_seconds=30.0)
    opened = [d for d in acd.enter(Waiting("c1", terms, 1.0), 1.0) if isinstance(d, OpenVisit)]
    assert [(visit.site, visit.reason) for visit in opened] == [("bj", "no_agent_logged_in")]


def test_who_waits_for_an_agent_of_another_site_waits_for_all_once_that_agent_has_left() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    acd.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},), agents=frozenset({"2001"})), 0.0)
    terms = Terms("claims", Need.of(CLAIMS), wanted="2001", wanted_seconds=30.0)
    assert offers(acd.enter(Waiting("c1", terms, 1.0), 1.0)) == []
    assert offers(acd.peer_summary(PeerSummary("bj"), 2.0)) == [("c1", "1001")]


def test_who_signs_in_again_before_the_contact_is_over_counts_as_working_at_once() -> None:
    acd = Acd("sh")
    ready(acd, "1001")
    acd.enter(waiting("c1"), 1.0)
    acd.set_status("1001", Status.LOGGED_OUT, None, 2.0)
    acd.log_in("1001", {"car_claims": 90}, 3.0)
    assert acd.figures.expected_wait(waiting("", 4.0), 4.0) is not None
