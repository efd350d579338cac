"""Grants that come to nothing on the way from one site to the other, in virtual time, over a simulated line."""

from __future__ import annotations

import asyncio

from cti.acd import State, Status
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.tickets import Ticket
from cti.facts.kinds import OfferOutcome
from cti.testing.virtual_time import run_virtually
from tests.unit.peers.test_chatter import CLAIMS, TwoSites


def test_a_contact_whose_call_to_the_other_site_fails_at_once_is_granted_an_agent_there_again() -> None:
    async def scenario() -> None:
        two = TwoSites()
        sh, bj = two.sites["sh"][0], two.sites["bj"][0]
        async with two.linked():
            bj.log_in("2001", {"car_claims": 90})
            bj.set_status("2001", Status.AVAILABLE, None)
            await asyncio.sleep(5)
            customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
            context = ContactContext(
                contact="c1", caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案",
                queue_title_en="Claims", language="zh", waited_ms=0,
            )  # fmt: skip
            with sh.waiting(Ticket("c1", CLAIMS, lambda: context, customer)) as place:
                first = await asyncio.wait_for(place.next_offer(), 5)
                sh.offer_ended(first, OfferOutcome.FAILED)  # the trunk between the sites is down
                again = await asyncio.wait_for(place.next_offer(), 10)
                assert again.offer != first.offer
                assert bj.acd.agents["2001"].state is State.RESERVED
            await asyncio.sleep(10)
            assert bj.acd.agents["2001"].state is State.IDLE and not bj.acd.waiting

    run_virtually(scenario())
