"""A FastAGI server: Asterisk connects for each caller, and a handler commands the channel."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from cti.asterisk.agi.channel import AgiChannel
from cti.asterisk.agi.protocol import MAX_ANSWER, MAX_GREETING, ProtocolError, greeting
from cti.kit.errors import EnvironmentProblem, problem
from cti.kit.logging import get_logger
from cti.kit.tasks import Background

log = get_logger(__name__)
STOP_SECONDS = 2.0  # what handlers get to come to an end


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """What Asterisk asks for: the path of the URL without slashes, its arguments, and all that it says about the channel."""

    path: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> AgiRequest:
        path = environment.get("agi_network_script") or urlsplit(environment.get("agi_request", "")).path
        arguments: list[str] = []
        while (argument := environment.get(f"agi_arg_{len(arguments) + 1}")) is not None:
            arguments.append(argument)
        return cls(path.strip("/"), tuple(arguments), environment)


Handler = Callable[[AgiRequest, AgiChannel], Awaitable[None]]


class AgiServer:
    """Serves while its block runs: `async with AgiServer(host, port, handler): …`.

    Each connection has a task of its own that awaits `handler(request, channel)`; when it returns, raises (which is logged)
    or is cancelled, the connection is closed, and the dialplan goes on: nothing here hangs up a caller. Times in seconds.
    What a peer can make us keep is bounded: its greeting, one answer, and the one command that it has not read.
    """

    def __init__(
        self,
        host: str,
        port: int,
        handler: Handler,
        *,
        environment_timeout: float = 5.0,
        max_connections: int = 5000,
    ) -> None:
        self.host, self.port = host, port  # `port` 0 takes a free one, told once the server runs
        self.handler = handler
        self.environment_timeout, self.max_connections = environment_timeout, max_connections
        self.connections: set[AgiConnection] = set()
        self.tasks = Background(lambda name, error: log.error("agi.handler_failed", task=name, exc_info=error))
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Raises `EnvironmentProblem` when the port cannot be had."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: AgiConnection(self), self.host, self.port, backlog=1024)
        except OSError as error:
            why = error.strerror or str(error)
            raise EnvironmentProblem(problem(
                "agi.port", f"{self.host}:{self.port}", f"Calls cannot be taken here: {why}.", f"无法在此接受呼叫：{why}。",
                "End what uses the port, or set another agi_port in the topology.",
                "请停止占用该端口的程序，或在拓扑文件中更改 agi_port。",
            )) from None  # fmt: skip
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Takes no more connections, cancels the handlers, and closes what is open. Callers stay up."""
        if self._server is None:
            return
        self._server.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.tasks.cancel()
        except TimeoutError:
            log.warning("agi.handlers_do_not_end", count=len(self.tasks))
        for connection in tuple(self.connections):
            connection.abort()
        await self.tasks.cancel()
        await self._server.wait_closed()
        self._server = None


class AgiConnection(asyncio.Protocol):
    """One connection of Asterisk: first its environment, then lines for the channel."""

    def __init__(self, server: AgiServer) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._limit: asyncio.TimerHandle | None = None  # for the environment to come
        self._channel: AgiChannel | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        server = self._server
        if len(server.connections) >= server.max_connections:
            log.warning("agi.too_many_connections", limit=server.max_connections)
            transport.abort()
            return
        server.connections.add(self)
        _watch_for_death(transport.get_extra_info("socket"))
        self._limit = asyncio.get_running_loop().call_later(
            server.environment_timeout, self._refuse, "no environment in time"
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            if self._channel is None:
                self._greet()
            else:
                self._read_lines(self._channel)
        except ProtocolError as error:
            self._refuse(str(error))

    def _greet(self) -> None:
        block, end, rest = self._buffer.partition(b"\n\n")
        if len(block) > MAX_GREETING:
            raise ProtocolError("an environment without end")
        if not end:
            return
        environment = greeting(block)
        if not environment:
            raise ProtocolError("not an environment")
        assert self._transport is not None
        self._stop_limit()
        self._buffer = rest
        self._channel = AgiChannel(self._transport.write)
        request = AgiRequest.read(environment)
        self._server.tasks.start(self._handle(request, self._channel), f"agi {request.path[:40]}")
        if rest:
            self._read_lines(self._channel)

    def _read_lines(self, channel: AgiChannel) -> None:
        *lines, self._buffer = self._buffer.split(b"\n")
        if len(self._buffer) > MAX_ANSWER:
            raise ProtocolError("a line without end")
        for line in lines:
            channel.line_received(line.decode("utf-8", "replace"))

    async def _handle(self, request: AgiRequest, channel: AgiChannel) -> None:
        try:
            await self._server.handler(request, channel)
        finally:
            if self._transport is not None:
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_limit()
        self._server.connections.discard(self)
        if self._channel is not None:
            self._channel.connection_lost()

    def abort(self) -> None:
        """Closes at once, without waiting for what is still to be sent."""
        if self._transport is not None:
            self._transport.abort()

    def _stop_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _refuse(self, reason: str) -> None:
        log.warning("agi.refused", reason=reason)
        self.abort()


def _watch_for_death(connection: socket.socket) -> None:
    """A machine that vanished without a word is noticed within a minute: a command may be unanswered for hours."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    # While something that we sent is not acknowledged nothing else is asked; the kernel would repeat it for a quarter of an hour.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000)
