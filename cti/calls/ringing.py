"""Offering a contact to the agents that the router has chosen: to one, or to several at once, of whom the first to answer has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from cti.calls.dispatcher import Dispatcher
from cti.calls.engagement import OUTCOMES, Engagement
from cti.calls.ports import Offering
from cti.calls.telephony import CallerGone, DialOutcome, Telephony
from cti.calls.tickets import Ticket
from cti.facts.kinds import OfferOutcome
from cti.kit.tasks import first_of

Ended = Callable[[Offering, OfferOutcome], None]


class Ringing:
    """One attempt. `ring` once; then `answered` is the engagement in which somebody talks, if anybody does."""

    def __init__(
        self, telephony: Telephony, dispatcher: Dispatcher, ticket: Ticket, headers: Callable[[str, str], Mapping[str, str]],
        stack: ExitStack, offerings: Sequence[Offering], ended: Ended,
    ) -> None:  # fmt: skip
        """`ended` is told the outcome of each offer, once; that of an answered one last, before the conversation begins."""
        self._telephony, self._dispatcher, self._ticket, self._headers = telephony, dispatcher, ticket, headers
        self._ended = ended
        self._open = {o.offer: stack.enter_context(dispatcher.engaged(o)) for o in offerings}
        self.answered: Engagement | None = None

    async def ring(self) -> bool:
        """True when somebody has answered. Raises `CallerGone`."""
        try:
            if len(self._open) == 1:
                [engagement] = self._open.values()
                return await self._ring_one(engagement)
            context = self._ticket.context()
            # At once: a desktop that says nothing keeps those behind it waiting for a quarter of a second.
            await asyncio.gather(*(self._dispatcher.show(e.offering, context) for e in self._open.values()))
            return await self._ring_together()
        except CallerGone:
            for engagement in tuple(self._open.values()):
                self._end(engagement, OfferOutcome.CALLER_GONE)
            raise

    async def _ring_one(self, engagement: Engagement) -> bool:
        offering = engagement.offering
        await self._dispatcher.show(offering, self._ticket.context())
        headers = dict(self._headers(offering.contact, offering.offer))
        outcome = await engagement.ring(self._telephony, headers)
        self._end(engagement, outcome)
        return outcome is OfferOutcome.ANSWERED

    async def _ring_together(self) -> bool:
        offerings, declined = [engagement.offering for engagement in self._open.values()], set[str]()
        phones = {o.address: self._headers(o.contact, o.offer) for o in offerings}
        leg = await self._telephony.dial(phones, ring_seconds=offerings[0].ring_seconds)
        for engagement in self._open.values():
            engagement.rings_on(leg)
        while self._open:
            outcome = await first_of(leg.answered(), *(e.declined() for e in self._open.values()))
            if outcome is DialOutcome.ANSWERED and leg.answered_by in declined:  # picked up in that very moment
                await leg.ended()
                return await self._ring_together()
            if isinstance(outcome, DialOutcome):
                return self._over(outcome, leg.answered_by)
            declined.add(outcome.offering.address)
            await leg.cancel(outcome.offering.address)
            self._end(outcome, OfferOutcome.DECLINED)
        await leg.cancel()
        return False

    def _over(self, outcome: DialOutcome, answered_by: str | None) -> bool:
        if outcome is DialOutcome.ANSWERED:
            winner = next((e for e in self._open.values() if e.offering.address == answered_by), None)
            winner = winner or next(iter(self._open.values()))
            winner.answered = True
            self._end(winner, OfferOutcome.ANSWERED)  # the router ends the others with it
            for engagement in tuple(self._open.values()):
                self._end(engagement, OfferOutcome.TAKEN)
            return True
        for engagement in tuple(self._open.values()):
            self._end(engagement, OUTCOMES[outcome])
        return False

    def _end(self, engagement: Engagement, outcome: OfferOutcome) -> None:
        del self._open[engagement.offering.offer]
        if outcome is OfferOutcome.ANSWERED:
            self.answered = engagement
        self._ended(engagement.offering, outcome)
