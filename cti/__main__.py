"""The command line: `cti up`, `site`, `datacenter`, `pbx`, `config`, `flow`, `acd`, `measures`, `reconcile`, `schedules`, `simulate`,
`doctor`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import typer

from cti import __version__
from cti.asterisk.pbx.cli import pbx_app
from cti.asterisk.pbx.installation import Installation
from cti.cli.acd import acd_app
from cti.cli.config import config_app
from cti.cli.datacenter_care import maintain
from cti.cli.doctor import run_doctor
from cti.cli.flow import flow_app
from cti.cli.measures import add_measures_commands
from cti.cli.schedules import schedules_app
from cti.cli.simulate import add_simulate_command
from cti.kit.errors import HotlineError
from cti.kit.logging import configure_logging
from cti.kit.watchdog import show_that_the_loop_runs
from cti.serving import until_signal
from cti.settings import Settings, people_language
from cti.site.processes import handed_over, processes
from cti.supervisor import up as run_all
from cti.wiring import run_data_center, run_site

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hotline: a contact center on Asterisk.",
)
TopologyOption = Annotated[
    Path | None,
    typer.Option(
        "--topology",
        help="A topology: central, central-access, central-seats, multiple, remote-seats, several-nodes, or a file.",
    ),
]


def _installation(topology: Path | None, as_installed: bool) -> Installation:
    return Settings.from_environment(topology_file=topology).afresh(as_installed=as_installed).pbx


app.add_typer(pbx_app(_installation), name="pbx")
app.add_typer(config_app(Settings.from_environment), name="config")
app.add_typer(flow_app(Settings.from_environment), name="flow")
app.add_typer(acd_app(Settings.from_environment), name="acd")
add_measures_commands(app, Settings.from_environment)
app.add_typer(schedules_app(Settings.from_environment), name="schedules")
add_simulate_command(app)


@app.command(epilog="Example: cti up")
def up(topology: TopologyOption = None) -> None:
    """Starts everything of a topology on this machine: nodes, data center, sites. Ctrl-C stops it all."""
    settings = Settings.from_environment(topology_file=topology)
    _run(run_all(settings), settings)


@app.command(epilog="Examples: cti site sh   |   cti site sh --hand-over   |   cti site sh --status --json")
def site(
    name: str,
    topology: TopologyOption = None,
    hand_over: Annotated[
        bool, typer.Option("--hand-over", help="The active process gives its place to the one that stands by.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Says which process is active, and which stands by.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Runs a process of one site. The first is active; another one stands by, and takes over when that dies, hangs or is stopped."""
    settings = Settings.from_environment(topology_file=topology).afresh(taken_by=name)
    known = [s.name for s in settings.topology.sites]
    if name not in known:
        raise typer.BadParameter(f"no such site: {name}; the topology has {', '.join(known)}")
    folder = settings.site_folder(name)
    if status or hand_over:
        report = handed_over(folder, name) if hand_over else processes(folder)
        print(json.dumps(report.as_json()) if as_json else report.text(name))
        return
    _run(run_site(settings, name), settings)


class _DataCenterTask(StrEnum):
    REBUILD = "rebuild"


@app.command(epilog="Examples: cti datacenter   |   cti datacenter --backup monday.dump   |   cti datacenter rebuild")
def datacenter(
    task: Annotated[_DataCenterTask | None, typer.Argument(help="rebuild: the same as --rebuild.")] = None,
    topology: TopologyOption = None,
    backup: Annotated[
        Path | None, typer.Option("--backup", help="Copies the database into this file, while it is in use.")
    ] = None,
    restore: Annotated[Path | None, typer.Option("--restore", help="Puts such a copy into an empty database.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Tells every contact again from its facts.")] = False,
    listen: Annotated[
        str | None, typer.Option("--listen", help="HOST:PORT of this replica; the topology's address is the proxy's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Runs the data center: API, database, console. Or looks after its database."""
    settings = Settings.from_environment(topology_file=topology)
    rebuild = rebuild or task is _DataCenterTask.REBUILD
    if backup is None and restore is None and not rebuild:
        _run(run_data_center(settings, _address(listen)), settings)
        return
    report = asyncio.run(maintain(settings.effective_database_url, backup, restore, rebuild))
    print(json.dumps(report.as_json()) if as_json else report.text())


def _address(listen: str | None) -> tuple[str, int] | None:
    """Raises `BadParameter`."""
    if listen is None:
        return None
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise typer.BadParameter(f"not HOST:PORT: {listen}; for example 127.0.0.1:8001")
    try:
        ip_address(host := host.strip("[]"))
    except ValueError:
        raise typer.BadParameter(f"not an IP address: {host}; for example 127.0.0.1") from None
    return host, int(port)


@app.command(epilog="Example: cti doctor --json")
def doctor(
    topology: TopologyOption = None, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Checks that this machine has what Hotline needs; says how to mend what it lacks."""
    checks = run_doctor(Settings.from_environment(topology_file=topology))
    if as_json:
        print(json.dumps([c.as_json() for c in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            print(check.render(people_language()))
    raise typer.Exit(0 if all(c.ok for c in checks) else 2)


@app.command()
def version() -> None:
    """Prints the version."""
    print(__version__)


def _run(work: Coroutine[Any, Any, None], settings: Settings) -> None:
    configure_logging(settings.log_level)

    async def supervised() -> None:
        alive = asyncio.create_task(show_that_the_loop_runs(), name="watchdog")
        try:
            await until_signal(asyncio.ensure_future(work))
        finally:
            alive.cancel()

    asyncio.run(supervised())


def _problems_of(error: BaseException) -> list[HotlineError]:
    if isinstance(error, HotlineError):
        return [error]
    if isinstance(error, BaseExceptionGroup):
        return [found for inner in error.exceptions for found in _problems_of(inner)]
    return []


def main() -> None:
    """The entry point: what people can mend is printed in one or two lines, never as a traceback."""
    try:
        app()
    except (HotlineError, BaseExceptionGroup) as error:
        problems = _problems_of(error)
        if not problems:
            raise
        for found in problems:
            print(found.render(people_language()), file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
