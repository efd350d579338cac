"""One synthetic call: the session that callers get, for a queue whose only agent is no person.

The session, the flow's interpreter, the waiting in the queue, the router, the dialing are the product's. What is its own is a
router and a journal for this one call, so that nobody's figures, desktops, places or limits ever meet it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime

from cti.acd import Status
from cti.calls.alone import NoPeers, NoScreens
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition, Editions
from cti.calls.ports import OpenContact
from cti.calls.probes.watch import Stage, Target
from cti.calls.services import Services
from cti.calls.session import CallSession
from cti.calls.telephony import Telephony
from cti.facts import Fact, FactData
from cti.facts.kinds import (
    AgentConnected,
    AgentDisconnected,
    ContactArrived,
    ContactEnded,
    OfferMade,
    Party,
    QueueEntered,
)
from cti.ivr import Hotline
from cti.ivr.names import NodeName, QueueName
from cti.ivr.nodes.hang_up import HangUpNode
from cti.ivr.nodes.queue import QueueNode
from cti.kit.clock import Clock
from cti.kit.ids import new_id

AGENT = "0"  # the synthetic agent's number; nobody's in any topology's range of phones, and known to no other router
RING_SECONDS, WAIT_SECONDS = 10.0, 30.0
_REACHED: dict[type[FactData], Stage] = {
    ContactArrived: Stage.AGI,
    QueueEntered: Stage.QUEUE,
    OfferMade: Stage.OFFER,
    AgentConnected: Stage.ANSWER,
    ContactEnded: Stage.END,
}


class Trail:
    """Implements `calls.ports.Journal` for one synthetic call: its facts are kept by nobody, and tell how far it has come."""

    def __init__(self, site: str, clock: Clock) -> None:
        self.reached: dict[Stage, int] = {}  # in ms after the start
        self._site, self._clock, self._began, self._last = site, clock, clock.monotonic(), 0

    def mark(self, stage: Stage) -> None:
        self.reached.setdefault(stage, self.ms)

    @property
    def ms(self) -> int:
        """Since the start."""
        return round((self._clock.monotonic() - self._began) * 1000)

    def record(self, data: FactData, contact: str | None = None) -> Awaitable[Fact]:
        if (stage := _REACHED.get(type(data))) is not None:
            self.mark(stage)
        if isinstance(data, AgentDisconnected) and data.by is Party.AGENT:
            self.mark(Stage.VOICE)  # that end hangs up when it has heard the other, and not before
        self._last += 1
        done: asyncio.Future[Fact] = asyncio.get_running_loop().create_future()
        done.set_result(Fact(
            site=self._site, seq=self._last, id=new_id(), at=self._clock.wall(), contact=contact, kind=data.kind, v=data.v,
            data=data.model_dump(mode="json"),
        ))  # fmt: skip
        return done

    def now(self) -> datetime:
        return self._clock.wall()

    async def open_contacts(self) -> Sequence[OpenContact]:
        return ()

    async def open_agents(self) -> Sequence[Fact]:
        return ()

    async def facts_of(self, contact: str) -> Sequence[Fact]:
        return ()


class ProbeCall:
    """`serve` is called when Asterisk brings the call; `over` is set when it has ended. `close` in any case."""

    def __init__(self, contact: str, target: Target, services: Services, agent_address: str) -> None:
        self.contact, self.target = contact, target
        self.trail = Trail(services.site, services.clock)
        self.channel: str | None = None
        self.over = asyncio.Event()
        edition = _only_queue(services.editions.current, target.queue)
        self._dispatcher = Dispatcher(
            services.site, self.trail, services.clock, NoScreens(), NoPeers(), lambda agent: agent_address
        )
        self._services = replace(
            services, dispatcher=self._dispatcher, journal=self.trail, editions=Editions(edition), call_back=None
        )
        self._dispatcher.log_in(AGENT, dict(edition.hotline.queues[target.queue].any_of[0]))
        self._dispatcher.set_status(AGENT, Status.AVAILABLE, None)

    async def serve(self, telephony: Telephony) -> None:
        """Once: when the dialplan asks again, its first try has failed."""
        if self.channel is not None:
            await telephony.hang_up()
            return
        self.channel = telephony.channel
        try:
            await CallSession(telephony, self._services).run(last_try=True)
        finally:
            self.over.set()

    def missing(self) -> Stage | None:
        """The first stage that was not reached."""
        must = (Stage.AGI, Stage.QUEUE, Stage.OFFER, Stage.ANSWER, Stage.VOICE, Stage.END)
        return next((stage for stage in must if stage not in self.trail.reached), None)

    async def close(self) -> None:
        await self._dispatcher.close()


def _only_queue(edition: Edition, name: str) -> Edition:
    """The hotline with nothing but one of its queues, open, empty and for its own site: what the queue asks of agents stays."""
    hotline = edition.hotline
    queue = hotline.queues[name].model_copy(update={
        "hours": None, "most_waiting": None, "overflow": (), "rings": (), "sticky": None, "preferred_agents": (), "comfort": None,
        "progress": None, "reserve_agents": 0, "ring_seconds": RING_SECONDS, "wrap_up_seconds": 0.0,
        "longest_wait_seconds": WAIT_SECONDS,
    })  # fmt: skip
    nodes = {
        "wait": QueueNode(kind="queue", title=queue.title, queue=QueueName(name), timeout=NodeName("nobody")),
        "nobody": HangUpNode(kind="hang_up", title=queue.title),
    }
    only: Hotline = replace(hotline, start="wait", nodes=nodes, queues={name: queue})
    return replace(edition, hotline=only)
