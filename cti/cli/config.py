"""`cti config`: sites, nodes, carriers and agents, published, compared and taken back."""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.asterisk.pbx.check import static_problems
from cti.cli.center_api import DataCenterApi, print_away, print_items
from cti.kit.errors import ConfigError, Language, problem
from cti.kit.files import write_whole
from cti.kit.strict_yaml import load_model
from cti.kit.yaml_text import dump
from cti.settings import Settings, people_language
from cti.topology import Topology, differences, document_of

FAILED = 1  # exit status: a site refuses
_VERSION = re.compile(r"# version ([0-9]{1,15})\b")  # the first line of what `show` prints
MessageOption = Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who; your login name without it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
OUTCOMES = {
    "taken": "taken 已生效", "restart_needed": "taken, restart needed for 已接收，需重启", "refused": "refused 已拒绝",
}  # fmt: skip


def config_app(settings: Callable[[], Settings]) -> typer.Typer:
    """The commands. `settings` is called once a command runs."""
    app = typer.Typer(
        no_args_is_help=True, help="What stands where: sites, nodes, carriers, agents; published to every site."
    )

    @app.command(
        epilog='Example: cti config show > center.yaml; edit it; cti config publish center.yaml -m "1005 入职"'
    )
    def publish(
        file: Annotated[Path, typer.Argument(help="A topology file")],
        message: MessageOption = "published 发布", author: AuthorOption = "",
        based_on: Annotated[
            int | None, typer.Option("--based-on", min=0, help="The version that it was made from; its first line says so without it.")
        ] = None,
        as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Checks a topology file and publishes it; every site takes it within seconds. Calls in progress go on."""
        its = settings()
        topology = _checked(its, file)
        center = _center(its)
        body: dict[str, object] = {
            "author": author or getpass.getuser(), "message": message, "based_on": _base(center, file, based_on),
            "topology": document_of(topology),
        }  # fmt: skip
        version = center.post("versions", body)
        _keep_base(file, version)
        _follow(center, version, as_json)

    @app.command(epilog="Example: cti config versions --json")
    def versions(as_json: JsonOption = False) -> None:
        """Lists the versions, newest first, and how far each site is."""
        center = _center(settings())
        items, state = center.get("versions")["items"], center.get("")
        if as_json:
            print(json.dumps({"items": items, "sites": state["sites"]}, ensure_ascii=False, indent=2))
            return
        print_items(items, as_json, "at", ("n", "action", "author", "message"))
        _print_sites(state["sites"], items[0]["n"] if items else 0)

    @app.command(epilog="Example: cti config show > center.yaml")
    def show(
        n: Annotated[int | None, typer.Argument(min=1, help="A version; the one that counts without it")] = None,
        as_json: JsonOption = False,
    ) -> None:
        """Prints a version as a topology file, to be changed and published."""
        center = _center(settings())
        version = center.get(f"versions/{n or _counting(center)}")
        if as_json:
            print(json.dumps(version, ensure_ascii=False, indent=2))
            return
        print(_first_line(version))
        print(dump(version["topology"]), end="")

    @app.command(epilog="Examples: cti config diff 6 7   |   cti config diff 7 center.yaml")
    def diff(
        before: Annotated[str, typer.Argument(help="A version, or a topology file; 0: the data center's own file")],
        after: Annotated[str, typer.Argument(help="Another")],
        as_json: JsonOption = False,
    ) -> None:
        """Says what is different. Exit status 0: nothing, 1: something, 2: a file is wrong."""
        its = settings()
        if before.isdecimal() and after.isdecimal():
            changes = _center(its).get(f"versions/{int(after)}/changes", {"since": before})["items"]
        else:
            changes = [
                {"where": c.where, "what": {"en": c.what.en, "zh": c.what.zh}, "restart": list(c.restart)}
                for c in differences(_topology(its, before), _topology(its, after))
            ]
        if as_json:
            print(json.dumps({"changes": changes}, ensure_ascii=False, indent=2))
        else:
            _print_changes(changes, people_language())
        raise typer.Exit(1 if changes else 0)

    @app.command(epilog='Example: cti config rollback 6 -m "1005 未入职"')
    def rollback(
        n: Annotated[int, typer.Argument(min=1, help="The version to go back to; `cti config versions` lists them")],
        message: MessageOption = "rolled back 回滚", author: AuthorOption = "", as_json: JsonOption = False,
    ) -> None:  # fmt: skip
        """Makes an earlier version count again, as a new one."""
        center = _center(settings())
        body = {"author": author or getpass.getuser(), "message": message, "n": n}
        _follow(center, center.post("rollback", body), as_json)

    return app


def _center(settings: Settings) -> DataCenterApi:
    return DataCenterApi(settings, "configuration", "config")


def _checked(settings: Settings, file: Path) -> Topology:
    """Raises `ConfigError` with file, line and column."""
    topology = load_model(file, Topology)[0]
    if problems := static_problems(replace(settings.pbx, topology=topology, topology_file=file)):
        raise ConfigError(*problems)
    return topology


def _counting(center: DataCenterApi) -> int:
    """The number of the version that counts. Raises `ConfigError` when nothing was published."""
    version = center.get("")["version"]
    if version is None:
        raise ConfigError(problem(
            "config.nothing_published", "configuration", "Nothing was published yet: every machine uses its own topology file.",
            "尚未发布任何配置，各机器使用自己的拓扑文件。", "Publish one: `cti config publish FILE`.",
            "请发布：`cti config publish 文件`。"))  # fmt: skip
    return int(version["n"])


def _base(center: DataCenterApi, file: Path, said: int | None) -> int:
    """The version that a file was made from: as said, as its first line says, or none where nothing was published yet."""
    if said is not None:
        return said
    with file.open(encoding="utf-8-sig") as text:
        found = _VERSION.match(text.readline())
    if found:
        return int(found[1])
    version = center.get("")["version"]
    if version is None:
        return 0
    n = version["n"]
    raise ConfigError(problem(
        "config.base_unknown", f"{file}:1:1", f"The file does not say from which version it was made; {n} counts now.",
        f"文件未说明基于哪个版本修改；当前版本为 {n}。",
        f"Look at `cti config diff {n} {file}`; if that is what you mean, add --based-on {n}.",
        f"请查看 `cti config diff {n} {file}`；确认无误后加上 --based-on {n}。"))  # fmt: skip


def _first_line(version: Mapping[str, Any]) -> str:
    return f"# version {version['n']} ({version['author']}: {' '.join(version['message'].split())})"


def _keep_base(file: Path, version: Mapping[str, Any]) -> None:
    """The file is that version now: who changes it once more builds on this one."""
    first, _, rest = file.read_text(encoding="utf-8-sig").partition("\n")
    if _VERSION.match(first):
        with suppress(OSError):  # a file that can't be written is of no harm: the next time it is told to be older
            write_whole(file, f"{_first_line(version)}\n{rest}")


def _topology(settings: Settings, named: str) -> Topology:
    """Of a version or of a file."""
    if not named.isdecimal():
        return load_model(Path(named), Topology)[0]
    if named == "0":
        return settings.afresh(as_installed=True).topology
    return Topology.model_validate(_center(settings).get(f"versions/{int(named)}")["topology"])


def _follow(center: DataCenterApi, version: Mapping[str, Any], as_json: bool) -> None:
    """Waits for the sites that can be reached, says what changed and what each made of it."""
    named = {site["name"] for site in center.get(f"versions/{version['n']}")["topology"]["sites"]}
    sites, away = center.answered("", version["n"], named & set(center.sites))
    changes = center.get(f"versions/{version['n']}/changes")["items"]
    if as_json:
        print(json.dumps({"version": version, "changes": changes, "sites": sites}, ensure_ascii=False, indent=2))
    else:
        print(f"version 版本 {version['n']}")
        _print_changes(changes, people_language())
        _print_sites(sites, version["n"])
        print_away(away)
    if any(site["outcome"] == "refused" for site in sites if site["n"] >= version["n"] and site["site"] in named):
        raise typer.Exit(FAILED)


def _print_changes(changes: Sequence[Mapping[str, Any]], language: Language) -> None:
    for change in changes:
        later = f"  [restart 需重启: {', '.join(change['restart'])}]" if change["restart"] else ""
        print(f"  {change['where']}: {change['what'][language]}{later}")
    if not changes:
        print("no difference 没有差异")


def _print_sites(sites: Sequence[Mapping[str, Any]], newest: int) -> None:
    for site in sites:
        more = ": " + (", ".join(site["restart"]) or site["reason"]) if site["outcome"] != "taken" else ""
        nodes = f"; not loaded yet by nodes 节点尚未加载: {', '.join(site['nodes'])}" if site["nodes"] else ""
        print(f"  {site['site']}: {OUTCOMES[site['outcome']]}{more}{nodes} ({site['n']} of {newest})")
