"""Explanations: everybody is listed, each with what rules them out, and the chosen one is whom the router takes."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cti.acd import Acd, MakeOffer, Need, PeerSummary, QueueRules, Ring, Status, Strategy, Terms, Waiting
from cti.acd.explain import explain

CLAIMS = Terms("claims", Need.of({"car_claims": 50}))


def site() -> Acd:
    acd = Acd("sh")
    acd.configure({"claims": QueueRules(CLAIMS)}, 0.0)
    for number, level, status in (
        ("1001", 90, Status.AVAILABLE), ("1002", 30, Status.AVAILABLE), ("1003", 80, Status.BREAK), ("1004", 70, Status.AVAILABLE),
    ):  # fmt: skip
        acd.log_in(number, {"car_claims": level}, 0.0)
        acd.set_status(number, status, "meal" if status is Status.BREAK else None, float(number) - 1000)
    return acd


def test_everybody_is_listed_with_what_rules_them_out() -> None:
    acd = site()
    acd.enter(Waiting("busy", CLAIMS, 10.0), 10.0)  # takes 1001, idle since 1
    told = explain(acd, Waiting("", CLAIMS, 20.0), 20.0)
    assert {c.agent: c.ruled_out for c in told.candidates} == {
        "1004": (), "1001": ("reserved busy",), "1002": ("lacks car_claims 30/50",), "1003": ("break meal",),
    }  # fmt: skip
    assert (told.chosen, told.position, told.expected_wait) == ("1004", 2, 0.0)


def test_who_waits_is_told_who_goes_first_and_when_the_next_ring_comes() -> None:
    acd = site()
    terms = replace(CLAIMS, need=Need.of({"car_claims": 95}), rings=(Ring(30, Need.of({"car_claims": 50})),))
    acd.enter(Waiting("first", terms, 10.0), 10.0)
    acd.enter(Waiting("second", terms, 15.0), 15.0)
    told = explain(acd, acd.waiting["second"], 20.0)
    assert (told.position, told.ring, round(told.next_ring_in or 0)) == (2, 0, 25)
    assert told.chosen is None
    acd.tick(40.0)
    assert explain(acd, acd.waiting["first"], 40.0).offered_to == ("1001",)


def test_overflow_rules_and_other_sites_are_told() -> None:
    acd = site()
    acd.peer_summary(PeerSummary("bj", ({"car_claims": 99},)), 0.0)
    terms = replace(CLAIMS, need=Need.of({"car_claims": 95}))
    acd.enter(Waiting("c1", terms, 10.0), 10.0)
    told = explain(acd, acd.waiting["c1"], 11.0)
    assert told.overflow == ({"rule": "no_agent_logged_in", "holds": True},)
    assert [(s.site, s.can_serve, s.visiting) for s in told.sites] == [("bj", True, True)]


@pytest.mark.parametrize("strategy", [s for s in Strategy if s is not Strategy.RING_ALL])
@pytest.mark.parametrize("seed", range(5))
def test_the_chosen_one_is_whom_the_router_takes(strategy: Strategy, seed: int) -> None:
    rng = random.Random(seed)
    acd = Acd("sh")
    terms = replace(CLAIMS, strategy=strategy)
    acd.configure({"claims": QueueRules(terms)}, 0.0)
    for i in range(20):
        acd.log_in(str(1000 + i), {"car_claims": rng.randint(30, 99)}, 0.0)
        acd.set_status(str(1000 + i), Status.AVAILABLE, None, rng.uniform(0, 10))
    for i in range(30):
        now = 20.0 + 10 * i
        waiting = Waiting(f"c{i}", terms, now)
        told = explain(acd, waiting, now)
        made = [d for d in acd.enter(waiting, now) if isinstance(d, MakeOffer)]
        assert [d.agent for d in made] == ([told.chosen] if told.chosen else [])
        for d in made:
            acd.answered(d.offer, now)
            acd.finished(d.offer, 0.0, now + rng.uniform(1, 60))
