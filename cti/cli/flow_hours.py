"""`cti flow hours`: what the calendars of a hotline say about a moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.ivr import load_hotline
from cti.ivr.calendars import Calendar, moment
from cti.kit.clock import SystemClock
from cti.kit.errors import ConfigError, problem
from cti.settings import Settings
from cti.wiring import hotline_folder

_WORDS = {"open": "open 营业", "closed": "closed 休息", "holiday": "holiday 假日"}


def add_hours_command(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds `hours` to the commands of `cti flow`."""

    @app.command("hours", epilog='Example: cti flow hours --at "2026-10-01 09:30"')
    def hours(
        folder: Annotated[Path | None, typer.Argument(help="A hotline's folder; the topology's without it")] = None,
        at: Annotated[str, typer.Option("--at", help="On the wall of each calendar; now without it.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Says for every calendar whether it is open then, why not, and when it opens next."""
        hotline = load_hotline(folder or hotline_folder(settings()))
        said = [_said(name, calendar, _moment(at, calendar)) for name, calendar in hotline.calendars.items()]
        if as_json:
            print(json.dumps({"calendars": said}, ensure_ascii=False, indent=2))
            return
        for one in said:
            title = f" ({one['title']['en']} {one['title']['zh']})" if one["title"] else ""
            following = (
                ""
                if one["state"] == "open"
                else f"; opens 下次营业 {one['next_opening'] or 'never in 400 days 400 天内无'}"
            )
            print(f"{one['calendar']}  {one['at']}  {_WORDS[one['state']]}{title}{following}")
        if not said:
            print(f"{hotline.number} has no calendars 没有日历")


def _moment(at: str, calendar: Calendar) -> datetime:
    if not at:
        return SystemClock().wall()
    try:
        return moment(at).at.replace(tzinfo=calendar.zone)
    except ValueError as error:
        raise ConfigError(problem(
            "hours.moment", at[:40], f"This is no moment: {error}.", f"这不是有效的时间：{at[:40]}。",
            'Write for example --at "2026-10-01 09:30".', '请写成 --at "2026-10-01 09:30"。')) from None  # fmt: skip


def _said(name: str, calendar: Calendar, at: datetime) -> dict[str, Any]:
    state, title = calendar.state(at)
    following = calendar.next_opening(at) if state != "open" else None
    return {
        "calendar": name,
        "at": f"{at.astimezone(calendar.zone):%Y-%m-%d %H:%M}",
        "time_zone": calendar.time_zone,
        "state": state,
        "title": title.model_dump() if title else None,
        "next_opening": f"{following:%Y-%m-%d %H:%M}" if following else None,
    }
