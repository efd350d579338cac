"""What is read from and written to the journal's file, in SQL.

A batch is handed to SQLite as one JSON array: a call per fact would release the interpreter's lock, and fight for it
again with a busy event loop, once per fact.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cti.calls.ports import OpenContact
from cti.facts import Fact
from cti.journal.file import JournalFile, connect, open_file
from cti.journal.open_contacts import Trace, fold, fold_agents

_PRUNE_CHUNK: Final = 2_000
_AMONG: Final = "seq IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal stands. `last_at` is None before the first fact, `acknowledged` before the data center was met."""

    last_seq: int
    last_at: datetime | None
    acknowledged: int | None


class Store:
    """The writing side. Methods raise `sqlite3.Error`, and then have changed nothing."""

    def __init__(self, file: JournalFile) -> None:
        self.path = file.path
        self._file = file
        self._connection = file.connection
        self._open: dict[str, Trace] = _traces(self._connection)
        self._catch_up_agents()

    @classmethod
    def open(cls, folder: Path, site: str) -> Store:
        """Opens or creates `folder/journal.db`. Raises `EnvironmentProblem`."""
        return cls(open_file(folder, site))

    def head(self) -> Head:
        last_seq, last_at, acknowledged = self._connection.execute(
            "SELECT last_seq, last_at, acknowledged FROM journal"
        ).fetchone()
        return Head(last_seq, datetime.fromisoformat(last_at) if last_at else None, acknowledged)

    def append(self, facts: Sequence[Fact], acknowledged: int | None) -> None:
        """Commits facts, numbered without a gap after those stored.

        What is stored already is skipped: a commit that reported an error may have happened.
        """
        with self._transaction() as connection:
            (last_seq,) = connection.execute("SELECT last_seq FROM journal").fetchone()
            new = [fact for fact in facts if fact.seq > last_seq]
            if not new:
                return
            if new[0].seq != last_seq + 1:
                raise AssertionError(f"fact {new[0].seq} does not follow {last_seq}")
            connection.execute(
                "INSERT INTO facts"
                " SELECT json_extract(value, '$.seq'), json_extract(value, '$.contact'), value FROM json_each(?)",
                ("[" + ",".join(fact.model_dump_json() for fact in new) + "]",),
            )
            changes = fold(self._open, new)
            self._write_traces(changes)
            self._write_agents(fold_agents(new))
            connection.execute(
                "UPDATE journal SET last_seq = :seq, last_at = :at, acknowledged = :acknowledged, agents_seq = :seq",
                {"seq": new[-1].seq, "at": new[-1].at.isoformat(), "acknowledged": acknowledged},
            )
        self._apply(changes)

    def save_acknowledged(self, acknowledged: int | None) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE journal SET acknowledged = ?", (acknowledged,))

    def prune(self, after: int, acknowledged: int, older_than: datetime) -> tuple[int, int | None]:
        """Deletes one chunk of acknowledged facts older than a moment, except those of open contacts.

        Starts behind the number `after`. Gives how many, and the number to go on behind (None at the end).
        """
        rows = self._connection.execute(
            "SELECT seq, contact, json_extract(body, '$.at') FROM facts"
            " WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            (after, acknowledged, _PRUNE_CHUNK),
        ).fetchall()
        old = [row for row in rows if datetime.fromisoformat(row[2]) < older_than]
        gone = [seq for seq, contact, _ in old if contact not in self._open]
        if gone:
            with self._transaction() as connection:
                connection.execute(f"DELETE FROM facts WHERE {_AMONG}", (json.dumps(gone),))  # noqa: S608
        return len(gone), old[-1][0] if len(old) == _PRUNE_CHUNK else None

    def renumber(self, above: int, by: int) -> None:
        """Adds `by` to the number of every fact after `above`, and takes all up to `above + by` as acknowledged."""
        changes: dict[str, Trace | None] = {c: t.shifted(above, by) for c, t in self._open.items() if t.last > above}
        with self._transaction() as connection:
            # In two steps, over negative numbers, since numbers would collide while they move.
            connection.execute(
                "UPDATE facts SET seq = -(seq + :by), body = json_set(body, '$.seq', seq + :by) WHERE seq > :above",
                {"by": by, "above": above},
            )
            connection.execute("UPDATE facts SET seq = -seq WHERE seq < 0")
            connection.execute("UPDATE open_agents SET seq = seq + ? WHERE seq > ?", (by, above))
            connection.execute(
                "UPDATE journal SET last_seq = last_seq + :by, acknowledged = :acknowledged, agents_seq = last_seq + :by",
                {"by": by, "acknowledged": above + by},
            )
            self._write_traces(changes)
        self._apply(changes)

    def close(self) -> None:
        """Gives the file free for the next process."""
        self._file.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _write_traces(self, changes: dict[str, Trace | None]) -> None:
        kept = [[contact, json.dumps(_plain(trace))] for contact, trace in changes.items() if trace]
        gone = [contact for contact, trace in changes.items() if trace is None]
        if kept:
            self._connection.execute(
                "INSERT OR REPLACE INTO open_contacts"
                " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)",
                (json.dumps(kept),),
            )
        if gone:
            self._connection.execute(
                "DELETE FROM open_contacts WHERE contact IN (SELECT value FROM json_each(?))", (json.dumps(gone),)
            )

    def _write_agents(self, changes: dict[tuple[str, str], int | None]) -> None:
        """Two statements for a batch, as for traces."""
        kept = [[agent, what, seq] for (agent, what), seq in changes.items() if seq is not None]
        gone = [[agent, what] for (agent, what), seq in changes.items() if seq is None]
        if kept:
            self._connection.execute(
                "INSERT OR REPLACE INTO open_agents SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
                " json_extract(value, '$[2]') FROM json_each(?)",
                (json.dumps(kept),),
            )
        if gone:
            self._connection.execute(
                "DELETE FROM open_agents WHERE (agent, what) IN"
                " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
                (json.dumps(gone),),
            )

    def _catch_up_agents(self) -> None:
        """Reads the facts that a version wrote which kept no account of agents."""
        known, last = self._connection.execute("SELECT agents_seq, last_seq FROM journal").fetchone()
        if known == last:
            return
        rows = self._connection.execute(
            "SELECT body FROM facts WHERE seq > ? AND json_extract(body, '$.kind') IN"
            " ('wrap_up.started', 'wrap_up.ended', 'agent.state_changed') ORDER BY seq",
            (known,),
        )
        changes = fold_agents(Fact.model_validate_json(body) for (body,) in rows.fetchall())
        with self._transaction() as connection:
            self._write_agents(changes)
            connection.execute("UPDATE journal SET agents_seq = last_seq")

    def _apply(self, changes: dict[str, Trace | None]) -> None:
        for contact, trace in changes.items():
            if trace:
                self._open[contact] = trace
            else:
                self._open.pop(contact, None)


class Reader:
    """The reading side: sees what is committed, never waits for the writer. Methods raise `sqlite3.Error`."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.execute("PRAGMA query_only = ON")

    def after(self, seq: int, limit: int) -> list[Fact]:
        return self._facts("seq > ? ORDER BY seq LIMIT ?", seq, limit)

    def of_contact(self, contact: str) -> list[Fact]:
        return self._facts("contact = ? ORDER BY seq", contact)

    def open_contacts(self) -> list[OpenContact]:
        """In one read transaction, since the writer goes on meanwhile."""
        self._connection.execute("BEGIN")
        try:
            traces = _traces(self._connection)
            wanted = sorted(set().union(*(trace.seqs() for trace in traces.values())))
            facts = {f.seq: f for f in self._facts(_AMONG, json.dumps(wanted))}
        finally:
            self._connection.execute("COMMIT")
        oldest_first = sorted(traces.items(), key=lambda item: item[1].arrived)
        return [trace.resolved(contact, facts) for contact, trace in oldest_first]

    def open_agents(self) -> list[Fact]:
        return self._facts("seq IN (SELECT seq FROM open_agents) ORDER BY seq")

    def close(self) -> None:
        self._connection.close()

    def _facts(self, where: str, *values: str | int) -> list[Fact]:
        rows = self._connection.execute(f"SELECT body FROM facts WHERE {where}", values)  # noqa: S608 - of this file
        return [Fact.model_validate_json(body) for (body,) in rows.fetchall()]


def _plain(trace: Trace) -> dict[str, object]:
    return {"arrived": trace.arrived, "last": trace.last, "spans": dict(trace.spans)}


def _traces(connection: sqlite3.Connection) -> dict[str, Trace]:
    return {c: _trace(text) for c, text in connection.execute("SELECT contact, trace FROM open_contacts")}


def _trace(text: str) -> Trace:
    plain = json.loads(text)
    return Trace(plain["arrived"], plain["last"], {name: (seq, key) for name, (seq, key) in plain["spans"].items()})
