"""Facts by month on PostgreSQL; what sites have lost; versions of projections

The table of before becomes the partition of everything until the end of this month, as it is: no row is copied, but the few that
claim to be of a later time. While it is read through, three times, nobody writes facts; they wait in the sites' journals.

Revision: 0003, after 0002
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site_progress", sa.Column("highest", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.execute("""
        UPDATE site_progress SET highest = (
            SELECT coalesce(max(seq), 0) FROM (
                SELECT max(seq) AS seq FROM facts WHERE facts.site = site_progress.site
                UNION ALL SELECT max(seq) FROM rejected_facts WHERE rejected_facts.site = site_progress.site
            ) AS known
        )
    """)
    op.create_table(
        "lost_facts",
        sa.Column("site", sa.String(31), primary_key=True),
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "first", "last", name="pk_lost_facts"),
    )
    projections = op.create_table(
        "projections",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("building", sa.BigInteger),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_projections"),
    )
    op.bulk_insert(projections, [{"name": "contacts", "version": 1, "building": None, "cursor": "", "made": 0}])
    if op.get_bind().dialect.name == "postgresql":
        _divide()


def _divide() -> None:
    now = datetime.now(UTC)
    following = now.replace(year=now.year + now.month // 12, month=now.month % 12 + 1, day=1)
    before, bound = f"facts_until_{following:%Y_%m}", f"'{following:%Y-%m}-01 00:00:00+00'"
    for statement in (
        f"ALTER TABLE facts RENAME TO {before}",
        f"ALTER TABLE {before} RENAME CONSTRAINT pk_facts TO pk_{before}",
        f"ALTER INDEX ix_facts_contact RENAME TO ix_{before}_contact",
        f"CREATE TABLE facts (LIKE {before} INCLUDING DEFAULTS) PARTITION BY RANGE (at)",
        "CREATE INDEX ix_facts_contact ON facts (contact) WHERE contact IS NOT NULL",
        # A clock that runs years ahead must not have its facts refused: what no month takes comes here.
        "CREATE TABLE facts_default PARTITION OF facts (CONSTRAINT pk_facts_default PRIMARY KEY (site, seq)) DEFAULT",
        f"INSERT INTO facts_default SELECT * FROM {before} WHERE at >= {bound}",  # noqa: S608 - names of ours
        f"DELETE FROM {before} WHERE at >= {bound}",  # noqa: S608
    ):
        op.execute(statement)
    if op.get_bind().scalar(sa.text(f"SELECT EXISTS (SELECT 1 FROM {before})")):  # noqa: S608
        op.execute(f"ALTER TABLE facts ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ({bound})")
    else:
        op.drop_table(before)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in (
            "CREATE TABLE facts_whole (LIKE facts INCLUDING DEFAULTS)",
            "INSERT INTO facts_whole SELECT site, seq, id, at, contact, kind, v, data FROM facts",
            "DROP TABLE facts",
            "ALTER TABLE facts_whole RENAME TO facts",
            "ALTER TABLE facts ADD CONSTRAINT pk_facts PRIMARY KEY (site, seq)",
            "CREATE INDEX ix_facts_contact ON facts (contact) WHERE contact IS NOT NULL",
        ):
            op.execute(statement)
    for table in ("projections", "lost_facts"):
        op.drop_table(table)
    with op.batch_alter_table("site_progress") as progress:
        progress.drop_column("highest")
