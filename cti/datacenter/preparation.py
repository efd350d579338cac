"""What must be done before the first request: the newest schema, and the samples where wanted. With the database down, the
process starts all the same and goes on trying."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cti.datacenter.database import Database, DatabaseUnavailable
from cti.datacenter.samples import add_samples
from cti.datacenter.upgrade import upgrade_database
from cti.kit.backoff import Backoff
from cti.kit.logging import get_logger

log = get_logger(__name__)


class Preparation:
    def __init__(self, url: str, database: Database, *, samples: bool, then: Callable[[], Awaitable[object]]) -> None:
        """`then` reads what the application must know before its first request."""
        self._url = url
        self._database = database
        self._samples, self._then = samples, then
        self.done = False

    async def attempt(self) -> bool:
        """One try; False when the database does not answer. Other faults (a migration's) are raised."""
        try:
            await upgrade_database(self._url)
            if self._samples:
                await add_samples(self._database)
            await self._then()
        except DatabaseUnavailable as error:
            log.warning("database.unavailable", cause=error.cause)
            return False
        self.done = True
        return True

    async def persist(self) -> None:
        """Tries until it is done, whatever fails: nobody would start again what serves already. Cancel it to give up."""
        backoff = Backoff(first=0.2, cap=5.0)
        while True:
            try:
                if await self.attempt():
                    return
            except Exception as error:
                log.error("database.not_prepared", exc_info=error)
            await asyncio.sleep(backoff.next())
