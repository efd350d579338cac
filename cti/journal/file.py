"""The journal's file: SQLite in WAL mode with synchronous=FULL, so a commit that returned survives a power cut.

One process opens it for writing (an OS lock on a file beside it, which the kernel lets go when the process dies).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cti.kit.errors import EnvironmentProblem, problem

FORMAT: Final = 1
BUSY_SECONDS: Final = 1.0  # another program may hold the file for a moment: a backup, a person looking

_SCHEMA: Final = (
    "CREATE TABLE facts (seq INTEGER PRIMARY KEY, contact TEXT, body TEXT NOT NULL)",
    "CREATE INDEX facts_of_contact ON facts (contact, seq) WHERE contact IS NOT NULL",
    "CREATE TABLE open_contacts (contact TEXT PRIMARY KEY, trace TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE open_agents (agent TEXT, what TEXT, seq INTEGER NOT NULL, PRIMARY KEY (agent, what)) WITHOUT ROWID",
    # agents_seq: up to which fact open_agents is true
    """CREATE TABLE journal (
        site TEXT NOT NULL, last_seq INTEGER NOT NULL, last_at TEXT, acknowledged INTEGER, agents_seq INTEGER NOT NULL DEFAULT 0
    )""",
    f"PRAGMA user_version = {FORMAT}",
)
# What a file of this format lacks that an earlier version made. That version can go on with it afterwards.
_ADDED: Final = (
    "CREATE TABLE IF NOT EXISTS open_agents (agent TEXT, what TEXT, seq INTEGER NOT NULL, PRIMARY KEY (agent, what)) WITHOUT ROWID",
    "ALTER TABLE journal ADD COLUMN agents_seq INTEGER NOT NULL DEFAULT 0",
)


@dataclass(frozen=True, slots=True)
class JournalFile:
    """The file, open and locked."""

    path: Path
    connection: sqlite3.Connection
    lock: int

    def close(self) -> None:
        """Never raises: what is committed is safe, and the next opener can recover from the write-ahead log."""
        try:
            self.connection.close()
        except sqlite3.Error:
            pass
        os.close(self.lock)


def open_file(folder: Path, site: str) -> JournalFile:
    """Opens or creates `folder/journal.db`. Raises `EnvironmentProblem`: in use, unwritable, damaged, of another site
    or a newer version."""
    path = folder / "journal.db"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _locked(folder / "journal.lock")
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # personal data: nobody else reads it
            connection = connect(path)
            _prepare(connection, path, site)
        except BaseException:
            os.close(lock)
            raise
    except (OSError, sqlite3.OperationalError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or str(error)) from None
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from None
    return JournalFile(path, connection, lock)


def connect(path: Path) -> sqlite3.Connection:
    """A connection for one thread at a time, without implicit transactions. Raises `sqlite3.Error`."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 16777216")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, site: str) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == 0:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO journal VALUES (?, 0, NULL, NULL, 0)", (site,))
        connection.execute("COMMIT")
    elif found != FORMAT:
        raise _newer_format(path, found)
    elif "agents_seq" not in {name for _, name, *_ in connection.execute("PRAGMA table_info(journal)")}:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _ADDED:
            connection.execute(statement)
        connection.execute("COMMIT")
    (owner,) = connection.execute("SELECT site FROM journal").fetchone()
    if owner != site:
        raise _other_site(path, owner, site)


def _locked(path: Path) -> int:
    """A file descriptor that holds the lock until it is closed, also by the death of the process."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "?"
        os.close(lock)
        raise _in_use(path, holder) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _in_use(path: Path, holder: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        problem(
            "journal.in_use",
            str(path),
            f"Process {holder} is using this journal.",
            f"进程 {holder} 正在使用该日志库。",
            "Stop that process first; one process serves a site.",
            "请先停止该进程；一个中心只能有一个进程。",
        )
    )


def _unwritable(path: Path, reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        problem(
            "journal.unwritable",
            str(path),
            f"The journal cannot be opened: {reason}.",
            f"无法打开日志库：{reason}。",
            "Check the folder's permissions and the disk.",
            "请检查目录权限和磁盘。",
        )
    )


def _damaged(path: Path, reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        problem(
            "journal.damaged",
            str(path),
            f"The journal is damaged: {reason}.",
            f"日志库已损坏：{reason}。",
            "Move it away with its -wal file and keep both: they may hold facts that the data center lacks.",
            "请将其与 -wal 文件一并移走并保留：其中可能有尚未送达数据中心的事实。",
        )
    )


def _newer_format(path: Path, found: int) -> EnvironmentProblem:
    return EnvironmentProblem(
        problem(
            "journal.newer_format",
            str(path),
            f"The journal has format {found}; this version knows {FORMAT}.",
            f"日志库格式为 {found}；本版本只支持 {FORMAT}。",
            "Start the version of Hotline that wrote it.",
            "请使用写入该日志库的版本启动。",
        )
    )


def _other_site(path: Path, owner: str, site: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        problem(
            "journal.other_site",
            str(path),
            f"This is the journal of site {owner}, not of {site}.",
            f"这是中心 {owner} 的日志库，不属于 {site}。",
            "Give each site a folder of its own.",
            "请为每个中心使用单独的目录。",
        )
    )
