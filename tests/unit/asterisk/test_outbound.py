"""What becomes of a call to a customer, as the facts will tell it."""

from __future__ import annotations

from typing import Any

import pytest

from cti.asterisk.ami import AmiDown, AmiError, AmiRefused, AmiTimeout
from cti.asterisk.outbound import CarrierCalls
from cti.calls.telephony import DialOutcome


class Link:
    up = True

    def __init__(self, error: AmiError) -> None:
        self._error = error

    async def originate(self, *_: object, **__: object) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AmiRefused("sh1", "Originate", "busy"), DialOutcome.BUSY),
        (AmiRefused("sh1", "Originate", "no answer"), DialOutcome.NO_ANSWER),
        (AmiRefused("sh1", "Originate", "congested or not available"), DialOutcome.UNREACHABLE),
        (AmiDown("sh1", "no answer to a ping"), DialOutcome.UNREACHABLE),
        (AmiTimeout("sh1", "Originate", 35.0), DialOutcome.UNREACHABLE),
    ],
)
async def test_only_asterisk_says_that_a_customer_did_not_answer(error: AmiError, outcome: DialOutcome) -> None:
    link: Any = Link(error)
    calls = CarrierCalls({"sh1": link}, lambda number: f"PJSIP/carrier/sip:{number}@127.0.9.1", "95500")
    assert await calls.call("13800138000", contact="sh1-1.1", ring_seconds=30) is outcome
