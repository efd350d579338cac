"""The vocabulary of cases: what agents did with a matter, from its opening to its end. The envelope's contact is the one in which they did.

Whatever these facts say of a case, the order is theirs alone: by time, then site, then `seq`. The last word counts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from cti.facts.base import FactData

TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"  # what people write: line breaks and tabs, no other control characters
CaseId = Annotated[str, Field(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$", description="a ULID")]
AgentNumber = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
KindCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=TEXT)]


class CaseKind(StrEnum):
    """What a case is about. Facts may name others that this version does not know."""

    COMPLAINT = "complaint"
    CLAIM = "claim"
    ADVICE = "advice"
    OTHER = "other"


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"  # somebody works on it
    PENDING = "pending"  # it waits for the customer, or for another department
    CLOSED = "closed"


class CaseOpened(FactData):
    """An agent has taken up a matter, and owns it."""

    kind = "case.opened"
    case: CaseId
    agent: AgentNumber
    case_kind: KindCode
    subject: Subject
    number: str = Field(max_length=32)  # the customer's, as it came; "" if withheld
    hotline: str = Field(max_length=20)


class CaseNoted(FactData):
    kind = "case.noted"
    case: CaseId
    agent: AgentNumber
    note: Text


class CaseOwnerChanged(FactData):
    """It was handed over."""

    kind = "case.owner_changed"
    case: CaseId
    agent: AgentNumber  # who did it
    owner: AgentNumber


class CaseStatusChanged(FactData):
    kind = "case.status_changed"
    case: CaseId
    agent: AgentNumber
    status: CaseStatus
    resolution: Text | None = None  # how it ended, when it is closed
