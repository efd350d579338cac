"""`cti flow stats`: where callers go in a flow, and where they give up."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from cti.cli.center_api import flows_api
from cti.kit.moments import instant
from cti.settings import Settings, people_language


def add_stats_command(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds `stats` to the commands of `cti flow`."""

    @app.command("stats", epilog="Example: cti flow stats --since 2026-11-01")
    def stats(
        version: Annotated[str, typer.Option("--version", help="One version only.")] = "",
        since: Annotated[
            str, typer.Option("--since", help="A day, or a moment in ISO 8601; this machine's zone unless it says one.")
        ] = "",
        until: Annotated[str, typer.Option("--until", help="The first day or moment that no longer counts.")] = "",
        hotline: Annotated[
            str, typer.Option("--hotline", help="The number callers dial; the topology's without it.")
        ] = "",
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Shows the figures of each node, per version: visits, ways out, seconds, containment."""
        wanted = {"version": version, "since": instant(since), "until": instant(until)}
        found = flows_api(settings(), hotline).get("stats", {name: value for name, value in wanted.items() if value})
        if as_json:
            print(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for each in found["versions"]:
            _print(each)
        if not found["versions"]:
            print("no contacts 没有来电")


def _print(version: Mapping[str, Any]) -> None:
    contacts, contained = version["contacts"], version["contained"]
    print(
        f"{version['flow']} {version['version']}: {contacts} contacts 来电, contained 自助完成 {_share(contained, contacts)}"
    )
    title = "title_zh" if people_language() == "zh" else "title_en"
    print(f"  {_padded('node 节点', 36)} visits 次数  median   p90      contained 自助  exits 去向")
    for node in version["nodes"]:
        exits = "  ".join(f"{name} {_share(count, node['visits'])}" for name, count in node["exits"].items())
        name = _padded(f"{node['node']} {node[title]}", 36)
        seconds = f"{node['median_ms'] / 1000:<6.1f} s {node['p90_ms'] / 1000:<6.1f} s"
        print(f"  {name} {node['visits']:<12} {seconds} {_share(node['contained'], node['contacts']):<15} {exits}")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _padded(text: str, columns: int) -> str:
    """A Chinese character takes two columns of a terminal."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(0, columns - wide)
