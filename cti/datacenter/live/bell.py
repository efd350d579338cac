"""How every replica hears that facts were stored, whichever of them took the facts.

PostgreSQL carries the word (NOTIFY) to all who listen; SQLite has one process, which tells itself. What is said is only where to look: a
site, and the `seq` from which on there is something new. The word is sent after the commit, not in it: commits that notify
stand in line and share no flush of the disk. If it is lost, whoever follows finds out by looking now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Any, Final, NoReturn, Protocol

from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.kit.backoff import Backoff
from cti.kit.logging import get_logger

CHANNEL: Final = "hotline_facts"
LOOK_SECONDS: Final = 5.0  # how often a connection on which nobody speaks is tried
ANSWER_SECONDS: Final = 3.0
_DIGITS: Final = 19  # of a `seq` that a database can hold
_SITES: Final = 100  # spoken of in one word, which may have 8000 bytes

log = get_logger(__name__)


class Ears(Protocol):
    """Who listens. None of these may block."""

    def heard(self, site: str, seq: int) -> None:
        """Facts of `site` from `seq` on were stored."""

    def opened(self) -> None:
        """From now on words arrive; before, any may have been missed."""

    def closed(self) -> None:
        """From now on words may be missed."""


class Bell(Protocol):
    def ring(self, site: str, seq: int) -> None:
        """Facts of `site` from `seq` on are stored and committed. What is rung while a word is on its way goes with the next."""

    async def listen(self, ears: Ears) -> NoReturn:
        """Listens, and sends what is rung, until cancelled."""


def bell_of(database: Database) -> Bell:
    return PostgresBell(database) if database.is_postgresql else LocalBell()


class PostgresBell:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._rung: dict[str, int] = {}
        self._stir = asyncio.Event()

    def ring(self, site: str, seq: int) -> None:
        self._rung[site] = min(seq, self._rung.get(site, seq))
        self._stir.set()

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
        connection.add_termination_listener(lambda _: self._stir.set())
        await connection.add_listener(CHANNEL, lambda _c, _pid, _channel, said: _pass_on(said, ears.heard))
        ears.opened()
        backoff.reset()
        log.info("live.listening")
        while not connection.is_closed():
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._stir.wait()
                self._stir.clear()
                await self._send(connection)
            except TimeoutError:
                await connection.execute(
                    "SELECT 1", timeout=ANSWER_SECONDS
                )  # a half-open connection says nothing by itself

    async def _send(self, connection: Any) -> None:
        while self._rung and not connection.is_closed():
            said = dict(islice(self._rung.items(), _SITES))
            for site in said:
                del self._rung[site]
            words = ",".join(f"{site} {seq}" for site, seq in said.items())
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, words, timeout=ANSWER_SECONDS)


class LocalBell:
    def __init__(self) -> None:
        self._heard: Callable[[str, int], None] | None = None

    def ring(self, site: str, seq: int) -> None:
        if self._heard:
            self._heard(site, seq)

    async def listen(self, ears: Ears) -> NoReturn:
        self._heard = ears.heard
        ears.opened()
        try:
            while True:
                await asyncio.get_running_loop().create_future()
        finally:
            self._heard = None
            ears.closed()


def _pass_on(said: str, heard: Callable[[str, int], None]) -> None:
    for word in said.split(","):
        site, _, seq = word.partition(" ")
        if seq.isascii() and seq.isdigit() and len(seq) < _DIGITS:  # anybody with a connection can speak on the channel
            heard(site, int(seq))
