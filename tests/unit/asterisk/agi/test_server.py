"""The FastAGI server against peers of every kind, on real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from cti.asterisk.agi import AgiChannel, AgiClosed, AgiRequest, AgiResult, AgiServer
from cti.kit.errors import EnvironmentProblem

HOST = "127.0.0.1"
SECONDS = 20.0  # for any one thing to happen
GREETING = b"agi_network_script: call\nagi_channel: PJSIP/x-1\nagi_arg_1: sh1-1.1\nagi_arg_2: sh1\n\n"


@dataclass
class Peer:
    """What stands at Asterisk's end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hears(self) -> bytes:
        return await asyncio.wait_for(self.reader.readline(), SECONDS)

    async def hears_next(self) -> bytes:
        """What is said when a sound has been stopped, which the server tries again as long as it hears nothing."""
        while (line := await self.hears()) == b"NOOP\n":
            await self.says(b"200 result=0\n")
        return line

    async def is_closed(self) -> None:
        """Waits until the server has closed the connection."""
        try:
            assert await asyncio.wait_for(self.reader.read(), SECONDS) == b""
        except ConnectionError:
            pass


@dataclass
class Calls:
    """A handler that a test drives: each call waits in `arrived` until the test releases it."""

    arrived: asyncio.Queue[tuple[AgiRequest, AgiChannel]] = field(default_factory=asyncio.Queue)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: AgiRequest, channel: AgiChannel) -> None:
        self.arrived.put_nowait((request, channel))
        await self.over.wait()


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
async def server(calls: Calls) -> AsyncIterator[AgiServer]:
    async with AgiServer(HOST, 0, calls, environment_timeout=SECONDS) as server:
        yield server


@pytest.fixture
async def hasty(calls: Calls) -> AsyncIterator[AgiServer]:
    """It does not wait long for who says nothing more."""
    async with AgiServer(HOST, 0, calls, environment_timeout=1.0) as server:
        yield server


@asynccontextmanager
async def peer(server: AgiServer, says: bytes = b"") -> AsyncIterator[Peer]:
    peer = Peer(*await asyncio.open_connection(HOST, server.port))
    try:
        if says:
            await peer.says(says)
        yield peer
    finally:
        peer.writer.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 — what is waited for has no event
            await asyncio.sleep(0.005)


async def arrives(calls: Calls) -> tuple[AgiRequest, AgiChannel]:
    return await asyncio.wait_for(calls.arrived.get(), SECONDS)


async def serves(server: AgiServer, calls: Calls) -> None:
    """The server still does its work."""
    async with peer(server, GREETING) as good:
        _, channel = await arrives(calls)
        asking = asyncio.ensure_future(channel.execute("NOOP"))
        assert await good.hears() == b"NOOP\n"
        await good.says(b"200 result=0\n")
        assert await asking == AgiResult(200, "0")


async def test_a_request_tells_path_and_arguments(server: AgiServer, calls: Calls) -> None:
    async with peer(server, b"agi_request: agi://h:4573/visit\n" + GREETING.replace(b"call", b"visit/")):
        request, _ = await arrives(calls)
    assert (request.path, request.arguments) == ("visit", ("sh1-1.1", "sh1"))
    assert request.environment["agi_channel"] == "PJSIP/x-1"


async def test_the_path_is_found_without_a_script(server: AgiServer, calls: Calls) -> None:
    async with peer(server, b"agi_request: agi://h:4573/call?x=1\n\n"):
        request, _ = await arrives(calls)
    assert (request.path, request.arguments) == ("call", ())


# Peers that are no Asterisk


async def test_it_survives_who_connects_and_closes(server: AgiServer, calls: Calls) -> None:
    for _ in range(50):
        async with peer(server):
            pass
    await until(lambda: not server.connections)
    await serves(server, calls)


async def test_it_survives_half_an_environment(hasty: AgiServer, calls: Calls) -> None:
    async with peer(hasty, GREETING[:40]) as half:
        await half.is_closed()  # by the time limit
    async with peer(hasty, GREETING[:40]):
        pass
    await until(lambda: not hasty.connections)
    assert calls.arrived.empty()
    await serves(hasty, calls)


async def test_it_survives_an_environment_that_drips(server: AgiServer, calls: Calls) -> None:
    async with peer(server) as slow:
        for byte in GREETING:
            await slow.says(bytes([byte]))
        request, _ = await arrives(calls)
    assert request.arguments == ("sh1-1.1", "sh1")


@pytest.mark.parametrize(
    "garbage", [b"\0" * 1_000_000, b"agi_x: y\n" * 120_000, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\n\n"]
)
async def test_it_survives_garbage(hasty: AgiServer, calls: Calls, garbage: bytes) -> None:
    async with peer(hasty) as noisy:
        try:
            await noisy.says(garbage)
        except ConnectionError:
            pass
        await noisy.is_closed()
    assert calls.arrived.empty()
    await serves(hasty, calls)


@pytest.mark.parametrize("garbage", [b"\xff" * 1_000_000, b"200 result=1 (" + b"x\n" * 500_000])
async def test_it_survives_garbage_instead_of_an_answer(server: AgiServer, calls: Calls, garbage: bytes) -> None:
    async with peer(server, GREETING) as noisy:
        _, channel = await arrives(calls)
        asking = asyncio.ensure_future(channel.execute("ANSWER"))
        await noisy.hears()
        try:
            await noisy.says(garbage)
        except ConnectionError:
            pass
        with pytest.raises(AgiClosed):
            await asking
    await serves(server, calls)


async def test_a_peer_that_never_reads_costs_only_itself(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as silent:
        _, channel = await arrives(calls)
        silent.writer.transport.pause_reading()
        waiting = [asyncio.ensure_future(channel.execute("SET VARIABLE", "A", "x" * 1900)) for _ in range(2000)]
        await serves(server, calls)
        assert not any(task.done() for task in waiting)
        silent.writer.transport.resume_reading()
        calls.over.set()
        everything = await asyncio.wait_for(silent.reader.read(), SECONDS)
        assert everything.count(b"\n") == 1  # what it has not answered is all that was ever sent
        assert all(isinstance(end, AgiClosed) for end in await asyncio.gather(*waiting, return_exceptions=True))


async def test_a_name_that_is_not_utf8_is_no_obstacle(server: AgiServer, calls: Calls) -> None:
    async with peer(server, b"agi_calleridname: \xd5\xc5\xc8\xfd\n" + GREETING) as gbk:
        request, channel = await arrives(calls)
        assert "\ufffd" in request.environment["agi_calleridname"]
        asking = asyncio.ensure_future(channel.execute("GET VARIABLE", "X"))
        await gbk.hears()
        await gbk.says(b"200 result=1 (\xd5\xc5)\n")
        assert (await asking).data == "\ufffd\ufffd"


async def test_it_serves_500_connections_at_once(server: AgiServer, calls: Calls) -> None:
    async def call(number: int) -> None:
        async with peer(server, GREETING.replace(b"sh1-1.1", b"c%d" % number)) as one:
            assert await one.hears() == b'VERBOSE "c%d"\n' % number
            await one.says(b"200 result=%d\n" % number)
            await one.is_closed()

    async def handler(request: AgiRequest, channel: AgiChannel) -> None:
        together.append(request.arguments[0])
        await until(lambda: len(together) == 500)
        name = request.arguments[0]
        assert f"c{(await channel.execute('VERBOSE', name)).result}" == name

    together: list[str] = []
    server.handler = handler
    await asyncio.gather(*(call(number) for number in range(500)))
    assert len(set(together)) == 500


async def test_who_comes_when_it_is_full_is_sent_away(calls: Calls) -> None:
    async with AgiServer(HOST, 0, calls, max_connections=1) as server, peer(server, GREETING) as first:
        _, channel = await arrives(calls)
        async with peer(server, GREETING) as second:
            await second.is_closed()
        asyncio.ensure_future(channel.execute("NOOP")).add_done_callback(lambda done: done.exception())
        assert await first.hears() == b"NOOP\n"


# Answers and ends


async def test_commands_go_out_one_at_a_time_and_in_order(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        asking = [asyncio.ensure_future(channel.execute("VERBOSE", str(number))) for number in range(5)]
        for number in range(5):
            assert await asterisk.hears() == b'VERBOSE "%d"\n' % number
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asterisk.reader.readline(), 0.01)
            await asterisk.says(b"200 result=%d\n" % number)
        assert [(await one).result for one in asking] == ["0", "1", "2", "3", "4"]


async def test_the_next_command_waits_for_the_answer_to_a_cancelled_one(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        first = asyncio.ensure_future(channel.execute("EXEC", "Read", "A"))
        assert b"Read" in await asterisk.hears()
        first.cancel()
        second = asyncio.ensure_future(channel.execute("NOOP"))
        await asterisk.says(b"200 result=7\n")
        assert await asterisk.hears() == b"NOOP\n"
        await asterisk.says(b"200 result=0\n")
        assert (await second).result == "0"


async def test_a_command_cancelled_before_its_turn_is_never_sent(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        first = asyncio.ensure_future(channel.execute("ANSWER"))
        assert await asterisk.hears() == b"ANSWER\n"
        second = asyncio.ensure_future(channel.execute("HANGUP"))
        await asyncio.sleep(0)
        second.cancel()
        await asterisk.says(b"200 result=0\n")
        await first
        third = asyncio.ensure_future(channel.execute("NOOP"))
        assert await asterisk.hears() == b"NOOP\n"
        await asterisk.says(b"200 result=0\n")
        await third


@pytest.mark.parametrize("says", [b"200 result=0\n", b"200 result=0 endpos=80\n200 result=0\n"])
async def test_a_cancelled_sound_is_stopped_by_another_command(server: AgiServer, calls: Calls, says: bytes) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        playing = asyncio.ensure_future(channel.stream_file("beep", "", then=("SET MUSIC", "ON", "jazz")))
        assert await asterisk.hears() == b'STREAM FILE "beep" ""\n'
        playing.cancel()
        assert await asterisk.hears() == b'SET MUSIC "ON" "jazz"\n'
        asking = asyncio.ensure_future(channel.execute("GET VARIABLE", "A"))
        await asterisk.says(says)
        assert await asterisk.hears_next() == b'GET VARIABLE "A"\n'
        await asterisk.says(b"200 result=1 (yes)\n")
        assert (await asking).data == "yes"


async def test_a_sound_that_overlooked_the_first_command_is_stopped_by_the_next(
    server: AgiServer, calls: Calls
) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        playing = asyncio.ensure_future(channel.stream_file("beep"))
        await asterisk.hears()
        playing.cancel()
        assert await asterisk.hears() == b"NOOP\n"
        assert await asterisk.hears() == b"NOOP\n"
        asking = asyncio.ensure_future(channel.execute("GET VARIABLE", "A"))
        await asterisk.says(b"200 result=0\n200 result=0\n")
        assert await asterisk.hears_next() == b'GET VARIABLE "A"\n'
        await asterisk.says(b"200 result=1 (yes)\n")
        assert (await asking).data == "yes"


async def test_a_hang_up_is_known_without_a_command(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        assert not channel.gone
        await asterisk.says(b"HANGUP\n")
        await asyncio.wait_for(channel.over.wait(), SECONDS)
        assert (channel.gone, channel.closed) == (True, False)


async def test_a_hang_up_between_answers_is_no_answer(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        asking = asyncio.ensure_future(channel.execute("EXEC", "Dial", "PJSIP/1"))
        await asterisk.hears()
        await asterisk.says(b"HANGUP\n200 result=-1\n")
        assert await asking == AgiResult(200, "-1")
        assert channel.gone


@pytest.mark.parametrize("says", [b"", b"200", b"200 result=1 (ab", b"520-Usage\n", b"HANGUP\n200 resu"])
async def test_the_end_of_the_connection_can_come_at_any_moment(server: AgiServer, calls: Calls, says: bytes) -> None:
    async with peer(server, GREETING) as asterisk:
        _, channel = await arrives(calls)
        asking = [asyncio.ensure_future(channel.execute("ANSWER")) for _ in range(3)]
        await asterisk.hears()
        await asterisk.says(says)
        asterisk.writer.close()
        for one in asking:
            with pytest.raises(AgiClosed):
                await asyncio.wait_for(one, SECONDS)
    assert channel.closed
    assert channel.gone is says.startswith(b"HANGUP")
    with pytest.raises(AgiClosed):
        await channel.execute("NOOP")
    calls.over.set()
    await until(lambda: not server.connections)


async def test_a_handler_that_fails_costs_only_its_connection(
    server: AgiServer, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(request: AgiRequest, channel: AgiChannel) -> None:
        raise RuntimeError("a mistake")

    server.handler = fails
    with caplog.at_level(logging.ERROR):
        async with peer(server, GREETING) as asterisk:
            await asterisk.is_closed()
    assert [r.message for r in caplog.records] == ["agi.handler_failed"]
    server.handler = calls
    await serves(server, calls)


async def test_a_machine_that_vanished_is_noticed_within_a_minute_also_when_it_was_being_told_something(
    server: AgiServer, calls: Calls
) -> None:
    async with peer(server, GREETING):
        await arrives(calls)
        [connection] = server.connections
        assert connection._transport is not None
        kernel = connection._transport.get_extra_info("socket")
        assert 0 < kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 60_000


async def test_the_connection_is_closed_when_the_handler_has_done_its_work(server: AgiServer, calls: Calls) -> None:
    async with peer(server, GREETING) as asterisk:
        await arrives(calls)
        calls.over.set()
        await asterisk.is_closed()


async def test_stopping_cancels_handlers_and_closes_without_a_word(server: AgiServer, calls: Calls) -> None:
    ended = asyncio.Event()

    async def handler(request: AgiRequest, channel: AgiChannel) -> None:
        try:
            await channel.execute("EXEC", "Dial", "PJSIP/1")
        except asyncio.CancelledError:
            ended.set()
            raise

    server.handler = handler
    async with peer(server, GREETING) as asterisk:
        assert await asterisk.hears() == b'EXEC "Dial" "PJSIP/1"\n'
        await server.close()
        await asterisk.is_closed()
    assert ended.is_set()
    with pytest.raises(OSError):
        await asyncio.open_connection(HOST, server.port)


async def test_a_port_in_use_is_named(server: AgiServer, calls: Calls) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        await AgiServer(HOST, server.port, calls).__aenter__()
    assert caught.value.problems[0].where == f"{HOST}:{server.port}"
