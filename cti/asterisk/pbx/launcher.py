"""Runs Asterisk nodes as children of this process and speaks to them; none survives its parent."""

from __future__ import annotations

import asyncio
import re
import shlex
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from pathlib import Path

from cti.asterisk.cel import keep_small
from cti.asterisk.pbx.check import node_listeners, port_problems
from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.prompts import render_prompts
from cti.asterisk.pbx.render import render, write
from cti.asterisk.pbx.runtime import Runtime
from cti.kit.errors import EnvironmentProblem, Problem, problem
from cti.kit.logging import get_logger
from cti.kit.tasks import first_of

log = get_logger(__name__)

START_SECONDS = 30.0
STOP_SECONDS = 3.0
CLI_SECONDS = 10.0
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Pbx:
    """The Asterisk nodes of one installation.

    Use it from the main thread: the kernel ends a node when the thread that started it ends.
    """

    def __init__(self, installation: Installation, runtime: Runtime) -> None:
        self._installation = installation
        self._newer: dict[str, Installation] = {}  # by node
        self._runtime = runtime
        self._processes: dict[str, Process] = {}

    def follow(self, node: str, newer: Installation) -> None:
        """From its next start on, that node is what a newer topology says, if it has the node."""
        if any(node == known.name for site in newer.topology.sites for known in site.nodes):
            self._newer[node] = newer

    def render(self, node: str) -> list[str]:
        """Writes the node's configuration; gives the names of the files that changed. Raises `ConfigError`.

        The first time, half a minute of work may hide here: the emergency prompts are spoken.
        """
        installation = self._of(node)
        prompts = render_prompts(installation.emergency_prompts)
        return write(installation, node, render(installation, node, self._runtime.modules, prompts))

    async def start(self, node: str) -> None:
        """Renders the node, starts it and waits until it is fully booted.

        Raises `ConfigError`, or `EnvironmentProblem` (a port is busy, a permission lacks, Asterisk ended: with its last
        words); then, and when cancelled, nothing is left running.
        """
        _, its = self._of(node).topology.node(node)
        if await self.is_running(node):
            raise EnvironmentProblem(self._already_running(node))
        problems = port_problems(node_listeners(its))
        if problems:
            raise EnvironmentProblem(*problems)
        await asyncio.to_thread(self.render, node)
        log.info("pbx.starting", node=node)
        with (self._folder(node) / "log" / "console.log").open("wb") as console:
            process = await asyncio.create_subprocess_exec(
                *self._command(node, "-f", "-n"), stdin=DEVNULL, stdout=console, stderr=STDOUT, start_new_session=True
            )
        self._processes[node] = process
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._booted(node, process)
        except TimeoutError:
            await self.stop(node)
            raise EnvironmentProblem(self._ended(node, f"was not ready after {START_SECONDS:.0f} s")) from None
        except BaseException:
            await self.stop(node)
            raise
        log.info("pbx.started", node=node, pid=process.pid)

    async def _booted(self, node: str, process: Process) -> None:
        socket = self._folder(node) / "run" / "asterisk.ctl"
        while process.returncode is None:
            if socket.exists() and "fully booted" in await self._ask(node, "core waitfullybooted"):
                return
            await asyncio.sleep(0.05)
        raise EnvironmentProblem(self._ended(node, f"ended at start with {process.returncode}"))

    async def stop(self, node: str) -> None:
        """Ends the node and its calls: asks, then insists. Does nothing if this process does not run it."""
        process = self._processes.pop(node, None)
        if process is None:
            return
        for step in (lambda: self._ask(node, "core stop now"), process.terminate, process.kill):
            if process.returncode is not None:
                break
            try:
                wanted = step()
                async with asyncio.timeout(STOP_SECONDS):
                    if wanted is not None:
                        await wanted
                    await process.wait()
            except (TimeoutError, ProcessLookupError):
                continue
        log.info("pbx.stopped", node=node, status=await process.wait())

    async def stop_all(self) -> None:
        """Ends all nodes that this process runs, at the same time."""
        await asyncio.gather(*(self.stop(node) for node in list(self._processes)))

    async def wait(self, node: str) -> int:
        """Waits for the end of a node that this process runs; gives its exit status. Raises KeyError for others. Meanwhile
        Asterisk's account of calls is kept from growing without end."""
        status: int = await first_of(self._processes[node].wait(), keep_small(self._folder(node)))
        return status

    def pid(self, node: str) -> int | None:
        """Asterisk's process id, if this process runs the node."""
        process = self._processes.get(node)
        return process.pid if process and process.returncode is None else None

    async def is_running(self, node: str) -> bool:
        """Whether the node answers on its control socket, whoever started it."""
        try:
            _, writer = await asyncio.open_unix_connection(self._folder(node) / "run" / "asterisk.ctl")
        except OSError:
            return False
        writer.close()
        return True

    async def cli(self, node: str, command: str) -> str:
        """What the node's command line answers, without color. Raises `EnvironmentProblem` if it is not running, or hangs."""
        if not await self.is_running(node):
            raise EnvironmentProblem(
                problem(
                    "pbx.not_running",
                    node,
                    "The node is not running.",
                    "该节点未运行。",
                    "Start it: cti pbx start, or cti up.",
                    "请启动：cti pbx start 或 cti up。",
                )
            )
        try:
            return await self._ask(node, command)
        except TimeoutError:
            raise EnvironmentProblem(self._hangs(node)) from None

    async def _ask(self, node: str, command: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *self._command(node, "-rx", command), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
        try:
            async with asyncio.timeout(CLI_SECONDS):
                said, _ = await process.communicate()
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        return _ANSI.sub("", said.decode(errors="replace"))

    def _of(self, node: str) -> Installation:
        return self._newer.get(node, self._installation)

    def _folder(self, node: str) -> Path:
        return self._installation.node_folder(node)

    def _command(self, node: str, *arguments: str) -> list[str]:
        etc = self._folder(node) / "etc"
        return self._runtime.command(
            ("-C", str(etc / "asterisk.conf"), *arguments),
            state=self._installation.state,
            hosts=etc / "hosts",
            name=node,
        )

    def _already_running(self, node: str) -> Problem:
        return problem(
            "pbx.already_running",
            node,
            "The node is already running.",
            "该节点已在运行。",
            "Stop it where it was started (Ctrl-C), or with: cti pbx stop " + shlex.quote(node),
            "请在启动它的终端按 Ctrl-C，或运行：cti pbx stop " + shlex.quote(node),
        )

    def _hangs(self, node: str) -> Problem:
        return problem(
            "pbx.no_answer",
            node,
            f"The node is there, and did not answer within {CLI_SECONDS:.0f} s.",
            f"该节点存在，但在 {CLI_SECONDS:.0f} 秒内没有应答。",
            f"Read {self._folder(node) / 'log'}; if it stays so, end its process: cti up starts it again.",
            f"请查看 {self._folder(node) / 'log'}；如一直如此，请结束其进程，cti up 会重新启动它。",
        )

    def _ended(self, node: str, how: str) -> Problem:
        words = last_words(self._folder(node) / "log")
        return problem(
            "pbx.asterisk_ended",
            node,
            f"Asterisk {how}: {words}",
            f"Asterisk 启动失败：{words}",
            f"Read {self._folder(node) / 'log'}; cti doctor checks what a node needs.",
            f"请查看 {self._folder(node) / 'log'}；cti doctor 可检查所需环境。",
        )


def last_words(folder: Path, lines: int = 3) -> str:
    """The last lines that Asterisk wrote to its console before it ended, errors first; at most 600 characters."""
    console = (folder / "console.log").read_bytes()[-20_000:].decode(errors="replace")
    said = [line.strip() for line in _ANSI.sub("", console).splitlines() if line.strip()]
    errors = [line for line in said if "ERROR" in line]
    return " / ".join((errors or said)[-lines:])[-600:] or "it said nothing"
