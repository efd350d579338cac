"""A site and its audience, while things break: facts by a real journal and relay, people who read lists, and a console that follows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from cti.datacenter.database import Database
from cti.datacenter.models import FactRow
from cti.facts.kinds import ContactArrived, ContactEnded, EndCause, Party, QueueEntered, QueueLeft, QueueOutcome
from cti.journal import Relay, SqliteJournal
from cti.kit.backoff import Backoff
from cti.kit.clock import SystemClock
from tests.live import DEADLINE, following

PACE = 0.01  # seconds from one contact to the next


class Load:
    """What was done and what was seen. `answers`: status → how often; 0 where the connection broke."""

    def __init__(self, client: httpx.AsyncClient, journal: SqliteJournal, site: str) -> None:
        self._client, self._journal, self._site = client, journal, site
        self.contacts: set[str] = set()
        self.ended: set[str] = set()  # as the console knows
        self.connected = 0  # how often the console did
        self.answers: Counter[int] = Counter()

    async def more(self, contacts: int = 20) -> None:
        """Lets that many more contacts come and go."""
        for _ in range(contacts):
            contact = f"{self._site}-{len(self.contacts)}"
            self.contacts.add(contact)
            arrived = ContactArrived(hotline="95500", caller="13800138000", called="95500", node="sh1",
                                     asterisk_channel="PJSIP/carrier-00000001")  # fmt: skip
            waits = QueueEntered(queue="claims", skills={"car_claims": 50}, priority=5)
            left = QueueLeft(queue="claims", outcome=QueueOutcome.ABANDONED, waited_ms=10)
            ends = ContactEnded(cause=EndCause.ABANDONED, by=Party.CUSTOMER, ms=10)
            for data in (arrived, waits, left, ends):
                self._journal.record(data, contact)
            await asyncio.sleep(PACE)

    async def until(self, condition: Callable[[], bool], contacts: int = 5) -> None:
        """Goes on until then."""
        async with asyncio.timeout(DEADLINE):
            while not condition():
                await self.more(contacts)

    @property
    def behind(self) -> int:
        """Facts that the data center has not acknowledged."""
        return self._journal.last_seq - self._journal.acknowledged

    async def read(self) -> None:
        """Until cancelled: what people do."""
        while True:
            for path in ("/api/v1/contacts?limit=20", "/api/v1/policies/80012345678", "/healthz"):
                try:
                    response = await self._client.get(path)
                except httpx.TransportError:
                    self.answers[0] += 1
                else:
                    self.answers[response.status_code] += 1
                    assert response.status_code != 503 or int(response.headers["Retry-After"]) > 0
            await asyncio.sleep(PACE)

    async def follow(self) -> None:
        """Until cancelled: what a console does, as `docs/live-updates.md` says."""
        cursor: str | None = None
        while True:
            try:
                async with following(self._client, cursor, topic="contacts", site=self._site) as reader:
                    self.connected += 1
                    if cursor is None:
                        await self._read_again()
                    while True:
                        told = await reader.next()
                        if told.name == "resync":
                            await self._read_again()
                        elif told.name == "contact" and told.data["state"] == "ended":
                            self.ended.add(told.data["contact"])
                        cursor = reader.cursor
            except (httpx.TransportError, httpx.HTTPStatusError, StopAsyncIteration):
                await asyncio.sleep(0.1)

    async def _read_again(self) -> None:
        cursor: dict[str, str] = {}
        while True:
            response = await self._client.get("/api/v1/contacts", params={"site": self._site, "limit": 200, **cursor})
            response.raise_for_status()
            page: dict[str, Any] = response.json()
            self.ended |= {contact["id"] for contact in page["items"] if contact["ended_at"]}
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    async def settled(self, database_url: str) -> None:
        """Waits until everything that was recorded is acknowledged and the console, if one was ever there, knows every contact's
        end; then nothing may be missing or doubled in the database."""
        told = self.contacts if self.connected else set()
        async with asyncio.timeout(2 * DEADLINE):
            while self.behind or self._journal.figures().buffered or self.ended != told:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        recorded = [(fact.seq, fact.id) for fact in await self._journal.read(0, 1_000_000)]
        assert len(recorded) == 4 * len(self.contacts)
        database = Database(database_url)
        try:
            async with database.reading() as session:
                rows = select(FactRow.seq, FactRow.id).where(FactRow.site == self._site).order_by(FactRow.seq)
                assert [(row.seq, row.id) for row in await session.execute(rows)] == recorded
        finally:
            await database.close()


@asynccontextmanager
async def loaded(
    client: httpx.AsyncClient, folder: Path, token: str, *, site: str = "sh", console: bool = True
) -> AsyncIterator[Load]:
    """Under load inside the block; the relay is quick to try again, so that tests are. `console`: whether one follows. The site's own
    disk may be slow: that is not what is tried."""
    url = str(client.base_url).rstrip("/")
    async with (
        await SqliteJournal.open(folder, site, SystemClock(), patience=60.0) as journal,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        relay = Relay(journal, url, site, token, http, SystemClock(), backoff=Backoff(first=0.05, cap=0.3))
        load = Load(client, journal, site)
        work = [relay.run(), load.read(), *([load.follow()] if console else [])]
        tasks = [asyncio.create_task(each) for each in work]
        try:
            yield load
            for task in tasks:
                assert not task.done(), task
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
