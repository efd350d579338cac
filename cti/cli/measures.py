"""`cti measures` and `cti reconcile`: the figures, and whether Asterisk's own account of the calls agrees with them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.asterisk import cel
from cti.cli.center_api import read_center, read_json
from cti.cli.reconciling import Contact, Reconciliation, Span, reconcile
from cti.kit.errors import ConfigError, EnvironmentProblem, HotlineError, problem
from cti.kit.moments import instant
from cti.settings import Settings, people_language

_FROM = typer.Option("--from", help="A day, or a moment in ISO 8601; this machine's zone unless it says one.")
_TO = typer.Option("--to", help="The first day or moment that no longer counts.")
SETTLED = timedelta(minutes=1)  # what is younger may still be on its way to the data center


def add_measures_commands(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds `measures` and `reconcile` to the commands of `cti`."""

    @app.command(
        "measures",
        epilog="Examples: cti measures --from 2026-11-23 --to 2026-11-24 --by queue   |   "
        "cti measures --from 2026-11-23 --to 2026-11-24 --every 15min --by queue --by site --format xlsx > monday.xlsx",
    )
    def measures(
        from_: Annotated[str, _FROM],
        to: Annotated[str, _TO],
        by: Annotated[list[str], typer.Option("--by", help="queue, site, agent, flow or reason; repeated.")] = [],  # noqa: B006
        only: Annotated[
            list[str], typer.Option("--only", help="queue=claims, site=sh, agent=… or flow=…; repeated.")
        ] = [],  # noqa: B006
        every: Annotated[str, typer.Option("--every", help="15min, hour, day or total.")] = "total",
        zone: Annotated[str, typer.Option("--zone", help="Whose clock cuts days: Asia/Shanghai.")] = "UTC",
        measure: Annotated[list[str], typer.Option("--measure", help="These only, by id; repeated.")] = [],  # noqa: B006
        within: Annotated[float, typer.Option("--within", help="T of the service levels, in seconds.")] = 20.0,
        format_: Annotated[str, typer.Option("--format", help="text, csv or xlsx, to standard output.")] = "text",
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Tells service levels, handling times, occupancy and the rest, each with its formula."""
        query: dict[str, Any] = {
            "since": instant(from_), "until": instant(to), "group_by": by, "interval": every, "zone": zone, "measure": measure,
            "within": within, "language": people_language(),
        }  # fmt: skip
        for word in only:
            dimension, _, value = word.partition("=")
            if dimension not in ("queue", "site", "agent", "flow") or not value:
                raise typer.BadParameter(f"{word}: write for example --only queue=claims")
            query.setdefault(dimension, []).append(value)
        if as_json or format_ == "text":
            table = read_json(settings(), "measures", query)
            print(json.dumps(table, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(table)))
            return
        answer = read_center(settings(), "measures", query | {"format": format_})
        sys.stdout.buffer.write(answer.content)

    @app.command(
        "reconcile", epilog="Examples: cti reconcile sh --from 2026-11-23 --to 2026-11-24   |   cti reconcile sh --json"
    )
    def reconcile_site(
        site: str,
        from_: Annotated[str, _FROM] = "",
        to: Annotated[str, _TO] = "",
        tolerance: Annotated[float, typer.Option("--tolerance", help="By how many seconds moments may differ.")] = 3.0,
        cel_folder: Annotated[
            list[Path],
            typer.Option("--node-folder", help="A copy of a node's folder; this machine's nodes without it."),
        ] = [],  # noqa: B006
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Holds the contacts of one site against Asterisk's own records (CEL) of its calls. Exit status 1 when they differ.

        Without --from and --to: the last 24 hours, but for the last minute."""
        now = datetime.now(UTC)
        until = datetime.fromisoformat(instant(to)) if to else now - SETTLED
        since = datetime.fromisoformat(instant(from_)) if from_ else until - timedelta(hours=24)
        report = reconciled(settings(), site, Span(since, until, timedelta(seconds=tolerance)), cel_folder)
        if as_json:
            print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            print("\n".join(_report_lines(site, report)))
        raise typer.Exit(1 if report.differences else 0)


def _lines(table: dict[str, Any]) -> Iterator[str]:
    zh = people_language() == "zh"
    groups = [(f"{row['start']} – {row['end']}", row, row["values"]) for row in table["rows"]]
    for title, row, values in [*groups, ("total 合计", {}, table["totals"])]:
        of = "  ".join(f"{name} {row[name] or '-'}" for name in table["group_by"] if row)
        yield f"{title}  {of}".rstrip()
        for measure in table["measures"]:
            name, formula = (
                (measure["name_zh"], measure["formula_zh"]) if zh else (measure["name_en"], measure["formula_en"])
            )
            yield f"  {_shown(values[measure['id']], measure['unit']):>10}  {name} = {formula}"


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return {"ms": f"{value / 1000:.1f} s", "share": f"{100 * value:.1f} %", "score": f"{value:.2f}"}.get(
        unit, f"{value}"
    )


def reconciled(settings: Settings, name: str, span: Span, folders: list[Path]) -> Reconciliation:
    """The report on one site; its nodes' folders are this machine's unless others are named. Raises `HotlineError`."""
    site = next((site for site in settings.topology.sites if site.name == name), None)
    if site is None:
        known = ", ".join(site.name for site in settings.topology.sites)
        raise ConfigError(problem(
            "reconcile.unknown_site", name, "There is no such site.", "没有该中心。", f"Choose from: {known}.",
            f"可选：{known}。"))  # fmt: skip
    calls: dict[str, cel.CelCall] = {}
    for folder in folders or [settings.node_folder(node.name) for node in site.nodes]:
        events = _events(folder)
        calls |= cel.calls(events)
        if events and cel.is_cut(folder):
            span = Span(max(span.since, events[0].at), span.until, span.tolerance)
    contacts = {contact.id: contact for contact in _contacts(settings, name, span)}
    for id_, call in calls.items():
        if span.has(call.arrived_at) and id_ not in contacts and (contact := _contact(settings, id_)) is not None:
            contacts[id_] = contact
    nodes = {call.node for call in calls.values()} | {node.name for node in site.nodes if not folders}
    return reconcile(calls, contacts, span, nodes)


def _events(folder: Path) -> list[cel.CelEvent]:
    if not folder.is_dir():
        raise _no_account(folder, "no such folder")
    try:
        return list(cel.read_node(folder))
    except OSError as error:
        raise _no_account(folder, error.strerror or "unreadable") from None


def _no_account(folder: Path, why: str) -> EnvironmentProblem:
    return EnvironmentProblem(problem(
        "reconcile.no_cel", str(folder / cel.FILE), f"Asterisk's account of calls cannot be read: {why}.",
        f"无法读取 Asterisk 的通话记录（CEL）：{why}。", "Run this where the site's nodes run, or name a copy with --node-folder.",
        "请在该中心节点所在的机器上运行，或用 --node-folder 指定副本。"))  # fmt: skip


def _contacts(settings: Settings, site: str, span: Span) -> Iterator[Contact]:
    """The contacts of a site that came in during the span, page by page."""
    cursor: str | None = None
    while True:
        query = {"site": site, "since": span.since.isoformat(), "until": span.until.isoformat(), "limit": 200}
        page = read_json(settings, "contacts", query | ({"cursor": cursor} if cursor else {}))
        yield from (Contact.of(item) for item in page["items"] if item["direction"] != "outbound")
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _contact(settings: Settings, id_: str) -> Contact | None:
    """One that arrived outside the span, by the site's clock; None if there is none."""
    try:
        return Contact.of(read_json(settings, f"contacts/{id_}", {}))
    except HotlineError as error:
        if error.problems[0].code == "contact.unknown":
            return None
        raise


def _report_lines(site: str, report: Reconciliation) -> Iterator[str]:
    yield (
        f"{site}: {report.span.since.isoformat(timespec='seconds')} – {report.span.until.isoformat(timespec='seconds')}, "
        f"{report.calls} calls 通话, {report.contacts} contacts 联络, {len(report.differences)} differences 差异"
    )
    for one in report.differences:
        yield f"  {one.contact_id}  {_WHAT[one.what]}  Asterisk: {one.asterisk or '-'}  contact 联络: {one.contact or '-'}"


_WHAT = {
    "no_contact": "no contact 缺少联络",
    "no_call": "no call 缺少通话",
    "arrival": "arrival 到达时间",
    "end": "end 结束时间",
    "talk": "conversation 通话时长",
}
