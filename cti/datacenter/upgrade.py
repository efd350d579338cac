"""Brings a database to the newest schema, from within a running event loop."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.database import Database
from cti.datacenter.partitions import make_months
from cti.kit.clock import SystemClock
from cti.kit.logging import get_logger

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
LOCK_SECONDS = 3  # how long a migration may wait for a table: all who come later wait behind it
_LOCK = 0x486F746C  # "Hotl": one upgrade at a time in one PostgreSQL database

log = get_logger(__name__)


async def upgrade_database(url: str) -> None:
    """Runs what is missing of `migrations/`, and makes the months that facts will come in; harmless when nothing is missing, and
    when several processes do it at once.

    The migrations are one transaction: cancelled or failed, nothing is changed. A database that a newer version has upgraded already
    is left as it is: during an upgrade, replicas of the older version go on, and start again. Raises `ConfigError` for an unusable
    URL, `DatabaseRefused` for a wrong user, password or name, and `DatabaseUnavailable` when the database does not answer, or a table
    is in use for longer than a migration may wait.
    """
    database = Database(url, statement_seconds=None)  # a migration of many rows takes its time
    try:
        await upgrade(database)
        await make_months(database, SystemClock().wall())
    finally:
        await database.close()


async def upgrade(database: Database, revision: str = "head") -> None:
    """As `upgrade_database`, on an open database and to a given revision."""
    async with database.writing() as connection:
        await migrate(connection, revision)
    log.info("database.upgraded", revision=revision, database=database.where)


async def migrate(connection: AsyncConnection, revision: str = "head") -> None:
    """As `upgrade`, in a transaction of the caller's."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.execute(text(f"SET LOCAL lock_timeout = '{round(LOCK_SECONDS * 1000)}ms'"))
    await connection.run_sync(_run, revision)


async def downgrade(database: Database, revision: str) -> None:
    """Undoes migrations down to `revision` (`base`: all of them). Data in dropped tables is lost."""
    async with database.writing() as connection:
        await connection.run_sync(lambda c: command.downgrade(alembic_config(c), revision))


def _run(connection: Connection, revision: str) -> None:
    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in known:
        log.warning("database.newer", revision=found)
        return
    command.upgrade(config, revision)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for a connection that is already in a transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
