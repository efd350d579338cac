"""The words between sites: a site of 1.0 is understood, and understands what this version says; nonsense is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from cti.acd import Health, Need, PeerSummary, QueueFigures, Ring, Strategy, Terms, Why
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.calls.ports import Visit
from cti.calls.rules import terms_of
from cti.ivr.queues import Queue, QueuesFile
from cti.peers.messages import Accept, Grant, Hello, OpenVisit, Reason, Summary, peer_message
from cti.topology import Agent, Node

CONTEXT = ContactContext(
    contact="c1", caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案", queue_title_en="Claims",
    language="zh", waited_ms=0, customer=CustomerCard(cases=(CaseCard(
        id="01JD8Q7M0W3V9K2X4Z6B8N1R5T", kind="complaint", subject="未赔付", owner="2001", opened_at=datetime(2026, 11, 23, tzinfo=UTC)),)),
)  # fmt: skip
TERMS = Terms(
    "claims", Need.of([{"car_claims": 50}, {"general": 80}]), 10, 2.0, (Ring(30, Need.of({"general": 1})),),
    strategy=Strategy.MOST_SKILLED, preferred=("2002",), wanted="2001", wanted_seconds=20.0,
    wanted_case="01JD8Q7M0W3V9K2X4Z6B8N1R5T",
)  # fmt: skip

CODE = {"code": "other", "zh": "其他", "en": "Other"}

# What a site of 1.0 sends, word for word.
VISIT_1_0 = {
    "type": "visit.open", "contact": "sh1-1.2", "queue": "claims", "skills": {"car_claims": 50}, "priority": 10, "age": 12.5,
    "ring_seconds": 15.0, "wrap_up_seconds": 45.0, "context": CONTEXT.model_dump(mode="json"),
}  # fmt: skip
# What it insists on, by type of message.
FIELDS_1_0 = {
    "visit.open": {"contact", "queue", "skills", "priority", "age", "ring_seconds", "wrap_up_seconds", "context"},
    "summary": {"profiles"},
    "grant": {"contact", "offer", "agent", "node"},
    "hello": {"site", "protocol"},
}


def sent(message: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(message.model_dump_json())
    return data


def test_a_visit_comes_over_with_all_its_terms() -> None:
    visit = Visit("sh1-1.2", TERMS, 12.5, CONTEXT)
    read = peer_message.validate_json(OpenVisit.of(visit).model_dump_json())
    assert isinstance(read, OpenVisit)
    assert read.visit() == visit


def test_a_visit_of_a_site_of_1_0_asks_for_its_skills_and_nothing_else() -> None:
    read = peer_message.validate_python(VISIT_1_0)
    assert isinstance(read, OpenVisit)
    assert read.visit().terms == Terms(
        "claims", Need.of({"car_claims": 50}), 10, ring_seconds=15.0, wrap_up_seconds=45.0
    )


def test_the_summary_of_a_site_of_1_0_says_what_its_agents_can_do() -> None:
    read = peer_message.validate_python({"type": "summary", "profiles": [{"car_claims": 90}]})
    assert isinstance(read, Summary)
    summary = read.summary("bj")
    assert summary == PeerSummary("bj", ({"car_claims": 90},))
    assert summary.can_serve(Need.of({"car_claims": 50}))


def test_a_site_of_1_0_finds_all_it_insists_on_in_what_we_say() -> None:
    why = Why("longest_idle", 0, 3, 1, 12.0, 1)
    for message in (
        OpenVisit.of(Visit("c1", TERMS, 0.0, CONTEXT)), Summary.of(PeerSummary("sh", ({"general": 1},))),
        Grant(contact="c1", offer="c1-bj1", agent="2001", node="bj1", why=Reason.of(why)), Hello(site="sh", minor=1),
    ):  # fmt: skip
        data = sent(message)
        assert FIELDS_1_0[data["type"]] <= set(data)
    skills = sent(OpenVisit.of(Visit("c1", TERMS, 0.0, CONTEXT)))["skills"]
    assert skills == {"car_claims": 50}


def test_how_a_site_is_comes_over() -> None:
    queues = {"claims": QueueFigures(3, 12.3, 45.6, 80.0, 10, 0)}
    summary = PeerSummary("bj", ({"general": 1},), frozenset({"2001", "2002"}), queues, Health.OVERLOADED)
    read = peer_message.validate_json(Summary.of(summary).model_dump_json())
    assert isinstance(read, Summary)
    assert read.summary("bj") == summary


def test_a_visit_is_never_rung_at_several_agents() -> None:
    visit = Visit("c1", Terms("claims", Need.of({"a": 1}), strategy=Strategy.RING_ALL), 0.0, CONTEXT)
    assert OpenVisit.of(visit).visit().terms.strategy is Strategy.LONGEST_IDLE


@pytest.mark.parametrize(
    "change",
    [
        {"age": -1}, {"age": float("nan")}, {"contact": "c1\r\nAction: Hangup"}, {"queue": "../x"}, {"skills": {"a": 101}},
        {"any_of": [{"a": 1}] * 33}, {"wanted": "1001&PJSIP/trunk"}, {"strategy": "random"}, {"ring_seconds": 0},
    ],
)  # fmt: skip
def test_a_visit_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        peer_message.validate_python(VISIT_1_0 | change)


def test_a_grant_is_accepted_in_a_message_that_a_site_of_1_0_skips() -> None:
    assert sent(Accept(offer="c1-bj1"))["type"] not in FIELDS_1_0


def test_whatever_a_hotline_may_call_its_queues_can_be_said_to_other_sites() -> None:
    long = "q" * 41
    hotline = QueuesFile.model_validate({
        "queues": {long: {"title": {"zh": "队列", "en": "Queue"}, "skills": {"general": 1}}}, "wrap_up_codes": [CODE],
        "break_reasons": [CODE],
    })  # fmt: skip
    assert list(hotline.queues) == [long]
    summary = PeerSummary("sh", queues={long: QueueFigures()})
    assert Summary.of(summary).summary("sh").queues == summary.queues
    visit = Visit("c1", Terms(long, Need.of({"general": 1})), 1.0, CONTEXT)
    assert OpenVisit.of(visit).visit() == visit


def most_of_a_queue() -> dict[str, Any]:
    skills = [{f"s{n}-{m}": 1 for m in range(64)} for n in range(32)]
    return {
        "title": {"zh": "队列", "en": "Queue"}, "skills": skills, "preferred_agents": [str(n) for n in range(100)],
        "rings": [{"after_seconds": n + 1, "skills": {"general": n + 1}} for n in range(32)],
    }  # fmt: skip


def test_as_much_as_a_queue_may_ask_can_be_said_to_other_sites() -> None:
    terms = terms_of("q", Queue.model_validate(most_of_a_queue()))
    assert OpenVisit.of(Visit("c1", terms, 1.0, CONTEXT)).visit().terms == terms


@pytest.mark.parametrize("more", ["skills", "preferred_agents", "rings"])
def test_a_queue_that_asks_more_than_can_be_said_is_refused_where_it_is_written(more: str) -> None:
    queue = most_of_a_queue()
    if more == "rings":
        queue["rings"].append({"after_seconds": 99, "skills": {"general": 1}})
    else:
        queue[more].append(queue[more][0])
    with pytest.raises(ValidationError, match="at most"):
        Queue.model_validate(queue)


def test_as_many_skills_as_an_agent_may_have_can_be_said_to_other_sites() -> None:
    skills = {f"skill{n}": 50 for n in range(64)}
    agent = Agent(number="1001", name="Li", skills=skills)
    assert Summary.of(PeerSummary("sh", profiles=(agent.skills,))).summary("sh").profiles == (skills,)
    with pytest.raises(ValidationError, match="at most 64"):
        Agent(number="1001", name="Li", skills=skills | {"another": 1})


def test_a_wait_longer_than_any_that_can_be_said_is_said_as_the_longest() -> None:
    endless = QueueFigures(5000, longest_wait=2e9, ewt=3e8, staffed=1)
    said = Summary.of(PeerSummary("sh", queues={"claims": endless})).summary("sh").queues["claims"]
    assert (said.longest_wait, said.ewt) == (1e7, 1e7)
    assert OpenVisit.of(Visit("c1", TERMS, 2e9, CONTEXT)).visit().age == 1e7  # left with a clock of 1970, say


def test_of_very_many_agents_who_were_passed_over_the_first_are_named() -> None:
    why = Why("linear", 0, 50, 1, 0.0, 1, tuple(str(n) for n in range(3000)))
    assert Reason.of(why).why().passed_over == why.passed_over[:1000]


def test_contacts_of_a_node_whose_name_has_an_underscore_can_be_said_to_other_sites() -> None:
    node = Node(name="sh_1", address="127.0.1.1")
    contact = f"{node.name}-1795466465.2"
    assert OpenVisit.of(Visit(contact, TERMS, 1.0, CONTEXT)).contact == contact
    assert Accept(offer=f"{contact}-sh1").offer == f"{contact}-sh1"
