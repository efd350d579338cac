"""A batch of facts → stored, projected and acknowledged, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cti.datacenter.database import Database
from cti.datacenter.ingest import repository
from cti.datacenter.ingest.sorting import conflict, sort_out
from cti.datacenter.live.bell import Bell
from cti.datacenter.projecting import refresh_contacts
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch."""

    acknowledged: int
    stored: int
    duplicates: int
    rejected: int
    conflicts: int


class Ingest:
    def __init__(self, database: Database, clock: Clock, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._clock = clock

    async def take(self, site: str, items: Sequence[Any]) -> Ingested:
        """Stores what is new. Idempotent by (site, seq); raises `DatabaseUnavailable`, and then nothing was stored.

        Cancelled, it stores all or nothing; the site sends again what was not acknowledged.
        """
        batch = sort_out(site, items)
        async with self._database.writing() as connection:
            acknowledged = await repository.lock_site(connection, site)
            known = await repository.stored(connection, site, [fact.seq for fact in batch.facts])
            fresh = [fact for fact in batch.facts if fact.seq not in known]
            clashes = [conflict(fact) for fact in batch.facts if known.get(fact.seq, fact) != fact]
            set_aside = batch.rejected + clashes
            if fresh:
                await repository.add_facts(connection, site, fresh)
                await refresh_contacts(connection, {fact.contact for fact in fresh if fact.contact})
            if set_aside:
                await repository.add_rejected(connection, site, set_aside, self._clock.wall())
            if fresh or set_aside:
                acknowledged = await repository.advance(connection, site, acknowledged)
        if fresh or set_aside:
            self._bell.ring(site, fresh[0].seq if fresh else acknowledged)
        conflicts = sum(item.code == "conflict" for item in set_aside)
        result = Ingested(acknowledged, len(fresh), len(known) - len(clashes), len(set_aside) - conflicts, conflicts)
        self._log(site, result, [(item.seq, item.code, item.reason) for item in set_aside[:5]])
        return result

    def _log(self, site: str, result: Ingested, examples: Sequence[tuple[int, str, str]]) -> None:
        log.info("facts.ingested", site=site, stored=result.stored, duplicates=result.duplicates,
                 acknowledged=result.acknowledged)  # fmt: skip
        if examples:
            log.error("facts.set_aside", site=site, rejected=result.rejected, conflicts=result.conflicts,
                      examples=examples)  # fmt: skip
