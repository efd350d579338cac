"""A batch of facts → stored, projected and acknowledged, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter import bulk
from cti.datacenter.agent_refreshing import refresh_agents
from cti.datacenter.cases.projecting import refresh_cases
from cti.datacenter.database import Database
from cti.datacenter.ingest import repository
from cti.datacenter.ingest.reading import Batch
from cti.datacenter.ingest.repository import Progress
from cti.datacenter.ingest.sorting import Rejected, conflict
from cti.datacenter.live.bell import Bell
from cti.datacenter.projecting import tell_contacts
from cti.facts import Fact
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch. `missing` is the site's first gap."""

    acknowledged: int
    missing: tuple[int, int] | None
    stored: int
    duplicates: int
    rejected: int
    conflicts: int


class Ingest:
    def __init__(
        self, database: Database, clock: Clock, bell: Bell, *, gone: Callable[[datetime], datetime | None]
    ) -> None:
        """`gone` tells, by the time now, before which moment facts may be deleted already; None: never."""
        self._database = database
        self._bell = bell
        self._clock = clock
        self._gone = gone

    async def take(self, batch: Batch) -> Ingested:
        """Stores what is new. Idempotent by (site, seq); raises `DatabaseUnavailable`, and then nothing was stored.

        Cancelled, it stores all or nothing; the site sends again what was not acknowledged.
        """
        try:
            return await self._take(batch, wary=False)
        except bulk.AlreadyThere:  # an earlier version's process, or somebody's hand, has written beside us
            log.warning("facts.unexpected", site=batch.site)
            return await self._take(batch, wary=True)

    async def _take(self, batch: Batch, *, wary: bool) -> Ingested:
        """Not `wary`, it relies on what is known of the site: above its highest number there is nothing to be looked for."""
        site, facts, now = batch.site, batch.sorted.facts, self._clock.wall()
        async with self._database.writing() as connection:
            progress = await repository.lock_site(connection, site)
            suspects = [fact.seq for fact in facts if wary or fact.seq <= progress.highest]
            known = await repository.stored(connection, site, suspects)
            fresh = self._fresh(facts, known, progress)
            clashes = [conflict(fact) for fact in facts if fact.seq in known and known[fact.seq] != fact]
            set_aside = [*batch.sorted.rejected, *clashes]
            if fresh:
                await self._store(connection, fresh, wary)
            if set_aside:
                await repository.add_rejected(connection, site, set_aside, now)
            if batch.lost:
                await repository.add_lost(connection, site, batch.lost, now)
            arrived = [*(fact.seq for fact in facts), *(item.seq for item in set_aside)]
            progress = await repository.advance(connection, site, progress, arrived, batch.lost)
            missing = await repository.first_gap(connection, site, progress)
        if fresh or set_aside:
            self._bell.ring(site, fresh[0].seq if fresh else progress.acknowledged)
        conflicts = sum(item.code == "conflict" for item in set_aside)
        duplicates = len(facts) - len(fresh) - len(clashes)
        result = Ingested(progress.acknowledged, missing, len(fresh), duplicates, len(set_aside) - conflicts, conflicts)
        self._log(batch, result, set_aside)
        return result

    async def _store(self, connection: AsyncConnection, fresh: Sequence[Fact], wary: bool) -> None:
        """All that is written because of new facts. What is told of contacts reads what was there before they are added."""
        await tell_contacts(connection, fresh, wary=wary)
        await repository.add_facts(connection, fresh)
        await refresh_agents(connection, fresh[0].site, fresh[0].seq)
        await refresh_cases(connection, fresh)

    def _fresh(self, facts: Sequence[Fact], known: Mapping[int, Fact], progress: Progress) -> Sequence[Fact]:
        """Without those that were acknowledged and can be missing only because they were deleted for their age."""
        fresh = [fact for fact in facts if fact.seq not in known]
        gone = self._gone(self._clock.wall())
        if gone is None:
            return fresh
        return [fact for fact in fresh if fact.at >= gone or fact.seq > progress.acknowledged]

    def _log(self, batch: Batch, result: Ingested, set_aside: Sequence[Rejected]) -> None:
        log.info("facts.ingested", site=batch.site, stored=result.stored, duplicates=result.duplicates,
                 acknowledged=result.acknowledged)  # fmt: skip
        if set_aside:
            examples = [(item.seq, item.code, item.reason) for item in set_aside[:5]]
            log.error("facts.set_aside", site=batch.site, rejected=result.rejected, conflicts=result.conflicts,
                      examples=examples)  # fmt: skip
        if batch.lost:
            log.error("facts.lost", site=batch.site, ranges=list(batch.lost[:5]), count=len(batch.lost))
