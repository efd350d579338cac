"""One phone being rung for one contact, then talking with it; and the commands an agent's desktop may give meanwhile."""

from __future__ import annotations

import asyncio

from cti.calls.ports import Offering
from cti.calls.telephony import DialOutcome, Leg, Telephony
from cti.facts.kinds import OfferOutcome

OUTCOMES = {
    DialOutcome.ANSWERED: OfferOutcome.ANSWERED,
    DialOutcome.NO_ANSWER: OfferOutcome.RONA,
    DialOutcome.BUSY: OfferOutcome.DECLINED,
    DialOutcome.UNREACHABLE: OfferOutcome.FAILED,
    DialOutcome.CANCELLED: OfferOutcome.FAILED,
}


class Engagement:
    """Created when an offer is made; `ring` once, then `talk` once if it was answered."""

    def __init__(self, offering: Offering) -> None:
        self.offering = offering
        self.answered = False
        self._declined = asyncio.Event()
        self._leg: Leg | None = None
        self._together = False  # the leg rings other phones too

    async def ring(self, telephony: Telephony, headers: dict[str, str]) -> OfferOutcome:
        """Rings the agent until an outcome. Raises `CallerGone`; a ringing phone is then stopped by Asterisk itself."""
        if self._declined.is_set():
            return OfferOutcome.DECLINED
        offering = self.offering
        self._leg = leg = await telephony.dial({offering.address: headers}, ring_seconds=offering.ring_seconds)
        if self._declined.is_set():
            await leg.cancel()
        outcome = await leg.answered()
        self.answered = outcome is DialOutcome.ANSWERED
        if not self._declined.is_set():
            return OUTCOMES[outcome]
        # The phone may have been picked up in the very moment of declining: then there was a conversation, and it is over.
        if self.answered:
            await leg.ended()
        return OfferOutcome.DECLINED

    def rings_on(self, leg: Leg) -> None:
        """Its phone is one of several that ring together."""
        self._leg, self._together = leg, True

    async def declined(self) -> Engagement:
        """Waits until the agent refuses the offer."""
        await self._declined.wait()
        return self

    async def talk(self) -> float:
        """Waits for the end of the conversation and gives its seconds. Raises `CallerGone` when the customer hangs up."""
        if self._leg is None:
            return 0.0
        return await self._leg.ended()

    @property
    def talked(self) -> float:
        """Seconds of conversation so far."""
        return self._leg.talked if self._leg else 0.0

    async def decline(self) -> None:
        """The agent refuses the offer: the phone stops ringing. Nothing happens once it was answered."""
        if not self.answered and not self._declined.is_set():
            self._declined.set()
            if self._leg is not None and not self._together:
                await self._leg.cancel()

    async def hang_up(self) -> None:
        """The agent ends the conversation; the customer stays with the flow."""
        if self._leg is not None:
            await self._leg.cancel()

    async def answer(self) -> None:
        """Asks the agent's phone to pick up by itself."""
        if self._leg is not None:
            await self._leg.ring_answer(self.offering.address)
