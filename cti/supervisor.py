"""`cti up`: everything of a topology on this machine, as children of one process that restarts what dies or hangs, and leaves nothing
behind."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping

import httpx

from cti.asterisk.pbx.check import listeners, port_problems
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.asterisk.sounds import render
from cti.ivr import Hotline, load_hotline
from cti.kit.backoff import Backoff
from cti.kit.errors import ConfigError, EnvironmentProblem, HotlineError, problem
from cti.kit.logging import get_logger
from cti.kit.watchdog import Watchdog
from cti.settings import Settings
from cti.wiring import hotline_folder

log = get_logger(__name__)
READY_SECONDS = 60.0
STOP_SECONDS = 5.0
LASTING_SECONDS = 10.0  # a child that lived so long had started well
BAD_CONFIGURATION = 2  # exit status of a child whose files a person must mend: no use in restarting it


class Child:
    """One process of ours, restarted when it dies, and killed when it hangs."""

    def __init__(
        self, name: str, arguments: list[str], settings: Settings, environment: Mapping[str, str] | None = None
    ) -> None:
        """`environment`: variables that it gets besides those of this process."""
        self.name, self._arguments = name, arguments
        self._environment = {**_environment(settings), **(environment or {})}
        self._log = settings.state / "logs" / f"{name}.log"
        self.process: Process | None = None

    async def run(self) -> None:
        """Runs until cancelled. Raises `EnvironmentProblem` if it refuses to start for a reason that people must mend. Once it has run,
        that ends nothing: somebody is editing a file, and all else that is here goes on."""
        backoff, loop, has_run = Backoff(first=0.2, cap=10.0), asyncio.get_running_loop(), False
        try:
            while True:
                started = loop.time()
                try:
                    status = await self._once()
                except OSError as error:  # this machine has no process or no file left
                    if not has_run:
                        raise
                    log.error("up.child_not_started", child=self.name, reason=error.strerror)
                else:
                    if loop.time() - started > LASTING_SECONDS:
                        has_run = True
                        backoff.reset()
                    if status == BAD_CONFIGURATION and not has_run:
                        raise EnvironmentProblem(problem(
                            "up.child_refused", self.name, f"It did not start: {self._last_words()}",
                            f"未能启动：{self._last_words()}", "Mend what it says.", "请按提示处理。"))  # fmt: skip
                    log.warning("up.child_ended", child=self.name, status=status)
                await asyncio.sleep(backoff.next())
        finally:
            await self._stop()

    async def _once(self) -> int:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output, Watchdog() as watchdog:
            self.process = await asyncio.create_subprocess_exec(
                "setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "cti", *self._arguments,
                env={**self._environment, **watchdog.environment}, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
            watching = asyncio.create_task(self._end_if_it_hangs(watchdog, self.process))
            try:
                return await self.process.wait()
            finally:
                watching.cancel()

    async def _end_if_it_hangs(self, watchdog: Watchdog, process: Process) -> None:
        await watchdog.until_it_hangs()
        log.error("up.child_hangs", child=self.name, pid=process.pid)
        process.kill()

    async def _stop(self) -> None:
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return " / ".join(line for line in lines[-6:] if not line.startswith("{"))[-600:]


async def up(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Brings everything up, says when a call would be answered, and keeps it so until cancelled."""
    topology, its = settings.topology, settings.pbx
    hotline = _installed(settings, say)
    if busy := port_problems(listeners(topology)):
        raise EnvironmentProblem(*busy)
    started = time.monotonic()

    def step(text: str) -> None:
        say(f"[{time.monotonic() - started:5.1f} s] {text}")

    runtime = await asyncio.to_thread(prepare, settings.cache, step)
    if hotline is not None:
        await asyncio.to_thread(render, hotline, settings.prompts, step, settings.engine)
    pbx = Pbx(its, runtime)
    nodes = [node.name for site in topology.sites for node in site.nodes]
    children = [Child("datacenter", ["datacenter"], settings)]
    children += [Child(f"site-{s.name}", ["site", s.name], settings) for s in topology.sites]
    children += [Child(f"site-{s.name}-standby", ["site", s.name], settings) for s in topology.sites if s.standby]
    try:
        step(f"starting {len(nodes)} Asterisk nodes, the data center and {len(topology.sites)} sites")
        async with asyncio.TaskGroup() as tasks:
            for node in nodes:
                tasks.create_task(_keep_node(pbx, node, settings))
            for child in children:
                tasks.create_task(child.run())
            await _until_ready(f"{topology.data_center.url}/readyz")
            step("ready")
            say(_banner(settings))
            sys.stdout.flush()
    finally:
        await pbx.stop_all()
        say("stopped")


def _installed(settings: Settings, say: Callable[[str], None]) -> Hotline | None:
    """The hotline in the installed files. They may be broken where every site has taken a published version: then None."""
    try:
        return load_hotline(hotline_folder(settings))
    except ConfigError as error:
        sites = [site.name for site in settings.topology.sites]
        if not all((settings.releases(name) / "release.json").is_file() for name in sites):
            raise
        say(
            f"Sites use what was published, for the installed files are wrong 安装的文件有误，各中心使用已发布的版本:\n{error}"
        )
        return None


async def _keep_node(pbx: Pbx, node: str, settings: Settings) -> None:
    """Starts a node, and again whenever it ends, then with what sites have taken meanwhile. Raises if it does not start the first time."""
    backoff = Backoff(first=1.0, cap=10.0)
    await pbx.start(node)
    while True:
        status = await pbx.wait(node)
        log.warning("up.node_ended", node=node, status=status)
        await pbx.stop(node)
        while True:
            await asyncio.sleep(backoff.next())
            try:
                pbx.follow(node, settings.afresh().pbx)
                await pbx.start(node)
                break
            except (HotlineError, OSError) as error:  # also of a file that somebody is editing: the other nodes go on
                log.error("up.node_not_started", node=node, reason=str(error))


async def _until_ready(url: str) -> None:
    missing = "no answer"
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            async with asyncio.timeout(READY_SECONDS):
                while True:
                    try:
                        answer = await client.get(url, timeout=2.0)
                        if answer.status_code == httpx.codes.OK:
                            return
                        missing = answer.text[:300]
                    except httpx.HTTPError:
                        pass
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise EnvironmentProblem(problem(
                "up.not_ready", url, f"Not ready after {READY_SECONDS:.0f} s: {missing}", f"{READY_SECONDS:.0f} 秒后仍未就绪：{missing}",
                "Look into the logs folder, and run `cti doctor`.", "请查看日志目录，并运行 `cti doctor`。")) from None  # fmt: skip


def _banner(settings: Settings) -> str:
    topology, url, n = settings.topology, settings.topology.data_center.url, settings.configuration.n
    source = f"version {n}, published 已发布" if n else str(settings.topology_file)
    lines = [
        "",
        f"  Hotline is up 热线已就绪 — dial {topology.hotline} 请拨 {topology.hotline}",
        "",
        f"  Console 控制台      {url}/",
        f"  Agent desktop 坐席  {url}/agent     Web phone 网页电话  {url}/phone",
        f"  API                 {url}/openapi.json",
        f"  Configuration 配置  {source}",
    ]
    for site in topology.sites:
        agents = f"{site.agents[0].number}–{site.agents[-1].number}" if site.agents else "none"
        dial = ", ".join(f"sip:{topology.hotline}@{n.address}:{n.sip_port}" for n in site.nodes)
        trunks = ", ".join(f"{c.name} {' '.join(c.addresses)}" for c in site.carriers) or "none"
        lines.append(f"  Site 中心 {site.name:<8}  {dial}   agents 坐席 {agents}   trunks 中继 {trunks}")
    lines += [
        f"  Agents' password 坐席密码  {settings.secrets.agent_password}",
        f"  Logs 日志           {settings.state / 'logs'}",
        "",
        "  Ctrl-C stops everything 停止全部",
        "",
    ]
    return "\n".join(lines)


def _environment(settings: Settings) -> dict[str, str]:
    """What a child needs to see the same installation."""
    values = {name: getattr(settings, field) for field, name in settings.variables().items()}
    return {**os.environ, **{name: str(value) for name, value in values.items() if value is not None}}
