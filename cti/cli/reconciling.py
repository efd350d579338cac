"""PURE: a site's calls as Asterisk has them, held against the contacts that the data center has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from cti.asterisk.cel import CelCall
from cti.facts.kinds import EndCause


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree. `asterisk` and `contact` say it each in their way."""

    contact_id: str
    what: str  # no_contact, no_call, arrival, end, talk
    asterisk: str
    contact: str


@dataclass(frozen=True, slots=True)
class Span:
    """Calls and contacts that began within are held against each other; moments may differ by `tolerance`."""

    since: datetime
    until: datetime
    tolerance: timedelta

    def has(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    def near(self, one: datetime, other: datetime) -> bool:
        return abs(one - other) <= self.tolerance


@dataclass(frozen=True, slots=True)
class Contact:
    """What the data center's list says of a contact that came in."""

    id: str
    arrived_at: datetime
    ended_at: datetime | None
    cause: str | None
    agent: str | None
    talk_ms: int

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Contact:
        arrived, ended = item["arrived_at"], item["ended_at"]
        return cls(
            item["id"], datetime.fromisoformat(arrived), datetime.fromisoformat(ended) if ended else None, item["cause"],
            item["agent"], item["talk_ms"] or 0,
        )  # fmt: skip

    @property
    def node(self) -> str:
        return self.id.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The report. It is clean when there are no differences."""

    span: Span
    calls: int
    contacts: int
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "since": self.span.since.isoformat(),
            "until": self.span.until.isoformat(),
            "calls": self.calls,
            "contacts": self.contacts,
            "differences": [asdict(difference) for difference in self.differences],
        }


def reconcile(
    calls: Mapping[str, CelCall], contacts: Mapping[str, Contact], span: Span, nodes: Collection[str]
) -> Reconciliation:
    """Every call of these nodes that began in the span has its contact, every contact its call, and both tell the same."""
    ours = {id_: call for id_, call in calls.items() if span.has(call.arrived_at)}
    theirs = {id_: c for id_, c in contacts.items() if c.node in nodes and span.has(c.arrived_at)}
    found: list[Difference] = []
    for id_, call in sorted(ours.items()):
        contact = contacts.get(id_)
        if contact is None:
            answered = "answered" if call.answered_at else "not answered"
            found.append(Difference(id_, "no_contact", f"{_clock(call.arrived_at)}, {answered}", ""))
        else:
            found += _compared(call, contact, span)
    for id_, contact in sorted(theirs.items()):
        if id_ not in calls:
            found.append(Difference(id_, "no_call", "", f"{_clock(contact.arrived_at)}, {contact.cause or 'open'}"))
    return Reconciliation(span, len(ours), len(theirs), tuple(found))


def _compared(call: CelCall, contact: Contact, span: Span) -> Iterable[Difference]:
    if call.ended_at is not None and contact.arrived_at > call.ended_at + span.tolerance:
        return  # left with the emergency menu: the facts were written when a process was there again
    if not span.near(call.arrived_at, contact.arrived_at):
        yield Difference(call.id, "arrival", _clock(call.arrived_at), _clock(contact.arrived_at))
    if _ends_differ(call, contact, span):
        yield Difference(call.id, "end", _clock(call.ended_at), _clock(contact.ended_at))
    bridged, talked = timedelta(milliseconds=call.talk_ms), timedelta(milliseconds=contact.talk_ms)
    outside = contact.cause == EndCause.TRANSFERRED  # its conversation outside is no conversation with an agent
    still = call.ended_at is None or contact.ended_at is None
    missing = contact.agent is not None and not call.talks
    if missing or (not still and not outside and abs(bridged - talked) > span.tolerance):
        yield Difference(
            call.id,
            "talk",
            f"{call.talk_ms / 1000:.1f} s",
            f"{contact.talk_ms / 1000:.1f} s, agent {contact.agent or '-'}",
        )


def _ends_differ(call: CelCall, contact: Contact, span: Span) -> bool:
    if contact.cause == EndCause.LOST:
        return False  # ended, by what was known, when it was last seen
    if call.ended_at is not None and contact.ended_at is not None:
        return not span.near(call.ended_at, contact.ended_at)
    ended = call.ended_at or contact.ended_at
    return ended is not None and ended < span.until - span.tolerance


def _clock(moment: datetime | None) -> str:
    return moment.isoformat(timespec="milliseconds") if moment else "open"
