"""What the data center does by itself beside serving: partitions made ahead, old facts deleted, projections brought up to date.

Several processes over one database may all do so; each step is one transaction under a lock that the others don't wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Final

from cti.datacenter.database import Database, DatabaseUnavailable
from cti.datacenter.metrics import Metrics
from cti.datacenter.partitions import make_months
from cti.datacenter.rebuilding import PROJECTIONS, Projection, bring_up_to_date, states
from cti.datacenter.retention import delete_old_facts, limit
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)

EVERY_SECONDS: Final = 3600.0
LOOK_AGAIN_SECONDS: Final = 5.0  # whether the process that makes a projection anew still lives


class Upkeep:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        *,
        months: int | None,
        projections: Sequence[Projection] = PROJECTIONS,
    ) -> None:
        """`months`: how many whole months of facts to keep, besides the one that runs; None: all."""
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._limit = limit(months)
        self._projections = projections

    async def run(self) -> None:
        """Goes on until cancelled, whatever fails."""
        while True:
            for work in (self.make_months, self.bring_up_to_date, self.delete_old_facts):
                await self._survive(work)
            await asyncio.sleep(EVERY_SECONDS)

    async def make_months(self) -> None:
        await make_months(self._database, self._clock.wall())

    async def delete_old_facts(self) -> None:
        before = self._limit(self._clock.wall())
        if before is not None:
            await delete_old_facts(self._database, before)

    async def bring_up_to_date(self) -> None:
        """Rests as long as it works, so that sites' facts hardly wait."""
        for projection in self._projections:
            state = None
            while state != "done":
                began = perf_counter()
                state = await bring_up_to_date(self._database, projection)
                self._metrics.projected(await states(self._database))
                await asyncio.sleep(LOOK_AGAIN_SECONDS if state == "busy" else perf_counter() - began)

    async def _survive(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except DatabaseUnavailable as error:
            log.warning("upkeep.postponed", work=work.__name__, cause=error.cause)
        except Exception as error:  # its facts are being taken all the same
            log.error("upkeep.failed", exc_info=error, work=work.__name__)
