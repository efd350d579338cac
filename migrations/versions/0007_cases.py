"""Cases and what was done with each

Revision: 0007, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def words(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(26), nullable=False),
        *words("number", "hotline", "kind", "subject", "status", "owner"),
        moment("opened_at"),
        *words("opened_by"),
        sa.Column("contact", sa.String(64), nullable=True),
        moment("changed_at"),
        *words("note", nullable=True),
        moment("closed_at", nullable=True),
        *words("closed_by", "resolution", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    for column in ("number", "owner"):
        op.create_index(f"ix_cases_{column}_opened_at", "cases", [column, "opened_at"])
    op.create_index("ix_cases_opened_at_id", "cases", ["opened_at", "id"])
    op.create_table(
        "case_events",
        sa.Column("site", sa.String(31), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("case", sa.String(26), nullable=False),
        moment("at"),
        sa.Column("contact", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("v", sa.BigInteger, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("site", "seq", name="pk_case_events"),
    )
    op.create_index("ix_case_events_case", "case_events", ["case"])
    op.create_index("ix_case_events_contact", "case_events", ["contact"])


def downgrade() -> None:
    op.drop_table("case_events")
    op.drop_table("cases")
