"""A table of measures as CSV and as a workbook, for people: names and formulas in their language, durations in seconds or as times."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import xlsxwriter

from cti.datacenter.measures.formulas import Dimension, Unit
from cti.datacenter.measures.schemas import MeasureRow, MeasureTable, MeasureView

Language = Literal["zh", "en"]
DAY_MS: Final = 86_400_000  # what a workbook counts times in
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula, at the start of a cell

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "start": ("start", "开始"), "end": ("end", "结束"), "total": ("total", "合计"), "measures": ("Measures", "指标"),
    "formulas": ("Formulas", "公式"), "name": ("measure", "指标"), "formula": ("formula", "公式"), "zone": ("time zone", "时区"),
    "within": ("T in seconds", "T（秒）"), "short": ("short abandon below, seconds", "短时放弃阈值（秒）"),
    Dimension.QUEUE: ("queue", "队列"), Dimension.SITE: ("site", "中心"), Dimension.AGENT: ("agent", "坐席"),
    Dimension.FLOW: ("flow", "流程"), Dimension.REASON: ("reason", "原因"),
}  # fmt: skip


def as_csv(table: MeasureTable, language: Language) -> bytes:
    """UTF-8 without a mark at its beginning; times in the zone of the question, durations in seconds, shares from 0 to 1.

    A value that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_plain(cell) for cell in _header(table, language, seconds=True)])
    for row in table.rows:
        begins = (row.start.isoformat(), row.end.isoformat(), *_group(table, row))
        writer.writerow([*map(_plain, begins), *(_cell(m, row.values[m.id]) for m in table.measures)])
    blank = [""] * len(table.group_by)
    writer.writerow([_word("total", language), "", *blank, *(_cell(m, table.totals[m.id]) for m in table.measures)])
    return text.getvalue().encode()


def as_workbook(table: MeasureTable, language: Language) -> bytes:
    """XLSX: real numbers, times and shares on the first sheet, the formulas on the second."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    formats = {
        Unit.COUNT: book.add_format({"num_format": "0"}),
        Unit.MS: book.add_format({"num_format": "[h]:mm:ss"}),
        Unit.SHARE: book.add_format({"num_format": "0.0%"}),
        Unit.SCORE: book.add_format({"num_format": "0.00"}),
    }
    sheet = book.add_worksheet(_word("measures", language))
    for column, name in enumerate(_header(table, language, seconds=False)):
        sheet.write_string(0, column, name, bold)
    first = 2 + len(table.group_by)
    for n, row in enumerate(table.rows, 1):
        sheet.write_datetime(n, 0, row.start.replace(tzinfo=None), moment)
        sheet.write_datetime(n, 1, row.end.replace(tzinfo=None), moment)
        for column, value in enumerate(_group(table, row), 2):
            sheet.write_string(n, column, value)
        _write_values(sheet, n, first, table.measures, row.values, formats)
    sheet.write_string(len(table.rows) + 1, 0, _word("total", language), bold)
    _write_values(sheet, len(table.rows) + 1, first, table.measures, table.totals, formats)
    sheet.freeze_panes(1, first)
    sheet.set_column(0, first - 1, 17)
    sheet.set_column(first, first + len(table.measures), 12)
    _write_formulas(book.add_worksheet(_word("formulas", language)), table, language, bold)
    book.close()
    return file.getvalue()


def _write_values(
    sheet: Any, n: int, first: int, measures: Sequence[MeasureView], values: dict[str, Any], formats: dict[Unit, Any]
) -> None:
    for column, measure in enumerate(measures, first):
        value = values[measure.id]
        if value is not None:
            sheet.write_number(n, column, value / DAY_MS if measure.unit is Unit.MS else value, formats[measure.unit])


def _write_formulas(sheet: Any, table: MeasureTable, language: Language, bold: Any) -> None:
    lines = [(_name(m, language), m.formula_zh if language == "zh" else m.formula_en) for m in table.measures]
    said = [
        (_word("zone", language), table.zone),
        (_word("within", language), f"{table.within_seconds:g}"),
        (_word("short", language), f"{table.short_seconds:g}"),
    ]
    for n, (name, text) in enumerate([(_word("name", language), _word("formula", language)), *lines, *said]):
        sheet.write_string(n, 0, name, None if n else bold)
        sheet.write_string(n, 1, text, None if n else bold)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)


def _header(table: MeasureTable, language: Language, *, seconds: bool) -> Iterator[str]:
    yield f"{_word('start', language)} ({table.zone})"
    yield f"{_word('end', language)} ({table.zone})"
    yield from (_word(dimension, language) for dimension in table.group_by)
    for measure in table.measures:
        yield f"{_name(measure, language)} (s)" if seconds and measure.unit is Unit.MS else _name(measure, language)


def _group(table: MeasureTable, row: MeasureRow) -> list[str]:
    return [getattr(row, dimension) or "" for dimension in table.group_by]


def _cell(measure: MeasureView, value: float | None) -> str:
    if value is None:
        return ""
    match measure.unit:
        case Unit.MS:
            return f"{value / 1000:.3f}"
        case Unit.COUNT:
            return f"{value}"
        case _:
            return f"{value:.4f}"


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_RUNS) else text


def _name(measure: MeasureView, language: Language) -> str:
    return measure.name_zh if language == "zh" else measure.name_en


def _word(key: str, language: Language) -> str:
    return _WORDS[key][language == "zh"]
