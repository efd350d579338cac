"""The agent's side of a visit, in virtual time: whatever ends the call, the agent is free or in wrap-up afterwards."""

from __future__ import annotations

import asyncio

import pytest

from cti.acd import Need, PeerSummary, State, Status, Terms
from cti.calls.alone import NoPeers
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Visit
from cti.calls.telephony import TelephonyFailed
from cti.calls.tickets import Ticket
from cti.calls.visit_host import REFUSED, host_visit
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from cti.testing.telephony import FakePhone, FakeTelephony
from cti.testing.virtual_time import VirtualClock, run_virtually

CONTACT = "sh1-1.1"
CLAIMS = Terms("claims", Need.of({"car_claims": 50}))
CONTEXT = ContactContext(
    contact=CONTACT, caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案",
    queue_title_en="Claims", language="zh", waited_ms=0,
)  # fmt: skip


def hosting(clock: VirtualClock, screens: FakeScreens) -> Dispatcher:
    """Site bj, whose agent 2001 is granted to a contact of sh when this is over and a moment has passed."""
    dispatcher = Dispatcher("bj", MemoryJournal("bj", clock), clock, screens, NoPeers(), lambda a: f"PJSIP/{a}")
    dispatcher.log_in("2001", {"car_claims": 90})
    dispatcher.set_status("2001", Status.AVAILABLE, None)
    dispatcher.visits.opened("sh", Visit(CONTACT, CLAIMS, 1.0, CONTEXT))
    return dispatcher


@pytest.mark.parametrize("answers", [None, 2.0], ids=["ringing", "talking"])
@pytest.mark.parametrize("broken", [False, True], ids=["hung up", "broken"])
def test_no_agent_stays_engaged_with_a_call_that_is_over(answers: float | None, broken: bool) -> None:
    async def play() -> None:
        screens = FakeScreens()
        dispatcher = hosting(VirtualClock(), screens)
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


@pytest.mark.parametrize("late", [1.0, 4.0], ids=["ringing", "talking"])
def test_a_withdrawal_that_comes_late_takes_no_agent_away_from_the_call_that_is_here(late: float) -> None:
    async def play() -> None:
        screens = FakeScreens()
        dispatcher = hosting(VirtualClock(), screens)
        await asyncio.sleep(0.1)
        call = FakeTelephony(CONTACT)
        call.phones["PJSIP/2001"] = FakePhone(answers_after=2.0, talks_for=5.0)
        [(offering, _)] = screens.shown
        serving = asyncio.create_task(host_visit(call, offering.offer, dispatcher, {}))
        await asyncio.sleep(late)
        dispatcher.visits.withdrawn(CONTACT)
        assert dispatcher.acd.agents["2001"].state is (State.RINGING if late < 2.0 else State.TALKING)
        await serving
        assert dispatcher.acd.agents["2001"].state is State.WRAP_UP
        await dispatcher.close()

    run_virtually(play())


def test_a_cut_link_shows_no_agent_a_visitor_who_has_gone_with_it() -> None:
    async def play() -> None:
        screens = FakeScreens()
        dispatcher = hosting(VirtualClock(), screens)
        await asyncio.sleep(0.1)
        second = CONTEXT.model_copy(update={"contact": "sh1-1.2"})
        visit = Visit("sh1-1.2", CLAIMS, 0.5, second)
        dispatcher.visits.opened("sh", visit)
        dispatcher.visits.peer_lost("sh")  # the agent, freed of the first, is chosen for the second, who goes next
        await asyncio.sleep(0.1)
        assert [offering.contact for offering, _ in screens.shown] == [CONTACT]
        assert dispatcher.acd.agents["2001"].state is State.IDLE
        dispatcher.visits.opened("sh", visit)  # the link is back
        await asyncio.sleep(0.1)
        assert [offering.contact for offering, _ in screens.shown] == [CONTACT, "sh1-1.2"]
        await dispatcher.close()

    run_virtually(play())


def test_an_offer_that_was_withdrawn_before_it_was_shown_is_not_granted_when_the_contact_is_back_at_once() -> None:
    async def play() -> None:
        screens = FakeScreens()
        dispatcher = hosting(VirtualClock(), screens)  # the offer is made, and not shown yet
        dispatcher.visits.withdrawn(CONTACT)
        dispatcher.visits.opened("sh", Visit(CONTACT, CLAIMS, 1.0, CONTEXT))
        await asyncio.sleep(0.1)
        [(offering, _)] = screens.shown
        assert dispatcher.acd.offer_of(offering.offer) is not None
        await dispatcher.close()

    run_virtually(play())


def test_a_cut_link_leaves_nothing_of_the_visitors_behind() -> None:
    async def play() -> None:
        dispatcher = hosting(VirtualClock(), FakeScreens())
        dispatcher.set_status("2001", Status.BREAK, None)
        for number in range(2, 5):
            visit = Visit(f"sh1-1.{number}", CLAIMS, 0.5, CONTEXT)
            dispatcher.visits.opened("sh", visit)
        await asyncio.sleep(0.1)
        dispatcher.visits.peer_lost("sh")
        assert dispatcher.visits._visitors == {}
        await dispatcher.close()

    run_virtually(play())


def test_a_call_that_comes_with_another_contacts_grant_is_refused_and_keeps_no_agent() -> None:
    async def play() -> None:
        screens = FakeScreens()
        dispatcher = hosting(VirtualClock(), screens)
        await asyncio.sleep(0.1)
        [(offering, _)] = screens.shown
        stranger = FakeTelephony("sh1-9.9")
        await host_visit(stranger, offering.offer, dispatcher, {})
        assert stranger.cause == REFUSED
        call = FakeTelephony(CONTACT)  # the one for which it was granted
        call.phones["PJSIP/2001"] = FakePhone(answers_after=1.0, talks_for=1.0)
        await host_visit(call, offering.offer, dispatcher, {})
        assert dispatcher.acd.agents["2001"].state is State.WRAP_UP
        await dispatcher.close()

    run_virtually(play())


def test_an_agent_who_does_not_answer_another_sites_caller_is_not_ready_before_that_site_gives_up() -> None:
    async def play() -> None:
        clock, screens, terms = VirtualClock(), FakeScreens(), CLAIMS
        customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
        sh = Dispatcher("sh", MemoryJournal("sh", clock), clock, FakeScreens(), NoPeers(), lambda a: f"PJSIP/{a}")
        sh.visits.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},)))
        with sh.waiting(Ticket(CONTACT, terms, lambda: CONTEXT, customer)) as place:
            sh.visits.granted("bj", CONTACT, "o1", "2001", "PJSIP/2001@node-bj1")
            dialed = await place.next_offer()
        await sh.close()
        dispatcher = hosting(clock, screens)
        await asyncio.sleep(0.1)
        call = FakeTelephony(CONTACT)
        call.phones["PJSIP/2001"] = FakePhone()
        call.caller_hangs_up(after=dialed.ring_seconds - 0.05)  # the INVITE was on its way for a moment
        [(offering, _)] = screens.shown
        await host_visit(call, offering.offer, dispatcher, {})
        agent = dispatcher.acd.agents["2001"]
        assert (agent.status, agent.reason, call.cause) == (Status.NOT_READY, "rona", 19)
        await dispatcher.close()

    run_virtually(play())
