"""An Asterisk that exists only as callers and phones: it survives the site's process, and asks the next one, as the dialplan does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from cti.calls.telephony import CallerGone, DialOutcome, TelephonyFailed
from cti.testing.leg import FakeLeg, FakePhone
from cti.testing.telephony import FakeTelephony

OUTCOME_OF_CAUSE: Mapping[int | None, DialOutcome] = {
    19: DialOutcome.NO_ANSWER, 17: DialOutcome.BUSY, 34: DialOutcome.UNREACHABLE,
}  # fmt: skip
SIP_SECONDS = 0.01  # from one site's Asterisk to another's


class Exchange(Protocol):
    """What an Asterisk node knows: its phones, and the way to other sites."""

    def phone(self, address: str, contact: str) -> FakePhone | None:
        """What the phone will do when it rings now; None when it can't be reached."""
        ...

    def ringing(self, address: str, leg: FakeLeg) -> None:
        """The phone has begun to ring."""
        ...

    def in_call(self, address: str, leg: FakeLeg | None) -> None:
        """The phone is connected; or, with None, no longer."""
        ...

    def call_site(self, node: str, call: SimulatedCall) -> None:
        """The call arrives at another site's node, for an agent granted there."""
        ...


class SimulatedLeg(FakeLeg):
    """Tells the exchange when its phone talks, and whoever dialed it when it is answered and over."""

    def __init__(
        self, exchange: Exchange, told: Mapping[str, Mapping[str, str]], ring_seconds: float,
        phones: Mapping[str, FakePhone], on_answer: Callable[[], None],
    ) -> None:  # fmt: skip
        self._exchange, self._on_answer = exchange, on_answer
        super().__init__(told, ring_seconds, phones)
        for address in phones:
            exchange.ringing(address, self)

    def pick_up(self, address: str | None = None) -> None:
        before = self.answered_by
        super().pick_up(address)
        if before is None and self.answered_by is not None:
            self._exchange.in_call(self.answered_by, self)
            self._on_answer()

    def _end(self) -> None:
        if self.answered_by is not None and not self.over:
            self._exchange.in_call(self.answered_by, None)
        super()._end()

    def fail(self, outcome: DialOutcome) -> None:
        """The other site's Asterisk has ended the attempt."""
        self._fail(outcome)


class SimulatedCall(FakeTelephony):
    """A caller's channel, or the inter-site channel of one (`offer`)."""

    def __init__(self, exchange: Exchange, contact: str, node: str, caller: str, offer: str = "") -> None:
        super().__init__(contact, caller=caller, node=node, sound_seconds=0.0)
        self.exchange, self.offer = exchange, offer
        self.answers_origin: Callable[[], None] = lambda: None  # an inter-site channel: tells the caller's site
        self.on_over: Callable[[], None] = lambda: None
        self._away: SimulatedCall | None = None

    @property
    def over(self) -> bool:
        return self._end is not None

    @property
    def talking(self) -> bool:
        return bool(self.legs) and self.legs[-1].was_answered and not self.legs[-1].over

    async def dial(self, phones: Mapping[str, Mapping[str, str]], *, ring_seconds: float) -> FakeLeg:
        self._check()
        self.variables.pop("DIALSTATUS", None)
        self.music = None
        [address, *others] = phones
        if "@" in address and not others:
            leg: FakeLeg = self._dial_site(address, phones[address], ring_seconds)
        else:
            found = {one: self.exchange.phone(one, self.contact) for one in phones}
            there = {one: phone for one, phone in found.items() if phone is not None}
            leg = SimulatedLeg(self.exchange, phones, ring_seconds, there, self.answers_origin)
        self.legs = [leg]
        return leg

    def _dial_site(self, address: str, headers: Mapping[str, str], ring_seconds: float) -> SimulatedLeg:
        node = address.partition("@node-")[2]
        leg = SimulatedLeg(_Nobody(), {address: headers}, ring_seconds, {address: FakePhone()}, lambda: None)
        away = SimulatedCall(self.exchange, self.contact, node, self.caller, headers.get("X-Hotline-Offer", ""))

        def ended() -> None:
            if leg.was_answered:
                leg.hang_up()
            else:
                leg.fail(OUTCOME_OF_CAUSE.get(away.cause, DialOutcome.UNREACHABLE))

        away.answers_origin, away.on_over = leg.pick_up, ended
        self._away = away
        asyncio.get_running_loop().call_later(SIP_SECONDS, self.exchange.call_site, node, away)
        self._watch = asyncio.ensure_future(self._hang_up_with(leg, away))
        return leg

    async def _hang_up_with(self, leg: SimulatedLeg, away: SimulatedCall) -> None:
        await leg.is_over()
        if not away.over:
            away.caller_hangs_up()

    def _finish(self, end: type[CallerGone | TelephonyFailed]) -> None:
        was_over = self.over
        super()._finish(end)
        if not was_over:
            self.on_over()


class _Nobody:
    """The phones of another site are that site's."""

    def phone(self, address: str, contact: str) -> FakePhone | None:
        return None

    def ringing(self, address: str, leg: FakeLeg) -> None:
        pass

    def in_call(self, address: str, leg: FakeLeg | None) -> None:
        pass

    def call_site(self, node: str, call: SimulatedCall) -> None:
        pass
