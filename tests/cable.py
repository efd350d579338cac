"""A cable between two sites' processes that a test can pull out and plug in."""

from __future__ import annotations

import asyncio
from typing import Self


class Cable:
    """Listens at `host:port` and passes on what comes to the target; `cut` breaks what is connected, and refuses all else."""

    def __init__(self, host: str, port: int, target: tuple[str, int]) -> None:
        self.host, self.port, self._target = host, port, target
        self._whole = True
        self.deaf = False  # what the far end says does not arrive, and nothing tells
        self.mute = False  # nor what is said to the far end
        self.delay = 0.0  # seconds by which all is late
        self.brought = 0  # bytes of the far end that came, in all
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        self._whole = False
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def mend(self) -> None:
        self._whole = True
        self.deaf = self.mute = False
        self.delay = 0.0

    async def unplug(self) -> None:
        """As `cut`, but nobody is even there to refuse: as when the target's machine says that nobody listens."""
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.mend()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, back}
        await asyncio.gather(
            self._pass_on(reader, back, near=True), self._pass_on(there, writer, near=False), return_exceptions=True
        )
        self._ends -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, near: bool) -> None:
        loop = asyncio.get_running_loop()
        try:
            while data := await reader.read(65536):
                if self.mute if near else self.deaf:
                    continue
                self.brought += 0 if near else len(data)
                if self.delay:
                    loop.call_later(self.delay, _write, writer, data)
                else:
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.close()


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)
