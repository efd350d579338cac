"""Brings the facts to the data center, in order, until each is acknowledged.

One request is under way at a time: `POST {url}/api/v1/facts {"site", "facts"}` → `{"acknowledged": N}`, where N is the
highest number up to which the data center has every fact. Sending twice does no harm. What an answer can say:

- N moved on: go on behind it. N did not move, or there is no such answer: try again later.
- N is behind what it acknowledged before (restored from a backup): send again from there. Facts behind N that are
  deleted here are declared lost, with an alarm, and N moves over them. Where it doesn't (an older data center), the rest
  is sent all the same; N then stays, and nothing more is deleted.
- Refused as too much, or the same fault several times: send less. If it is one fact that is refused, and another one is
  taken, that fact is set aside: something else is sent in its place, so that it holds up nobody. It stays in the journal.
- N is beyond what was sent: not an answer.

Before it sends anything, a relay asks for N with an empty batch. If the data center knows facts that this journal does
not have, its file was lost or is an old copy: facts recorded since then have numbers that the data center gave other
meanings to. Once it has said so twice, an alarm, and they get numbers behind N.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import random
from typing import Final, Protocol

import httpx

from cti.facts import Fact
from cti.journal.ingest import Answer, encode, encode_refused, post
from cti.kit.backoff import Backoff
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)

MAX_FACTS: Final = 500
MAX_BYTES: Final = 1_000_000
MAX_RETRY_AFTER: Final = 60.0
FAULTS: Final = 3  # so many in a row, and what was sent may be at fault


class Outbox(Protocol):
    """What the relay needs of the journal."""

    @property
    def last_seq(self) -> int: ...
    @property
    def met(self) -> bool: ...
    @property
    def acknowledged(self) -> int: ...
    def set_acknowledged(self, seq: int) -> None: ...
    async def read(self, after: int, limit: int) -> Sequence[Fact]: ...
    async def continue_after(self, seq: int, above: int) -> None: ...
    def subscribe(self, listener: Callable[[Fact], None]) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class RelayFigures:
    """For `/metrics`. `waiting` facts are not acknowledged; the oldest happened `oldest_seconds` ago (0 if none)."""

    waiting: int
    oldest_seconds: float
    flowing: bool  # the last attempt succeeded


class Relay:
    """`run` it in a task; on the way out `drain`, then cancel that task. `http` belongs to the caller."""

    def __init__(
        self,
        journal: Outbox,
        url: str,
        site: str,
        token: str,
        http: httpx.AsyncClient,
        clock: Clock,
        *,
        timeout: float = 10.0,
        backoff: Backoff | None = None,
    ) -> None:
        """`timeout`: seconds for one request, from its start to the end of the answer."""
        self._journal = journal
        self._url = f"{url.rstrip('/')}/api/v1/facts"
        self._site = site
        self._token = token
        self._http = http
        self._clock = clock
        self._timeout = timeout
        self._backoff = backoff or Backoff(first=0.2, cap=15.0)
        self._limit = MAX_FACTS
        self._position = journal.acknowledged  # everything up to here was sent
        self._started_at = journal.last_seq
        self._sent = 0  # the highest number that the data center can know; set by `_meet`
        self._met = False  # in this run
        self._hole: int | None = None  # the facts behind this number are deleted here and missing there
        self._claim: int | None = None  # a former life's acknowledgement, said once
        self._oldest: datetime | None = None
        self._trouble = ""
        self._faults = 0  # in a row
        self._doubts = 0  # how often one fact by itself was refused
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()
        self._idle = asyncio.Event()

    async def run(self) -> None:
        """Relays until cancelled, which takes effect at once; a request under way is sent again by the next run."""
        unsubscribe = self._journal.subscribe(lambda _: self._news.set())
        try:
            while True:
                self._news.clear()
                try:
                    delay = await self._step()
                except Exception as error:  # the journal's disk, or a mistake of ours: facts wait, the site goes on
                    log.error("relay.failed", exc_info=error)
                    delay = self._backoff.next()
                if delay is None:
                    if not self._news.is_set():  # else there may be more than was read
                        self._idle.set()
                    await self._news.wait()
                    self._idle.clear()
                elif delay:
                    await self._pause(delay)
        finally:
            unsubscribe()

    async def drain(self, within: float = 2.0) -> bool:
        """Tries at once what waits; True once all was sent, False after `within` seconds. `run` must be running."""
        self._hurry.set()
        self._backoff.reset()
        self._idle.clear()
        self._news.set()
        try:
            async with asyncio.timeout(within):
                await self._idle.wait()
        except TimeoutError:
            log.warning("relay.not_drained", waiting=self.figures().waiting)
            return False
        return True

    def figures(self) -> RelayFigures:
        waiting = max(0, self._journal.last_seq - self._journal.acknowledged)
        age = (self._clock.wall() - self._oldest).total_seconds() if self._oldest and waiting else 0.0
        return RelayFigures(waiting, max(0.0, age), not self._trouble)

    async def _step(self) -> float | None:
        """One request. Gives the seconds to wait before the next; None when all was sent."""
        facts = await self._journal.read(self._position, self._limit)
        self._oldest = facts[0].at if facts else None
        if not self._met:
            return await self._meet()
        if not facts:
            return None
        body, facts = encode(self._site, facts, MAX_BYTES, self._position)
        answer = await self._ask(body, facts[-1].seq)
        if len(facts) == 1 and self._blames(answer):
            answer = await self._set_aside(facts[0], body, answer)
        gone = facts[-1].seq - self._position - len(facts)
        if answer.acknowledged is None or not self._brought_on(answer.acknowledged, facts[0].seq, facts[-1].seq):
            return self._refused(answer, len(facts))
        if gone:
            log.error("relay.facts_missing", count=gone, before=facts[-1].seq)
        self._limit = min(MAX_FACTS, self._limit * 2)
        return self._flowing()

    async def _ask(self, body: bytes, last: int = 0) -> Answer:
        self._sent = max(self._sent, last)
        answer = await post(self._http, self._url, self._token, body, timeout=self._timeout, now=self._clock.wall())
        self._faults = self._faults + 1 if answer.fault else 0
        return answer

    def _blames(self, answer: Answer) -> bool:
        """Whether what was sent is at fault, and not the data center's condition, as far as one can tell."""
        return answer.too_much or self._faults >= FAULTS

    async def _set_aside(self, fact: Fact, body: bytes, refusal: Answer) -> Answer:
        """Of a fact that is refused by itself. Gives `refusal` back where the others are refused too: then it is not the fact."""
        self._doubts += 1
        others = await self._journal.read(fact.seq, min(self._doubts, MAX_FACTS))
        if not others:
            return refusal
        other = others[-1]  # each time one further on: the next ones may be bad too
        taken = await self._ask(encode(self._site, [other], MAX_BYTES)[0], other.seq)
        if taken.acknowledged is None:
            return refusal
        again = await self._ask(body, fact.seq)
        if again.acknowledged is not None or not (again.too_much or again.fault):
            return again
        log.error("relay.fact_set_aside", seq=fact.seq, kind=fact.kind, reason=again.reason)
        return await self._ask(encode_refused(self._site, fact, again.reason), fact.seq)

    async def _meet(self) -> float:
        """Learns what the data center has, before anything is sent under a number that it may know already."""
        answer = await self._ask(encode(self._site, (), MAX_BYTES)[0])
        acknowledged = answer.acknowledged
        if acknowledged is None:
            return self._refused(answer, 0)
        # What it can know from this life: nothing if they never met, else what earlier processes may have sent.
        ours = self._started_at if self._journal.met else 0
        if acknowledged > ours:
            if self._claim != acknowledged:
                self._claim = acknowledged
                return self._refused(Answer(None, "it knows facts that this journal does not have"), 0)
            log.error("relay.former_life", acknowledged=acknowledged, ours=ours)
        if acknowledged > ours or not self._journal.met:
            await self._journal.continue_after(acknowledged, above=ours)
        else:
            self._journal.set_acknowledged(acknowledged)
        self._position = acknowledged
        self._sent = max(self._started_at, acknowledged)
        self._met = True
        return self._flowing()

    def _brought_on(self, acknowledged: int, first: int, last: int) -> bool:
        """Acts on an acknowledgement of the batch `first` to `last`. False if it is time to wait."""
        if acknowledged > self._sent:
            return False
        if acknowledged >= first:
            self._journal.set_acknowledged(acknowledged)
            self._position = acknowledged
            return True
        if acknowledged == self._hole or first > self._position + 1:
            self._hole = acknowledged
            self._position = last
            return True
        if acknowledged < self._position:
            log.warning("relay.sent_again", acknowledged=acknowledged, was=self._journal.acknowledged)
            self._journal.set_acknowledged(acknowledged)
            self._position = acknowledged
        return False

    def _flowing(self) -> float:
        if self._trouble:
            log.info("relay.flowing", acknowledged=self._journal.acknowledged)
        self._trouble = ""
        self._doubts = 0
        self._backoff.reset()
        return 0.0

    def _refused(self, answer: Answer, size: int) -> float:
        """Says so once per reason, and gives the seconds to wait."""
        if answer.reason != self._trouble:
            self._trouble = answer.reason
            log.warning("relay.waiting", reason=answer.reason, waiting=self.figures().waiting)
        if self._blames(answer):
            self._limit = max(1, size // 2)
        # Later than asked for, never earlier, and not all sites at the same moment
        return max(self._backoff.next(), min(answer.retry_after, MAX_RETRY_AFTER) * (1.0 + 0.25 * random()))

    async def _pause(self, delay: float) -> None:
        try:
            async with asyncio.timeout(delay):
                await self._hurry.wait()
            self._hurry.clear()
        except TimeoutError:
            pass
