"""Values in Chinese. 两 stands for 2 before 千, 万, 亿 and before what is counted (两元, 两点, 两小时), 二 elsewhere."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = {str(digit): spoken for digit, spoken in enumerate("零一二三四五六七八九")}
_GROUPS: Final = (("hundred_million", 10**8), ("ten_thousand", 10**4), ("", 1))
_PLACES: Final = (("thousand", 1000), ("hundred", 100), ("ten", 10), ("", 1))
_CARDINAL: Final = {
    **_DIGITS, "two": "两", "ten": "十", "hundred": "百", "thousand": "千", "ten_thousand": "万", "hundred_million": "亿",
}  # fmt: skip
_MONEY: Final = {"minus": "负", "yuan": "元", "jiao": "角", "fen": "分"}
_DATE: Final = {"year": "年", "month": "月", "day": "日"}
_TIME: Final = {"point": "点", "minute": "分", "sharp": "整"}
_DURATION: Final = {"days": "天", "hours": "小时", "minutes": "分钟", "seconds": "秒"}

WORDS: Final = {**_CARDINAL, **_MONEY, **_DATE, **_TIME, **_DURATION, "x": "X"}
FORMS: Final = {
    "digits": (*_DIGITS, "x"),
    "number": (*_CARDINAL, "minus", "point"),
    "money": (*_CARDINAL, *_MONEY),
    "date": (*_CARDINAL, *_DATE),
    "time": (*_CARDINAL, *_TIME),
    "duration": (*_CARDINAL, *_DURATION),
}


def cardinal(number: int) -> list[str]:
    """Up to 12 digits: 10010 is 一万零一十, 12 十二, 112 一百一十二."""
    said: list[str] = []
    gap = False
    for unit, size in _GROUPS:
        group, number = divmod(number, size)
        if group == 0:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):
            said.append("0")
        said += ["two"] if group == 2 and unit else _group(group, leading=not said)
        said += [unit] if unit else []
        gap = False
    return said or ["0"]


def _group(group: int, *, leading: bool) -> list[str]:
    """Four places. One zero stands for any number of them in a row; none at the end."""
    said: list[str] = []
    gap = False
    for unit, size in _PLACES:
        digit, group = divmod(group, size)
        if digit == 0:
            gap = bool(said)
            continue
        if gap:
            said.append("0")
        if not (leading and not said and unit == "ten" and digit == 1):  # 十二, but 一百一十二
            said.append("two" if digit == 2 and unit == "thousand" else str(digit))
        said += [unit] if unit else []
        gap = False
    return said


def _count(number: int) -> list[str]:
    return ["two"] if number == 2 else cardinal(number)


def counted(number: int, unit: str) -> list[str]:
    return [*_count(number), unit]


def money(yuan: int, fen: int) -> list[str]:
    """12.05 is 十二元零五分."""
    jiao, fen = divmod(fen, 10)
    said = [*_count(yuan), "yuan"] if yuan or not (jiao or fen) else []
    if jiao:
        said += [*_count(jiao), "jiao"]
    elif fen and yuan:
        said.append("0")
    return [*said, *_count(fen), "fen"] if fen else said


def date(year: int, month: int, day: int) -> list[str]:
    return [*f"{year:04d}", "year", *cardinal(month), "month", *cardinal(day), "day"]


def time(hour: int, minute: int) -> list[str]:
    if minute == 0:
        return [*_count(hour), "point", "sharp"]
    return [*_count(hour), "point", *(["0"] if minute < 10 else []), *cardinal(minute), "minute"]
