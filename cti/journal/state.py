"""What is open after the last fact: contacts and what agents are at. Every segment keeps it beside its facts, and begins with that of the
one before, so that a restart reads the newest segment alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from cti.facts import Fact
from cti.journal.open_contacts import Trace, fold, fold_agents


@dataclass(slots=True)
class Changes:
    """None: it has ended."""

    contacts: dict[str, Trace | None]
    agents: dict[tuple[str, str], int | None]


@dataclass(slots=True)
class State:
    """By contact its trace; by agent and `wrap_up` or `call` the number of the fact that began it."""

    contacts: dict[str, Trace] = field(default_factory=dict)
    agents: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: sqlite3.Connection) -> State:
        return cls(traces(connection), {
            (agent, what): seq for agent, what, seq in connection.execute("SELECT agent, what, seq FROM open_agents")
        })  # fmt: skip

    def after(self, facts: Collection[Fact]) -> Changes:
        """What these facts change. Nothing is changed yet: `apply` it once it is on disk."""
        return Changes(fold(self.contacts, facts), fold_agents(facts))

    def without(self, lost: Collection[int]) -> Changes:
        """What has to go when these facts can no longer be read. A contact whose beginning is lost is no longer open: if it lives it
        will be met as a new one."""
        gone = set(lost)
        contacts = {c: trace.without(gone) for c, trace in self.contacts.items() if not gone.isdisjoint(trace.seqs())}
        return Changes(contacts, {key: None for key, seq in self.agents.items() if seq in gone})

    def shifted(self, above: int, by: int) -> State:
        """The same after every number greater than `above` grew by `by`."""
        return State(
            {contact: trace.shifted(above, by) for contact, trace in self.contacts.items()},
            {key: seq + by if seq > above else seq for key, seq in self.agents.items()},
        )

    def apply(self, changes: Changes) -> None:
        for contact, trace in changes.contacts.items():
            if trace:
                self.contacts[contact] = trace
            else:
                self.contacts.pop(contact, None)
        for key, seq in changes.agents.items():
            if seq is not None:
                self.agents[key] = seq
            else:
                self.agents.pop(key, None)

    def seqs(self) -> Iterable[int]:
        """The facts that are needed to tell it."""
        for trace in self.contacts.values():
            yield from trace.seqs()
        yield from self.agents.values()

    def save(self, connection: sqlite3.Connection) -> None:
        """Into empty tables."""
        write(connection, Changes(dict(self.contacts), dict(self.agents)))


def traces(connection: sqlite3.Connection) -> dict[str, Trace]:
    return {c: _trace(text) for c, text in connection.execute("SELECT contact, trace FROM open_contacts")}


def write(connection: sqlite3.Connection, changes: Changes) -> None:
    """A statement or two for a whole batch, as for facts."""
    kept = [[contact, json.dumps(_plain(trace))] for contact, trace in changes.contacts.items() if trace]
    gone = [contact for contact, trace in changes.contacts.items() if trace is None]
    if kept:
        connection.execute(
            "INSERT OR REPLACE INTO open_contacts"
            " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)",
            (json.dumps(kept),),
        )
    if gone:
        connection.execute(
            "DELETE FROM open_contacts WHERE contact IN (SELECT value FROM json_each(?))", (json.dumps(gone),)
        )
    begun = [[agent, what, seq] for (agent, what), seq in changes.agents.items() if seq is not None]
    over = [[agent, what] for (agent, what), seq in changes.agents.items() if seq is None]
    if begun:
        connection.execute(
            "INSERT OR REPLACE INTO open_agents SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
            " json_extract(value, '$[2]') FROM json_each(?)",
            (json.dumps(begun),),
        )
    if over:
        connection.execute(
            "DELETE FROM open_agents WHERE (agent, what) IN"
            " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))",
            (json.dumps(over),),
        )


def _plain(trace: Trace) -> dict[str, object]:
    return {"arrived": trace.arrived, "last": trace.last, "spans": dict(trace.spans)}


def _trace(text: str) -> Trace:
    plain = json.loads(text)
    return Trace(plain["arrived"], plain["last"], {name: (seq, key) for name, (seq, key) in plain["spans"].items()})
