"""The tables. `facts` is the truth; contacts, legs, visits and wrap-ups are projections of it and can be made again.

Columns of durations end in `_ms` (whole milliseconds); moments are UTC with microseconds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite has no zones: it keeps the UTC value as fixed-width text, which sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        int: BigInteger,
        str: Text,
        dict[str, Any]: JSON(none_as_null=True),
    }


class FactRow(Base):
    """One fact as its site wrote it. Never changed.

    On PostgreSQL the table is partitioned by month of `at` (`partitions.py`), and `(site, seq)` is unique in each partition.
    """

    __tablename__ = "facts"
    __table_args__ = (
        Index(
            "ix_facts_contact",
            "contact",
            postgresql_where=text("contact IS NOT NULL"),
            sqlite_where=text("contact IS NOT NULL"),
        ),
    )

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(26))
    at: Mapped[datetime]
    contact: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    v: Mapped[int]
    data: Mapped[dict[str, Any]]


class RejectedFactRow(Base):
    """What a site sent that is no fact, or says something else about a seq already stored. Kept for people to look at."""

    __tablename__ = "rejected_facts"

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str]
    body: Mapped[str]
    received_at: Mapped[datetime]


class SiteProgressRow(Base):
    """How far each site's facts have arrived without a gap. Its row is the lock that puts a site's batches in line."""

    __tablename__ = "site_progress"

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    acknowledged: Mapped[int]
    highest: Mapped[int] = mapped_column(
        server_default=text("0")
    )  # nothing has arrived above this, or above acknowledged


class LostFactsRow(Base):
    """Facts that their site says it has lost for good: from `first` to `last`. Kept for people to look at."""

    __tablename__ = "lost_facts"

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    declared_at: Mapped[datetime]


class ProjectionRow(Base):
    """Which version of a projection its rows were made by, and how far their making anew has come."""

    __tablename__ = "projections"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]  # of every row, but for those that are being made anew
    building: Mapped[int | None]  # the version that is being made; null when it is done
    cursor: Mapped[str]  # the last key of which rows were made
    made: Mapped[int]  # keys of which rows were made, for people


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
    __table_args__ = (Index("ix_queue_visits_queue_contact", "queue", "contact"),)

    contact: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queue: Mapped[str]
    skills: Mapped[dict[str, Any] | None]
    priority: Mapped[int | None]
    entered_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    waited_ms: Mapped[int | None]


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


class CustomerRow(Base):
    """Who is known by a telephone number."""

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str]
    grade: Mapped[str]
    notes: Mapped[str]
    fields: Mapped[dict[str, Any]]


class PolicyRow(Base):
    """One insurance policy of a customer."""

    __tablename__ = "policies"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    customer: Mapped[str] = mapped_column(String(32), ForeignKey("customers.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    product: Mapped[str]
    expires_on: Mapped[date] = mapped_column(Date)


class FlowVersionRow(Base):
    """One published version of a hotline's flow. Never changed."""

    __tablename__ = "flow_versions"

    hotline: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    flow: Mapped[str]
    author: Mapped[str]
    message: Mapped[str]
    published_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the bundle
    bundle: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    titles: Mapped[dict[str, Any]]  # node → [zh, en]


class FlowReleaseRow(Base):
    """Which version callers of a hotline meet since when. The highest `n` counts; none is ever changed."""

    __tablename__ = "flow_releases"

    hotline: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str]
    action: Mapped[str]
    author: Mapped[str]
    message: Mapped[str]
    at: Mapped[datetime]
    canary: Mapped[dict[str, Any] | None]


class FlowAcknowledgementRow(Base):
    """How far one site is with a hotline's releases."""

    __tablename__ = "flow_acknowledgements"

    hotline: Mapped[str] = mapped_column(String(20), primary_key=True)
    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    n: Mapped[int]
    outcome: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
