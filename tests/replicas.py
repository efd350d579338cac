"""Several data center processes on one PostgreSQL behind nginx, with the configuration that is shipped."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

import httpx

from cti.settings import Settings
from cti.supervisor import Child
from tests.datacenter import TOPOLOGY, answering
from tests.ports import free_port

CONFIGURATION = Path(__file__).parent.parent / "docker/replicas/nginx.conf"


class Replicas:
    """`async with Replicas(url, folder) as replicas`: inside, `both` and `proxy` answer. A replica that dies is started again."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._folder = folder
        self._settings = Settings.from_environment(state=folder, topology_file=TOPOLOGY, database_url=database_url)
        self.ingest_token = self._settings.secrets.derive("ingest")
        self.publish_token = self._settings.secrets.derive("publish")
        self._ports = free_port(), free_port()
        self._port = free_port()
        self._children = [
            Child(f"replica-{port}", ["datacenter", "--listen", f"127.0.0.1:{port}"], self._settings)
            for port in self._ports
        ]
        self._stack = AsyncExitStack()
        self.both: tuple[httpx.AsyncClient, ...] = ()
        self.url = f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        for child in self._children:
            task = asyncio.create_task(child.run())
            self._stack.push_async_callback(asyncio.gather, task, return_exceptions=True)
            self._stack.callback(task.cancel)
        await self._stack.enter_async_context(self._nginx())
        self.both = tuple([await self._client(port) for port in self._ports])
        self.proxy = await self._client(self._port)
        await self.ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def ready(self) -> None:
        for client in (*self.both, self.proxy):
            await answering(client, "/readyz?sites=false")

    def end(self, index: int, how: signal.Signals) -> None:
        """Sends a signal to one replica; what has ended is started again."""
        process = self._children[index].process
        assert process is not None
        process.send_signal(how)

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted((self._folder / "logs").glob("replica-*.log")))

    async def _client(self, port: int) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.ingest_token}"}
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=10)
        return await self._stack.enter_async_context(client)

    @asynccontextmanager
    async def _nginx(self) -> AsyncIterator[None]:
        text = CONFIGURATION.read_text().replace("/tmp/", f"{self._folder}/nginx-")
        for shipped, ours in zip(("8001", "8002", "8000"), (*self._ports, self._port), strict=True):
            assert f"127.0.0.1:{shipped}" in text
            text = text.replace(f"127.0.0.1:{shipped}", f"127.0.0.1:{ours}")
        file = self._folder / "nginx.conf"
        file.write_text(text)
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "nginx was not found: .ci/setup test installs it"
        user = "user root; " if os.geteuid() == 0 else ""  # the test's folder is its own
        process = await asyncio.create_subprocess_exec(
            program, "-p", str(self._folder), "-c", str(file), "-e", "stderr", "-g", f"{user}daemon off;",
        )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            await process.wait()
