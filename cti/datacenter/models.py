"""The tables. `facts` is the truth; what is made from it stands in `projected.py`.

Moments are UTC with microseconds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from cti.datacenter.base import Base as Base
from cti.datacenter.projected import AgentIntervalRow as AgentIntervalRow
from cti.datacenter.projected import CaseEventRow as CaseEventRow
from cti.datacenter.projected import CaseRow as CaseRow
from cti.datacenter.projected import ContactRow as ContactRow
from cti.datacenter.projected import LegRow as LegRow
from cti.datacenter.projected import NodeVisitRow as NodeVisitRow
from cti.datacenter.projected import QueueVisitRow as QueueVisitRow
from cti.datacenter.projected import WrapUpRow as WrapUpRow


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


class ConfigurationVersionRow(Base):
    """One version of what stands where. The highest `n` counts; none is ever changed."""

    __tablename__ = "configuration_versions"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the document
    action: Mapped[str] = mapped_column(String(20))
    source: Mapped[int]  # published: the version it was based on; rolled_back: the one it repeats
    author: Mapped[str]
    message: Mapped[str]
    at: Mapped[datetime]
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)


class ConfigurationAcknowledgementRow(Base):
    """How far one site is with the configuration."""

    __tablename__ = "configuration_acknowledgements"

    site: Mapped[str] = mapped_column(String(31), primary_key=True)
    n: Mapped[int]
    outcome: Mapped[str]
    reason: Mapped[str]
    restart: Mapped[list[str]]  # what takes it at its next start only
    nodes: Mapped[list[str]]  # that have not loaded it
    at: Mapped[datetime]


class SchedulePublicationRow(Base):
    """One file of schedules that was published, without its lines. Never changed."""

    __tablename__ = "schedule_publications"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author: Mapped[str]
    message: Mapped[str]
    at: Mapped[datetime]
    since: Mapped[datetime]  # lines that start from here on,
    until: Mapped[datetime]  # to before this, were replaced
    agents: Mapped[int]
    lines: Mapped[int]
    replaced: Mapped[int]


class ScheduleLineRow(Base):
    """What an agent is to do for a time. Lines of one agent never overlap, and none is longer than 24 hours."""

    __tablename__ = "schedule_lines"
    __table_args__ = (Index("ix_schedule_lines_started_at", "started_at"),)

    agent: Mapped[str] = mapped_column(String(20), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]
    activity: Mapped[str] = mapped_column(String(20))
    site: Mapped[str] = mapped_column(String(31))  # where the agent was configured when it was published
    publication: Mapped[int]
