"""One reader's stream: what it wants, and a bounded buffer of what it has yet to be sent, in the form of Server-Sent Events."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from cti.datacenter.live.changes import News
from cti.datacenter.live.schemas import LiveEnd, LiveEvent, Topic

HEARTBEAT_SECONDS: Final = 15
MAX_BYTES: Final = 1 << 20  # that wait for one reader; who lets more wait is sent away
MAX_CHUNK: Final = MAX_BYTES // 4  # that are told at once; more is to be read again
SEND_SECONDS: Final = 30.0  # a reader that takes nothing for so long is cut off


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader follows; an empty set of sites or queues is all of them."""

    topics: frozenset[Topic]
    sites: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()

    def takes(self, news: News) -> bool:
        """`queues` says which contacts: those that have waited in one of them."""
        if news.topic not in self.topics or not self.takes_site(news.site):
            return False
        return news.topic is not Topic.CONTACTS or not self.queues or not self.queues.isdisjoint(news.queues)

    def takes_site(self, site: str) -> bool:
        return not self.sites or site in self.sites


def encode(events: Sequence[LiveEvent], cursor: str) -> bytes:
    """The last event carries the cursor, so that who is cut off before it is told all of them again."""
    blocks = [f"event: {event.event}\ndata: {event.model_dump_json()}\n" for event in events]
    return ("\n".join(blocks) + f"id: {cursor}\n\n").encode()


class Stream:
    """Filled by `put`, emptied by `chunks`. Ends after `end`, or when it is too full."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._filled = asyncio.Event()
        self._ended = False

    def put(self, chunk: bytes) -> bool:
        """False if the reader was too slow, and the stream has ended for that."""
        if self._size + len(chunk) > MAX_BYTES:
            self._chunks.clear()
            self.end("slow")
            return False
        self._chunks.append(chunk)
        self._size += len(chunk)
        self._filled.set()
        return True

    def end(self, reason: Literal["slow", "stopping"]) -> None:
        said = LiveEnd(reason=reason)
        # Without a cursor: what was not sent must be sent again
        self._chunks.append(f"event: {said.event}\ndata: {said.model_dump_json()}\n\n".encode())
        self._ended = True
        self._filled.set()

    async def chunks(self, cursor: Callable[[], str]) -> AsyncIterator[bytes]:
        """`cursor`: up to where everything has been put. A silent stream repeats it now and then."""
        while not (self._ended and not self._chunks):
            if self._chunks:
                sent = b"".join(self._chunks)
                self._chunks.clear()
                self._size = 0
                self._filled.clear()
                yield sent
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._filled.wait()
            if not self._chunks:
                yield f": \nid: {cursor()}\n\n".encode()


class EventStream(StreamingResponse):
    """The answer whose body is a stream. `leave` is called once it is over, however it ends."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, cursor: Callable[[], str], leave: Callable[[Stream], None]) -> None:
        # X-Accel-Buffering: nginx, and who follows it, passes events on at once
        super().__init__(stream.chunks(cursor), headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._stream, self._leave = stream, leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, in_time)
        except TimeoutError:
            pass  # the server closes what was not brought to its end
        finally:
            self._leave(self._stream)
            await _closed(self.body_iterator)


async def _closed(chunks: Any) -> None:
    with suppress(RuntimeError):  # it is being read still: whoever reads it closes it
        await chunks.aclose()
