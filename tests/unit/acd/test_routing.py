"""What queues may ask of the router: alternatives, rings, preferences, ageing, strategies, reserve seats, capacity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cti.acd import (
    Acd,
    AgentChanged,
    CancelOffer,
    Capacity,
    Channel,
    MakeOffer,
    Need,
    OpenVisit,
    PeerSummary,
    QueueRules,
    Ring,
    State,
    Status,
    Strategy,
    Terms,
    Waiting,
)
from cti.facts.kinds import OfferOutcome

CLAIMS = Terms("claims", Need.of({"car_claims": 50}))
GENERAL = Terms("general", Need.of({"general": 1}))


def agent(acd: Acd, number: str, now: float = 0.0, **skills: int) -> list[tuple[str, str]]:
    acd.log_in(number, skills or {"car_claims": 90}, now)
    return offers(acd.set_status(number, Status.AVAILABLE, None, now))


def offers(decisions: list[object]) -> list[tuple[str, str]]:
    return [(d.contact, d.agent) for d in decisions if isinstance(d, MakeOffer)]


def enter(
    acd: Acd, contact: str, terms: Terms = CLAIMS, now: float = 100.0, since: float | None = None
) -> list[tuple[str, str]]:
    return offers(acd.enter(Waiting(contact, terms, now if since is None else since), now))


def serve(acd: Acd, offer: str, now: float, seconds: float) -> None:
    acd.answered(offer, now)
    acd.finished(offer, 0.0, now + seconds)


def test_either_of_two_sets_of_skills_will_do_but_all_of_one_set() -> None:
    need = Need.of([{"car_claims": 50, "english": 30}, {"complaints": 80}])
    assert [
        need.met_by(skills)
        for skills in ({"car_claims": 50, "english": 30}, {"car_claims": 90}, {"complaints": 80}, {"complaints": 79})
    ] == [True, False, True, False]
    assert need.lacking({"car_claims": 90, "english": 10}) == ("english 10/30",)


def test_rings_relax_what_is_asked_while_the_contact_waits_and_keep_those_who_would_do_before() -> None:
    acd = Acd("sh")
    terms = replace(CLAIMS, rings=(Ring(30, Need.of({"car_claims": 20})), Ring(60, Need.of({"general": 1}))))
    agent(acd, "1001", general=50)
    agent(acd, "1002", car_claims=20)
    assert enter(acd, "c1", terms, 100.0) == []
    assert acd.next_deadline() == 130.0
    assert offers(acd.tick(130.0)) == [("c1", "1002")]
    assert enter(acd, "c2", terms, 100.0) == []
    assert offers(acd.tick(159.9)) == []
    assert offers(acd.tick(160.0)) == [("c2", "1001")]


def test_a_contact_that_comes_back_old_begins_in_the_ring_of_its_age() -> None:
    acd = Acd("sh")
    agent(acd, "1001", general=50)
    terms = replace(CLAIMS, rings=(Ring(30, Need.of({"general": 1})),))
    assert enter(acd, "c1", terms, now=100.0, since=60.0) == [("c1", "1001")]


def test_a_contact_waits_for_its_wanted_agent_alone_and_then_for_all() -> None:
    acd = Acd("sh")
    agent(acd, "1001")
    agent(acd, "1002")
    acd.set_status("1001", Status.BREAK, None, 1.0)
    assert enter(acd, "c1", replace(CLAIMS, wanted="1001", wanted_seconds=20), 100.0) == []
    assert offers(acd.set_status("1001", Status.AVAILABLE, None, 110.0)) == [("c1", "1001")]
    assert enter(acd, "c2", replace(CLAIMS, wanted="1001", wanted_seconds=20), 111.0) == []
    assert offers(acd.tick(131.0)) == [("c2", "1002")]


def test_nobody_waits_for_an_agent_who_is_not_there_or_leaves() -> None:
    acd = Acd("sh")
    agent(acd, "1002")
    assert enter(acd, "c1", replace(CLAIMS, wanted="1001", wanted_seconds=20)) == [("c1", "1002")]
    agent(acd, "1003")
    acd.log_in("1001", {"car_claims": 90}, 100.0)
    assert enter(acd, "c2", replace(CLAIMS, wanted="1001", wanted_seconds=20)) == []
    assert offers(acd.set_status("1001", Status.LOGGED_OUT, None, 101.0)) == [("c2", "1003")]


def test_a_wanted_agent_who_does_not_take_it_is_waited_for_no_longer() -> None:
    for outcome in (OfferOutcome.RONA, OfferOutcome.DECLINED):
        acd = Acd("sh")
        agent(acd, "1001")
        agent(acd, "1002")
        assert enter(acd, "c1", replace(CLAIMS, wanted="1001", wanted_seconds=20), 100.0) == [("c1", "1001")]
        assert offers(acd.missed("c1-sh1", outcome, 105.0)) == [("c1", "1002")]


def test_a_wanted_agent_of_another_site_is_asked_there() -> None:
    acd = Acd("sh")
    agent(acd, "1002")
    acd.peer_summary(PeerSummary("bj", ({"car_claims": 90},), frozenset({"2001"})), 0.0)
    decisions = acd.enter(Waiting("c1", replace(CLAIMS, wanted="2001", wanted_seconds=20), 100.0), 100.0)
    assert decisions == [OpenVisit("c1", "bj", "wanted_agent")]
    assert offers(acd.tick(120.0)) == [("c1", "1002")]


def test_a_preferred_agent_is_asked_before_the_longest_idle() -> None:
    acd = Acd("sh")
    agent(acd, "1001", 1.0)
    agent(acd, "1002", 2.0)
    assert enter(acd, "c1", replace(CLAIMS, preferred=("1009", "1002"))) == [("c1", "1002")]


def test_priority_grows_with_age_where_the_queue_says_so() -> None:
    acd = Acd("sh")
    enter(acd, "old", replace(CLAIMS, priority=0, ageing=10), 0.0)
    enter(acd, "vip", replace(CLAIMS, priority=15, ageing=10), 60.0)
    enter(acd, "newer_vip", replace(CLAIMS, priority=15, ageing=10), 120.0)
    served = [agent(acd, number, 180.0)[0][0] for number in ("1001", "1002", "1003")]
    assert served == ["vip", "old", "newer_vip"]  # 35, 30 and 25 points


def test_contacts_of_queues_with_different_ageing_are_compared_at_the_moment_of_service() -> None:
    acd = Acd("sh")
    for contact, terms in (("steady", replace(GENERAL, priority=5)), ("ageing", replace(CLAIMS, ageing=1))):
        enter(acd, contact, terms, 0.0)
    assert agent(acd, "1001", 240.0, car_claims=90, general=90) == [("steady", "1001")]
    enter(acd, "steady2", replace(GENERAL, priority=5), 300.0)
    assert agent(acd, "1002", 301.0, car_claims=90, general=90) == [("ageing", "1002")]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.LONGEST_IDLE, ["1003", "1001", "1002"]),
        (Strategy.MOST_SKILLED, ["1002", "1003", "1001"]),
        (Strategy.LINEAR, ["1001", "1002", "1003"]),
    ],
)
def test_a_strategy_says_who_of_the_free_agents_comes_first(strategy: Strategy, expected: list[str]) -> None:
    acd = Acd("sh")
    agent(acd, "1003", 1.0, car_claims=80)
    agent(acd, "1001", 2.0, car_claims=70)
    agent(acd, "1002", 3.0, car_claims=90)
    terms = replace(CLAIMS, strategy=strategy)
    assert [enter(acd, f"c{i}", terms)[0][1] for i in range(3)] == expected


def test_round_robin_goes_by_who_was_offered_this_queue_last() -> None:
    acd = Acd("sh")
    for number in ("1001", "1002", "1003"):
        agent(acd, number)
    terms, order = replace(CLAIMS, strategy=Strategy.ROUND_ROBIN), []
    for i in range(6):
        [(_, number)] = enter(acd, f"c{i}", terms, 10.0 * i)
        order.append(number)
        serve(acd, f"c{i}-sh{i + 1}", 10.0 * i, 9.0 - i)
    assert order == ["1001", "1002", "1003"] * 2


def test_the_least_occupied_is_who_has_been_on_contacts_least_of_late() -> None:
    acd = Acd("sh")
    terms = replace(CLAIMS, strategy=Strategy.LEAST_OCCUPIED)
    agent(acd, "1001")
    enter(acd, "long", terms, 0.0)
    serve(acd, "long-sh1", 0.0, 600.0)
    agent(acd, "1002", 600.0)
    enter(acd, "short", terms, 600.0)  # goes to 1002, who has done nothing
    serve(acd, "short-sh2", 600.0, 60.0)
    assert enter(acd, "next", terms, 700.0) == [("next", "1002")]
    assert enter(acd, "after", terms, 700.0) == [("after", "1001")]


def test_ring_all_offers_to_everybody_who_is_free_and_the_first_to_answer_has_it() -> None:
    acd = Acd("sh")
    for number in ("1001", "1002", "1003"):
        agent(acd, number)
    acd.set_status("1003", Status.BREAK, None, 1.0)
    assert enter(acd, "c1", replace(CLAIMS, strategy=Strategy.RING_ALL)) == [("c1", "1001"), ("c1", "1002")]
    decisions = acd.answered("c1-sh2", 105.0)
    assert CancelOffer("c1-sh1", "1001", taken=True) in decisions
    assert [acd.agents[n].state for n in ("1001", "1002")] == [State.IDLE, State.TALKING]
    assert not acd.waiting


def test_a_contact_rung_at_all_waits_on_when_the_last_of_them_has_not_answered() -> None:
    acd = Acd("sh")
    for number in ("1001", "1002"):
        agent(acd, number)
    enter(acd, "c1", replace(CLAIMS, strategy=Strategy.RING_ALL))
    assert acd.missed("c1-sh1", "declined", 103.0)
    assert acd.waiting["c1"].offers == ["c1-sh2"]
    acd.missed("c1-sh2", "rona", 115.0)
    assert acd.waiting["c1"].offers == []
    assert agent(acd, "1001", 120.0) == [("c1", "1001")]


def test_free_agents_reserved_for_a_queue_are_kept_from_others_until_there_are_more() -> None:
    acd = Acd("sh")
    acd.configure({"claims": QueueRules(CLAIMS, reserve=1), "general": QueueRules(GENERAL)}, 0.0)
    agent(acd, "1001", car_claims=90, general=50)
    assert enter(acd, "g1", GENERAL) == []
    assert agent(acd, "1002", 101.0, car_claims=90) == [("g1", "1001")]
    assert enter(acd, "c1", CLAIMS, 102.0) == [("c1", "1002")]


def test_an_agent_with_room_for_chats_takes_several_and_one_call_meanwhile() -> None:
    acd = Acd("sh")
    capacity = {Channel.VOICE: Capacity(), Channel.CHAT: Capacity(2, interruptible=True)}
    chat = replace(CLAIMS, queue="chat", channel=Channel.CHAT)
    acd.log_in("1001", {"car_claims": 90}, 0.0, capacity)
    acd.set_status("1001", Status.AVAILABLE, None, 0.0)
    assert [enter(acd, f"m{i}", chat, 1.0) for i in range(3)] == [[("m0", "1001")], [("m1", "1001")], []]
    assert enter(acd, "call", CLAIMS, 2.0) == [("call", "1001")]
    for offer in ("m0-sh1", "call-sh3"):
        acd.answered(offer, 3.0)
    acd.finished("m0-sh1", 0.0, 4.0)
    assert acd.waiting["m2"].offers == []  # no chat is offered during a call
    assert offers(acd.finished("call-sh3", 0.0, 60.0)) == [("m2", "1001")]


def test_an_agent_in_a_call_that_is_none_of_ours_is_offered_nothing() -> None:
    acd = Acd("sh")
    agent(acd, "1001")
    acd.set_busy_elsewhere("1001", True, 1.0)
    assert enter(acd, "c1") == []
    assert offers(acd.set_busy_elsewhere("1001", False, 101.0)) == [("c1", "1001")]


def test_a_postponed_contact_keeps_its_place_and_is_offered_to_nobody_meanwhile() -> None:
    acd = Acd("sh")
    agent(acd, "1001")
    enter(acd, "callback", now=1.0)
    acd.postpone("callback", 100.0, 10.0)
    assert acd.agents["1001"].assignable
    assert enter(acd, "younger", now=20.0) == [("younger", "1001")]
    enter(acd, "youngest", now=30.0)
    serve(acd, "younger-sh2", 21.0, 100.0)
    assert acd.waiting["callback"].offers == []  # 121 s: its time came only with the tick
    acd.finished("youngest-sh3", 0.0, 122.0)
    assert offers(acd.tick(122.0)) == [("callback", "1001")]


def test_an_offer_says_why_this_agent_was_chosen() -> None:
    acd = Acd("sh")
    for number in ("1001", "1002", "1003"):
        agent(acd, number)
    acd.set_status("1003", Status.BREAK, None, 1.0)
    enter(acd, "c1", now=10.0)
    decisions = acd.missed("c1-sh1", "rona", 25.0)
    [made] = [d for d in decisions if isinstance(d, MakeOffer)]
    assert (made.why.strategy, made.why.fit, made.why.free, made.why.idle_seconds) == ("longest_idle", 3, 1, 25.0)
    acd.set_status("1001", Status.AVAILABLE, None, 30.0)
    again = acd.missed(made.offer, "rona", 40.0)
    [made] = [d for d in again if isinstance(d, MakeOffer)]
    assert made.agent == "1001"


def test_a_break_declared_during_a_contact_and_taken_back_changes_nothing() -> None:
    acd = Acd("sh")
    agent(acd, "1001")
    enter(acd, "c1")
    acd.answered("c1-sh1", 101.0)
    acd.set_status("1001", Status.BREAK, "meal", 102.0)
    acd.set_status("1001", Status.AVAILABLE, None, 103.0)
    decisions = acd.finished("c1-sh1", 0.0, 110.0)
    assert acd.agents["1001"].assignable
    assert all(d.status is Status.AVAILABLE for d in decisions if isinstance(d, AgentChanged))


def test_no_two_offers_have_one_name_though_a_contact_comes_again_or_another_process_begins() -> None:
    names = []
    acd = Acd("sh")
    for _ in range(2):  # a visit that is withdrawn, and opened again
        agent(acd, "1001")
        enter(acd, "c1")
        names += acd.waiting["c1"].offers
        acd.leave("c1", "withdrawn", 101.0)
    again = Acd("sh", offers=17)  # facts of the process before
    agent(again, "1001")
    enter(again, "c1")
    names += again.waiting["c1"].offers
    assert names == ["c1-sh1", "c1-sh2", "c1-sh18"]
