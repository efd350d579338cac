"""All links of one site. Of each pair of sites, the one whose name sorts first connects; the link then serves both ways.

A link that is lost is retried for ever, with backoff; losing it withdraws the visits on both sides. Messages to a site whose
link is down are dropped, never kept: after a reconnect each side starts from the other's summary.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from cti.acd import PeerSummary, Why
from cti.calls.context import CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Visit
from cti.kit.backoff import Backoff
from cti.kit.logging import get_logger
from cti.kit.tasks import first_of
from cti.peers.messages import (
    MINOR,
    PROTOCOL,
    Accept,
    Decline,
    Grant,
    Hello,
    OpenVisit,
    PeerMessage,
    Queues,
    Reason,
    Summary,
    UpdateVisit,
    WithdrawVisit,
    peer_message,
)

log = get_logger(__name__)
QUEUE_LIMIT = 10_000  # messages to one peer; a peer that reads nothing for so long is cut off
SUMMARY_INTERVAL = 0.5  # seconds between summaries at least
WAITING_INTERVAL = 2.0  # and at most, while anybody waits: nothing happens, but they wait longer
HELLO_SECONDS = 5.0
KEEPALIVE_SECONDS = 5.0


class Socket(Protocol):
    """Either end of a WebSocket."""

    async def send(self, text: str) -> None: ...

    def texts(self) -> AsyncIterator[str]:
        """Messages until the link closes."""
        ...


@dataclass(eq=False, slots=True)
class Link:
    """What is to be said to a peer, and whether this side has given the link up."""

    outgoing: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    lost: asyncio.Event = field(default_factory=asyncio.Event)


OpenLink = Callable[[str, str], AbstractAsyncContextManager[Socket]]


class PeerHub:
    """Implements `calls.ports.Peers`. `run` keeps the outgoing links up; `accept` serves an incoming one."""

    def __init__(
        self, site: str, peers: Mapping[str, str], token: str, node_of: Callable[[str], str],
        dial_address: Callable[[str, str, str], str | None], open_link: OpenLink | None = None,
    ) -> None:  # fmt: skip
        """`peers`: site → URL. `node_of(agent)`: the node one of our agents is at. `dial_address(site, agent, node)`: what to
        dial for a peer's agent, None if there is no such node at that site. `open_link(url, token)` connects: a WebSocket, unless
        it is simulated."""
        self._open_link = open_link or open_websocket
        self.site, self._peers, self._token = site, dict(peers), token
        self._node_of, self._dial_address = node_of, dial_address
        self._links: dict[str, Link] = {}
        self._dispatcher: Dispatcher | None = None
        self._summary_due, self._peers_changed = asyncio.Event(), asyncio.Event()
        self._told: PeerSummary | None = None  # what every peer has been told last

    def attach(self, dispatcher: Dispatcher) -> None:
        """Must be called before any link is up."""
        self._dispatcher = dispatcher

    @property
    def connected(self) -> list[str]:
        return sorted(self._links)

    def authorized(self, header: str | None) -> bool:
        """Whether an incoming request carries this installation's token."""
        return header is not None and hmac.compare_digest(header.encode(), f"Bearer {self._token}".encode())

    async def run(self) -> None:
        """Keeps the links up that this side opens, and sends summaries, until cancelled."""
        kept: dict[tuple[str, str], asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_summaries())
            while True:
                self._peers_changed.clear()
                wanted = [(site, url) for site, url in self._peers.items() if self.site < site]
                for gone in [place for place in kept if place not in wanted]:
                    kept.pop(gone).cancel()
                for place in wanted:
                    if place not in kept:
                        kept[place] = tasks.create_task(self._keep(*place))
                await self._peers_changed.wait()

    def know(self, peers: Mapping[str, str]) -> None:
        """The other sites are these from now on. Links to those that stay where they are stay up."""
        for site in [site for site in self._links if self._peers.get(site) != peers.get(site)]:
            self._lost(site)
        self._peers = dict(peers)
        self._peers_changed.set()

    async def accept(self, socket: Socket) -> None:
        """Serves a link that the other side opened, until it closes."""
        with suppress(OSError):  # gone before it was greeted
            await self._talk(socket, expected=None)

    # Peers

    def summary_changed(self) -> None:
        self._summary_due.set()

    def open_visit(self, site: str, visit: Visit) -> None:
        self._send(site, OpenVisit.of(visit))

    def update_visit(self, site: str, contact: str, card: CustomerCard | None) -> None:
        self._send(site, UpdateVisit(contact=contact, customer=card))

    def withdraw_visit(self, site: str, contact: str, reason: str) -> None:
        self._send(site, WithdrawVisit(contact=contact, reason=reason))

    def grant(self, site: str, contact: str, offer: str, agent: str, why: Why) -> None:
        node = self._node_of(agent)
        self._send(site, Grant(contact=contact, offer=offer, agent=agent, node=node, why=Reason.of(why)))

    def accept_grant(self, site: str, offer: str) -> None:
        self._send(site, Accept(offer=offer))

    def decline(self, site: str, offer: str) -> None:
        self._send(site, Decline(offer=offer))

    # Inside

    async def _keep(self, site: str, url: str) -> None:
        backoff = Backoff(first=0.2, cap=5.0)
        while True:
            try:
                async with self._open_link(url, self._token) as socket:
                    backoff.reset()
                    await self._talk(socket, expected=site)
            except (OSError, TimeoutError, WebSocketException) as error:
                log.debug("peer.unreachable", peer=site, reason=type(error).__name__)
            await asyncio.sleep(backoff.next())

    async def _talk(self, socket: Socket, expected: str | None) -> None:
        """Serves one link to its end."""
        await socket.send(Hello(site=self.site, minor=MINOR).model_dump_json())
        texts = socket.texts()
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = _parse(await anext(texts))
        except (TimeoutError, StopAsyncIteration):
            return
        if not isinstance(hello, Hello) or hello.site not in self._peers or expected not in (None, hello.site):
            log.warning("peer.refused", expected=expected)
            return
        if hello.protocol != PROTOCOL:
            log.warning("peer.other_protocol", peer=hello.site, theirs=hello.protocol, ours=PROTOCOL)
            return
        site, link = hello.site, Link()
        if site in self._links:  # the other side came back before we noticed that it was gone
            self._lost(site)
        self._links[site] = link
        log.info("peer.up", peer=site)
        if self._dispatcher is not None:
            self._send(site, Summary.of(self._dispatcher.visits.summary()))
        self._told = None  # not all have been told the same: the next summary is whole
        try:
            await first_of(self._receive(site, texts, link), _drain(link.outgoing, socket), link.lost.wait())
        except (OSError, WebSocketException) as error:
            log.info("peer.broken", peer=site, reason=type(error).__name__)
        finally:
            if self._links.get(site) is link:
                self._lost(site)

    def _lost(self, site: str) -> None:
        if (link := self._links.pop(site, None)) is not None:
            link.lost.set()
        log.warning("peer.down", peer=site)
        if self._dispatcher is not None:
            self._dispatcher.visits.peer_lost(site)

    async def _receive(self, site: str, texts: AsyncIterator[str], link: Link) -> None:
        """Follows what the other side says, each message once and in order, until the link ends or another one has replaced it."""
        latest = 0
        async for text in texts:
            if self._links.get(site) is not link:
                return
            message = _parse(text)
            if message is None or (message.n is not None and message.n <= latest):
                continue
            latest = message.n or latest
            try:
                self._follow(site, message)
            except Exception as error:  # a fault of ours must not end the link for all other contacts
                log.error("peer.message_failed", peer=site, kind=message.type, exc_info=error)

    def _follow(self, site: str, message: PeerMessage) -> None:
        if self._dispatcher is None:
            return
        visits = self._dispatcher.visits
        match message:
            case Summary():
                visits.peer_summary(message.summary(site))
            case Queues():
                visits.peer_queues(site, message.figures())
            case OpenVisit():
                visits.opened(site, message.visit())
            case UpdateVisit():
                visits.updated(message.contact, message.customer)
            case WithdrawVisit():
                visits.withdrawn(message.contact)
            case Grant():
                address = self._dial_address(site, message.agent, message.node)
                if address is None:
                    self._send(site, Decline(offer=message.offer))
                else:
                    why = message.why.why() if message.why else None
                    visits.granted(site, message.contact, message.offer, message.agent, address, why)
            case Accept():
                visits.accepted(message.offer)
            case Decline():
                visits.declined(message.offer)

    async def _send_summaries(self) -> None:
        """Tells every peer, on change and at most twice a second: who is here when that has changed, else how the queues are."""
        while True:
            waits = self._told is not None and any(queue.waiting for queue in self._told.queues.values())
            with suppress(TimeoutError):
                async with asyncio.timeout(WAITING_INTERVAL - SUMMARY_INTERVAL if waits else None):
                    await self._summary_due.wait()
            self._summary_due.clear()
            if self._dispatcher is not None:
                self._tell(self._dispatcher.visits.summary())
            await asyncio.sleep(SUMMARY_INTERVAL)

    def _tell(self, summary: PeerSummary) -> None:
        told, self._told = self._told, summary
        if told is None or replace(summary, queues=told.queues) != told:
            self._send_all(Summary.of(summary))
        elif summary.queues != told.queues:
            self._send_all(Queues.of(summary.queues))

    def _send_all(self, message: PeerMessage) -> None:
        if self._links:
            text = _written(message)
            for site in list(self._links):
                self._send_text(site, text)

    def _send(self, site: str, message: PeerMessage) -> None:
        if site in self._links:
            self._send_text(site, _written(message))

    def _send_text(self, site: str, text: str) -> None:
        try:
            self._links[site].outgoing.put_nowait(text)
        except asyncio.QueueFull:
            self._lost(site)


class _ClientSocket:
    """The connecting side's WebSocket as a `Socket`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        await self._connection.send(text)

    async def texts(self) -> AsyncIterator[str]:
        async for message in self._connection:
            if isinstance(message, str):
                yield message


@asynccontextmanager
async def open_websocket(url: str, token: str) -> AsyncIterator[Socket]:
    """A link to the site at that URL. Raises `OSError`, `TimeoutError` or `WebSocketException`."""
    async with connect(
        url, additional_headers={"Authorization": f"Bearer {token}"}, open_timeout=HELLO_SECONDS, ping_interval=KEEPALIVE_SECONDS,
        ping_timeout=KEEPALIVE_SECONDS, proxy=None,
    ) as connection:  # fmt: skip
        yield _ClientSocket(connection)


def _written(message: PeerMessage) -> str:
    return message.model_dump_json(exclude={"n"})


def _parse(text: str) -> PeerMessage | None:
    """None for what this version does not know, or what makes no sense."""
    try:
        return peer_message.validate_json(text)
    except ValidationError as error:
        log.info("peer.message_skipped", problems=len(error.errors()))
        return None


async def _drain(outgoing: asyncio.Queue[str], socket: Socket) -> None:
    """Sends what is to be said, numbered."""
    for n in count(1):
        text = await outgoing.get()
        await socket.send(f'{text[:-1]},"n":{n}}}')
