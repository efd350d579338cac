"""PURE: the facts of one case → the case. The same facts give the same case, in whatever order they arrived.

Agents at several sites may change one case, and each site's facts arrive when they can: the order is by time, then site, then `seq`, and
the last word counts. Only the opening comes first whatever the clocks say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cti.datacenter.numbers import national
from cti.datacenter.projections import in_order, understood
from cti.facts import Fact
from cti.facts.cases import CaseNoted, CaseOpened, CaseOwnerChanged, CaseStatus, CaseStatusChanged

KINDS: Final = (CaseOpened.kind, CaseNoted.kind, CaseOwnerChanged.kind, CaseStatusChanged.kind)


@dataclass(kw_only=True)
class Case:
    """The row of `cases`."""

    id: str
    number: str
    hotline: str
    kind: str
    subject: str
    status: str
    owner: str
    opened_at: datetime
    opened_by: str
    contact: str | None  # in which it was opened
    changed_at: datetime
    note: str | None = None  # the latest
    closed_at: datetime | None = None
    closed_by: str | None = None
    resolution: str | None = None


def case_of(fact: Fact) -> str | None:
    """The case that a fact speaks of; None for another fact, or one of a newer version."""
    if fact.kind not in KINDS:
        return None
    match understood(fact):
        case CaseOpened(case=case) | CaseNoted(case=case) | CaseOwnerChanged(case=case) | CaseStatusChanged(case=case):
            return case
    return None


def history(facts: Iterable[Fact]) -> list[Fact]:
    """The facts of one case in the order that counts: the opening, then the rest. An opening that was said twice is told once."""
    ordered = in_order(facts)
    opening = next((fact for fact in ordered if fact.kind == CaseOpened.kind), None)
    rest = [fact for fact in ordered if fact.kind != CaseOpened.kind]
    return [opening, *rest] if opening else rest


def project(facts: Sequence[Fact]) -> Case | None:
    """The case that the facts of one case make. None while its opening has not arrived."""
    case: Case | None = None
    for fact in history(facts):
        data = understood(fact)
        if isinstance(data, CaseOpened):
            case = Case(
                id=data.case, number=national(data.number), hotline=data.hotline, kind=data.case_kind, subject=data.subject,
                status=CaseStatus.OPEN, owner=data.agent, opened_at=fact.at, opened_by=data.agent, contact=fact.contact,
                changed_at=fact.at,
            )  # fmt: skip
        if case is None:
            return None
        case.changed_at = max(case.changed_at, fact.at)
        match data:
            case CaseNoted():
                case.note = data.note
            case CaseOwnerChanged():
                case.owner = data.owner
            case CaseStatusChanged(status=CaseStatus.CLOSED):
                case.status, case.closed_at, case.closed_by = CaseStatus.CLOSED, fact.at, data.agent
                case.resolution = data.resolution
            case CaseStatusChanged():
                case.status, case.closed_at, case.closed_by, case.resolution = data.status, None, None, None
    return case
