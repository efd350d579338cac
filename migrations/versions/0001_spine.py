"""The spine: facts, what is projected from them, customers and policies

Revision: 0001, after nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def words(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def numbers(*names: str, nullable: bool = True) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def key(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=True)


def ordinal(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def upgrade() -> None:
    _facts()
    _contacts()
    _customers()


def _facts() -> None:
    op.create_table(
        "facts",
        key("site", 31),
        ordinal("seq"),
        sa.Column("id", sa.String(26), nullable=False),
        moment("at", nullable=False),
        sa.Column("contact", sa.String(64)),
        sa.Column("kind", sa.String(40), nullable=False),
        *numbers("v", nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_facts"),
    )
    known = sa.text("contact IS NOT NULL")
    op.create_index("ix_facts_contact", "facts", ["contact"], postgresql_where=known, sqlite_where=known)
    op.create_table(
        "rejected_facts",
        key("site", 31),
        ordinal("seq"),
        key("digest", 64),
        sa.Column("code", sa.String(40), nullable=False),
        *words("reason", "body", nullable=False),
        moment("received_at", nullable=False),
        sa.PrimaryKeyConstraint("site", "seq", "digest", name="pk_rejected_facts"),
    )
    op.create_table(
        "site_progress",
        key("site", 31),
        *numbers("acknowledged", nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_site_progress"),
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        key("id", 64),
        *words("site", nullable=False),
        *words("channel", "hotline", "caller", "called", "node", "language", "flow", "flow_version"),
        moment("arrived_at"),
        moment("ended_at"),
        *numbers("duration_ms"),
        *words("cause", "ended_by", "queue"),
        *numbers("waited_ms"),
        *words("agent", "agent_site"),
        *numbers("talk_ms", "hold_ms"),
        *words("wrap_up_code"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_arrived_at_id", "contacts", ["arrived_at", "id"])
    op.create_index("ix_contacts_caller_arrived_at", "contacts", ["caller", "arrived_at"])
    op.create_table(
        "legs",
        key("contact", 64),
        key("leg", 64),
        *words("party", nullable=False),
        *words("queue", "agent", "agent_site"),
        moment("started_at"),
        moment("answered_at"),
        moment("ended_at"),
        *words("outcome"),
        *numbers("waited_ms", "ring_ms", "talk_ms", "hold_ms"),
        *words("ended_by"),
        sa.PrimaryKeyConstraint("contact", "leg", name="pk_legs"),
    )
    op.create_index("ix_legs_agent_contact", "legs", ["agent", "contact"])
    op.create_table(
        "node_visits",
        key("contact", 64),
        ordinal("n"),
        moment("left_at", nullable=False),
        *words("flow", "version", "node", "node_kind", nullable=False),
        *words("input"),
        *words("outcome", nullable=False),
        *numbers("ms", nullable=False),
        sa.PrimaryKeyConstraint("contact", "n", name="pk_node_visits"),
    )
    op.create_table(
        "queue_visits",
        key("contact", 64),
        ordinal("n"),
        *words("queue", nullable=False),
        sa.Column("skills", sa.JSON),
        *numbers("priority"),
        moment("entered_at"),
        moment("left_at"),
        *words("outcome"),
        *numbers("waited_ms"),
        sa.PrimaryKeyConstraint("contact", "n", name="pk_queue_visits"),
    )
    op.create_index("ix_queue_visits_queue_contact", "queue_visits", ["queue", "contact"])
    op.create_table(
        "wrap_ups",
        key("contact", 64),
        ordinal("n"),
        *words("agent", "agent_site", nullable=False),
        moment("started_at"),
        moment("ended_at"),
        *numbers("allowed_ms", "ms"),
        *words("code", "note", "ended_by"),
        sa.PrimaryKeyConstraint("contact", "n", name="pk_wrap_ups"),
    )


def _customers() -> None:
    op.create_table(
        "customers",
        key("id", 32),
        sa.Column("number", sa.String(20), nullable=False),
        *words("name", "grade", "notes", nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("number", name="uq_customers_number"),
    )
    op.create_table(
        "policies",
        key("number", 20),
        sa.Column("customer", sa.String(32), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        *words("product", nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_policies"),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name="fk_policies_customer"),
    )
    op.create_index("ix_policies_customer", "policies", ["customer"])


def downgrade() -> None:
    for table in (
        "policies", "customers", "wrap_ups", "queue_visits", "node_visits", "legs", "contacts",
        "site_progress", "rejected_facts", "facts",
    ):  # fmt: skip
        op.drop_table(table)
