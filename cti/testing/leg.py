"""The phones a fake caller can be connected with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from cti.calls.telephony import CallerGone, DialOutcome, TelephonyFailed


@dataclass(frozen=True, slots=True)
class FakePhone:
    """What a phone does when it rings, in seconds from then; nothing unless told otherwise."""

    answers_after: float | None = None
    declines_after: float | None = None
    talks_for: float | None = None  # after answering; None: until somebody ends it
    answers_when_asked: bool = True  # it obeys `Leg.ring_answer`


class FakeLeg:
    """Implements `calls.ports.Leg`. A test may act as the agent with `pick_up`, `decline` and `hang_up`."""

    def __init__(
        self, told: Mapping[str, Mapping[str, str]], ring_seconds: float, phones: Mapping[str, FakePhone]
    ) -> None:
        """`told`: the headers for each address; those that can be reached are in `phones`."""
        self._ringing = dict(phones)  # by address
        self.answered_by: str | None = None
        self.address = "&".join(told)
        self.told = {address: dict(headers) for address, headers in told.items()}
        self._loop = asyncio.get_running_loop()
        self._known, self._over = asyncio.Event(), asyncio.Event()
        self._outcome: DialOutcome | None = None
        self._failure: type[CallerGone | TelephonyFailed] | None = None
        self._answered_at = self._ended_at = 0.0
        if not phones:
            self._fail(DialOutcome.UNREACHABLE)
            return
        self._loop.call_later(ring_seconds, self._fail, DialOutcome.NO_ANSWER)
        for one, phone in phones.items():
            if phone.answers_after is not None:
                self._loop.call_later(phone.answers_after, self.pick_up, one)
            if phone.declines_after is not None:
                self._loop.call_later(phone.declines_after, self.decline, one)

    # What the agent does

    def pick_up(self, address: str | None = None) -> None:
        """At one of the addresses that ring; without one, at the first."""
        who = address if address is not None else next(iter(self._ringing), None)
        if who in self._ringing and not self._known.is_set():
            self._outcome, self._answered_at, self.answered_by = DialOutcome.ANSWERED, self._loop.time(), who
            self._known.set()
            if (seconds := self._ringing[who].talks_for) is not None:
                self._loop.call_later(seconds, self.hang_up)

    def decline(self, address: str | None = None) -> None:
        """The last one to decline ends the ringing."""
        self._ringing.pop(address if address is not None else next(iter(self._ringing), ""), None)
        if not self._ringing:
            self._fail(DialOutcome.BUSY)

    def hang_up(self) -> None:
        """Ends the conversation."""
        if self._outcome is DialOutcome.ANSWERED:
            self._end()

    @property
    def headers(self) -> dict[str, str]:
        """What the phone was told that rings first, or would have."""
        return self.told[next(iter(self._ringing), next(iter(self.told)))]

    # The port

    async def answered(self) -> DialOutcome:
        await self._known.wait()
        if self._outcome is None:
            raise (self._failure or TelephonyFailed)("the phone was not reached")
        return self._outcome

    async def ended(self) -> float:
        await self._over.wait()
        if self._failure is not None:
            raise self._failure("the conversation broke off")
        return self.talked

    @property
    def talked(self) -> float:
        if self._outcome is not DialOutcome.ANSWERED:
            return 0.0
        return (self._ended_at if self._over.is_set() else self._loop.time()) - self._answered_at

    async def cancel(self, address: str | None = None) -> None:
        if address is not None and self._known.is_set() is False:
            self._ringing.pop(address, None)
            if self._ringing:
                return
        self._fail(DialOutcome.CANCELLED)
        self._end()

    async def ring_answer(self, address: str) -> None:
        phone = self._ringing.get(address)
        if phone is not None and phone.answers_when_asked:
            self.pick_up(address)

    # What the caller's side does

    def rings(self, address: str) -> bool:
        return address in self._ringing and not self._known.is_set()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def was_answered(self) -> bool:
        return self._outcome is DialOutcome.ANSWERED

    async def is_over(self) -> None:
        """Returns once nothing rings or talks any more, however it ended."""
        await self._over.wait()

    def caller_ended(self, how: type[CallerGone | TelephonyFailed]) -> None:
        """The caller's side is over."""
        if not self._over.is_set():
            self._failure = how
            self._end()

    # Inside

    def _fail(self, outcome: DialOutcome) -> None:
        if not self._known.is_set():
            self._outcome = outcome
            self._end()

    def _end(self) -> None:
        if not self._over.is_set():
            self._ended_at = self._loop.time()
            self._known.set()
            self._over.set()
