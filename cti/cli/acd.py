"""`cti acd`: what the router does, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import httpx
import typer

from cti.kit.errors import ConfigError, EnvironmentProblem, problem
from cti.settings import Settings, people_language

REQUEST_SECONDS = 10.0
SHOWN = 15  # agents that are listed; the others are counted by what rules them out


def acd_app(settings: Callable[[], Settings]) -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, help="What the router does, and why.")

    @app.callback()
    def acd() -> None:
        """What the router does, and why."""

    @app.command(
        "explain", epilog="Examples: cti acd explain sh1-1795466465.2   |   cti acd explain --queue claims --waited 60"
    )
    def explain(
        contact: Annotated[str, typer.Argument(help="A contact that waits, or one that has ended.")] = "",
        queue: Annotated[str, typer.Option("--queue", help="Dry run: a made-up contact of this queue.")] = "",
        skill: Annotated[list[str], typer.Option("--skill", help="with these skills instead, e.g. car_claims=50")] = [],  # noqa: B006
        priority: Annotated[int | None, typer.Option("--priority", help="and this priority")] = None,
        waited: Annotated[float, typer.Option("--waited", help="that has waited so many seconds")] = 0.0,
        wanted: Annotated[str, typer.Option("--wanted", help="for this agent first")] = "",
        site: Annotated[str, typer.Option("--site", help="One site only; else all of them.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Says who could serve a contact, what rules out the others, who goes first, and which sites are asked."""
        if bool(contact) is bool(queue):
            raise typer.BadParameter("name a contact, or a queue with --queue")
        query: dict[str, Any] = (
            {"contact": contact} if contact else {"queue": queue, "skill": skill, "waited": waited, "wanted": wanted}
        )
        if priority is not None and queue:
            query["priority"] = priority
        found = list(_ask_sites(settings(), site, query))
        if found:
            print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n\n".join(map(_told, found)))
            return
        if queue:
            raise ConfigError(problem(
                "acd.unknown_queue", queue, "No site that answers has this queue.", "没有应答的中心有此队列。",
                "See queues.yaml, and whether the sites run (`cti up`).",
                "请检查 queues.yaml，以及各中心是否在运行（`cti up`）。"))  # fmt: skip
        story = _story(settings(), contact)
        print(json.dumps(story, ensure_ascii=False, indent=2) if as_json else _past(story))

    return app


def _ask_sites(settings: Settings, only: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {settings.secrets.derive('operations')}"}
    for site in settings.topology.sites:
        if only and site.name != only:
            continue
        url = f"http://{site.host}:{site.port}/acd/explain"
        try:
            answer = httpx.get(url, params=query, headers=headers, timeout=REQUEST_SECONDS, trust_env=False)
        except httpx.HTTPError:
            continue
        if answer.status_code == httpx.codes.OK:
            yield answer.json()


def _story(settings: Settings, contact: str) -> dict[str, Any]:
    url = f"{settings.topology.data_center.url}/api/v1/contacts/{contact}"
    headers = {"Authorization": f"Bearer {settings.read_token or settings.secrets.derive('publish')}"}
    try:
        answer = httpx.get(url, headers=headers, timeout=REQUEST_SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EnvironmentProblem(problem(
            "acd.nobody_answers", settings.topology.data_center.url,
            f"No site knows this contact, and the data center does not answer ({type(error).__name__}).",
            f"没有中心知道此联络，数据中心也没有响应（{type(error).__name__}）。",
            "Start them (`cti up`), and try again.", "请启动（`cti up`）后重试。")) from None  # fmt: skip
    if answer.status_code != httpx.codes.OK:
        raise ConfigError(problem(
            "acd.unknown_contact", contact[:64], "Neither a site nor the data center knows this contact.", "中心与数据中心均不知道此联络。",
            "Check the id: it stands on the agent's screen and in the list of contacts.",
            "请检查联络编号：见坐席屏幕或联络列表。"))  # fmt: skip
    facts = [
        fact
        for fact in answer.json()["facts"]
        if fact["kind"].startswith(("queue.", "offer.", "visit.", "agent.connected"))
    ]
    return {"contact": contact, "facts": facts}


def _told(found: Mapping[str, Any]) -> str:
    zh = people_language() == "zh"
    needs = (" 或 " if zh else " or ").join(
        "+".join(f"{s}≥{level}" for s, level in one.items()) or "*" for one in found["need"]
    )
    ewt = "?" if found["expected_wait"] is None else f"{found['expected_wait']:.0f} s"
    lines = [
        f"{found['site']} {found['queue']} {found['contact'] or ('（试算）' if zh else '(dry run)')}",
        f"  need 技能       {needs}  ring 环 {found['ring']}"
        + (f", next in 下一环 {found['next_ring_in']:.0f} s" if found["next_ring_in"] is not None else ""),
        f"  waited 已等待   {found['waited']:.0f} s, place 位置 {found['position']}, expected 预计 {ewt}, points 分 {found['points']:g}",
        f"  ahead 排在前面  {found['ahead_count']}" + (f": {', '.join(found['ahead'][:5])}" if found["ahead"] else ""),
        f"  next 首选       {found['chosen'] or '-'}  ({found['strategy']})",
    ]
    if found["wanted"]:
        case = f" (owner of case 案件负责人 {found['wanted_case']})" if found["wanted_case"] else ""
        lines.append(f"  waits for 只等  {found['wanted']}{case}, {found['wanted_for']:.0f} s more 还等")
    if found["offered_to"] or found["granted_by"]:
        lines.append(f"  offered 正呼叫  {', '.join(found['offered_to'])} {found['granted_by'] or ''}")
    if found["overflow"]:
        rules = ", ".join(f"{rule['rule']} {'✓' if rule['holds'] else '✗'}" for rule in found["overflow"])
        lines.append(f"  overflow 溢出   {rules}")
    for site in found["sites"]:
        wait = "?" if site["expected_wait"] is None else f"{site['expected_wait']:.0f} s"
        can = "✓" if site["can_serve"] else "✗"
        lines.append(
            f"  site 中心       {site['site']} {site['health']} {can} {wait}{' visiting 已排队' if site['visiting'] else ''}"
        )
    shown = found["candidates"][:SHOWN]
    for one in shown:
        why = "; ".join(one["ruled_out"]) or ("可分配" if zh else "free")
        idle = "" if one["idle_seconds"] is None else f", idle 空闲 {one['idle_seconds']:.0f} s"
        lines.append(f"    {one['agent']:<8} {why}{idle}")
    if len(found["candidates"]) > SHOWN:
        lines.append(f"    … {len(found['candidates']) - SHOWN} more 其余")
    return "\n".join(lines)


def _past(story: Mapping[str, Any]) -> str:
    """One line per decision, as the facts have it."""
    lines = [story["contact"]]
    for fact in story["facts"]:
        data, at = fact["data"], fact["at"][11:23]
        why = data.get("why") if fact["kind"] == "offer.made" else None
        words = " ".join(f"{k}={_plain(v)}" for k, v in data.items() if k != "why" and v not in (None, [], ""))
        lines.append(f"  {at} {fact['site']} {fact['kind']:<16} {words}")
        if why:
            passed = f", passed over 跳过 {', '.join(why['passed_over'])}" if why["passed_over"] else ""
            lines.append(
                f"  {'':12}    because 因为 {why['strategy']}: {why['free']} free 空闲 of 共 {why['fit']} fit 合格, "
                f"idle 空闲 {why['idle_ms'] / 1000:.0f} s, ring 环 {why['ring']}, {why['waiting']} waiting 等待{passed}"
            )
    return "\n".join(lines)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
