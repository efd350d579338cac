"""One site without Asterisk, in virtual time: the real router and dispatcher, a journal in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from cti.acd import State, Status
from cti.calls.alone import NoPeers
from cti.calls.context import CustomerCard
from cti.calls.directory import Directory
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition, Editions
from cti.calls.ports import HttpAnswer, OpenContact
from cti.calls.services import Services
from cti.ivr import Hotline, PromptRef, load_hotline
from cti.kit.sealing import Seal
from cti.simulation.process import SkewedClock
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from cti.testing.telephony import FakeTelephony
from cti.testing.virtual_time import run_virtually

HOTLINE: Hotline = load_hotline(Path(__file__).parents[3] / "ivr_flows/95500")
CALLER = "13800138000"


class Customers:
    """A data center that knows everybody, after a moment."""

    card = CustomerCard(name="张三丰")

    async def find(self, number: str) -> CustomerCard | None:
        if self.card.last_agent is None:
            await asyncio.sleep(0.1)
        return self.card


class World:
    """One site without Asterisk."""

    def __init__(self) -> None:
        self.clock = SkewedClock()
        self.journal = MemoryJournal("sh", self.clock)
        self.screens = FakeScreens()
        self.customers = Customers()
        self.heard: list[str] = []
        self.answers: dict[str, HttpAnswer] = {}
        self.kept: dict[str, float] = {}  # seconds of messages, by name
        self.start()

    def start(self) -> None:
        """A site process begins; what an earlier one knew is gone, but for the journal."""
        self.dispatcher = Dispatcher(
            "sh", self.journal, self.clock, self.screens, NoPeers(), lambda a: f"PJSIP/{a}", self.journal.last_seq
        )
        self.services = services = Services(
            site="sh", editions=Editions(Edition(HOTLINE, self)), dispatcher=self.dispatcher, journal=self.journal, clock=self.clock,
            http=self,
            customers=self.customers, offer_headers=lambda contact, offer: {"X-Hotline-Offer": offer},
            flow_variables={"data_center": "http://127.0.0.1:8000"}, recordings=self, seal=Seal("secret"),
            trunk=lambda number: f"PJSIP/carrier/sip:{number}@127.0.9.1",
        )  # fmt: skip
        self.directory = Directory(services)

    fallback = "fallback"

    def missing(self) -> list[str]:
        return []

    def find(self, prompt: PromptRef) -> str | None:
        return None if prompt.id == "please_wait" else f"{prompt.language}/{prompt.id}"

    def place(self, name: str) -> str:
        return name

    def seconds(self, name: str) -> float:
        return self.kept.get(name, 0.0)

    def pages(self, name: str) -> int:
        return int(self.kept.get(name, 0))

    async def request(
        self, method: str, url: str, *, body: object | None, timeout: float, allowed: Callable[[str], bool]
    ) -> HttpAnswer:
        await asyncio.sleep(0.05)
        return self.answers.get(url.rpartition("/")[2], HttpAnswer(404))

    async def dies_serving(self, call: FakeTelephony, when: Awaitable[object]) -> None:
        """A call is served until the process dies at a moment; another one has started then."""
        serving = asyncio.create_task(self.directory.serve(call))
        await when
        await self.dispatcher.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        self.start()
        await self.directory.load()

    def journal_reads_slowly(self) -> tuple[asyncio.Event, asyncio.Event]:
        """From now on open contacts are read when the second event is set; the first is set when somebody has asked for them."""
        asked, read, open_contacts = asyncio.Event(), asyncio.Event(), self.journal.open_contacts

        async def slowly() -> Sequence[OpenContact]:
            asked.set()
            await read.wait()
            return await open_contacts()

        self.journal.open_contacts = slowly  # type: ignore[method-assign]
        return asked, read

    def agent(self, number: str, **skills: int) -> None:
        self.dispatcher.log_in(number, skills or {"car_claims": 90, "complaints": 90})
        self.dispatcher.set_status(number, Status.AVAILABLE, None)

    def state(self, number: str) -> State:
        return self.dispatcher.acd.agents[number].state

    def facts(self, kind: str) -> list[dict[str, Any]]:
        return [f.data for f in self.journal.facts if f.kind == kind]

    def end(self) -> tuple[str, str]:
        """(cause, by) of the one end."""
        [ended] = self.facts("contact.ended")
        assert [f.kind for f in self.journal.facts if f.contact and not f.kind.startswith(("agent.", "wrap_up."))][
            -1
        ] == "contact.ended"
        return ended["cause"], ended["by"]


def scenario(play: Callable[[World], Awaitable[None]]) -> World:
    """Runs a scenario to its end and gives its world."""

    async def run() -> World:
        world = World()
        await play(world)
        await world.dispatcher.close()
        return world

    return run_virtually(run())
