"""The site's append-only store of facts, the relay that brings them to the data center, and the lease of who may write."""

from cti.journal.journal import JournalFigures, SqliteJournal
from cti.journal.lease import Lease, Takeover
from cti.journal.reading import read_facts
from cti.journal.relay import Outbox, Relay, RelayFigures

__all__ = ["JournalFigures", "Lease", "Outbox", "Relay", "RelayFigures", "SqliteJournal", "Takeover", "read_facts"]
