"""The agent's side of a visit: another site's caller comes over the inter-site trunk for an agent granted to it."""

from __future__ import annotations

from typing import Final

from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Offering
from cti.calls.telephony import CallerGone, Telephony
from cti.facts.kinds import OfferOutcome
from cti.kit.logging import get_logger

log = get_logger(__name__)

# Q.850 causes that let the caller's site tell the outcomes apart: they come back as 480, 486 and 503.
CAUSES: Final = {
    OfferOutcome.RONA: 19,
    OfferOutcome.DECLINED: 17,
    OfferOutcome.FAILED: 34,
}
REFUSED: Final = 34
NORMAL: Final = 16


async def host_visit(telephony: Telephony, offer: str, dispatcher: Dispatcher, headers: dict[str, str]) -> None:
    """Rings the agent for whom the call came; returns when it is over. A call without a standing grant is refused."""
    offering = dispatcher.visits.claim(offer, telephony.contact)
    if offering is None:
        log.warning("visit.refused", offer=offer, contact=telephony.contact)
        await telephony.hang_up(REFUSED)
        return
    try:
        outcome = await _ring_and_talk(telephony, offering, dispatcher, headers)
    except CallerGone:
        outcome = OfferOutcome.CALLER_GONE
    finally:  # whatever ended it, a broken connection too: nobody stays reserved for a call that is not here
        dispatcher.caller_left(offering.contact)
        dispatcher.visits.forget_grant(offer)
        dispatcher.visits.over(offering.contact)
    log.info("visit.ended", offer=offer, contact=offering.contact, agent=offering.agent, outcome=outcome)
    await telephony.hang_up(CAUSES.get(outcome, NORMAL))


async def _ring_and_talk(
    telephony: Telephony, offering: Offering, dispatcher: Dispatcher, headers: dict[str, str]
) -> OfferOutcome:
    with dispatcher.engaged(offering) as engagement:
        dispatcher.ringing(offering)
        outcome = await engagement.ring(telephony, headers)
        dispatcher.offer_ended(offering, outcome)
        if outcome is OfferOutcome.ANSWERED:
            await engagement.talk()
        return outcome
