"""`cti pbx`: prepare, render, start, stop and question Asterisk nodes."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cti.asterisk.pbx.check import static_problems
from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.live import RELOADED
from cti.asterisk.pbx.render import render as render_files
from cti.asterisk.pbx.root import find, prepare
from cti.asterisk.pbx.runtime import Runtime
from cti.kit.errors import ConfigError, EnvironmentProblem, problem

Load = Callable[[Path | None, bool], Installation]
TopologyOption = Annotated[Path | None, typer.Option("--topology", help="The topology file; the demo's by default.")]
NodesArgument = Annotated[list[str] | None, typer.Argument(help="Names of nodes; all of the topology by default.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def pbx_app(load: Load) -> typer.Typer:
    """The commands. `load` gives the installation for a topology file, and whether the file counts although a configuration was
    published; it is called once a command runs."""
    app = typer.Typer(no_args_is_help=True, help="Asterisk nodes: prepare, render, start, stop, ask.")

    @app.command("prepare")
    def prepare_() -> None:
        """Finds Asterisk, or makes the Debian root that holds one (once, about half a minute)."""
        runtime = prepare(load(None, False).cache, _progress())
        print(f"Asterisk: {runtime.root or runtime.program}")

    @app.command(epilog="Example: cti pbx render --check --topology my.yaml")
    def render(
        topology: TopologyOption = None,
        check: Annotated[
            bool, typer.Option("--check", help="Write nothing; exit with 2 if anything is wrong.")
        ] = False,
        boot: Annotated[
            bool, typer.Option("--boot", help="With --check: start each node once and read its log.")
        ] = False,
        reload: Annotated[
            bool,
            typer.Option("--reload", help="Nodes that run load their phones, trunks and dialplan anew; calls go on."),
        ] = False,
    ) -> None:
        """Renders the configuration of all nodes from the topology and the templates. A check is one of the file; otherwise a
        published configuration that a site here has taken counts."""
        installation = load(topology, check)
        if check:
            _check(installation, boot)
            print("ok")
            return
        pbx = Pbx(installation, prepare(installation.cache, _progress()))
        for node in _nodes(installation, None):
            changed = pbx.render(node)
            print(f"{node}: {', '.join(changed) or 'nothing changed'}")
        if reload:
            asyncio.run(_reload(pbx, _nodes(installation, None)))

    @app.command()
    def start(nodes: NodesArgument = None, topology: TopologyOption = None) -> None:
        """Starts nodes and keeps them until Ctrl-C."""
        installation = load(topology, False)
        wanted = _nodes(installation, nodes)
        asyncio.run(_keep(Pbx(installation, prepare(installation.cache, _progress())), wanted))

    @app.command()
    def stop(nodes: NodesArgument = None, topology: TopologyOption = None) -> None:
        """Stops nodes that another terminal started; `cti up` starts its nodes again."""
        installation = load(topology, False)
        asyncio.run(_stop(_pbx(installation), _nodes(installation, nodes)))

    @app.command()
    def status(topology: TopologyOption = None, as_json: JsonOption = False) -> None:
        """Which nodes run, and how many calls each has."""
        installation = load(topology, False)
        found = asyncio.run(_status(_pbx(installation), _nodes(installation, None)))
        if as_json:
            print(json.dumps(found, indent=2))
            return
        for node, said in found.items():
            state = f"running, {said['calls']} active calls" if said["running"] else "not running"
            print(f"{node}: {state}")

    @app.command(epilog='Example: cti pbx cli sh1 "core show channels"')
    def cli(node: str, command: str, topology: TopologyOption = None) -> None:
        """Runs one command on a node's command line."""
        installation = load(topology, False)
        _nodes(installation, [node])
        print(asyncio.run(_pbx(installation).cli(node, command)), end="")

    return app


def _progress() -> Callable[[str], None]:
    started = time.monotonic()
    return lambda said: print(f"[{time.monotonic() - started:5.1f} s] {said}", flush=True)


def _nodes(installation: Installation, wanted: Sequence[str] | None) -> list[str]:
    """All names wanted, checked. Raises `ConfigError` for one that the topology does not have."""
    known = [node.name for site in installation.topology.sites for node in site.nodes]
    for name in wanted or ():
        if name not in known:
            raise ConfigError(
                problem(
                    "pbx.unknown_node",
                    str(installation.topology_file),
                    f"There is no node {name}.",
                    f"没有名为 {name} 的节点。",
                    f"Choose from: {', '.join(known)}.",
                    f"可选：{'、'.join(known)}。",
                )
            )
    return list(wanted or known)


def _pbx(installation: Installation) -> Pbx:
    runtime = find(installation.cache)
    if runtime is None:
        raise EnvironmentProblem(
            problem(
                "pbx.not_prepared",
                str(installation.cache),
                "There is no Asterisk yet.",
                "尚未准备好 Asterisk。",
                "Run: cti pbx prepare",
                "请运行：cti pbx prepare",
            )
        )
    return Pbx(installation, runtime)


def _check(installation: Installation, boot: bool) -> None:
    """Raises `ConfigError` with everything found."""
    problems = static_problems(installation)
    if problems:
        raise ConfigError(*problems)
    runtime = prepare(installation.cache, _progress()) if boot else find(installation.cache)
    for node in _nodes(installation, None):
        render_files(installation, node, runtime.modules if runtime else frozenset(), installation.emergency_prompts)
        if boot and runtime:
            asyncio.run(_boot(installation, runtime, node))


async def _boot(installation: Installation, runtime: Runtime, node: str) -> None:
    """Starts the node in a folder of its own and reads what it complains about."""
    with tempfile.TemporaryDirectory(prefix="hotline-") as scratch:
        state = Path(scratch)
        trial = replace(installation, state=state, node_folder=state.joinpath, site_folder=state.joinpath)
        pbx = Pbx(trial, runtime)
        try:
            await pbx.start(node)
        finally:
            await pbx.stop_all()
        log = (state / node / "log" / "messages.log").read_text(errors="replace").splitlines()
        complaints = [line for line in log if " ERROR[" in line or " WARNING[" in line]
    if complaints:
        raise ConfigError(
            problem(
                "pbx.complaints",
                node,
                f"Asterisk starts, but complains: {' / '.join(complaints[:5])}",
                f"Asterisk 可启动，但有告警：{' / '.join(complaints[:5])}",
                "Correct the template or the topology.",
                "请修正模板或拓扑文件。",
            )
        )


async def _keep(pbx: Pbx, nodes: list[str]) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        for node in nodes:
            await pbx.start(node)
            print(f"{node}: started", flush=True)
        waiting = [asyncio.create_task(ended.wait()), *(asyncio.create_task(pbx.wait(node)) for node in nodes)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
    finally:
        await pbx.stop_all()
    print("stopped")


async def _stop(pbx: Pbx, nodes: list[str]) -> None:
    for node in nodes:
        if not await pbx.is_running(node):
            print(f"{node}: not running")
            continue
        await pbx.cli(node, "core stop now")
        async with asyncio.timeout(10):
            while await pbx.is_running(node):  # noqa: ASYNC110 — it is not our child: it can only be asked
                await asyncio.sleep(0.05)
        print(f"{node}: stopped")


async def _reload(pbx: Pbx, nodes: list[str]) -> None:
    for node in nodes:
        if await pbx.is_running(node):
            for module in RELOADED:
                await pbx.cli(node, f"module reload {module}")
            print(f"{node}: loaded")


async def _status(pbx: Pbx, nodes: list[str]) -> dict[str, dict[str, int | bool]]:
    found: dict[str, dict[str, int | bool]] = {}
    for node in nodes:
        running = await pbx.is_running(node)
        lines = (await pbx.cli(node, "core show channels count")).splitlines() if running else []
        calls = next((int(line.split()[0]) for line in lines if "active call" in line), 0)
        found[node] = {"running": running, "calls": calls}
    return found
