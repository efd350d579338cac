"""An agent's desktop over a real WebSocket: log-in, offers, losses, wrap-up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cti.acd import Need, State, Status, Terms
from cti.agents.cases import CaseWork
from cti.agents.config import DesktopConfig, QueueInfo, Seat
from cti.agents.endpoint import agents_router
from cti.agents.hub import AgentHub
from cti.agents.messages import CodeText, SipAccount
from cti.calls.alone import NoPeers
from cti.calls.context import CaseCard, ContactContext, CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.tickets import Ticket
from cti.facts.kinds import OfferOutcome
from cti.kit.clock import SystemClock
from cti.serving import serve
from cti.testing.journal import MemoryJournal
from tests.phone import until
from tests.ports import free_port

PASSWORD = "correct horse"
SOLVED = CodeText(code="solved", zh="已解决", en="Solved")


class Records:
    """What the data center knows of cases. `away` makes it unreachable."""

    def __init__(self) -> None:
        self.cards: list[CaseCard] = []
        self.away = False

    async def owned_by(self, agent: str) -> Sequence[CaseCard]:
        if self.away:
            raise ConnectionError
        return [card for card in self.cards if card.owner == agent]

    async def find(self, case: str) -> CaseCard | None:
        if self.away:
            raise ConnectionError
        return next((card for card in self.cards if card.id == case), None)


class Site:
    """A site with two seats and no telephony."""

    def __init__(self) -> None:
        clock = SystemClock()
        self.journal = MemoryJournal("sh", clock)
        seats = {n: Seat(n, f"Agent {n}", {"car_claims": 90}) for n in ("1001", "1002")}
        config = DesktopConfig(
            "sh", seats, {"2001": ("bj", "ws://127.0.0.1:1/agents")}, (QueueInfo("claims", "报案", "Claims", Need.of({"car_claims": 50})),),
            (CodeText(code="lunch", zh="午餐", en="Lunch"),), (SOLVED,), PASSWORD,
            lambda agent: SipAccount(uri=f"sip:{agent}-web@host", ws_url="ws://host/ws", username=f"{agent}-web", password="secret"),
        )  # fmt: skip
        self.records = Records()
        work = CaseWork(self.journal, clock, self.records, "95500", lambda number: number in (*seats, "2001"))
        self.hub = AgentHub(config, clock, work)
        self.dispatcher = Dispatcher("sh", self.journal, clock, self.hub, NoPeers(), lambda agent: f"PJSIP/{agent}")
        self.hub.attach(self.dispatcher)
        self.url = ""

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        return [f.data for f in self.journal.facts if f.kind == kind]


class Desktop:
    """A test's side of the WebSocket; checks that messages are numbered without a gap."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._n = connection, 0

    async def send(self, **message: Any) -> None:
        await self._connection.send(json.dumps(message))

    async def next(self, wanted: str) -> dict[str, Any]:
        """The next message of a type; others are passed over."""
        async with asyncio.timeout(20):
            while True:
                message = json.loads(await self._connection.recv())
                self._n += 1
                assert message["n"] == self._n
                if message["type"] == wanted:
                    return message  # type: ignore[no-any-return]

    async def log_in(self, agent: str = "1001", password: str = PASSWORD) -> dict[str, Any]:
        await self.send(type="log_in", agent=agent, password=password)
        return await self.next("logged_in")

    async def close(self) -> None:
        await self._connection.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site, app = Site(), FastAPI()
    app.include_router(agents_router(site.hub))
    port = free_port()
    site.url = f"ws://127.0.0.1:{port}/agents"
    tasks = [asyncio.create_task(serve(app, "127.0.0.1", port)), asyncio.create_task(site.hub.run())]
    yield site
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await site.dispatcher.close()


async def desktop(site: Site) -> Desktop:
    async with asyncio.timeout(20):
        while True:
            try:
                return Desktop(await connect(site.url, proxy=None))
            except OSError:
                await asyncio.sleep(0.02)


def ticket(contact: str, customer: asyncio.Future[CustomerCard | None]) -> Ticket:
    def context() -> ContactContext:
        return ContactContext(
            contact=contact, caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案",
            queue_title_en="Claims", language="zh", waited_ms=0, customer=customer.result() if customer.done() else None,
            customer_pending=not customer.done(),
        )  # fmt: skip

    return Ticket(contact, Terms("claims", Need.of({"car_claims": 50}), wrap_up_seconds=60.0), context, customer)


async def test_an_agent_logs_in_and_gets_all_the_desktop_needs(site: Site) -> None:
    page = await desktop(site)
    welcome = await page.log_in()
    assert welcome["snapshot"]["status"] == "break" and welcome["snapshot"]["state"] == "idle"
    assert welcome["sip"]["username"] == "1001-web"
    assert welcome["wrap_up_codes"] == [SOLVED.model_dump()]
    await page.send(type="set_status", status="available")
    assert (await page.next("changed"))["snapshot"]["status"] == "available"
    await page.close()


async def test_a_wrong_password_is_refused_and_guessing_is_stopped(site: Site) -> None:
    codes = []
    for _ in range(6):
        page = await desktop(site)
        await page.send(type="log_in", agent="1001", password="guess")
        codes.append((await page.next("refused"))["code"])
    assert codes == ["agents.bad_password"] * 5 + ["agents.too_many_attempts"]


async def test_an_agent_of_another_site_is_told_where_to_go(site: Site) -> None:
    page = await desktop(site)
    await page.send(type="log_in", agent="2001", password="whatever")
    assert (await page.next("elsewhere"))["site"] == "bj"


async def test_garbage_is_refused_and_the_desktop_stays_connected(site: Site) -> None:
    page = await desktop(site)
    await page.log_in()
    for garbage in ("{", '{"type":"nonsense"}', "[]", '{"type":"wrap_up"}', "x" * 20_000):
        await page._connection.send(garbage)
        assert (await page.next("refused"))["code"] == "agents.bad_message"
    await page.send(type="ping")
    await page.next("pong")
    await page.close()


async def test_a_second_desktop_takes_over_and_the_first_is_told(site: Site) -> None:
    first = await desktop(site)
    await first.log_in()
    second = await desktop(site)
    await second.log_in()
    assert (await first.next("refused"))["code"] == "agents.taken_over"
    with pytest.raises(ConnectionClosed):
        await first._connection.recv()
    await second.send(type="set_status", status="available")
    assert (await second.next("changed"))["snapshot"]["status"] == "available"
    await second.close()


async def test_a_lost_connection_makes_the_agent_not_ready_until_the_desktop_is_back(site: Site) -> None:
    page = await desktop(site)
    await page.log_in()
    await page.send(type="set_status", status="available")
    await page.next("changed")
    await page.close()
    agent = site.dispatcher.acd.agents["1001"]
    await until(lambda: (agent.status, agent.reason) == (Status.NOT_READY, "connection_lost"), "not ready")
    page = await desktop(site)
    assert (await page.log_in())["snapshot"]["status"] == "available"
    await page.close()


async def test_a_restarted_site_takes_up_the_status_that_the_desktop_showed(site: Site) -> None:
    page = await desktop(site)
    await page.send(type="log_in", agent="1001", password=PASSWORD, resume="available")
    assert (await page.next("logged_in"))["snapshot"]["status"] == "available"
    await page.send(type="set_status", status="break", reason="lunch")
    await page.next("changed")
    await page.close()
    page = await desktop(site)
    await page.send(type="log_in", agent="1001", password=PASSWORD, resume="available")
    snapshot = (await page.next("logged_in"))["snapshot"]
    assert (snapshot["status"], snapshot["reason"]) == ("break", "lunch"), "a site that did not restart knows better"
    await page.close()


async def test_a_wrap_up_that_an_earlier_process_left_keeps_nobody_from_the_status_that_the_desktop_showed(
    site: Site,
) -> None:
    site.dispatcher.left.wrapping_up("1001", "sh1-1.1", 60.0, 20.0)
    page = await desktop(site)
    await page.send(type="log_in", agent="1001", password=PASSWORD, resume="available")
    snapshot = (await page.next("logged_in"))["snapshot"]
    assert (snapshot["state"], snapshot["next_status"]) == ("wrap_up", "available")
    await page.close()


async def test_the_offer_waits_for_the_screen_and_then_goes_on(site: Site) -> None:
    page = await desktop(site)
    await page.log_in()
    await page.send(type="set_status", status="available")
    await page.next("changed")
    customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    with site.dispatcher.waiting(ticket("c1", customer)) as place:
        offering = await place.next_offer()
        showing = asyncio.create_task(site.dispatcher.show(offering, place.context()))
        offered = await page.next("offered")
        assert offered["offer"]["context"]["customer_pending"] is True
        assert not showing.done() and site.dispatcher.acd.agents["1001"].state is State.RESERVED
        await page.send(type="shown", offer=offering.offer)
        await showing
        assert site.dispatcher.acd.agents["1001"].state is State.RINGING

        with site.dispatcher.engaged(offering) as engagement:
            customer.set_result(CustomerCard(name="张三丰"))
            assert (await page.next("customer"))["customer"]["name"] == "张三丰"
            engagement.answered = True
            site.dispatcher.offer_ended(offering, OfferOutcome.ANSWERED)
        site.dispatcher.tickets.clear()
    while (changed := await page.next("changed"))["snapshot"]["state"] != "wrap_up":
        pass
    assert changed["snapshot"]["offer"]["context"]["customer"]["name"] == "张三丰"
    await page.send(type="wrap_up", contact="c1", code="nonsense")
    assert (await page.next("refused"))["code"] == "agents.unknown_code"
    await page.send(type="wrap_up", contact="c1", code="solved", note="满意")
    assert (await page.next("changed"))["snapshot"]["state"] == "idle"
    [ended] = site.kinds("wrap_up.ended")
    assert (ended["code"], ended["note"], ended["by"]) == ("solved", "满意", "agent")
    await page.close()


async def test_a_screen_that_says_nothing_delays_the_ring_by_a_quarter_second_only(site: Site) -> None:
    page = await desktop(site)
    await page.log_in()
    await page.send(type="set_status", status="available")
    await page.next("changed")
    customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    customer.set_result(None)
    with site.dispatcher.waiting(ticket("c1", customer)) as place:
        offering = await place.next_offer()
        started = asyncio.get_running_loop().time()
        await site.dispatcher.show(offering, place.context())
        assert asyncio.get_running_loop().time() - started >= 0.25
        assert site.dispatcher.acd.agents["1001"].state is State.RINGING
    assert (await page.next("offer_over"))["outcome"] == "caller_gone"
    await page.close()


async def test_names_skills_and_seats_change_while_desktops_are_open(site: Site) -> None:
    stays, goes = await desktop(site), await desktop(site)
    await stays.log_in("1001")
    await goes.log_in("1002")
    seats = {"1001": Seat("1001", "New Name", {"car_claims": 10}), "1003": Seat("1003", "New", {"car_claims": 90})}
    site.hub.staff(seats, {"1002": ("bj", "ws://127.0.0.1:1/agents")})
    assert (await stays.next("changed"))["snapshot"]["name"] == "New Name"
    assert (await goes.next("refused"))["code"] == "agents.removed"
    with pytest.raises(ConnectionClosed):
        await goes.next("anything")
    came = await desktop(site)
    assert (await came.log_in("1003"))["snapshot"]["name"] == "New"
    await came.send(type="set_status", status="available")
    moved = await desktop(site)
    await moved.send(type="log_in", agent="1002", password=PASSWORD)
    assert (await moved.next("elsewhere"))["site"] == "bj"
    assert [f["agent"] for f in site.kinds("agent.status_changed") if f["status"] == "logged_out"] == ["1002"]
    await stays.close()
    await came.close()


async def test_who_is_removed_in_a_contact_keeps_the_screen_until_it_is_over(site: Site) -> None:
    page = await desktop(site)
    await page.log_in()
    await page.send(type="set_status", status="available")
    await page.next("changed")
    customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    customer.set_result(None)
    with site.dispatcher.waiting(ticket("c1", customer)) as place:
        offering = await place.next_offer()
        with site.dispatcher.engaged(offering) as engagement:
            engagement.answered = True
            site.dispatcher.offer_ended(offering, OfferOutcome.ANSWERED)
            site.hub.staff({}, {})
            await page.send(type="set_status", status="available")
            assert (await page.next("refused"))["code"] == "agents.leaving"
    while (await page.next("changed"))["snapshot"]["state"] != "wrap_up":
        pass
    await page.send(type="wrap_up", contact="c1", code="solved")
    assert (await page.next("refused"))["code"] == "agents.removed"
    assert site.kinds("wrap_up.ended")[0]["code"] == "solved"
