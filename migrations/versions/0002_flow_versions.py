"""Published flows: immutable versions, the history of releases, and what each site has taken

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "flow_versions",
        sa.Column("hotline", sa.String(20), primary_key=True),
        sa.Column("version", sa.String(64), primary_key=True),
        *words("flow", "author", "message"),
        moment("published_at"),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
        sa.Column("titles", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("hotline", "version", name="pk_flow_versions"),
    )
    op.create_table(
        "flow_releases",
        sa.Column("hotline", sa.String(20), primary_key=True),
        sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
        *words("version", "action", "author", "message"),
        moment("at"),
        sa.Column("canary", sa.JSON, nullable=True),
        sa.PrimaryKeyConstraint("hotline", "n", name="pk_flow_releases"),
    )
    op.create_table(
        "flow_acknowledgements",
        sa.Column("hotline", sa.String(20), primary_key=True),
        sa.Column("site", sa.String(31), primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
        *words("outcome", "reason"),
        moment("at"),
        sa.PrimaryKeyConstraint("hotline", "site", name="pk_flow_acknowledgements"),
    )


def downgrade() -> None:
    for table in ("flow_acknowledgements", "flow_releases", "flow_versions"):
        op.drop_table(table)
