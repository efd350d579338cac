"""What `cti up` survives while it restarts something."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cti.kit.errors import ConfigError, EnvironmentProblem, problem
from cti.settings import Settings
from cti.supervisor import BAD_CONFIGURATION, Child, _keep_node
from cti.testing.virtual_time import run_virtually

BROKEN = ConfigError(problem("yaml.syntax", "topology.yaml:1:1", "It is wrong.", "有误。", "Mend it.", "请更正。"))
FULL = OSError(24, "Too many open files")


class Ending(Child):
    """Lives and ends as it is told, and then lives on."""

    def __init__(self, folder: Path, *ends: tuple[float, int | OSError]) -> None:
        super().__init__("site-sh", ["site", "sh"], Settings(state=folder))
        (folder / "logs").mkdir()
        (folder / "logs" / "site-sh.log").write_text("topology.yaml:1:1: It is wrong.\n")
        self._ends = iter(ends)
        self.alive = asyncio.Event()

    async def _once(self) -> int:
        for seconds, end in self._ends:
            await asyncio.sleep(seconds)
            if isinstance(end, OSError):
                raise end
            return end
        self.alive.set()
        await asyncio.Event().wait()
        raise AssertionError


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


@pytest.mark.parametrize("ends", [[(3600, -9), (0.3, BAD_CONFIGURATION)], [(3600, -9), (0, FULL)]])
def test_a_child_that_has_run_and_does_not_start_again_is_tried_again(
    tmp_path: Path, ends: list[tuple[float, int | OSError]]
) -> None:
    async def scenario() -> None:
        child = Ending(tmp_path, *ends)
        await lives_on(asyncio.create_task(child.run()), child.alive)

    run_virtually(scenario())


def test_a_child_that_never_ran_says_what_people_must_mend(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="It is wrong"):
        run_virtually(Ending(tmp_path, (0.3, BAD_CONFIGURATION)).run())


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
