"""`cti schedules`: when agents are to do what, published from the file of a workforce-management tool and read back."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.cli.center_api import DataCenterApi, print_items, read_center, read_json
from cti.datacenter.schedules.lines import FILE, MOST_BYTES, TITLES, Activity, Span, read_lines, span_of
from cti.kit.errors import ConfigError, HotlineError, Problem, problem
from cti.kit.moments import instant
from cti.settings import Settings, people_language

FromOption = Annotated[
    str, typer.Option("--from", help="A day, or a moment in ISO 8601; this machine's zone unless it says one.")
]
ToOption = Annotated[str, typer.Option("--to", help="The first day or moment that no longer belongs to it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def schedules_app(settings: Callable[[], Settings]) -> typer.Typer:
    """The commands. `settings` is called once a command runs."""
    app = typer.Typer(
        no_args_is_help=True, help="When agents are to do what; adherence and shrinkage are held against it."
    )

    @app.command(
        epilog="Examples: cti schedules publish week48.csv --from 2026-11-23 --to 2026-11-30 -m 第48周班表   |   "
        "cti schedules publish none.csv --from 2026-11-26 --to 2026-11-27 --agent 1003"
    )
    def publish(
        file: Annotated[Path, typer.Argument(help="CSV (UTF-8) with the columns agent,start,end,activity.")],
        from_: FromOption, to: ToOption,
        agent: Annotated[
            list[str], typer.Option("--agent", help="Whose lines go too, though the file has none of them; repeated.")
        ] = [],  # noqa: B006
        message: Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")] = "published 发布",
        author: Annotated[str, typer.Option("--author", help="Who; your login name without it.")] = "",
        as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Replaces what the agents of a file are to do between two moments.

        Lines that start in that time go, for each agent in the file; other agents keep theirs. Moments are ISO 8601 with offset;
        activity is work, break (paid), off_phone (training, meetings), absent (paid) or unpaid (lunch). One wrong line, and nothing
        is changed."""
        since, until = _moments(from_, to)
        body = _read(file, span_of(datetime.fromisoformat(since), datetime.fromisoformat(until)))
        query = {
            "since": since,
            "until": until,
            "agent": agent,
            "author": author or getpass.getuser(),
            "message": message,
        }
        try:
            done = _center(settings()).put_file("", body, "text/csv", query)
        except HotlineError as refused:
            raise HotlineError(*(_in_file(found, file) for found in refused.problems)) from None
        if as_json:
            print(json.dumps(done, ensure_ascii=False, indent=2))
            return
        print(
            f"publication 发布 {done['n']}: {done['agents']} agents 坐席, {done['lines']} lines 行, "
            f"{done['replaced']} replaced 已替换"
        )

    @app.command(
        epilog="Examples: cti schedules show --from 2026-11-23 --to 2026-11-24 --agent 1001   |   "
        "cti schedules show --from 2026-11-23 --to 2026-11-30 --zone Asia/Shanghai --format csv > week48.csv"
    )
    def show(
        from_: FromOption, to: ToOption,
        agent: Annotated[list[str], typer.Option("--agent", help="These agents only; repeated.")] = [],  # noqa: B006
        site: Annotated[list[str], typer.Option("--site", help="These sites only; repeated.")] = [],  # noqa: B006
        zone: Annotated[str, typer.Option("--zone", help="Whose clock is told: Asia/Shanghai.")] = "UTC",
        format_: Annotated[str, typer.Option("--format", help="text, or csv: a file to change and publish.")] = "text",
        as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Tells what agents are to do, by agent and time, and who said so."""
        since, until = _moments(from_, to)
        query = {"since": since, "until": until, "agent": agent, "site": site, "zone": zone}
        if as_json or format_ == "text":
            found = read_json(settings(), "schedules", query)
            print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n".join(_told(found)))
            return
        sys.stdout.buffer.write(read_center(settings(), "schedules", query | {"format": format_}).content)

    @app.command(epilog="Example: cti schedules publications --json")
    def publications(as_json: JsonOption = False) -> None:
        """Lists who published schedules, when and for which days; newest first."""
        items = _center(settings()).get("publications")["items"]
        print_items(items, as_json, "at", ("n", "author", "since", "until", "agents", "lines", "message"))

    return app


def _center(settings: Settings) -> DataCenterApi:
    return DataCenterApi(settings, "schedules", "schedules")


def _moments(from_: str, to: str) -> tuple[str, str]:
    if not from_ or not to:
        raise typer.BadParameter("--from and --to: write days, for example --from 2026-11-23 --to 2026-11-30")
    return instant(from_), instant(to)


def _read(file: Path, span: Span) -> bytes:
    """The file, in which every line is right by itself. Raises `ConfigError` with file and line."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(problem(
            "schedules.no_file", str(file), f"The file cannot be read: {error.strerror}.", f"无法读取文件：{error.strerror}。",
            "Name a file that is there.", "请指定存在的文件。")) from None  # fmt: skip
    if len(body) > MOST_BYTES:
        raise ConfigError(problem(
            "schedules.too_large", str(file), f"The file is larger than {MOST_BYTES >> 20} MiB.", f"文件超过 {MOST_BYTES >> 20} MiB。",
            "Publish fewer days or fewer agents at a time.", "请按较少的日期或坐席分批发布。"))  # fmt: skip
    read_lines(body, str(file), span)
    return body


def _in_file(found: Problem, file: Path) -> Problem:
    """What the data center says of a line, said of the line in this file."""
    name, _, line = found.where.partition(":")
    return replace(found, where=f"{file}:{line}") if name == FILE and line else found


def _told(schedule: Mapping[str, Any]) -> Iterator[str]:
    zh = people_language() == "zh"
    for line in schedule["items"]:
        start, end = (line[name][:16].replace("T", " ") for name in ("start", "end"))
        yield f"{line['agent']}  {line['site']}  {start} – {end}  {TITLES[Activity(line['activity'])][zh]}"
    for one in schedule["publications"]:
        yield f"publication 发布 {one['n']}: {one['author']}, {one['at'][:19].replace('T', ' ')} UTC: {one['message']}"
    if not schedule["items"]:
        yield "none 无"
