"""Publishing schedules and reading them back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cti.datacenter.database import Database
from cti.datacenter.errors import BadRequest, Conflict
from cti.datacenter.models import SchedulePublicationRow
from cti.datacenter.schedules import repository
from cti.datacenter.schedules.lines import FILE, MOST_AGENTS, MOST_LINES, ScheduleLine, read_lines, span_of
from cti.datacenter.schedules.schemas import SchedulePublication, SchedulePublicationList
from cti.kit.clock import Clock
from cti.kit.errors import ConfigError, problem
from cti.kit.logging import get_logger
from cti.topology import Topology

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """Lines as (agent, started_at, ended_at, activity, site, publication), by agent and time; and where they come from."""

    lines: Sequence[Any]
    publications: Sequence[SchedulePublication]


class Schedules:
    def __init__(self, database: Database, clock: Clock, topology: Callable[[], Topology]) -> None:
        """`topology` gives the one that counts now: it says which agents there are, and where."""
        self._database, self._clock, self._topology = database, clock, topology

    async def publish(
        self, body: bytes, since: datetime, until: datetime, agents: Iterable[str], author: str, message: str
    ) -> SchedulePublication:
        """Replaces, for each agent of the file and each one named, all lines that start from `since` to before `until`.

        Raises `BadRequest` with what is wrong and in which line, and `Conflict` where a line overlaps one outside of that time.
        """
        try:
            span = span_of(since, until)
            lines = await asyncio.to_thread(read_lines, body, FILE, span)
        except ConfigError as error:
            raise BadRequest(*error.problems) from None
        sites = {agent.number: site.name for site in self._topology().sites for agent in site.agents}
        _refuse_unknown(lines, sites)
        named = sorted({*agents, *(line.agent for line in lines)})
        _refuse_number_of(named)
        row: dict[str, Any] = {
            "author": author, "message": message, "at": self._clock.wall(), "since": span.since, "until": span.until,
            "agents": len(named), "lines": len(lines),
        }  # fmt: skip
        async with self._database.writing() as connection:
            row["n"] = n = await repository.next_number(connection)
            _refuse_overlaps(lines, await repository.neighbors(connection, named, span))
            row["replaced"] = await repository.remove(connection, named, span)
            await repository.add_publication(connection, row)
            values = ((line.agent, line.start, line.end, line.activity.value, sites[line.agent], n) for line in lines)
            await repository.add_lines(connection, values)
        log.info("schedules.published", n=n, author=author, lines=len(lines), replaced=row["replaced"])
        return _view(SchedulePublicationRow(**row))

    async def read(self, since: datetime, until: datetime, agents: Sequence[str], sites: Sequence[str]) -> Told:
        """Raises `BadRequest` when it is too much to tell."""
        try:
            span = span_of(since, until)
        except ConfigError as error:
            raise BadRequest(*error.problems) from None
        async with self._database.reading() as session:
            lines = await repository.lines(session, agents, sites, span)
            if len(lines) > MOST_LINES:
                raise BadRequest(problem(
                    "schedules.too_many", "since, until", f"That would be more than {MOST_LINES} lines.", f"结果超过 {MOST_LINES} 行。",
                    "Ask for fewer days, or for some agents or sites only.", "请缩短时段，或只查部分坐席或中心。"))  # fmt: skip
            rows = await repository.publications_of(session, agents, sites, span)
        return Told(lines, [_view(row) for row in rows])

    async def publications(self) -> SchedulePublicationList:
        async with self._database.reading() as session:
            rows = await repository.publications(session)
        return SchedulePublicationList(items=[_view(row) for row in rows])


def _refuse_unknown(lines: Iterable[ScheduleLine], sites: dict[str, str]) -> None:
    for line in lines:
        if line.agent not in sites:
            raise BadRequest(problem(
                "schedules.unknown_agent", f"{FILE}:{line.number}", f"There is no agent {line.agent}.", f"没有坐席 {line.agent}。",
                "Correct the number, leave the line out, or add the agent to the configuration first (`cti config publish`).",
                "请更正工号、删去此行，或先把该坐席加入配置（`cti config publish`）。"))  # fmt: skip


def _refuse_number_of(agents: Sequence[str]) -> None:
    if not agents:
        raise BadRequest(problem(
            "schedules.empty", FILE, "The file has no lines, and no agent is named.", "文件没有内容，也未指定坐席。",
            "To take lines away, name the agents whose lines are to go (`agent`).", "如需清除，请指定坐席（`agent`）。"))  # fmt: skip
    if len(agents) > MOST_AGENTS:
        raise BadRequest(problem(
            "schedules.too_many", FILE, f"The file has more than {MOST_AGENTS} agents.", f"文件超过 {MOST_AGENTS} 个坐席。",
            "Publish fewer agents at a time.", "请按较少的坐席分批发布。"))  # fmt: skip


def _refuse_overlaps(lines: Iterable[ScheduleLine], neighbors: Iterable[Any]) -> None:
    """`neighbors` lie before or behind the span, so only an agent's first and last line can touch them."""
    first: dict[str, ScheduleLine] = {}
    last: dict[str, ScheduleLine] = {}
    for line in lines:
        if line.agent not in first or line.start < first[line.agent].start:
            first[line.agent] = line
        if line.agent not in last or line.start > last[line.agent].start:
            last[line.agent] = line
    for there in neighbors:
        if there.agent not in first:
            continue
        one = first[there.agent] if there.started_at < first[there.agent].start else last[there.agent]
        if one.start < there.ended_at and there.started_at < one.end:
            begins = there.started_at.isoformat(timespec="seconds")
            raise Conflict(problem(
                "schedules.overlaps_published", f"{FILE}:{one.number}",
                f"Agent {one.agent} has a line from {begins} already, of publication {there.publication}; it overlaps this one.",
                f"坐席 {one.agent} 已有自 {begins} 起的安排（第 {there.publication} 次发布），与此行重叠。",
                "Publish for a longer time, which replaces that line too; or cut this one.",
                "请扩大发布时段以一并替换，或缩短此行。"))  # fmt: skip


def _view(row: SchedulePublicationRow) -> SchedulePublication:
    return SchedulePublication(
        n=row.n, author=row.author, message=row.message, at=row.at, since=row.since, until=row.until, agents=row.agents,
        lines=row.lines, replaced=row.replaced,
    )  # fmt: skip
