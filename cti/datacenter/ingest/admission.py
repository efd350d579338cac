"""How many batches the data center takes in at once. More are refused at the door, while refusing is cheap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from cti.datacenter.errors import ApiError
from cti.kit.errors import problem

INSIDE: Final = 64  # batches in memory, of at most 4 MiB each
WORKING: Final = 8  # of them, those that are read and have a connection to the database: less than half of the pool
RETRY_AFTER_SECONDS: Final = 1


class Busy(ApiError):
    status = 429


class Admission:
    def __init__(self, inside: int = INSIDE, working: int = WORKING) -> None:
        self._free = inside
        self._turns = asyncio.Semaphore(working)

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """For the whole of a request, before its body is read. Raises `Busy` at once when too many are inside."""
        if self._free <= 0:
            raise Busy(
                problem("ingest.busy", "facts", "Too many batches at once.", "同时上报的批次过多。",
                        "Send it again soon.", "请稍后重发。"),
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )  # fmt: skip
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    def work(self) -> asyncio.Semaphore:
        """For the part that takes memory and the database; waits for its turn."""
        return self._turns
