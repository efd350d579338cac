"""The AMI link to one node: connected as long as it can be, honest about it when it is not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable

from cti.asterisk.ami.actions import AmiActions
from cti.asterisk.ami.errors import AmiDown, AmiError, AmiRefused, AmiTimeout
from cti.asterisk.ami.exchange import Exchange, Fields, OversizedAction
from cti.asterisk.ami.messages import AmiEvent, AmiResponse
from cti.asterisk.ami.protocol import AmiProtocol, ConnectionManager
from cti.asterisk.ami.queue import EventQueue
from cti.asterisk.ami.state import LinkDown, LinkUp, channels_in
from cti.kit.backoff import Backoff
from cti.kit.logging import get_logger

log = get_logger(__name__)

RELOAD_SECONDS = 60.0
Signal = AmiEvent | LinkUp | LinkDown


class AmiLink(AmiActions):
    """Follows one Asterisk. Run `run()` as a task; use `action` and the named actions; read `events()`.

    `wanted` names the events to be told; all others are dropped unread. Times are in seconds.
    """

    def __init__(
        self,
        node: str,
        host: str,
        port: int,
        username: str,
        secret: str,
        wanted: frozenset[str],
        *,
        queue_size: int = 10_000,
        answer_timeout: float = 5.0,
        boot_timeout: float = 60.0,
        ping_interval: float = 5.0,
        ping_timeout: float = 5.0,
        backoff: Backoff | None = None,
    ) -> None:
        self.node = node
        self._address = {"host": host, "port": port, "username": username, "secret": secret}
        self._wanted = wanted
        self._answer_timeout, self._boot_timeout = answer_timeout, boot_timeout
        self._ping_interval, self._ping_timeout = ping_interval, ping_timeout
        self._backoff = backoff or Backoff()
        self._queue: EventQueue[Signal] = EventQueue(queue_size, self._pause, self._resume)
        self._held: list[AmiEvent] | None = None  # events that wait for the state to be re-read
        self._protocol: AmiProtocol | None = None  # only while the link is up
        self._reason = "not connected yet"
        self._gone = False
        self.ups = 0  # how often it has come up: what happened before was not all told

    @property
    def up(self) -> bool:
        """Whether an action would be sent now."""
        return self._protocol is not None and not self._protocol.closed

    @property
    def gone(self) -> bool:
        """Whether nobody is there to take a connection: not a link that is cut or silent, but Asterisk that has ended, or
        a machine that can't be reached."""
        return self._gone

    def events(self) -> AsyncIterator[Signal]:
        """Wanted events in order, and between them each `LinkUp` and `LinkDown`. Ends once `run()` has ended.

        One reader at a time. A reader that is slow makes the link stop reading its socket, and then no action is
        answered either: do not await an action inside the loop over events. A reader that fails costs only itself.
        """
        return self._queue

    async def run(self) -> None:
        """Connects, and again whenever the connection is lost, until cancelled; then never again."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._queue.has_room()  # with a reader that far behind, a new connection could not be served
                started = loop.time()
                try:
                    await self._connection()
                except (OSError, TimeoutError, AmiError) as error:
                    self._reason = _reason(error)
                    log.warning("ami.not_connected", node=self.node, reason=self._reason)
                if loop.time() - started > self._backoff.cap:  # a link that flaps must not reconnect without pause
                    self._backoff.reset()
                await asyncio.sleep(self._backoff.next())
        finally:
            self._queue.close()

    async def action(
        self, name: str, fields: Fields | None = None, *, timeout: float = 2.0, as_list: bool = False, until: str = ""
    ) -> AmiResponse:
        """Sends one action now and returns its answer, with the events of its list if `as_list`.

        With `until`, waits also for the event of that name. Raises `AmiDown` at once if the link is not up, or as soon
        as it is lost; `AmiTimeout` after `timeout` seconds; `AmiRefused` if Asterisk says no. Nothing is ever sent
        later or twice. Cancelling forgets the answer; Asterisk may carry the action out all the same.
        """
        if self._protocol is None:
            raise AmiDown(self.node, self._reason)
        return await self._request(self._protocol, name, fields, timeout=timeout, as_list=as_list, until=until)

    async def reload(self, *modules: str) -> None:
        """Makes modules read their configuration again, one after the other. On a connection of its own: that of the link answers
        nothing until an action is done, and phones by the thousand take seconds. Raises `AmiError`."""
        manager = self._manager(lambda event: None, frozenset())
        try:
            protocol = await self._log_in(manager)
            for module in modules:
                await self._request(protocol, "Reload", {"Module": module}, timeout=RELOAD_SECONDS)
        except (OSError, TimeoutError) as error:
            raise AmiDown(self.node, _reason(error)) from None
        finally:
            manager.close()

    async def _request(
        self,
        protocol: AmiProtocol,
        name: str,
        fields: Fields | None = None,
        *,
        timeout: float,
        as_list: bool = False,
        until: str = "",
    ) -> AmiResponse:
        try:
            exchange = Exchange({**(fields or {}), "Action": name}, as_list=as_list, until=until)
        except OversizedAction as error:
            raise AmiRefused(self.node, name, str(error)) from None
        try:
            async with asyncio.timeout(timeout):
                response = await protocol.send(exchange)
        except TimeoutError:
            raise AmiTimeout(self.node, name, timeout) from None
        finally:
            protocol.forget(exchange)
        if not response.success:
            raise AmiRefused(self.node, name, response.message)
        return response

    async def _connection(self) -> None:
        """One connection from beginning to end."""
        manager = self._manager(self._deliver, self._wanted)
        try:
            self._gone = True  # until somebody is found there
            protocol = await self._log_in(manager, self._found)
            await self._come_up(protocol)
            self._reason = await self._watch(protocol)
        finally:
            was_up, self._protocol, self._held = self._protocol is not None, None, None
            manager.close()
            if was_up:
                log.warning("ami.down", node=self.node, reason=self._reason)
                self._queue.put(LinkDown(self.node, self._reason))

    def _manager(self, deliver: Callable[[AmiEvent], None], wanted: frozenset[str]) -> ConnectionManager:
        return ConnectionManager(
            deliver, protocol_factory=lambda: AmiProtocol(self.node, wanted | {"FullyBooted"}), **self._address
        )

    def _found(self) -> None:
        self._gone = False

    async def _log_in(self, manager: ConnectionManager, found: Callable[[], None] = lambda: None) -> AmiProtocol:
        """Tells `found` that the connection was taken. Raises OSError, TimeoutError or `AmiError`. Nothing is asked of an Asterisk
        that has not booted fully."""
        protocol: AmiProtocol
        async with asyncio.timeout(self._answer_timeout):
            _, protocol = await manager.connect()
            found()
            response: AmiResponse = await manager.authenticated_future
        if not response.success:
            raise AmiRefused(self.node, "Login", response.message)
        either = (protocol.booted, protocol.lost)
        await asyncio.wait(either, timeout=self._boot_timeout, return_when=asyncio.FIRST_COMPLETED)
        if protocol.lost.done():
            raise AmiDown(self.node, protocol.lost.result())
        if not protocol.booted.done():
            raise AmiDown(self.node, "Asterisk does not finish booting")
        return protocol

    async def _come_up(self, protocol: AmiProtocol) -> None:
        """Re-reads the state. What happens meanwhile is told after it, so that no end of a channel is missed."""
        self._held = []
        shown = await self._request(protocol, "CoreShowChannels", timeout=self._answer_timeout, as_list=True)
        held, self._held = self._held, None
        self._protocol = protocol
        self.ups += 1
        self._reason = "the link was ended"  # unless `_watch` finds another
        channels = channels_in(shown)
        log.info("ami.up", node=self.node, version=protocol.parser.version, channels=len(channels))
        uptime = (
            protocol.booted.result()
        )  # since before the channels were read: nobody who was there then is taken for younger
        self._queue.put(LinkUp(self.node, protocol.parser.version, channels, uptime))
        for event in held:
            self._queue.put(event)

    async def _watch(self, protocol: AmiProtocol) -> str:
        """Pings until the connection is lost, or Asterisk no longer answers or reads; returns why."""
        discarded, unread = 0, False  # `unread`: Asterisk did not take what we wrote when that was looked at last
        while True:
            await asyncio.wait((protocol.lost,), timeout=self._ping_interval)
            if protocol.lost.done():
                return protocol.lost.result()
            if protocol.parser.discarded > discarded:
                discarded = protocol.parser.discarded
                log.warning("ami.discarded", node=self.node, messages=discarded)
            pauses = protocol.pauses
            try:
                if not protocol.paused:
                    await self._request(protocol, "Ping", timeout=self._ping_timeout)
            except AmiTimeout:
                if pauses == protocol.pauses:  # else it was we who did not read
                    return "no answer to a ping"
            except AmiDown as error:
                if unread and protocol.clogged:  # still; else it may go on
                    return error.reason
            except AmiError:
                pass
            unread = protocol.clogged and not protocol.paused

    def _deliver(self, event: AmiEvent) -> None:
        if event.name not in self._wanted:
            return
        if self._protocol is not None:
            self._queue.put(event)
        elif self._held is not None:
            self._held.append(event)

    def _pause(self) -> None:
        if self._protocol is not None:
            self._protocol.pause_reading()

    def _resume(self) -> None:
        if self._protocol is not None:
            self._protocol.resume_reading()


def _reason(error: Exception) -> str:
    if isinstance(error, AmiDown):
        return error.reason
    if isinstance(error, AmiError):
        return error.problems[0].what.en
    if isinstance(error, TimeoutError):
        return "no answer"
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
