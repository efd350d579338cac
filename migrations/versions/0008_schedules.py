"""Schedules: when agents are to do what, and who published it

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "schedule_publications",
        sa.Column("n", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        *(moment(name) for name in ("at", "since", "until")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("agents", "lines", "replaced")),
        sa.PrimaryKeyConstraint("n", name="pk_schedule_publications"),
    )
    op.create_table(
        "schedule_lines",
        sa.Column("agent", sa.String(20), nullable=False),
        moment("started_at"),
        moment("ended_at"),
        sa.Column("activity", sa.String(20), nullable=False),
        sa.Column("site", sa.String(31), nullable=False),
        sa.Column("publication", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agent", "started_at", name="pk_schedule_lines"),
    )
    op.create_index("ix_schedule_lines_started_at", "schedule_lines", ["started_at"])


def downgrade() -> None:
    op.drop_table("schedule_lines")
    op.drop_table("schedule_publications")
