from __future__ import annotations

import random
from datetime import timedelta

import pytest

from cti.datacenter.projections import ContactStory, project
from cti.facts import Fact
from cti.facts.kinds import ContactEnded, EndCause, HoldEnded, OfferOutcome, Party, QueueOutcome
from tests.scribe import START, Scribe


def outcomes(story: ContactStory) -> list[tuple[str | None, str | None]]:
    return [(leg.agent, leg.outcome) for leg in story.legs.values() if leg.party == "agent"]


def test_a_served_contact_has_its_path_wait_talk_and_wrap_up() -> None:
    scribe = Scribe()
    scribe.served()
    story = project(scribe.facts)
    contact = story.contact
    assert (contact.id, contact.site, contact.caller, contact.called) == ("c1", "sh", "13800138000", "95500")
    assert (contact.queue, contact.waited_ms, contact.agent, contact.talk_ms) == ("claims", 4000, "1001", 60_000)
    assert (contact.cause, contact.ended_by, contact.duration_ms) == (EndCause.SERVED, Party.CUSTOMER, 70_000)
    assert contact.wrap_up_code == "claim_reported"
    assert [(node.node, node.input, node.ms) for node in story.nodes] == [("menu", "1", 2100)]
    assert [(visit.queue, visit.outcome, visit.skills) for visit in story.queues] == [
        ("claims", QueueOutcome.ANSWERED, {"car_claims": 50})
    ]
    assert [(work.agent, work.note, work.allowed_ms, work.ms) for work in story.wrap_ups] == [
        ("1001", "已登记", 30_000, 8000)
    ]
    customer = story.legs["customer"]
    assert (customer.started_at, customer.ended_at) == (contact.arrived_at, contact.ended_at)


def test_an_abandoned_contact_names_the_queue_and_no_agent() -> None:
    scribe = Scribe()
    scribe.arrives()
    scribe.waits()
    scribe.offers("o1", "1001", waited_ms=9000)
    scribe.offer_ends("o1", "1001", OfferOutcome.CALLER_GONE, ring_ms=1500)
    scribe.leaves(QueueOutcome.ABANDONED, 10_500)
    scribe.ends(EndCause.ABANDONED)
    story = project(scribe.facts)
    assert (story.contact.agent, story.contact.talk_ms) == (None, None)
    assert (story.contact.waited_ms, story.contact.cause) == (10_500, EndCause.ABANDONED)
    assert outcomes(story) == [("1001", OfferOutcome.CALLER_GONE)]


def test_rona_then_answered_shows_both_offers_and_the_agent_who_talked() -> None:
    scribe = Scribe()
    scribe.arrives()
    scribe.waits()
    scribe.offers("o1", "1001")
    scribe.offer_ends("o1", "1001", OfferOutcome.RONA, ring_ms=15_000)
    scribe.offers("o2", "1002", waited_ms=15_200)
    scribe.offer_ends("o2", "1002", OfferOutcome.ANSWERED)
    scribe.talks("o2", "1002", waited_ms=18_000)
    scribe.ends(EndCause.SERVED)
    story = project(scribe.facts)
    assert outcomes(story) == [("1001", OfferOutcome.RONA), ("1002", OfferOutcome.ANSWERED)]
    assert story.contact.agent == "1002"
    assert story.legs["o1"].ring_ms == 15_000
    assert story.legs["o1"].answered_at is None
    assert story.legs["o2"].waited_ms == 15_200


def remote_story_facts(skew: timedelta = timedelta()) -> list[Fact]:
    """A caller at sh, an agent at bj: both sites write; bj's clock may be wrong."""
    home, away = Scribe("sh"), Scribe("bj", now=START + skew)
    home.arrives()
    home.waits()
    home.offers("o1", "2001", agent_site="bj", waited_ms=700)
    away.offers("o1", "2001", agent_site="bj", waited_ms=900)
    home.offer_ends("o1", "2001", OfferOutcome.ANSWERED, agent_site="bj")
    away.offer_ends("o1", "2001", OfferOutcome.ANSWERED, agent_site="bj", ring_ms=2500)
    home.talks("o1", "2001", agent_site="bj")
    home.ends(EndCause.SERVED)
    away.wraps_up("2001")
    return home.facts + away.facts


@pytest.mark.parametrize("skew", [timedelta(), timedelta(minutes=-5), timedelta(minutes=5)])
def test_facts_of_two_sites_make_one_story_in_any_order_and_whatever_the_clocks_say(skew: timedelta) -> None:
    facts = remote_story_facts(skew)
    expected = project(facts)
    assert (expected.contact.site, expected.contact.agent, expected.contact.agent_site) == ("sh", "2001", "bj")
    assert outcomes(expected) == [("2001", OfferOutcome.ANSWERED)]
    assert (expected.legs["o1"].waited_ms, expected.legs["o1"].ring_ms) == (700, 3000)  # home's word
    assert [(work.agent, work.agent_site) for work in expected.wrap_ups] == [("2001", "bj")]
    rng = random.Random(7)
    for _ in range(20):
        rng.shuffle(facts)
        assert project(facts) == expected


def test_only_the_agents_site_has_spoken_so_far() -> None:
    away = [fact for fact in remote_story_facts() if fact.site == "bj"]
    story = project(away)
    assert (story.contact.arrived_at, story.contact.caller, story.contact.agent) == (None, None, "2001")
    assert "customer" not in story.legs


@pytest.mark.parametrize("length", range(1, 13))
def test_a_contact_still_going_on_can_be_read_at_every_moment(length: int) -> None:
    scribe = Scribe()
    scribe.served()
    story = project(scribe.facts[:length])
    assert story.contact.arrived_at is not None
    assert (story.contact.ended_at is None) == all(fact.kind != ContactEnded.kind for fact in scribe.facts[:length])
    if length == 4:
        assert [(visit.queue, visit.left_at) for visit in story.queues] == [("claims", None)]
        assert story.contact.waited_ms is None


def test_coming_back_to_a_queue_is_another_visit() -> None:
    scribe = Scribe()
    scribe.arrives()
    for outcome, waited in ((QueueOutcome.TIMEOUT, 30_000), (QueueOutcome.ABANDONED, 5000)):
        scribe.waits()
        scribe.leaves(outcome, waited)
    story = project(scribe.facts)
    assert [visit.outcome for visit in story.queues] == [QueueOutcome.TIMEOUT, QueueOutcome.ABANDONED]
    assert story.contact.waited_ms == 35_000


def test_hold_is_counted_for_the_agent_who_held() -> None:
    scribe = Scribe()
    scribe.served()
    scribe.write(HoldEnded(agent="1001", ms=4000))
    scribe.write(HoldEnded(agent="1001", ms=1000))
    story = project(scribe.facts)
    assert story.contact.hold_ms == 5000
    assert story.legs["c1-o1"].hold_ms == 5000


def test_unknown_kinds_newer_versions_and_broken_data_change_nothing() -> None:
    scribe = Scribe()
    scribe.served()
    expected = project(scribe.facts)
    last = scribe.facts[-1]
    strange = [
        last.model_copy(update={"seq": 20, "kind": "survey.answered", "data": {"score": 5}}),
        last.model_copy(update={"seq": 21, "kind": "contact.ended", "v": 2, "data": {"cause": "exploded"}}),
        last.model_copy(update={"seq": 22, "kind": "contact.ended", "data": {"cause": 7}}),
    ]
    assert project([*strange, *scribe.facts]) == expected
