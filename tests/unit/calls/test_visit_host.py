"""The agent's side of a visit, in virtual time: whatever ends the call, the agent is free or in wrap-up afterwards."""

from __future__ import annotations

import asyncio

import pytest

from cti.acd import Need, State, Status, Terms
from cti.calls.alone import NoPeers
from cti.calls.context import ContactContext
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import TelephonyFailed, Visit
from cti.calls.visit_host import host_visit
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from cti.testing.telephony import FakePhone, FakeTelephony
from cti.testing.virtual_time import VirtualClock, run_virtually

CONTACT = "sh1-1.1"
CONTEXT = ContactContext(
    contact=CONTACT, caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案",
    queue_title_en="Claims", language="zh", waited_ms=0,
)  # fmt: skip


@pytest.mark.parametrize("answers", [None, 2.0], ids=["ringing", "talking"])
@pytest.mark.parametrize("broken", [False, True], ids=["hung up", "broken"])
def test_no_agent_stays_engaged_with_a_call_that_is_over(answers: float | None, broken: bool) -> None:
    async def play() -> None:
        clock, screens = VirtualClock(), FakeScreens()
        dispatcher = Dispatcher("bj", MemoryJournal("bj", clock), clock, screens, NoPeers(), lambda a: f"PJSIP/{a}")
        dispatcher.log_in("2001", {"car_claims": 90})
        dispatcher.set_status("2001", Status.AVAILABLE, None)
        dispatcher.visits.opened("sh", Visit(CONTACT, Terms("claims", Need.of({"car_claims": 50})), 1.0, CONTEXT))
        await asyncio.sleep(0.1)
        call = FakeTelephony(CONTACT)
        call.phones["PJSIP/2001"] = FakePhone(answers_after=answers)
        (call.connection_breaks if broken else call.caller_hangs_up)(after=5)
        [(offering, _)] = screens.shown
        try:
            await host_visit(call, offering.offer, dispatcher, {})
        except TelephonyFailed:
            assert broken
        agent = dispatcher.acd.agents["2001"]
        assert agent.state is (State.WRAP_UP if answers else State.IDLE)
        assert agent.status is Status.AVAILABLE
        assert not dispatcher.acd.waiting and not dispatcher.engagements
        await dispatcher.close()

    run_virtually(play())
