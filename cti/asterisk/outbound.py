"""Calls to numbers outside, by way of a carrier of the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cti.asterisk import dialplan
from cti.asterisk.ami import AmiError, AmiLink, AmiRefused
from cti.calls.telephony import DialOutcome
from cti.kit.logging import get_logger, mask_number

log = get_logger(__name__)
_OUTCOMES: Final = {"busy": DialOutcome.BUSY, "no answer": DialOutcome.NO_ANSWER}


class CarrierCalls:
    """Implements `calls.ports.Outbound`."""

    def __init__(self, links: Mapping[str, AmiLink], trunk: Callable[[str], str | None], caller_id: str) -> None:
        """`caller_id`: the number that customers see."""
        self._links, self._trunk, self._caller_id = links, trunk, caller_id

    async def call(self, number: str, *, contact: str, ring_seconds: float) -> DialOutcome:
        link = next((link for link in self._links.values() if link.up), None)
        address = self._trunk(number)
        if link is None or address is None:
            return DialOutcome.UNREACHABLE
        try:
            await link.originate(
                address, dialplan.CALLBACK, variables={dialplan.CONTACT: contact}, caller_id=self._caller_id, ring_seconds=ring_seconds
            )  # fmt: skip
        except AmiError as error:
            reason = error.message if isinstance(error, AmiRefused) else error.problems[0].code
            log.info("outbound.failed", contact=contact, number=mask_number(number), reason=reason)
            return _OUTCOMES.get(reason, DialOutcome.UNREACHABLE)
        return DialOutcome.ANSWERED
