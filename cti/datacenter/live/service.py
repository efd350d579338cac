"""Follows the facts as they are stored and tells every reader of this replica, with one read of the database for all of them.

Turn after turn: what the bell said is new, and who wants to join, are taken together; the database is read once; every
stream gets what it wants of it. Nobody joins between two turns, so a reader never gets older news after newer ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import randint
from time import monotonic
from typing import Final

from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.datacenter.errors import RETRY_AFTER_SECONDS, ApiError
from cti.datacenter.live import changes
from cti.datacenter.live.bell import Bell
from cti.datacenter.live.changes import News, Reading
from cti.datacenter.live.cursor import Cursor, encode_cursor
from cti.datacenter.live.schemas import LiveEvent, LiveHello, LiveResync, LiveStale
from cti.datacenter.live.streams import HEARTBEAT_SECONDS, MAX_CHUNK, Stream, Wanted, encode
from cti.datacenter.metrics import Metrics
from cti.kit.backoff import Backoff
from cti.kit.errors import problem
from cti.kit.logging import get_logger

MAX_STREAMS: Final = 2000
TURN_SECONDS: Final = 0.1  # from one turn to the next at least; what comes meanwhile is told together
LOOK_SECONDS: Final = (
    5.0  # how often one looks although nothing was said: a word is lost with the process that was to say it
)
FLOOD_SECONDS: Final = 1.0  # the same, when there was too much to tell

log = get_logger(__name__)


class LiveFull(ApiError):
    """This replica has as many readers as it may, or is being stopped."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            problem("live.full", "/api/v1/live", "This replica takes no more readers.", "该副本不再接受新的订阅。",
                    "Try again soon; if it stays, the operator adds a replica.", "请稍后重试；若持续出现，运维人员请增加副本。"),
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )  # fmt: skip


@dataclass(slots=True, eq=False)
class _Joiner:
    stream: Stream
    after: Cursor | None
    joined: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Live:
    """`run` it in a task. `join` gives a stream, which `leave` takes back."""

    def __init__(self, database: Database, bell: Bell, metrics: Metrics) -> None:
        self._database, self._bell, self._metrics = database, bell, metrics
        self._streams: set[Stream] = set()
        self._joiners: list[_Joiner] = []
        self._news: dict[str, int] = {}  # site → the least seq that is new
        self._reached: dict[str, int] = {}  # where the last turn ended
        self._cause = asyncio.Event()
        self._listening = False
        self._missed = False  # something may have happened that the bell did not say
        self._stale = True  # until the bell is heard
        self._stopped = False

    @property
    def cursor(self) -> str:
        """Up to where every stream has been given everything."""
        return encode_cursor(self._reached)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._bell.listen(self), name="live-bell")
            tasks.create_task(self._take_turns(), name="live-turns")

    async def join(self, wanted: Wanted, after: Cursor | None) -> Stream:
        """A stream that begins with `hello` and misses nothing from then on; with `after`, from there on. Raises `LiveFull`,
        `DatabaseUnavailable` and `DatabaseRefused`."""
        if self._stopped or len(self._streams) + len(self._joiners) >= MAX_STREAMS:
            raise LiveFull
        joiner = _Joiner(Stream(wanted), after)
        self._joiners.append(joiner)
        self._cause.set()
        try:
            await joiner.joined
        except BaseException:
            self.leave(joiner.stream)
            raise
        return joiner.stream

    def leave(self, stream: Stream) -> None:
        """Again does no harm."""
        self._streams.discard(stream)
        self._metrics.live_streams(len(self._streams))

    def stop(self) -> None:
        """Ends every stream in order: readers go to another replica at once. For when the server is about to stop."""
        self._stopped = True
        for stream in self._streams:
            stream.end("stopping")
        self._streams.clear()

    # What the bell says

    def heard(self, site: str, seq: int) -> None:
        self._news[site] = min(seq, self._news.get(site, seq))
        self._cause.set()

    def opened(self) -> None:
        self._listening = self._missed = True
        self._metrics.live_listening(True)
        self._cause.set()

    def closed(self) -> None:
        self._listening = False
        self._metrics.live_listening(False)
        self._say_stale(True)

    # Turns

    async def _take_turns(self) -> None:
        backoff = Backoff(first=TURN_SECONDS, cap=2.0)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._cause.wait()
            self._cause.clear()
            began = monotonic()
            joiners, self._joiners = self._joiners, []
            rest = await self._turn(joiners)
            if rest is None:
                await asyncio.sleep(backoff.next())
            else:
                backoff.reset()
                # Two thirds of the time are left to those who ask and those who store
                await asyncio.sleep(max(rest, 2 * (monotonic() - began)))

    async def _turn(self, joiners: Sequence[_Joiner]) -> float | None:
        """Gives the seconds until the next. None when nothing could be read; then those who wait are told, and for the others
        it is tried again."""
        news, self._news = self._news, {}
        missed, self._missed = self._missed, False
        if not (self._streams or joiners):
            return TURN_SECONDS
        try:
            async with self._database.reading() as session:
                heads = await changes.heads(session)
                followed = self._followed(heads, news, missed) if self._streams else {}
                since = _least([followed, *(_from(joiner.after, heads) for joiner in joiners)])
                reading = await changes.read(session, heads, since)
        except Exception as error:
            if not isinstance(error, DatabaseUnavailable | DatabaseRefused):
                log.error("live.fault", exc_info=error)
            for joiner in joiners:
                if not joiner.joined.done():
                    joiner.joined.set_exception(error)
            self._missed = True
            self._say_stale(True)
            if self._streams:
                self._cause.set()
            return None
        self._reached = heads
        self._tell(reading, followed)
        if self._listening and not self._missed:
            self._say_stale(False)
        self._let_in(reading, joiners)
        return FLOOD_SECONDS if reading.told_after != since else TURN_SECONDS

    def _followed(self, heads: Cursor, news: Mapping[str, int], missed: bool) -> dict[str, int]:
        """From where on those who have joined are to be told."""
        reached = {site: self._reached.get(site, 0) for site in heads}
        cursors = {site: seq for site, seq in reached.items() if missed or heads[site] > seq}
        for site in news.keys() & heads.keys():
            cursors[site] = min(news[site] - 1, cursors.get(site, news[site] - 1))
        return cursors

    def _tell(self, reading: Reading, cursor: Cursor) -> None:
        said: dict[Wanted, bytes] = {}  # most readers want the same
        for stream in list(self._streams):
            if stream.wanted not in said:
                said[stream.wanted] = self._encoded([], _events(reading, cursor, stream.wanted))
            if said[stream.wanted]:
                self._put(stream, said[stream.wanted])

    def _let_in(self, reading: Reading, joiners: Sequence[_Joiner]) -> None:
        said: dict[tuple[Wanted, str | None], bytes] = {}
        for joiner in joiners:
            wanted, after = joiner.stream.wanted, joiner.after
            key = wanted, None if after is None else encode_cursor(after)
            if key not in said:
                hello = LiveHello(sites=reading.heads, resumed=after is not None, stale=self._stale,
                                  heartbeat_seconds=HEARTBEAT_SECONDS)  # fmt: skip
                followed = [] if after is None else _events(reading, _from(after, reading.heads), wanted, after)
                said[key] = self._encoded([hello], followed)
            if self._stopped and not joiner.joined.done():
                joiner.joined.set_exception(LiveFull())
            elif not joiner.joined.done():
                self._streams.add(joiner.stream)
                # Jitter: they do not all return at once when this replica stops
                joiner.stream.put(f"retry: {randint(500, 2000)}\n".encode())
                self._put(joiner.stream, said[key])
                joiner.joined.set_result(None)
        self._metrics.live_streams(len(self._streams))

    def _encoded(self, first: Sequence[LiveEvent], events: Sequence[LiveEvent]) -> bytes:
        chunk = encode([*first, *events], self.cursor) if first or events else b""
        if len(chunk) <= MAX_CHUNK:
            return chunk
        return encode([*first, LiveResync(sites=sorted(self._reached))], self.cursor)

    def _put(self, stream: Stream, chunk: bytes) -> None:
        if not stream.put(chunk):
            self._streams.discard(stream)
            self._metrics.live_dropped()
            log.warning("live.reader_too_slow")

    def _say_stale(self, stale: bool) -> None:
        if stale != self._stale:
            self._stale = stale
            for stream in list(self._streams):
                self._put(stream, encode([LiveStale(stale=stale)], self.cursor))


def _from(after: Cursor | None, heads: Cursor) -> dict[str, int]:
    """Where who comes from `after` is to be told on, for every site; a cursor that this database does not know counts as none."""
    return {} if after is None else {site: min(after.get(site, 0), head) for site, head in heads.items()}


def _least(cursors: Sequence[Cursor]) -> dict[str, int]:
    least: dict[str, int] = {}
    for cursor in cursors:
        for site, seq in cursor.items():
            least[site] = min(seq, least.get(site, seq))
    return least


def _events(reading: Reading, cursor: Cursor, wanted: Wanted, said: Cursor | None = None) -> list[LiveEvent]:
    """What somebody at `cursor` is told; sites that are not in it are not of interest. `said`: where they said they were."""
    again = {site for site, seq in cursor.items() if seq < reading.told_after[site]}
    again |= {site for site, seq in (said or {}).items() if seq > reading.heads.get(site, 0)}  # a copy was put back
    told = {site: seq for site, seq in cursor.items() if site not in again}
    events = [news.event for news in reading.news if wanted.takes(news) and _is_behind(told, news)]
    resync = sorted(filter(wanted.takes_site, again))
    return [LiveResync(sites=resync), *events] if resync else events


def _is_behind(cursor: Cursor, news: News) -> bool:
    return any(seq > cursor[site] for site, seq in news.seq.items() if site in cursor)
