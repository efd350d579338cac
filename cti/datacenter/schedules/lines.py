"""PURE: the file of a workforce-management tool ↔ lines of a schedule. Whatever is wrong is told with the line that it is in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from cti.kit.errors import ConfigError, Problem, problem

FILE: Final = "schedule"  # what a file that was sent is called in errors: schedule:7 is its seventh line
HEADER: Final = ("agent", "start", "end", "activity")
LONGEST: Final = timedelta(hours=24)  # of one line
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
MOST_DAYS: Final = 93
MOST_LINES: Final = 200_000  # a month of 1,000 agents, with their breaks
MOST_AGENTS: Final = 10_000
MOST_BYTES: Final = 32 * 1024 * 1024
TOLD: Final = 20  # problems of one file; what comes behind them is not read
_AGENT_DIGITS: Final = 20
_SHOWN: Final = 40  # characters of a wrong value


class Activity(StrEnum):
    """What an agent is to do. All but `unpaid` is paid time."""

    WORK = "work"  # to take contacts
    BREAK = "break"
    OFF_PHONE = "off_phone"  # training, meetings, coaching
    ABSENT = "absent"  # leave, sickness
    UNPAID = "unpaid"  # lunch


TITLES: Final = {
    Activity.WORK: ("work", "上线"), Activity.BREAK: ("break", "小休"), Activity.OFF_PHONE: ("off-phone", "线下"),
    Activity.ABSENT: ("absent", "缺勤"), Activity.UNPAID: ("unpaid", "无薪"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to before `until`. A line belongs to it that starts in it, wherever that line ends."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """Moments in UTC, to the second. `number`: where it stands in its file."""

    number: int
    agent: str
    start: datetime
    end: datetime
    activity: Activity


def span_of(since: datetime, until: datetime) -> Span:
    """Raises `ConfigError`: nothing between the two, or too much."""
    if not EARLIEST <= since < until:
        raise ConfigError(problem(
            "schedules.range", "since, until", "`until` is not after `since`, or `since` lies before the year 2000.",
            "until 不晚于 since，或 since 早于 2000 年。", "Correct them.", "请更正。"))  # fmt: skip
    if until - since > timedelta(days=MOST_DAYS, hours=1):  # the hour by which a day of 25 makes it longer
        raise ConfigError(problem(
            "schedules.too_long", "since, until", f"These are more than {MOST_DAYS} days.", f"超过 {MOST_DAYS} 天。",
            "Take fewer days at a time.", "请缩短时段，分次进行。"))  # fmt: skip
    return Span(since, until)


def read_lines(body: bytes, name: str, span: Span) -> list[ScheduleLine]:
    """Raises `ConfigError` with the first problems, each at `name:LINE`; then nothing of the file counts."""
    records = _records(body, name)
    header = next(records, (1, []))[1]
    if tuple(word.strip().lower() for word in header) != HEADER:
        raise ConfigError(problem(
            "schedules.header", f"{name}:1", f"The first line is not {','.join(HEADER)}.", f"第一行不是 {','.join(HEADER)}。",
            "Let the tool write these four columns in this order, with commas between them.",
            "请按此顺序导出这四列，并以逗号分隔。"))  # fmt: skip
    lines: list[ScheduleLine] = []
    problems: list[Problem] = []
    for number, record in records:
        found = _line(number, f"{name}:{number}", [cell.strip() for cell in record], span)
        if isinstance(found, ScheduleLine):
            lines.append(found)
        else:
            problems.append(found)
        if len(problems) >= TOLD:
            break
        if len(lines) > MOST_LINES:
            raise ConfigError(problem(
                "schedules.too_many", f"{name}:{number}", f"The file has more than {MOST_LINES} lines.",
                f"文件超过 {MOST_LINES} 行。", "Publish fewer days or fewer agents at a time.",
                "请按较少的日期或坐席分批发布。"))  # fmt: skip
    problems += [_overlap(name, before, line) for before, line in _overlapping(lines)][: TOLD - len(problems)]
    if problems:
        raise ConfigError(*problems)
    return lines


def as_csv(rows: Iterable[tuple[str, datetime, datetime, str]], zone: ZoneInfo) -> bytes:
    """(agent, start, end, activity) → a file that can be published again; moments by the zone's clock, with its offset."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for agent, start, end, activity in rows:
        writer.writerow((agent, start.astimezone(zone).isoformat(), end.astimezone(zone).isoformat(), activity))
    return text.getvalue().encode()


def _records(body: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The file's records, each with the number of the line in which it begins; without empty ones."""
    reader = csv.reader(_text(body, name), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ConfigError(problem(
                "schedules.not_csv", f"{name}:{number}", f"From here on it is no CSV: {error}.", "从此行起不是有效的 CSV。",
                "Look for a quotation mark that is not closed, and save it as CSV (UTF-8).",
                "请检查未闭合的引号，并另存为 CSV（UTF-8）。")) from None  # fmt: skip
        if record:
            yield number, record


def _text(body: bytes, name: str) -> Iterator[str]:
    """Line by line, so that a file is never in memory twice."""
    for number, raw in enumerate(io.BytesIO(body.removeprefix(b"\xef\xbb\xbf")), 1):
        try:
            yield raw.decode()
        except UnicodeDecodeError:
            raise ConfigError(problem(
                "schedules.not_utf8", f"{name}:{number}", "This line is not UTF-8.", "此行不是 UTF-8 编码。",
                "Save the file as CSV (UTF-8).", "请把文件另存为 CSV（UTF-8）。")) from None  # fmt: skip


def _line(number: int, where: str, cells: Sequence[str], span: Span) -> ScheduleLine | Problem:
    if len(cells) != len(HEADER):
        return problem(
            "schedules.columns", where, f"There are {len(cells)} columns instead of {len(HEADER)}.",
            f"应有 {len(HEADER)} 列，实际 {len(cells)} 列。", f"Write {','.join(HEADER)}.", f"请写成 {','.join(HEADER)}。")  # fmt: skip
    agent, started, ended, activity = cells
    if not (agent.isascii() and agent.isdigit() and len(agent) <= _AGENT_DIGITS):
        return problem(
            "schedules.agent", where, f"{_shown(agent)} is no agent's number.", f"{_shown(agent)} 不是坐席工号。",
            "Write the number as the configuration has it: 1001.", "请按配置填写工号，例如 1001。")  # fmt: skip
    start, end = _moment(started), _moment(ended)
    if start is None or end is None:
        wrong = _shown(started if start is None else ended)
        return problem(
            "schedules.time", where, f"{wrong} is no moment with an offset, in whole seconds.",
            f"{wrong} 不是带时差的整秒时间。", "Write for example 2026-11-23T09:00:00+08:00.",
            "请写成例如 2026-11-23T09:00:00+08:00。")  # fmt: skip
    if not timedelta() < end - start <= LONGEST:
        return problem(
            "schedules.length", where, "It does not end after its start, or lasts longer than 24 hours.",
            "结束不晚于开始，或超过 24 小时。", "Correct start or end; cut what is longer at midnight.",
            "请更正开始或结束时间；更长的请按天拆分。")  # fmt: skip
    if not span.since <= start < span.until:
        return problem(
            "schedules.outside", where, "It starts outside the time that the file is for.", "开始时间不在文件所覆盖的时段内。",
            "Correct it, or name a longer time (--from, --to; `since`, `until`).",
            "请更正，或指定更长的时段（--from、--to；`since`、`until`）。")  # fmt: skip
    if activity not in set(Activity):
        return problem(
            "schedules.activity", where, f"{_shown(activity)} is no activity.", f"{_shown(activity)} 不是活动类型。",
            f"Choose from {', '.join(Activity)}.", f"可选：{'、'.join(Activity)}。")  # fmt: skip
    return ScheduleLine(number, agent, start, end, Activity(activity))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            return None
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if found.microsecond else found


def _overlapping(lines: Iterable[ScheduleLine]) -> Iterator[tuple[ScheduleLine, ScheduleLine]]:
    """Each line that begins before another one of the same agent has ended."""
    before: ScheduleLine | None = None
    for line in sorted(lines, key=lambda one: (one.agent, one.start)):
        if before is not None and before.agent == line.agent:
            if line.start < before.end:
                yield before, line
            if line.end <= before.end:
                continue
        before = line


def _overlap(name: str, before: ScheduleLine, line: ScheduleLine) -> Problem:
    return problem(
        "schedules.overlap", f"{name}:{line.number}", f"Agent {line.agent} is to do two things at once: line {before.number} overlaps it.",
        f"坐席 {line.agent} 的安排与第 {before.number} 行重叠。", "Let one line end where the next begins.",
        "请让前一行在下一行开始时结束。")  # fmt: skip


def _shown(text: str) -> str:
    """A value from outside, fit for a message."""
    printable = "".join(c if c.isprintable() else "?" for c in text[: _SHOWN + 1])
    return f"“{printable[:_SHOWN]}{'…' if len(printable) > _SHOWN else ''}”"
