"""The tables that are made from facts, and can be made again. Columns of durations end in `_ms` (whole milliseconds)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from cti.datacenter.base import Base


class ContactRow(Base):
    """One customer's interaction."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_arrived_at_id", "arrived_at", "id"),
        Index("ix_contacts_caller_arrived_at", "caller", "arrived_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    site: Mapped[str]
    channel: Mapped[str | None]
    direction: Mapped[str | None]
    hotline: Mapped[str | None]
    caller: Mapped[str | None]
    called: Mapped[str | None]
    node: Mapped[str | None]
    language: Mapped[str | None]
    flow: Mapped[str | None]
    flow_version: Mapped[str | None]
    arrived_at: Mapped[datetime | None]  # unknown while only another site has spoken of it
    ended_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    cause: Mapped[str | None]
    ended_by: Mapped[str | None]
    queue: Mapped[str | None]
    waited_ms: Mapped[int | None]
    agent: Mapped[str | None]
    agent_site: Mapped[str | None]
    talk_ms: Mapped[int | None]
    hold_ms: Mapped[int | None]
    wrap_up_code: Mapped[str | None]
    callback_queue: Mapped[str | None]  # the queue for which the customer asked to be called back


class LegRow(Base):
    """The customer's channel, or one attempt to bring the contact to an agent (an offer)."""

    __tablename__ = "legs"
    __table_args__ = (Index("ix_legs_agent_contact", "agent", "contact"),)

    contact: Mapped[str] = mapped_column(String(64), primary_key=True)
    leg: Mapped[str] = mapped_column(String(64), primary_key=True)  # "customer", or the offer's id
    party: Mapped[str]
    queue: Mapped[str | None]
    agent: Mapped[str | None]
    agent_site: Mapped[str | None]
    started_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    waited_ms: Mapped[int | None]
    ring_ms: Mapped[int | None]
    talk_ms: Mapped[int | None]
    hold_ms: Mapped[int | None]
    ended_by: Mapped[str | None]
    visit: Mapped[int | None]  # the `n` of the stay in a queue from which it was offered
    wrap_up_ms: Mapped[int | None]
    survey_answers: Mapped[int | None]  # scores that the customer gave after it
    survey_satisfied: Mapped[int | None]  # of them 4 or 5
    survey_sum: Mapped[int | None]


class NodeVisitRow(Base):
    """One stay at one node of a flow."""

    __tablename__ = "node_visits"

    contact: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    left_at: Mapped[datetime]
    flow: Mapped[str]
    version: Mapped[str]
    node: Mapped[str]
    node_kind: Mapped[str]
    input: Mapped[str | None]
    outcome: Mapped[str]
    ms: Mapped[int]


class QueueVisitRow(Base):
    """One stay in one queue."""

    __tablename__ = "queue_visits"
    __table_args__ = (
        Index("ix_queue_visits_queue_contact", "queue", "contact"),
        Index("ix_queue_visits_since", "since"),
    )

    contact: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queue: Mapped[str]
    skills: Mapped[dict[str, Any] | None]
    priority: Mapped[int | None]
    entered_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    waited_ms: Mapped[int | None]
    since: Mapped[datetime | None]  # when the customer began to wait: before `entered_at` where a place was kept
    continued: Mapped[str | None]  # the wait went on in another stay: `return` to the queue, or `callback`
    agent: Mapped[str | None]  # who answered
    agent_site: Mapped[str | None]


class WrapUpRow(Base):
    """An agent's work after the contact."""

    __tablename__ = "wrap_ups"

    contact: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agent: Mapped[str]
    agent_site: Mapped[str]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    allowed_ms: Mapped[int | None]
    ms: Mapped[int | None]
    code: Mapped[str | None]
    note: Mapped[str | None]
    ended_by: Mapped[str | None]


class AgentIntervalRow(Base):
    """A time in which neither an agent's status nor state changed. One fact begins at most one."""

    __tablename__ = "agent_intervals"
    __table_args__ = (
        Index("ix_agent_intervals_site_ended_seq", "site", "ended_seq"),
        Index("ix_agent_intervals_started_at", "started_at"),
    )

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    started_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ended_seq: Mapped[int | None]
    agent: Mapped[str]
    status: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    contact: Mapped[str | None]
    started_at: Mapped[datetime]
    assumed: Mapped[bool]  # no fact has told the state at its beginning
    ended_at: Mapped[datetime | None]  # null while it goes on
    ms: Mapped[int | None]


class CaseRow(Base):
    """A matter that one agent owns until it is closed."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_opened_at_id", "opened_at", "id"),
        Index("ix_cases_number_opened_at", "number", "opened_at"),
        Index("ix_cases_owner_opened_at", "owner", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str]  # the customer's, as `customers` has it
    hotline: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str]
    owner: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    contact: Mapped[str | None] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    note: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    resolution: Mapped[str | None]


class CaseEventRow(Base):
    """What was done with a case: one fact each."""

    __tablename__ = "case_events"
    __table_args__ = (
        Index("ix_case_events_case", "case"),
        Index("ix_case_events_contact", "contact"),
    )

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case: Mapped[str] = mapped_column(String(26))
    at: Mapped[datetime]
    contact: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    v: Mapped[int]
    data: Mapped[dict[str, Any]]
