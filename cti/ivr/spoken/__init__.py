"""Values as words: numbers, money, days, times and durations, in Chinese and English. Pure.

Each word is a prompt of its own, made from the vocabulary here, so any value is spoken from some hundred sounds. A language is one
module beside this one and one line in `_SPEAKERS`. `PREFIX` holds a dash, so no prompt of a hotline can have a word's name; a
recording `prompts/<language>/say-<word>.wav` takes the place of the synthetic voice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, Protocol

from cti.ivr.spoken import en, zh

MOST_FEN = 10**14
Form = Literal["digits", "number", "money", "date", "time", "duration"]
PREFIX: Final = "say-"
MAX_DIGITS: Final = 24  # spoken one by one; who would listen to more?


class Speaker(Protocol):
    """What a language's module gives. Words are without prefix; `FORMS` tells which of them a form may need."""

    @property
    def WORDS(self) -> Mapping[str, str]: ...  # noqa: N802  # a module's constant
    @property
    def FORMS(self) -> Mapping[str, tuple[str, ...]]: ...  # noqa: N802
    def cardinal(self, number: int) -> list[str]: ...
    def counted(self, number: int, unit: str) -> list[str]: ...
    def money(self, yuan: int, fen: int) -> list[str]: ...
    def date(self, year: int, month: int, day: int) -> list[str]: ...
    def time(self, hour: int, minute: int) -> list[str]: ...


_SPEAKERS: Final[Mapping[str, Speaker]] = {"zh": zh, "en": en}
LANGUAGES: Final = frozenset(_SPEAKERS)

_NUMBER = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,4}))?")
_MONEY = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?")
_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ].*)?")
_TIME = re.compile(r"(?:[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ])?([0-9]{1,2}):?([0-9]{2})(?::[0-9]{2}.*)?")
_SECONDS = re.compile(r"[0-9]{1,8}")


def words(form: Form, value: str, language: str) -> tuple[str, ...] | None:
    """The prompts that say a value; None for a value that is not of the form, or a language without vocabulary.

    digits: those of any text. number: up to 12 digits, 4 decimals. money: yuan, rounded half up to the fen. date: YYYY-MM-DD or
    YYYYMMDD. time: HH:MM or HHMM. duration: whole seconds.
    """
    speaker = _SPEAKERS.get(language)
    said = _FORMS[form](speaker, value.strip()) if speaker else None
    return tuple(PREFIX + word for word in said) if said else None


def vocabulary(language: str, forms: Iterable[str]) -> dict[str, str]:
    """Prompt → what is spoken, for all words that these forms may need. Empty for a language without vocabulary."""
    speaker = _SPEAKERS.get(language)
    needed = {word for form in forms for word in speaker.FORMS[form]} if speaker else set()
    return {PREFIX + word: text for word, text in speaker.WORDS.items() if word in needed} if speaker else {}


def _digits(speaker: Speaker, value: str) -> list[str] | None:
    return ["x" if key in "xX" else key for key in value[:MAX_DIGITS] if key in "0123456789xX"]


def _number(speaker: Speaker, value: str) -> list[str] | None:
    found = _NUMBER.fullmatch(value)
    if found is None:
        return None
    whole, decimals = found.groups()
    said: list[str] = ["minus"] if value.startswith("-") and value.strip("-0.") else []
    said += speaker.cardinal(abs(int(whole)))
    return [*said, "point", *decimals] if decimals else said


def _money(speaker: Speaker, value: str) -> list[str] | None:
    if _MONEY.fullmatch(value) is None:
        return None
    fen = int((abs(Decimal(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if fen >= MOST_FEN:  # it was rounded up to one digit more than there are words for
        return None
    said: list[str] = ["minus"] if value.startswith("-") and fen else []
    return said + speaker.money(*divmod(fen, 100))


def _date(speaker: Speaker, value: str) -> list[str] | None:
    found = _DATE.fullmatch(value)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    return speaker.date(day.year, day.month, day.day) if day else None


def _time(speaker: Speaker, value: str) -> list[str] | None:
    found = _TIME.fullmatch(value)
    hour, minute = map(int, found.groups()) if found else (24, 0)
    return speaker.time(hour, minute) if hour < 24 and minute < 60 else None


def _duration(speaker: Speaker, value: str) -> list[str] | None:
    if _SECONDS.fullmatch(value) is None:
        return None
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "days"), (hours, "hours"), (minutes, "minutes"), (seconds, "seconds")]
    told = [(count, unit) for count, unit in parts if count] or [(0, "seconds")]
    return [word for count, unit in told for word in speaker.counted(count, unit)]


_FORMS: Final[Mapping[str, Callable[[Speaker, str], list[str] | None]]] = {
    "digits": _digits,
    "number": _number,
    "money": _money,
    "date": _date,
    "time": _time,
    "duration": _duration,
}
