from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cti.facts import Fact
from cti.journal.open_contacts import Trace, fold
from cti.kit.ids import new_id


def facts(*kinds: tuple[str, dict[str, Any]], contact: str | None = "c1") -> list[Fact]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        Fact(site="sh", seq=seq, id=new_id(), at=at, contact=contact, kind=kind, data=data)
        for seq, (kind, data) in enumerate(kinds, 1)
    ]


def folded(given: Iterable[Fact]) -> Trace | None:
    return fold({}, given).get("c1")


def test_a_contact_is_open_from_arrival_to_end() -> None:
    story = facts(("contact.arrived", {}), ("flow.entered", {}), ("contact.ended", {}), ("wrap_up.ended", {}))
    assert folded(story[:2]) == Trace(1, 2)
    assert folded(story[:3]) is None
    assert folded(story) is None


def test_facts_about_another_sites_contact_open_nothing() -> None:
    assert fold({}, facts(("offer.made", {"offer": "o1"}), ("agent.connected", {"offer": "o1"}))) == {}


def test_facts_without_a_contact_change_nothing() -> None:
    assert fold({"c1": Trace(1, 1)}, facts(("node.up", {}), contact=None)) == {}


def test_what_has_begun_and_not_ended_is_remembered() -> None:
    story = facts(
        ("contact.arrived", {}),
        ("queue.entered", {"queue": "claims"}),
        ("offer.made", {"offer": "o1"}),
        ("offer.ended", {"offer": "o1"}),
        ("agent.connected", {"offer": "o1"}),
        ("queue.left", {"queue": "claims"}),
        ("agent.disconnected", {"offer": "o1"}),
    )
    spans = [dict(trace.spans) for n in range(1, 8) if (trace := folded(story[:n]))]
    queue, offer, served = {"queue": (2, "claims")}, {"offer": (3, "o1")}, {"served": (5, "o1")}
    connected = {"connected": (5, "o1")} | served
    assert spans == [{}, queue, queue | offer, queue, queue | connected, connected, served]


def test_the_end_of_one_offer_does_not_end_another() -> None:
    story = facts(
        ("contact.arrived", {}),
        ("offer.made", {"offer": "o1"}),
        ("offer.made", {"offer": "o2"}),
        ("offer.ended", {"offer": "o1"}),
    )
    trace = folded(story)
    assert trace is not None
    assert trace.spans == {"offer": (3, "o2")}


def test_a_second_arrival_does_not_make_the_contact_younger() -> None:
    trace = folded(facts(("contact.arrived", {}), ("contact.arrived", {})))
    assert trace == Trace(1, 2)


def test_fold_in_batches_gives_what_fold_at_once_gives() -> None:
    story = facts(("contact.arrived", {}), ("queue.entered", {"queue": "q"}), ("queue.left", {"queue": "q"}))
    first = {c: t for c, t in fold({}, story[:2]).items() if t}
    assert fold(first, story[2:]) == fold({}, story)


def test_what_is_left_of_a_trace_does_not_speak_of_facts_that_are_lost() -> None:
    trace = Trace(1, 9, {"queue": (3, "claims"), "offer": (7, "o1")})
    assert trace.without({7, 9}) == Trace(1, 3, {"queue": (3, "claims")})
    assert trace.without({2}) == trace
    assert trace.without({1}) is None
    assert Trace(1, 9).without({9}) == Trace(1, 1)
