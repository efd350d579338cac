"""Values in English, as telephone systems say them: no "and" inside numbers, years by pairs, a clock of twelve hours."""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES: Final = (("billion", 10**9), ("million", 10**6), ("thousand", 10**3), ("", 1))
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
    *("thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
)  # fmt: skip
_ONES: Final = {"days": "day", "hours": "hour", "minutes": "minute", "seconds": "second_of_time"}  # one of them

_DIGITS: Final = {str(number): text for number, text in enumerate(_SMALL[:10])}
_BELOW_100: Final = {
    **{str(number): text for number, text in enumerate(_SMALL)},
    **{str(number): text for number, text in zip(range(20, 100, 10), _TENS, strict=True)},
}
_CARDINAL: Final = {
    **_BELOW_100, "hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion",
    "minus": "minus", "point": "point",
}  # fmt: skip
_DATE: Final = {
    **{f"month_{number}": name for number, name in enumerate(_MONTHS, 1)},
    **{f"day_{number}": text for number, text in enumerate(_ORDINALS, 1)},
    "day_30": "thirtieth",
    "oh": "oh",
}
_TIME: Final = {"oh": "oh", "am": "A M", "pm": "P M"}
_DURATION: Final = {
    **{unit: unit for unit in _ONES},
    "day": "day", "hour": "hour", "minute": "minute", "second_of_time": "second",
}  # fmt: skip

WORDS: Final = {**_CARDINAL, "yuan": "yuan", **_DATE, **_TIME, **_DURATION, "x": "X"}
FORMS: Final = {
    "digits": (*_DIGITS, "x"),
    "number": tuple(_CARDINAL),
    "money": (*_CARDINAL, "yuan"),
    "date": (*_CARDINAL, *_DATE),
    "time": (*_BELOW_100, *_TIME),
    "duration": (*_CARDINAL, *_DURATION),
}


def cardinal(number: int) -> list[str]:
    """Up to 12 digits: 1234 is one thousand two hundred thirty four."""
    said: list[str] = []
    for unit, size in _SCALES:
        group, number = divmod(number, size)
        if group:
            hundreds, rest = divmod(group, 100)
            said += [str(hundreds), "hundred"] if hundreds else []
            said += _below_100(rest) if rest else []
            said += [unit] if unit else []
    return said or ["0"]


def _below_100(number: int) -> list[str]:
    if number < 20:
        return [str(number)]
    return [str(number - number % 10), *([str(number % 10)] if number % 10 else [])]


def counted(number: int, unit: str) -> list[str]:
    return [*cardinal(number), _ONES[unit] if number == 1 else unit]


def money(yuan: int, fen: int) -> list[str]:
    """12.5 is twelve point five yuan."""
    decimals = f"{fen:02d}".rstrip("0")
    return [*cardinal(yuan), *(["point", *decimals] if decimals else []), "yuan"]


def date(year: int, month: int, day: int) -> list[str]:
    """November twenty fifth, twenty twenty six."""
    return [f"month_{month}", *_ordinal(day), *_year(year)]


def _ordinal(day: int) -> list[str]:
    if day <= 20 or day == 30:
        return [f"day_{day}"]
    return [str(day - day % 10), f"day_{day % 10}"]


def _year(year: int) -> list[str]:
    century, rest = divmod(year, 100)
    if (century % 10 == 0 and rest < 10) or century == 0:
        return cardinal(year)
    if rest == 0:
        return [*cardinal(century), "hundred"]
    return [*cardinal(century), *(["oh", str(rest)] if rest < 10 else _below_100(rest))]


def time(hour: int, minute: int) -> list[str]:
    """14:05 is two oh five P M."""
    said = _below_100(hour % 12 or 12)
    if minute:
        said += ["oh", str(minute)] if minute < 10 else _below_100(minute)
    return [*said, "am" if hour < 12 else "pm"]
