"""`cti flow`: check hotlines, make their audio, write the pages of the node kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from cti.asterisk.sounds import Sounds, render
from cti.cli import flow_report as report
from cti.cli.flow_hours import add_hours_command
from cti.cli.flow_publish import add_publish_commands
from cti.cli.flow_report import Format
from cti.cli.flow_stats import add_stats_command
from cti.cli.flow_test import add_test_command
from cti.cli.flow_try import add_try_command
from cti.cli.flow_views import add_view_commands
from cti.ivr import Hotline, load_hotline
from cti.ivr.pages import pages
from cti.ivr.registry import KINDS
from cti.ivr.schema import schemas
from cti.kit.errors import ConfigError, EnvironmentProblem, Problem, problem
from cti.settings import CHECKOUT, Settings

FolderArgument = Annotated[Path | None, typer.Argument(help="A hotline's folder; without it, all under ivr_flows/")]
BAD_INPUT = 2  # exit status


def flow_app(settings: Callable[[], Settings]) -> typer.Typer:
    """The commands. `settings` is called only by those that need it. What people can mend leaves as a `HotlineError`."""
    app = typer.Typer(
        no_args_is_help=True, pretty_exceptions_enable=False, help="IVR flows: check, test, publish, docs."
    )

    @app.command(epilog="Example: cti flow check ivr_flows/95500")
    def check(
        folder: FolderArgument = None,
        form: Annotated[Format, typer.Option("--format", help="sarif is what code reviews show.")] = Format.TEXT,
        as_json: Annotated[bool, typer.Option("--json", help="For programs: --format json.")] = False,
    ) -> None:
        """Finds what is wrong with hotlines before a caller does. Exit status 2 if anything is."""
        hotlines, problems = _load(folder, settings)
        if as_json or form is not Format.TEXT:
            sarif = form is Format.SARIF and not as_json
            found = report.as_sarif(problems) if sarif else report.as_json(hotlines, problems)
            print(json.dumps(found, ensure_ascii=False, indent=2))
            raise typer.Exit(BAD_INPUT if problems else 0)
        if problems:
            raise ConfigError(*problems)
        for hotline in hotlines:
            print(
                f"{hotline.number} {hotline.name} {hotline.version}: {len(hotline.nodes)} nodes, no problems 未发现问题"
            )

    @app.command(epilog="Example: cti flow prompts ivr_flows/95500")
    def prompts(folder: FolderArgument = None) -> None:
        """Makes the audio of hotlines' prompts, and lists what has none. `publish` does so too."""
        hotlines, problems = _load(folder, settings)
        if problems:
            raise ConfigError(*problems)
        for hotline in hotlines:
            its = settings()
            made = render(hotline, its.prompts, print, its.engine)
            print(f"{hotline.number} {hotline.name} {hotline.version}: {made} prompts made 已生成 {made} 条提示音")
            for missing in Sounds(hotline, its.prompts, its.engine).missing():
                print(f"  missing 缺少: {missing}")

    @app.command(epilog="Example: cti flow docs")
    def docs(folder: Annotated[Path, typer.Argument(help="Where to write.")] = CHECKOUT / "docs/nodes") -> None:
        """Writes one page per node kind from its model."""
        _write(folder, pages(KINDS))

    @app.command(epilog="Example: cti flow schema")
    def schema(folder: Annotated[Path, typer.Argument(help="Where to write.")] = CHECKOUT / "docs/schema") -> None:
        """Writes JSON Schemas of a hotline's files, with which editors complete and check them."""
        made = {name: json.dumps(one, ensure_ascii=False, indent=1) + "\n" for name, one in schemas(KINDS).items()}
        _write(folder, made)

    add_test_command(app, settings)
    add_hours_command(app, settings)
    add_try_command(app, settings)
    add_stats_command(app, settings)
    add_view_commands(app, settings)
    add_publish_commands(app, settings)
    return app


def _write(folder: Path, files: Mapping[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentProblem(problem(
            "flow.docs_unwritable", str(folder), f"Cannot be written: {error.strerror}.", f"无法写入：{error.strerror}。",
            "Choose another folder.", "请指定其他目录。")) from None  # fmt: skip


def _load(folder: Path | None, settings: Callable[[], Settings]) -> tuple[list[Hotline], list[Problem]]:
    """Every hotline that is right, and the problems of those that are not."""
    folders = [folder] if folder is not None else sorted(f.parent for f in settings().flows.glob("*/flow.yaml"))
    hotlines: list[Hotline] = []
    problems: list[Problem] = []
    for each in folders:
        try:
            hotlines.append(load_hotline(each))
        except ConfigError as error:
            problems += error.problems
    if not folders:
        problems.append(problem(
            "flow.none", str(settings().flows), "There is no hotline here.", "此目录下没有热线。",
            "Name the folder that holds flow.yaml, or set HOTLINE_FLOWS.", "请指定含 flow.yaml 的目录，或设置 HOTLINE_FLOWS。",
        ))  # fmt: skip
    return hotlines, problems
