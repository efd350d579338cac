"""Migrations looked at from outside: what they hold while others wait, and the code that served before them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

CHECKOUT = Path(__file__).parent.parent
MIGRATIONS = CHECKOUT / "migrations"
LARGE = 10_000  # rows; what has fewer is done in a moment whatever is done

_FILL = """
    INSERT INTO facts (site, seq, id, at, contact, kind, v, data)
        SELECT 'old', n, lpad(n::text, 26, '0'), '2026-11-01'::timestamptz + n * interval '1 second', 'old-' || n / 10,
               'node.visited', 1, '{"node": "menu"}'
        FROM generate_series(1, 200000) AS n;
    INSERT INTO site_progress (site, acknowledged) VALUES ('old', 200000);
    INSERT INTO contacts (id, site, channel, caller, arrived_at, ended_at)
        SELECT 'old-' || n, 'old', 'voice', '13800138000', '2026-11-01'::timestamptz + n * interval '10 seconds',
               '2026-11-02'::timestamptz + n * interval '10 seconds'
        FROM generate_series(0, 20000) AS n;
    INSERT INTO legs (contact, leg, party) SELECT 'old-' || n, 'customer', 'customer' FROM generate_series(0, 20000) AS n;
    INSERT INTO queue_visits (contact, n, queue) SELECT 'old-' || n, 0, 'claims' FROM generate_series(0, 20000) AS n;
    INSERT INTO node_visits (contact, n, left_at, flow, version, node, node_kind, outcome, ms)
        SELECT 'old-' || n, 0, '2026-11-01', 'main', 'v1', 'menu', 'menu', '1', 100 FROM generate_series(0, 20000) AS n;
"""

# Tables that this transaction holds against writers or readers, and has read or written through
_HELD = text("""
    SELECT DISTINCT coalesce(whole.relname, c.relname)::text AS name
    FROM pg_class c JOIN pg_stat_xact_user_tables s ON s.relid = c.oid
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class whole ON whole.oid = i.inhparent
    WHERE (s.seq_tup_read > :large AND EXISTS (
             SELECT 1 FROM pg_locks l WHERE l.relation = c.oid AND l.pid = pg_backend_pid()
               AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')))
       OR s.n_tup_upd + s.n_tup_del > :large
    ORDER BY name
""")


async def fill(connection: AsyncConnection) -> None:
    """A month of facts, in the tables that every version has had."""
    for statement in filter(str.strip, _FILL.split(";")):
        await connection.execute(text(statement))


async def held_long(connection: AsyncConnection) -> list[str]:
    """Of the transaction that has just migrated: the large tables that others had to wait for."""
    return list(await connection.scalars(_HELD, {"large": LARGE}))


def last_two() -> tuple[str, str, object]:
    """The revision before the newest one, the newest one, and what its file says in `long_lock` (None: nothing)."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    head = scripts.get_revision("head")
    assert head is not None
    assert isinstance(head.down_revision, str)
    return head.down_revision, head.revision, getattr(head.module, "long_lock", None)


def with_one_more(folder: Path, statement: str) -> Path:
    """A copy of the migrations with another one behind them."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions/planted.py").write_text(
        f"from alembic import op\n\nrevision = 'planted'\ndown_revision = {last_two()[1]!r}\n\n\n"
        f"def upgrade() -> None:\n    op.execute({statement!r})\n"
    )
    return copy


def code_before(folder: Path) -> Path:
    """The code that was in use before the newest migration: what is committed before it, or this checkout where git doesn't know, or
    where that code knew another migration as the last one."""
    earlier, newest, _ = last_two()
    file = next(MIGRATIONS.glob(f"versions/{newest}*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(file))
    before = _git("rev-parse", "--verify", "--quiet", f"{added}~1") if added else _git("rev-parse", "HEAD")
    if not before or f"/versions/{earlier}_" not in _git("ls-tree", "-r", "--name-only", before, "migrations"):
        return CHECKOUT
    archive = subprocess.run(["git", "archive", before], cwd=CHECKOUT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def _git(*words: str) -> str:
    """What git says; nothing, where this is no clone or a shallow one."""
    return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, text=True).stdout.strip()
