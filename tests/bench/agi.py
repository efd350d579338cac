"""How many AGI commands the server gets through, against a peer that answers at once: `python tests/bench/agi.py`.

The peer is a process of its own. The last line is JSON: commands per second on one connection and on 500 at once, the
processor time of ours for one command in µs, and how long 500 connections took from the first to the last greeting.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from multiprocessing import Process

from cti.asterisk.agi import AgiChannel, AgiRequest, AgiServer

HOST = "127.0.0.1"
GREETING = b"agi_network_script: call\nagi_channel: PJSIP/x-1\nagi_arg_1: sh1-1.1\nagi_arg_2: sh1\n\n"
ANSWER = b"200 result=1 (sh1-1795465766.0)\n"
ONE, MANY, EACH = 40_000, 500, 200


class Peer(asyncio.Protocol):
    """An Asterisk that does nothing, fast."""

    def __init__(self, ended: asyncio.Semaphore) -> None:
        self._ended = ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self._transport.write(ANSWER * data.count(b"\n"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.release()


def peers(port: int, count: int) -> None:
    async def main() -> None:
        ended = asyncio.Semaphore(0)
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.create_connection(lambda: Peer(ended), HOST, port) for _ in range(count)))
        for _ in range(count):
            await ended.acquire()

    asyncio.run(main())


@dataclass
class Figures:
    commands_s: float
    cpu_us: float
    greeted_s: float


async def measure(connections: int, commands: int) -> Figures:
    """`connections` at once, `commands` on each; they begin when all are there."""
    greeted, started, over = 0, asyncio.Event(), asyncio.Semaphore(0)
    first = last = 0.0

    async def serve(request: AgiRequest, channel: AgiChannel) -> None:
        nonlocal greeted, first, last
        last = time.perf_counter()
        first = first or last
        greeted += 1
        if greeted == connections:
            started.set()
        await started.wait()
        for _ in range(commands):
            result = await channel.execute("GET VARIABLE", "CTI_CONTACT")
            assert result.data == "sh1-1795465766.0"
        over.release()

    async with AgiServer(HOST, 0, serve) as server:
        process = Process(target=peers, args=(server.port, connections))
        process.start()
        await started.wait()
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(connections):
            await over.acquire()
        wall, spent = time.perf_counter() - began, time.process_time() - cpu
    process.join()
    total = connections * commands
    return Figures(total / wall, spent / total * 1e6, last - first)


async def main() -> None:
    await measure(1, 2000)  # warm up
    one, many = await measure(1, ONE), await measure(MANY, EACH)
    print(f"one connection:   {one.commands_s:,.0f} commands/s, {one.cpu_us:.1f} µs of our processor time each")
    print(
        f"{MANY} connections: {many.commands_s:,.0f} commands/s, {many.cpu_us:.1f} µs each; all greeted in {many.greeted_s:.3f} s"
    )
    print(json.dumps({
        "commands_s": round(one.commands_s), "cpu_us": round(one.cpu_us, 1), "connections": MANY,
        "commands_s_many": round(many.commands_s), "cpu_us_many": round(many.cpu_us, 1), "greeted_s": round(many.greeted_s, 3),
    }))  # fmt: skip


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
