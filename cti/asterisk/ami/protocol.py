"""panoramisk's protocol and manager, hardened. Both live for one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from cti.asterisk.ami.errors import AmiDown
from cti.asterisk.ami.exchange import Exchange
from cti.asterisk.ami.messages import AmiEvent, AmiResponse
from cti.asterisk.ami.parser import AmiParser
from cti.kit.logging import get_logger

log = get_logger(__name__)


class AmiProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """One AMI connection. `lost` resolves to the reason when it ends, `booted`, to the seconds since Asterisk was started, once that is
    complete."""

    def __init__(self, node: str, wanted: Iterable[str] | None = None) -> None:
        self.node = node
        self.parser = AmiParser(wanted)
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.booted: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        self.responses: dict[str, Exchange] = {}
        self.listing = ""  # the action whose list is being told
        self.closed = False
        self.paused = False
        self.pauses = 0
        self.clogged = False

    def data_received(self, data: bytes) -> None:
        for message in self.parser.feed(data, answers=bool(self.responses)):
            self.handle_message(message)

    def handle_message(self, message: AmiEvent | AmiResponse) -> None:
        """Gives a message to the action that awaits it, and every event to the manager as well."""
        if self.responses:
            action = message.get("ActionID")
            if self.listing and action != self.listing:
                # Asterisk tells a list without a pause, and filters nothing in it: this stood in a number that a caller gave.
                self.parser.discarded += 1
                return
            exchange = self.responses.get(action)
            if exchange is not None:
                if exchange.add_message(message):
                    self.forget(exchange)
                elif exchange.as_list:
                    self.listing = action
        if isinstance(message, AmiEvent):
            if message.name == "FullyBooted" and not self.booted.done():
                self.booted.set_result(_seconds(message.get("Uptime")))
            try:
                self.factory.dispatch(message)
            except Exception as error:  # a subscriber's mistake must not cost the connection
                log.error("ami.subscriber_failed", node=self.node, event=message.name, exc_info=error)

    def send(self, data: Mapping[str, Any], as_list: bool | None = False) -> asyncio.Future[AmiResponse]:
        """Writes an action now or fails it now with `AmiDown`. Whoever stops waiting calls `forget`."""
        exchange = data if isinstance(data, Exchange) else Exchange(dict(data), as_list=bool(as_list))
        future: asyncio.Future[AmiResponse] = exchange.future
        if self.closed or self.clogged:
            future.set_exception(AmiDown(self.node, "closed" if self.closed else "Asterisk does not read"))
        else:
            self.responses[exchange.id] = exchange
            self.transport.write(str(exchange).encode())
        return future

    def forget(self, exchange: Exchange) -> None:
        self.responses.pop(exchange.id, None)
        if exchange.id == self.listing:
            self.listing = ""

    def pause_writing(self) -> None:
        self.clogged = True  # what would wait in our buffer would be carried out late

    def resume_writing(self) -> None:
        self.clogged = False

    def pause_reading(self) -> None:
        """Stops reading the socket: TCP then holds Asterisk back, and nothing is dropped."""
        if not self.paused:
            self.paused = True
            self.pauses += 1
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self.paused:
            self.paused = False
            self.transport.resume_reading()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.shut(str(exc) if exc else "closed by Asterisk")

    def close(self) -> None:
        self.shut("closed")

    def shut(self, reason: str) -> None:
        """Ends the connection at once and fails what awaits an answer; nothing is kept to be sent again."""
        if self.closed:
            return
        self.closed = True
        self.transport.abort()
        pending, self.responses = list(self.responses.values()), {}
        for exchange in pending:
            if not exchange.future.done():
                exchange.future.set_exception(AmiDown(self.node, reason))
        if not self.lost.done():
            self.lost.set_result(reason)
        if self.factory is not None:
            self.factory.connection_lost(reason)


class ConnectionManager(Manager):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's manager without its own ideas of when to try again, what to repeat, and when to ping.

    It connects, logs in, and gives every event to `deliver`. All else is decided by `AmiLink`.
    """

    pinger: asyncio.TimerHandle | None

    def __init__(self, deliver: Callable[[AmiEvent], None], **config: Any) -> None:
        super().__init__(loop=asyncio.get_running_loop(), **config)
        self._deliver = deliver

    def connection_made(self, f: asyncio.Future[Any]) -> None:
        if not f.cancelled() and f.exception() is None:  # the stock manager would retry for ever, even after close()
            super().connection_made(f)

    def login(self, future: asyncio.Future[AmiResponse]) -> bool:
        if future.cancelled() or future.exception() is not None:
            return False
        return bool(super().login(future))

    def dispatch(self, event: AmiEvent) -> None:
        self._deliver(event)

    def connection_lost(self, exc: object) -> None:
        if self.pinger is not None:
            self.pinger.cancel()

    def ping(self) -> None:
        """The link pings, because it also looks at the answers."""


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None
