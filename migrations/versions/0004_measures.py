"""What measures count: where a wait began and went on, who answered, wrap-up and survey by conversation, agents' intervals

Revision: 0004, after 0002. The new columns are filled by `cti datacenter --rebuild`; facts that come later fill them by themselves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS: dict[str, dict[str, sa.types.TypeEngine[object]]] = {
    "contacts": {"direction": sa.Text(), "callback_queue": sa.Text()},
    "legs": {
        name: sa.BigInteger()
        for name in ("visit", "wrap_up_ms", "survey_answers", "survey_satisfied", "survey_sum")
    },
    "queue_visits": {
        "since": sa.DateTime(timezone=True),
        "continued": sa.Text(),
        "agent": sa.Text(),
        "agent_site": sa.Text(),
    },
}  # fmt: skip


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_index("ix_queue_visits_since", "queue_visits", ["since"])
    op.create_table(
        "agent_intervals",
        sa.Column("site", sa.String(31), nullable=False),
        sa.Column("started_seq", sa.BigInteger, nullable=False),
        sa.Column("ended_seq", sa.BigInteger),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("agent", "status", "state")),
        *(sa.Column(name, sa.Text) for name in ("reason", "contact")),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assumed", sa.Boolean, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("site", "started_seq", name="pk_agent_intervals"),
    )
    op.create_index("ix_agent_intervals_site_ended_seq", "agent_intervals", ["site", "ended_seq"])
    op.create_index("ix_agent_intervals_started_at", "agent_intervals", ["started_at"])


def downgrade() -> None:
    op.drop_table("agent_intervals")
    op.drop_index("ix_queue_visits_since", "queue_visits")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
