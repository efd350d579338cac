"""Connections to SQLite or PostgreSQL, in transactions that a caller's cancellation rolls back and gives back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Connection, event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from cti.kit.errors import ConfigError, EnvironmentProblem, HotlineError, problem

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 20
POOL_SECONDS = 5  # how long a request waits for a connection, when all are in use
# PostgreSQL: connection, resources, operator's shutdown, system error, a transaction that may be tried again, a lock that was
# not had in time, a primary that has become a standby; or tables and columns that an upgrade has yet to make or has just changed
_PASSING_STATES = ("08", "53", "57", "58", "40", "55P03", "25006", "42P01", "42703")
_REFUSED_STATES = ("28", "3D000")  # user or password; no such database
_TOO_MANY_CONNECTIONS = "53300"


class DatabaseUnavailable(HotlineError):
    """The database does not answer now; nothing was changed; try again."""

    def __init__(self, where: str, cause: str) -> None:
        self.cause = cause  # for logs: a class name, never a statement or its values
        super().__init__(problem(
            "datacenter.database_unavailable", where, "The database does not answer.", "数据库没有响应。",
            "Try again soon; the operator checks that the database runs.", "请稍后重试；运维人员请检查数据库是否在运行。"))  # fmt: skip


class DatabaseBusy(DatabaseUnavailable):
    """Every connection is in use now; nothing was changed; try again."""

    def __init__(self, where: str, cause: str) -> None:
        self.cause = cause
        HotlineError.__init__(self, problem(
            "datacenter.busy", where, "Every connection to the database is in use.", "数据库连接已全部占用。",
            "Try again soon; if it stays, the operator looks for slow statements or adds a replica.",
            "请稍后重试；若持续出现，运维人员请查找慢语句或增加副本。"))  # fmt: skip


class DatabaseRefused(EnvironmentProblem):
    """The database answers, and does not let us in. Trying again does not help."""

    def __init__(self, where: str) -> None:
        super().__init__(problem(
            "datacenter.database_refused", where, "The database refuses this user, password or name.",
            "数据库拒绝了该用户、密码或库名。", "Create the database and correct HOTLINE_DATABASE_URL.",
            "请先建库，并更正 HOTLINE_DATABASE_URL。"))  # fmt: skip


class Database:
    """One engine. `reading` and `writing` each are one transaction; both raise `DatabaseUnavailable` and `DatabaseRefused`."""

    def __init__(self, url: str, *, statement_seconds: float | None = STATEMENT_SECONDS) -> None:
        """Raises `ConfigError` for a URL that is neither SQLite nor PostgreSQL. Connects on first use."""
        self.url = parse_url(url)
        self.is_postgresql = self.url.get_backend_name() == "postgresql"
        self.engine = create_engine(self.url, statement_seconds)
        self._writer = self.engine.execution_options(writes=True)
        # By itself PostgreSQL takes another snapshot for each statement: the parts of one answer could contradict each other.
        self._reader = (
            self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            if self.is_postgresql
            else self.engine
        )
        # SQLite has one writer: taking turns here is fair and immediate, its own busy wait is neither.
        self._turns: asyncio.Semaphore | None = None if self.is_postgresql else asyncio.Semaphore(1)

    @property
    def where(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """All is read as it was at the first statement, whatever is committed meanwhile."""
        async with self._telling(), AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Commits at the end, rolls back when the body raises or is cancelled."""
        async with self._telling():
            if self._turns is None:
                async with self._writer.begin() as connection:
                    yield connection
            else:
                async with self._turns, self._writer.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Any]:
        """PostgreSQL only: a connection outside of the pool, as the driver has it (`asyncpg.Connection`)."""
        engine = create_async_engine(self.url, poolclass=NullPool, connect_args={"timeout": CONNECT_SECONDS})
        async with self._telling(), engine.connect() as connection:
            yield (await connection.get_raw_connection()).driver_connection

    async def answers(self) -> bool:
        """Whether a statement can be run within two seconds."""
        try:
            async with asyncio.timeout(2), self.reading() as session:
                await session.execute(text("SELECT 1"))
        except (DatabaseUnavailable, DatabaseRefused, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def _telling(self) -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:
            if _sqlstate(error).startswith(_REFUSED_STATES):
                raise DatabaseRefused(self.where) from error
            if not is_passing(error):
                raise
            busy = isinstance(error, PoolTimeout) or _sqlstate(error) == _TOO_MANY_CONNECTIONS
            unavailable = DatabaseBusy if busy else DatabaseUnavailable
            raise unavailable(self.where, type(getattr(error, "orig", None) or error).__name__) from error


def is_passing(error: BaseException) -> bool:
    """Whether the fault is the database's condition (down, full, busy), not the statement's."""
    if _sqlstate(error).startswith(_PASSING_STATES):
        return True
    if isinstance(error, DBAPIError):
        if isinstance(error.orig, AsyncAdapt_asyncpg_dbapi.InvalidCachedStatementError):
            return (
                True  # an upgrade has changed a column since the statement was prepared; it is prepared anew next time
            )
        return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return isinstance(error, OSError | TimeoutError | PoolTimeout | asyncpg.InterfaceError)


def _sqlstate(error: BaseException) -> str:
    """PostgreSQL's code, "" if there is none. Errors met while connecting come from the driver as they are."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def parse_url(url: str) -> URL:
    """Raises `ConfigError` naming what may stand there; never shows the password."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql+asyncpg", "sqlite+aiosqlite"):
            return parsed
    except ArgumentError:
        pass
    raise ConfigError(problem(
        "datacenter.database_url", "HOTLINE_DATABASE_URL", "This is not the URL of a database that can be used.",
        "这不是可用的数据库地址。", "Write postgresql+asyncpg://user:password@host/name or sqlite+aiosqlite:////folder/file.db.",
        "请写成 postgresql+asyncpg://用户:密码@主机/库名 或 sqlite+aiosqlite:////目录/文件.db。"))  # fmt: skip


def create_engine(url: URL, statement_seconds: float | None) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,  # one round trip, and a restarted server costs no request
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": statement_seconds},
        )
    engine = create_async_engine(url, pool_timeout=POOL_SECONDS, connect_args={"timeout": POOL_SECONDS})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions late and never for DDL: we begin them
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):  # FULL: acknowledged means on disk
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer fails at once when another has written: a writer says so from the start.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
