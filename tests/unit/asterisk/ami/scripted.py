"""A scripted Asterisk for what a real one does only when it is broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from cti.asterisk.ami import AmiEvent, AmiLink, LinkDown, LinkUp, Signal
from cti.kit.backoff import Backoff
from tests.ports import free_port

Action = dict[str, str]
Answer = Callable[[Action], bytes]


def message(*headers: str) -> bytes:
    return "\r\n".join((*headers, "", "")).encode()


def success(action: Action) -> bytes:
    return message("Response: Success", f"ActionID: {action['ActionID']}", "Message: ok")


def welcome(action: Action) -> bytes:
    return success(action) + message("Event: FullyBooted", "Status: Fully Booted")


def channels(*names: str) -> Answer:
    """Answers CoreShowChannels with channels whose id is their name in lower case."""

    def answer(action: Action) -> bytes:
        mark = f"ActionID: {action['ActionID']}"
        shown = [
            message(
                "Event: CoreShowChannel", mark, f"Channel: {name}", "ChannelStateDesc: Up", f"Uniqueid: {name.lower()}"
            )
            for name in names
        ]
        start = message("Response: Success", mark, "EventList: start", "Message: Channels will follow")
        return start + b"".join(shown) + message("Event: CoreShowChannelsComplete", mark, "EventList: Complete")

    return answer


class ScriptedAmi:
    """Answers actions by `answers`; an action that is not in there, or is answered with nothing, gets no answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {"Login": welcome, "CoreShowChannels": channels(), "Ping": success}
        self.actions: list[Action] = []
        self.raw = b""
        self.reads = True
        self.writers: list[asyncio.StreamWriter] = []
        self.port = free_port()  # it stays, though nobody may be there
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    def send(self, data: bytes) -> None:
        self.writers[-1].write(data)

    def names(self) -> list[str]:
        return [action["Action"] for action in self.actions]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                self.raw += block
                lines = block.decode().strip().split("\r\n")
                action = {key: value for key, _, value in (line.partition(": ") for line in lines)}
                self.actions.append(action)
                answer = self.answers.get(action["Action"])
                writer.write(answer(action) if answer else b"")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()


class Follower:
    """A link to the scripted Asterisk, with a reader of its events that remembers them."""

    def __init__(self, link: AmiLink) -> None:
        self.link = link
        self.signals: list[Signal] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def read(self) -> None:
        async for signal in self.link.events():
            self.signals.append(signal)

    def start(self, *, reading: bool = True) -> None:
        self.tasks.append(asyncio.create_task(self.link.run()))
        if reading:
            self.start_reading()

    def start_reading(self) -> None:
        self.tasks.append(asyncio.create_task(self.read()))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def names(self) -> list[str]:
        return [signal.name if isinstance(signal, AmiEvent) else type(signal).__name__ for signal in self.signals]

    def ups(self) -> list[LinkUp]:
        return [signal for signal in self.signals if isinstance(signal, LinkUp)]

    def downs(self) -> list[LinkDown]:
        return [signal for signal in self.signals if isinstance(signal, LinkDown)]


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until `condition` holds; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- the condition may be anything, also the server's state
            await asyncio.sleep(0.002)


@pytest.fixture
async def asterisk() -> AsyncIterator[ScriptedAmi]:
    server = ScriptedAmi()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def follower(asterisk: ScriptedAmi, request: pytest.FixtureRequest) -> AsyncIterator[Follower]:
    """Its link has time: a test that sleeps for a second must not lose it. `@pytest.mark.parametrize("follower", [0.1], indirect=True)`
    is for what a ping that may take so long brings about."""
    link = AmiLink(
        "sh1", "127.0.0.1", asterisk.port, "cti", "secret", frozenset({"Newchannel", "Hangup", "OriginateResponse"}),
        queue_size=100, answer_timeout=30.0, boot_timeout=30.0, ping_interval=0.02,
        ping_timeout=getattr(request, "param", 30.0), backoff=Backoff(first=0.01, cap=0.02),
    )  # fmt: skip
    follower = Follower(link)
    yield follower
    await follower.stop()
