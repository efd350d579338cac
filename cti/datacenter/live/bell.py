"""How every replica hears that facts were stored, whichever of them took the facts.

PostgreSQL carries the word from a transaction to all who listen, when it commits and not otherwise. SQLite has one process, which
tells itself. What is said is only where to look: a site, and the `seq` from which on there is something new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, NoReturn, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.kit.backoff import Backoff
from cti.kit.logging import get_logger

CHANNEL: Final = "hotline_facts"
LOOK_SECONDS: Final = 5.0  # how often a connection on which nobody speaks is tried
ANSWER_SECONDS: Final = 3.0

log = get_logger(__name__)
_RING = text(f"SELECT pg_notify('{CHANNEL}', :said)")


class Ears(Protocol):
    """Who listens. None of these may block."""

    def heard(self, site: str, seq: int) -> None:
        """Facts of `site` from `seq` on were stored."""

    def opened(self) -> None:
        """From now on nothing is missed; before, anything may have been."""

    def closed(self) -> None:
        """From now on news may be missed."""


class Bell(Protocol):
    async def ring(self, connection: AsyncConnection, site: str, seq: int) -> None:
        """In the transaction that stored facts of `site` from `seq` on; once per transaction, for commits that speak stand in line."""

    async def listen(self, ears: Ears) -> NoReturn:
        """Listens until cancelled."""


def bell_of(database: Database) -> Bell:
    return PostgresBell(database) if database.is_postgresql else LocalBell(database)


class PostgresBell:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ring(self, connection: AsyncConnection, site: str, seq: int) -> None:
        await connection.execute(_RING, {"said": f"{site} {seq}"})

    async def listen(self, ears: Ears) -> NoReturn:
        """On one connection of its own; a broken one is replaced, for as long as it takes."""
        backoff = Backoff(first=0.1, cap=5.0)
        while True:
            try:
                async with self._database.listening() as connection:
                    await self._attend(connection, ears, backoff)
            except (DatabaseUnavailable, DatabaseRefused) as error:
                log.warning("live.not_listening", cause=type(error.__cause__).__name__)
            except Exception as error:  # a mistake of ours must not make this replica deaf for good
                log.error("live.bell_fault", exc_info=error)
            finally:
                ears.closed()
            await asyncio.sleep(backoff.next())

    async def _attend(self, connection: Any, ears: Ears, backoff: Backoff) -> None:
        """Returns or raises when the connection is gone."""
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(CHANNEL, lambda _c, _pid, _channel, said: _pass_on(said, ears.heard))
        ears.opened()
        backoff.reset()
        log.info("live.listening")
        while not gone.is_set():
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await gone.wait()
            except TimeoutError:
                await connection.execute(
                    "SELECT 1", timeout=ANSWER_SECONDS
                )  # a half-open connection says nothing by itself


class LocalBell:
    def __init__(self, database: Database) -> None:
        self._rung: dict[str, int] = {}
        self._heard: Callable[[str, int], None] | None = None
        database.after_writing(self._pass_on)

    async def ring(self, connection: AsyncConnection, site: str, seq: int) -> None:
        self._rung[site] = min(seq, self._rung.get(site, seq))

    async def listen(self, ears: Ears) -> NoReturn:
        self._heard = ears.heard
        ears.opened()
        try:
            while True:
                await asyncio.get_running_loop().create_future()
        finally:
            self._heard = None
            ears.closed()

    def _pass_on(self) -> None:
        # A transaction that was rolled back is spoken of too: who looks finds nothing.
        rung, self._rung = self._rung, {}
        for site, seq in rung.items():
            if self._heard:
                self._heard(site, seq)


def _pass_on(said: str, heard: Callable[[str, int], None]) -> None:
    site, _, seq = said.partition(" ")
    if seq.isdigit():  # anybody with a connection can speak on the channel
        heard(site, int(seq))
