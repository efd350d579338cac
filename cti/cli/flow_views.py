"""`cti flow graph` and `cti flow diff`: a flow as a picture, and two versions of it side by side in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cti.ivr import load_hotline
from cti.ivr.diff import differences
from cti.ivr.graph import graph, mermaid
from cti.ivr.graph_svg import svg
from cti.settings import Settings, people_language
from cti.wiring import hotline_folder

NOTICED = 1  # exit status


class Picture(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"


class Spoken(StrEnum):
    ZH = "zh"
    EN = "en"


def add_view_commands(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds `graph` and `diff` to the commands of `cti flow`."""

    @app.command("graph", epilog="Example: cti flow graph ivr_flows/95500 --format svg > flow.svg")
    def draw(
        folder: Annotated[Path | None, typer.Argument(help="A hotline's folder; the topology's without it")] = None,
        form: Annotated[
            Picture, typer.Option("--format", help="mermaid is text that many sites draw.")
        ] = Picture.MERMAID,
        language: Annotated[Spoken | None, typer.Option("--language", help="Of the titles.")] = None,
    ) -> None:
        """Draws a flow."""
        chosen = language.value if language else people_language()
        flow = graph(load_hotline(folder or hotline_folder(settings())), chosen)
        print(svg(flow) if form is Picture.SVG else mermaid(flow), end="")

    @app.command("diff", epilog="Example: cti flow diff /tmp/95500-before ivr_flows/95500")
    def compare(
        before: Annotated[Path, typer.Argument(help="A hotline's folder")],
        after: Annotated[Path, typer.Argument(help="Another")],
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Says what callers would notice. Exit status 0: nothing, 1: something, 2: a file is wrong."""
        changes = differences(load_hotline(before), load_hotline(after))
        if as_json:
            listed = [{"where": c.where, "en": c.what.en, "zh": c.what.zh, "noticed": c.noticed} for c in changes]
            print(json.dumps({"changes": listed}, ensure_ascii=False, indent=2))
        for change in () if as_json else changes:
            unheard = "" if change.noticed else "  (no caller notices 来电者不会察觉)"
            print(f"{change.where}: {change.what.say(people_language())}{unheard}")
        if not changes and not as_json:
            print("no difference 没有差异")
        raise typer.Exit(NOTICED if any(change.noticed for change in changes) else 0)
