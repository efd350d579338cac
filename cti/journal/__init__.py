"""The site's append-only store of facts, and the relay that brings them to the data center."""

from cti.journal.journal import JournalFigures, SqliteJournal
from cti.journal.relay import Outbox, Relay, RelayFigures

__all__ = ["JournalFigures", "Outbox", "Relay", "RelayFigures", "SqliteJournal"]
