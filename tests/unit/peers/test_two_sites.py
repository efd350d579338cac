"""Two sites with real links between them: visits, grants, and what a cut link leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from cti.acd import Need, State, Status, Terms
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Offering
from cti.calls.tickets import Ticket
from cti.facts.kinds import OfferOutcome
from cti.kit.clock import SystemClock
from cti.peers import PeerHub
from cti.peers.endpoint import peers_router
from cti.serving import serve
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from tests.phone import until
from tests.ports import free_port

CLAIMS = Terms("claims", Need.of({"car_claims": 50}))
TOKEN = "a token of this installation"


@dataclass
class SiteUnderTest:
    name: str
    dispatcher: Dispatcher
    peers: PeerHub
    screens: FakeScreens
    journal: MemoryJournal
    web: asyncio.Task[None] | None = None

    def agent(self, number: str, **skills: int) -> None:
        self.dispatcher.log_in(number, skills or {"car_claims": 90})
        self.dispatcher.set_status(number, Status.AVAILABLE, None)


def build(name: str, others: dict[str, str]) -> SiteUnderTest:
    clock = SystemClock()
    journal, screens = MemoryJournal(name, clock), FakeScreens()
    peers = PeerHub(
        name,
        others,
        TOKEN,
        lambda agent: f"{name}1",
        lambda site, agent, node: f"PJSIP/{agent}@node-{node}" if node == f"{site}1" else None,
    )
    dispatcher = Dispatcher(name, journal, clock, screens, peers, lambda agent: f"PJSIP/{agent}")
    peers.attach(dispatcher)
    return SiteUnderTest(name, dispatcher, peers, screens, journal)


@asynccontextmanager
async def running(site: SiteUnderTest, port: int) -> AsyncIterator[None]:
    app = FastAPI()
    app.include_router(peers_router(site.peers))
    tasks = [asyncio.create_task(serve(app, "127.0.0.1", port)), asyncio.create_task(site.peers.run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await site.dispatcher.close()


@pytest.fixture
async def sites() -> AsyncIterator[tuple[SiteUnderTest, SiteUnderTest]]:
    ports = {"sh": free_port(), "bj": free_port()}
    urls = {name: f"ws://127.0.0.1:{port}/peers" for name, port in ports.items()}
    sh, bj = build("sh", {"bj": urls["bj"]}), build("bj", {"sh": urls["sh"]})
    async with running(sh, ports["sh"]), running(bj, ports["bj"]):
        await until(
            lambda: "bj" in sh.dispatcher.acd.peers and "sh" in bj.dispatcher.acd.peers,
            "the link to be up",
        )
        yield sh, bj


def ticket(contact: str, customer: asyncio.Future[CustomerCard | None] | None = None) -> Ticket:
    future: asyncio.Future[CustomerCard | None] = customer or asyncio.get_running_loop().create_future()
    if customer is None:
        future.set_result(None)
    context = ContactContext(
        contact=contact, caller="13800138000", called="95500", site="sh", queue="claims", queue_title_zh="报案", queue_title_en="Claims",
        language="zh", waited_ms=0, collected={"policy": "12345678"}, customer_pending=not future.done(),
    )  # fmt: skip
    return Ticket(contact, CLAIMS, lambda: context, future)


def state(site: SiteUnderTest, agent: str) -> State:
    return site.dispatcher.acd.agents[agent].state


async def offered(place: Ticket) -> Offering:
    return await asyncio.wait_for(place.next_offer(), 20)


async def test_a_contact_nobody_here_can_serve_is_shown_and_granted_by_the_other_site(
    sites: tuple[SiteUnderTest, SiteUnderTest],
) -> None:
    sh, bj = sites
    bj.agent("2001")
    await until(lambda: sh.dispatcher.acd.peers["bj"].summary.profiles != (), "bj's summary")
    with sh.dispatcher.waiting(ticket("c1")) as place:
        offering = await offered(place)
        assert (offering.agent, offering.agent_site, offering.address) == ("2001", "bj", "PJSIP/2001@node-bj1")
        [(shown, context)] = bj.screens.shown
        assert context.collected == {"policy": "12345678"} and shown.offer == offering.offer

        claimed = bj.dispatcher.visits.claim(offering.offer, "c1")
        assert claimed is not None and claimed.address == "PJSIP/2001"
        with bj.dispatcher.engaged(claimed) as engagement:
            bj.dispatcher.ringing(claimed)
            engagement.answered = True
            bj.dispatcher.offer_ended(claimed, OfferOutcome.ANSWERED)
            sh.dispatcher.offer_ended(offering, OfferOutcome.ANSWERED)
            assert state(bj, "2001") is State.TALKING
        assert state(bj, "2001") is State.WRAP_UP
    assert not sh.dispatcher.acd.waiting and not bj.dispatcher.acd.waiting


async def test_a_call_without_a_standing_grant_is_not_let_through(sites: tuple[SiteUnderTest, SiteUnderTest]) -> None:
    _, bj = sites
    bj.agent("2001")
    assert bj.dispatcher.visits.claim("made-up", "c1") is None


async def test_a_caller_who_hangs_up_frees_the_granted_agent_at_the_other_site(
    sites: tuple[SiteUnderTest, SiteUnderTest],
) -> None:
    sh, bj = sites
    bj.agent("2001")
    await until(lambda: sh.dispatcher.acd.peers["bj"].summary.profiles != (), "bj's summary")
    with sh.dispatcher.waiting(ticket("c1")) as place:
        offering = await offered(place)
    await until(lambda: state(bj, "2001") is State.IDLE, "the agent to be idle again")
    assert bj.screens.over == [("2001", offering.offer, "caller_gone")]
    assert bj.dispatcher.acd.agents["2001"].status is Status.AVAILABLE


async def test_a_cut_link_ends_visits_on_both_sides_and_they_return_with_it(
    sites: tuple[SiteUnderTest, SiteUnderTest],
) -> None:
    sh, bj = sites
    bj.dispatcher.log_in("2001", {"car_claims": 90})  # logged in, on a break: the visit waits
    await until(lambda: sh.dispatcher.acd.peers["bj"].summary.profiles != (), "bj's summary")
    with sh.dispatcher.waiting(ticket("c1")) as place:
        await until(lambda: "c1" in bj.dispatcher.acd.waiting, "the visit")
        bj.peers._lost("sh")  # as if the cable were pulled
        assert "c1" not in bj.dispatcher.acd.waiting
        sh.peers._lost("bj")
        assert sh.dispatcher.acd.waiting["c1"].visiting == set()
        sh.dispatcher.visits.peer_summary(bj.dispatcher.visits.summary())
        assert sh.dispatcher.acd.waiting["c1"].visiting == {"bj"}
        assert place.offers.empty()


async def test_a_late_customer_record_reaches_the_screen_at_the_other_site(
    sites: tuple[SiteUnderTest, SiteUnderTest],
) -> None:
    sh, bj = sites
    bj.dispatcher.log_in("2001", {"car_claims": 90})
    await until(lambda: sh.dispatcher.acd.peers["bj"].summary.profiles != (), "bj's summary")
    customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    with sh.dispatcher.waiting(ticket("c1", customer)):
        await until(lambda: "c1" in bj.dispatcher.acd.waiting, "the visit")
        customer.set_result(CustomerCard(name="张三丰"))
        shown = bj.screens.shown
        await _settle(lambda: "张三丰" in repr(bj.dispatcher.visits._visitors.get("c1")))
        bj.dispatcher.set_status("2001", Status.AVAILABLE, None)
        await until(lambda: bool(shown), "the offer")
        assert shown[0][1].customer == CustomerCard(name="张三丰")


async def _settle(condition: Callable[[], bool]) -> None:
    await until(condition, "the record at the other site")


async def test_a_site_that_comes_is_linked_and_one_that_goes_or_moves_is_let_go(
    sites: tuple[SiteUnderTest, SiteUnderTest],
) -> None:
    sh, bj = sites
    port = free_port()
    gz = build("gz", {"sh": "ws://127.0.0.1:1/peers", "bj": "ws://127.0.0.1:1/peers"})
    known = {"sh": sh, "bj": bj}
    urls = {name: known[other].peers._peers[name] for name, other in (("sh", "bj"), ("bj", "sh"))}
    async with running(gz, port):
        for name, site in known.items():
            others = {other: url for other, url in urls.items() if other != name}
            site.peers.know({**others, "gz": f"ws://127.0.0.1:{port}/peers"})
        gz.peers.know(urls)
        await until(
            lambda: sh.peers.connected == ["bj", "gz"] and bj.peers.connected == ["gz", "sh"], "all links to be up"
        )
        assert set(sh.dispatcher.acd.peers) == {"bj", "gz"}
        sh.peers.know({"bj": urls["bj"]})
        assert sh.peers.connected == ["bj"]
        assert set(sh.dispatcher.acd.peers) == {"bj"}
        await until(lambda: gz.peers.connected == ["bj"], "gz to notice")
