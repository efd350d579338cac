"""`cti flow publish`, `versions`, `releases`, `activate`, `rollback`: what callers meet, changed at every site in seconds."""

from __future__ import annotations

import base64
import getpass
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.asterisk.sounds import render
from cti.cli.center_api import DataCenterApi, flows_api, print_away, print_items
from cti.cli.flow_test import TESTS, run_folder
from cti.ivr import load_hotline
from cti.kit.errors import Problem
from cti.releases import pack
from cti.settings import Settings
from cti.wiring import hotline_folder

FAILED = 1  # exit status: a test fails, or a site refuses
MessageOption = Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who; your login name without it.")]
CanaryOption = Annotated[int, typer.Option("--canary", min=0, max=100, help="Percent of calls that meet it at first.")]
CallersOption = Annotated[
    list[str] | None, typer.Option("--callers", help="Numbers, or how they begin, that meet it at first; repeat it.")
]
HotlineOption = Annotated[str, typer.Option("--hotline", help="The number callers dial; the topology's without it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def add_publish_commands(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds the commands to `cti flow`."""

    @app.command(epilog='Example: cti flow publish ivr_flows/95500 -m "新增台风公告" --canary 10')
    def publish(
        folder: Annotated[Path | None, typer.Argument(help="A hotline's folder; the topology's without it")] = None,
        message: MessageOption = "published 发布", author: AuthorOption = "", canary: CanaryOption = 0,
        callers: CallersOption = None, as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Checks, tests, speaks and publishes a hotline; every site takes it within seconds. Calls in progress keep theirs."""
        its = settings()
        source = folder or hotline_folder(its)
        hotline = load_hotline(source)
        if (source / TESTS).exists():
            tested = run_folder(source)
            if not tested.ok:
                _say_problems(tested.problems(), as_json)
                raise typer.Exit(FAILED)
        render(hotline, its.prompts, lambda line: None if as_json else print(line), its.engine)
        center = flows_api(its, hotline.number)
        who = author or getpass.getuser()
        bundle = base64.b64encode(pack(source)).decode()
        version = center.post("versions", {"author": who, "message": message, "bundle": bundle})["version"]
        _activate(center, version, who, message, canary, callers, as_json)

    @app.command(epilog="Example: cti flow activate 3f9c2a61d07b")
    def activate(
        version: Annotated[str, typer.Argument(help="A published version; `cti flow versions` lists them")],
        message: MessageOption = "activated 启用", author: AuthorOption = "", canary: CanaryOption = 0,
        callers: CallersOption = None, hotline: HotlineOption = "", as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Lets callers meet a published version: all of them, or some as a canary."""
        center = flows_api(settings(), hotline)
        _activate(center, version, author or getpass.getuser(), message, canary, callers, as_json)

    @app.command(epilog='Example: cti flow rollback -m "菜单有误"')
    def rollback(
        message: MessageOption = "rolled back 回滚", author: AuthorOption = "", hotline: HotlineOption = "",
        as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Ends the canary if there is one; else goes back to the version before, at every site, within seconds."""
        center = flows_api(settings(), hotline)
        _follow(center, center.post("rollback", {"author": author or getpass.getuser(), "message": message}), as_json)

    @app.command(epilog="Example: cti flow versions --json")
    def versions(hotline: HotlineOption = "", as_json: JsonOption = False) -> None:
        """Lists the published versions, newest first."""
        print_items(
            flows_api(settings(), hotline).get("versions")["items"],
            as_json,
            "published_at",
            ("version", "author", "message"),
        )

    @app.command(epilog="Example: cti flow releases")
    def releases(hotline: HotlineOption = "", as_json: JsonOption = False) -> None:
        """Lists what callers met since when, newest first, and how far each site is."""
        center = flows_api(settings(), hotline)
        items = center.get("releases")["items"]
        print_items(items, as_json, "at", ("n", "action", "version", "author", "message"))
        if not as_json and items:
            _print_sites(center.get("release")["sites"], items[0]["n"])


def _activate(
    center: DataCenterApi,
    version: str,
    author: str,
    message: str,
    canary: int,
    callers: Sequence[str] | None,
    as_json: bool,
) -> None:
    body: dict[str, object] = {"author": author, "message": message}
    if canary or callers:
        body["canary"] = {"version": version, "percent": canary, "callers": list(callers or ())}
    else:
        body["version"] = version
    _follow(center, center.post("releases", body), as_json)


def _follow(center: DataCenterApi, release: Mapping[str, Any], as_json: bool) -> None:
    """Waits for the sites that can be reached, and says what each made of the release."""
    sites, away = center.answered("release", release["n"], center.sites)
    if as_json:
        print(json.dumps({"release": dict(release), "sites": sites}, ensure_ascii=False, indent=2))
    else:
        canary = release["canary"]
        some = (
            f", canary 灰度 {canary['version']} {canary['percent']} % {' '.join(canary['callers'])}" if canary else ""
        )
        print(f"{release['hotline']} release 发布 {release['n']}: {release['version']}{some}")
        _print_sites(sites, release["n"])
        print_away(away)
    if any(site["outcome"] == "refused" for site in sites if site["n"] >= release["n"]):
        raise typer.Exit(FAILED)


def _print_sites(sites: Sequence[Mapping[str, Any]], newest: int) -> None:
    for site in sites:
        word = "taken 已生效" if site["outcome"] == "taken" else f"refused 已拒绝: {site['reason']}"
        print(f"  {site['site']}: {word} ({site['n']} of {newest})")


def _say_problems(problems: Sequence[Problem], as_json: bool) -> None:
    if as_json:
        print(
            json.dumps(
                {"problems": [{"code": p.code, "where": p.where, "what": p.what.en} for p in problems]}, indent=2
            )
        )
    for one in () if as_json else problems:
        print(f"{one.render('en')}\n{one.render('zh')}")
