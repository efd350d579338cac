"""What `cti up` survives while it restarts something."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from cti.kit.errors import ConfigError, problem
from cti.supervisor import _keep_node
from cti.testing.virtual_time import run_virtually

BROKEN = ConfigError(problem("yaml.syntax", "topology.yaml:1:1", "It is wrong.", "有误。", "Mend it.", "请更正。"))
FULL = OSError(24, "Too many open files")


async def lives_on(task: asyncio.Task[None], alive: asyncio.Event) -> None:
    """Fails with what ended the task if it does not."""
    waiting = asyncio.create_task(alive.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for one in (task, waiting):
        one.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    if not alive.is_set():
        await task
    await asyncio.gather(task, return_exceptions=True)


class Node:
    """A node that dies after an hour; then its files are wrong, then the disk is full."""

    def __init__(self) -> None:
        self.starts = 0
        self.alive = asyncio.Event()
        self._files: Iterator[Exception | None] = iter([BROKEN, FULL, None])

    def afresh(self) -> Node:
        return self

    @property
    def pbx(self) -> Node:
        if error := next(self._files):
            raise error
        return self

    def follow(self, node: str, newer: Node) -> None:
        """As it was."""

    async def start(self, node: str) -> None:
        self.starts += 1

    async def stop(self, node: str) -> None:
        """It has ended."""

    async def wait(self, node: str) -> int:
        if self.starts > 1:
            self.alive.set()
            await asyncio.Event().wait()
        await asyncio.sleep(3600)
        return -9


def test_a_node_that_died_is_started_again_when_its_files_are_mended() -> None:
    async def scenario() -> None:
        node: Any = Node()
        await lives_on(asyncio.create_task(_keep_node(node, "sh1", node)), node.alive)

    run_virtually(scenario())
