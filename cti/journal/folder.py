"""The journal's folder: who may write in it, and what is found there at the start.

One process opens it for writing (an OS lock on a file, which the kernel lets go when the process dies).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cti.facts import Fact
from cti.journal.open_contacts import fold_agents
from cti.journal.reading import Opened, Reader
from cti.journal.rescue import report, rescue, set_aside
from cti.journal.segment import (
    FORMAT,
    OLD_FORMAT,
    Damaged,
    Head,
    Segment,
    beside,
    connect,
    create,
    named,
    remove,
    scan,
)  # fmt: skip
from cti.journal.state import Changes, State, write
from cti.kit.errors import EnvironmentProblem, problem

_TAIL: Final = 1_000  # facts that are read, and their checksums compared, at the start


@dataclass(slots=True)
class OpenFolder:
    """The folder, open and locked. `connection` writes into the newest of `segments`."""

    lock: int
    segments: tuple[Segment, ...]
    connection: sqlite3.Connection
    head: Head
    state: State
    lost: int  # facts that could not be read when the newest segment was made anew


def open_folder(folder: Path, site: str) -> OpenFolder:
    """Opens or creates the journal of `site`, with what an earlier process left half done finished.

    Raises `EnvironmentProblem`: in use, unwritable, of another site or a newer version.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _locked(folder / "journal.lock")
        try:
            return _open(folder, site, lock)
        except BaseException:
            os.close(lock)
            raise
    except (OSError, sqlite3.Error, Damaged) as error:
        raise _unwritable(folder, getattr(error, "strerror", None) or str(error)) from None


def _open(folder: Path, site: str, lock: int) -> OpenFolder:
    for leftover in folder.glob("journal-*.new*"):
        leftover.unlink(missing_ok=True)
    _adopt(folder)
    found = scan(folder)
    for path in found.moved:
        remove(path)
    segments, lost = found.segments, 0
    if not segments:
        create(named(folder, 1, 1), site, 0, lambda _: (Head(), State()))
        segments = (Segment(named(folder, 1, 1), 1, 1),)
    try:
        head, state, is_old = _verified(segments[-1], site)
    except Damaged as damage:
        rescued = rescue(damage.segment, segments[-2] if len(segments) > 1 else None, site)
        segments, lost = (*segments[:-1], rescued.segment), len(rescued.lost)
        head, state, is_old = _verified(rescued.segment, site)
        report(damage, rescued, head.acknowledged or 0)
        set_aside(damage.segment.path)
    if is_old:  # nothing is added to it
        create(named(folder, 2, head.last_seq + 1), site, head.last_seq, lambda _: (head, state))
        closed = replace(segments[-1], last=head.last_seq)
        segments = (closed, Segment(named(folder, 2, head.last_seq + 1), 2, head.last_seq + 1))
    connection = connect(segments[-1].path)
    try:
        with suppress(sqlite3.Error):  # a full disk
            # What an earlier process could not bring to the disk may seem to be there: it is written once more.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if found.damaged:
            _forget_lost(connection, segments, state)
            for path in found.damaged:
                set_aside(path)
    except BaseException:
        connection.close()
        raise
    return OpenFolder(lock, segments, connection, head, state, lost)


def _verified(segment: Segment, site: str) -> tuple[Head, State, bool]:
    """What the newest segment says, and whether it has the old format. Raises `Damaged`, also when its latest facts are not whole, or
    `EnvironmentProblem` when it is not ours."""
    with closing(Opened(segment)) as opened:
        if opened.version > FORMAT:
            raise _newer_format(segment.path, opened.version)
        if (owner := opened.site()) != site:
            raise _other_site(segment.path, owner, site)
        head, state = opened.head(), opened.state()
        low = max(segment.first, head.last_seq - _TAIL + 1)
        if opened.is_gapless and len(opened.between(low, head.last_seq, _TAIL)) != head.last_seq - low + 1:
            raise Damaged(segment, "its latest facts are missing")
    return head, state, not opened.is_gapless


def _forget_lost(connection: sqlite3.Connection, segments: tuple[Segment, ...], state: State) -> None:
    """After a process that made a segment anew and died before it could do this."""
    with closing(Reader(lambda: segments)) as reader:
        changes = state.without(reader.lost_among(set(state.seqs())))
    connection.execute("BEGIN IMMEDIATE")
    write(connection, changes)
    connection.execute("COMMIT")
    state.apply(changes)


def _adopt(folder: Path) -> None:
    """The one file of earlier versions becomes the first segment, as it is."""
    old, new = folder / "journal.db", named(folder, 1, 1)
    if not old.exists():
        return
    if any(path.exists() for path in folder.glob("journal-*.db")):
        raise _two_journals(old)
    with (
        suppress(sqlite3.DatabaseError),
        closing(connect(old)) as connection,
    ):  # of a damaged one, later what can be read
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > OLD_FORMAT:
            raise _newer_format(old, version)
        _complete(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for source, target in zip(reversed(beside(old)), reversed(beside(new)), strict=True):
        if source.exists():
            source.rename(target)


def _complete(connection: sqlite3.Connection) -> None:
    """Adds what agents were at, of which the first versions kept no account."""
    connection.execute("BEGIN IMMEDIATE")
    if "agents_seq" not in {name for _, name, *_ in connection.execute("PRAGMA table_info(journal)")}:
        connection.execute("ALTER TABLE journal ADD COLUMN agents_seq INTEGER NOT NULL DEFAULT 0")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS open_agents"
            " (agent TEXT, what TEXT, seq INTEGER NOT NULL, PRIMARY KEY (agent, what)) WITHOUT ROWID"
        )
    rows = connection.execute(
        "SELECT body FROM facts WHERE seq > (SELECT agents_seq FROM journal) AND json_extract(body, '$.kind') IN"
        " ('wrap_up.started', 'wrap_up.ended', 'agent.state_changed') ORDER BY seq"
    )
    changes = fold_agents(Fact.model_validate_json(body) for (body,) in rows.fetchall())
    write(connection, Changes({}, changes))
    connection.execute("UPDATE journal SET agents_seq = last_seq")
    connection.execute("COMMIT")


def _locked(path: Path) -> int:
    """A file descriptor that holds the lock until it is closed, also by the death of the process."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "?"
        os.close(lock)
        raise _in_use(path, holder) from None
    with suppress(OSError):  # for people to read; on a full disk somebody else may take the place that is freed here
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


def _two_journals(path: Path) -> EnvironmentProblem:
    return EnvironmentProblem(
        problem(
            "journal.two_journals",
            str(path),
            "An earlier version of Hotline has written here since this one did.",
            "本版本写入之后，又有旧版本在此写入。",
            "Move that file away with its -wal file and keep both: they may hold facts that the data center lacks.",
            "请将该文件与 -wal 文件一并移走并保留：其中可能有尚未送达数据中心的事实。",
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
