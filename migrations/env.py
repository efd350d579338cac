"""Runs migrations: on the connection the data center hands over, or, from Alembic's command line, on the database of
`-x url=…` or of the settings."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from cti.datacenter.database import Database
from cti.datacenter.models import Base
from cti.datacenter.partitions import is_ours


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, include_name=is_ours)
    with context.begin_transaction():
        context.run_migrations()


def database_url() -> str:
    from cti.settings import Settings  # only the command line asks the settings

    return context.get_x_argument(as_dictionary=True).get("url") or Settings.from_environment().effective_database_url


async def run_from_command_line() -> None:
    database = Database(database_url())
    try:
        async with database.writing() as connection:
            await connection.run_sync(run)
    finally:
        await database.close()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_from_command_line())
