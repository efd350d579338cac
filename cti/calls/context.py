"""What is known of a contact when it is offered: it travels to the agent's screen, and with a visit to another site."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from cti.facts.cases import CaseStatus


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class CaseCard(_Model):
    """A case as an agent's screen shows it."""

    id: str
    kind: str
    subject: str
    status: CaseStatus = CaseStatus.OPEN
    owner: str  # the agent whose matter it is
    opened_at: datetime
    number: str = ""  # the customer's
    note: str | None = None  # the latest
    resolution: str | None = None


class CustomerCard(_Model):
    """The customer's record in the data center. Without id and name: nobody known, but there are cases of this number."""

    id: str = ""
    name: str = ""
    grade: str = ""
    notes: str = ""
    fields: dict[str, str] = {}
    last_agent: str | None = None  # who talked with the customer last
    cases: tuple[CaseCard, ...] = ()  # those that are not closed, the newest first


class PathStep(_Model):
    """One node the customer passed in the flow."""

    node: str
    title_zh: str
    title_en: str
    input: str | None = None  # what was pressed or typed; masked if secret


class ContactContext(_Model):
    """Who is calling and what they have done so far."""

    contact: str
    caller: str
    caller_name: str = ""
    called: str
    site: str  # where the call arrived
    queue: str
    queue_title_zh: str
    queue_title_en: str
    language: str
    waited_ms: int
    path: tuple[PathStep, ...] = ()
    collected: dict[str, str] = {}  # variable → what was typed (never secrets)
    customer: CustomerCard | None = None
    callback: bool = False  # the customer is called back
    customer_pending: bool = False  # true: the record is late, `customer` follows
