from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cti.asterisk.cel import CelCall
from cti.cli.reconciling import Contact, Span, reconcile

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SPAN = Span(START, START + timedelta(hours=1), timedelta(seconds=3))
CALL = CelCall("sh1-1.0", START + timedelta(seconds=10), None, START + timedelta(seconds=80), talk_ms=60_000, talks=1)
CONTACT = Contact("sh1-1.0", CALL.arrived_at, CALL.ended_at, "served", "1001", 59_800)
SECOND = timedelta(seconds=1)


def found(call: CelCall | None, contact: Contact | None) -> list[str]:
    report = reconcile({call.id: call} if call else {}, {contact.id: contact} if contact else {}, SPAN, {"sh1"})
    return [difference.what for difference in report.differences]


def test_the_same_call_told_twice_has_no_differences() -> None:
    assert found(CALL, CONTACT) == []
    report = reconcile({CALL.id: CALL}, {CONTACT.id: CONTACT}, SPAN, {"sh1"})
    assert (report.calls, report.contacts) == (1, 1)


@pytest.mark.parametrize(
    ("call", "contact", "what"),
    [
        (CALL, None, ["no_contact"]),
        (None, CONTACT, ["no_call"]),
        (CALL, replace(CONTACT, arrived_at=CONTACT.arrived_at - 5 * SECOND), ["arrival"]),
        (CALL, replace(CONTACT, ended_at=START + 90 * SECOND), ["end"]),
        (CALL, replace(CONTACT, ended_at=None), ["end"]),
        (CALL, replace(CONTACT, talk_ms=50_000), ["talk"]),
        (CALL, replace(CONTACT, agent=None, talk_ms=0, cause="contained"), ["talk"]),
        (replace(CALL, talks=0, talk_ms=0), CONTACT, ["talk"]),
    ],
)
def test_what_is_missing_or_told_otherwise_is_a_difference(call: CelCall, contact: Contact, what: list[str]) -> None:
    assert found(call, contact) == what


@pytest.mark.parametrize(
    ("call", "contact"),
    [
        (replace(CALL, ended_at=None), replace(CONTACT, ended_at=None)),  # goes on
        (CALL, replace(CONTACT, cause="transferred", agent=None, talk_ms=0)),  # talked with a number outside
        (CALL, replace(CONTACT, cause="lost", ended_at=START + 20 * SECOND)),  # ended when it was last seen
        (replace(CALL, talks=0, talk_ms=0),
         Contact("sh1-1.0", START + 600 * SECOND, START + 600 * SECOND, "unserved", None, 0)),  # the emergency menu's
        (None, replace(CONTACT, id="bj1-7.1")),  # of a node that was not read
        (None, replace(CONTACT, arrived_at=START - SECOND)),  # before
    ],
)  # fmt: skip
def test_what_is_as_it_should_be_is_no_difference(call: CelCall | None, contact: Contact) -> None:
    assert found(call, contact) == []
