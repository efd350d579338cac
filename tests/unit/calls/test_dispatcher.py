"""What the dispatcher makes of the router's decisions, whoever brings them about, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import pytest

from cti.acd import Need, OverflowRule, PeerSummary, QueueRules, State, Status, Terms
from cti.calls.alone import NoPeers
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Visit
from cti.calls.tickets import Ticket
from cti.facts.kinds import OfferOutcome
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from cti.testing.virtual_time import VirtualClock, run_virtually

CLAIMS = Terms("claims", Need.of({"car_claims": 50}))


class Peers(NoPeers):
    """A link to another site, bj, whose messages are kept."""

    def __init__(self) -> None:
        self.opened: list[tuple[float, str]] = []  # when, contact
        self.updated: list[tuple[str, str, str]] = []  # site, contact, the customer's name

    def open_visit(self, site: str, visit: Visit) -> None:
        self.opened.append((asyncio.get_running_loop().time(), visit.contact))

    def update_visit(self, site: str, contact: str, card: CustomerCard | None) -> None:
        self.updated.append((site, contact, card.name if card else ""))


def played(play: Callable[[Dispatcher, Peers], Awaitable[None]], peers: Peers | None = None) -> None:
    async def run() -> None:
        clock = VirtualClock()
        link = peers or Peers()
        dispatcher = Dispatcher("sh", MemoryJournal("sh", clock), clock, FakeScreens(), link, lambda a: f"PJSIP/{a}")
        await play(dispatcher, link)
        await dispatcher.close()

    run_virtually(run())


def ticket(contact: str) -> Ticket:
    customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    context = ContactContext(
        contact=contact, caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案",
        queue_title_en="Claims", language="zh", waited_ms=0, customer_pending=True,
    )  # fmt: skip
    return Ticket(contact, CLAIMS, lambda: context, customer)


def test_a_visit_that_becomes_due_while_somebody_saves_a_wrap_up_is_opened() -> None:
    async def play(dispatcher: Dispatcher, peers: Peers) -> None:
        dispatcher.configure({"claims": QueueRules(CLAIMS, reserve=1, overflow=(OverflowRule("waited", waited=9.5),))})
        dispatcher.visits.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},)))
        dispatcher.left.wrapping_up("1001", "c0", 60.0, 0.0)
        dispatcher.log_in("1001", {"complaints": 90})
        with dispatcher.waiting(ticket("c1")):
            await asyncio.sleep(9.7)  # past the rule's time, before it is looked at again
            assert dispatcher.save_wrap_up("1001", "c0", "resolved", None, Status.AVAILABLE)
            await asyncio.sleep(10)
            assert [contact for _, contact in peers.opened] == ["c1"]

    played(play)


@pytest.mark.parametrize("moment", ["granted", "ringing", "talking"])
def test_a_customers_record_that_comes_after_the_grant_reaches_the_other_sites_agent(moment: str) -> None:
    async def play(dispatcher: Dispatcher, peers: Peers) -> None:
        dispatcher.visits.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},)))
        place = ticket("c1")
        with dispatcher.waiting(place), ExitStack() as stack:
            dispatcher.visits.granted("bj", "c1", "o1", "2001", "PJSIP/2001@node-bj1")
            offering = await place.next_offer()
            if moment != "granted":
                stack.enter_context(dispatcher.engaged(offering))
            if moment == "talking":
                dispatcher.offer_ended(offering, OfferOutcome.ANSWERED)
            place.customer.set_result(CustomerCard(name="张三丰"))
            await asyncio.sleep(0)
            assert peers.updated == [("bj", "c1", "张三丰")]

    played(play)


def test_a_contact_that_cannot_be_put_into_its_queue_holds_no_agent_afterwards() -> None:
    class Mute(Peers):
        def open_visit(self, site: str, visit: Visit) -> None:
            raise ValueError("more preferred agents than can be said")

    async def play(dispatcher: Dispatcher, peers: Peers) -> None:
        dispatcher.visits.peer_summary(PeerSummary("bj", profiles=({"car_claims": 90},)))
        with pytest.raises(ValueError, match="more preferred"), dispatcher.waiting(ticket("c1")):
            pass
        dispatcher.log_in("1001", {"car_claims": 90})
        dispatcher.set_status("1001", Status.AVAILABLE, None)
        assert dispatcher.acd.agents["1001"].state is State.IDLE
        assert not dispatcher.tickets

    played(play, Mute())
