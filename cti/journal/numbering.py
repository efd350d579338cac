"""Gives facts their number, id and time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cti.facts import Fact, FactData
from cti.kit.clock import Clock
from cti.kit.ids import new_id

MAX_TEXT: Final = 2_000  # characters of one text: a fact then stays below the 64 KiB that the data center takes
MAX_CONTACT: Final = 64


class Numbering:
    """`seq` rises by one and `at` never decreases, whatever the wall clock does.

    After a step back, time goes on at half speed (measured by the monotonic clock) until the wall clock has caught up:
    the order stays, moments stay apart, and the error disappears by itself.
    """

    def __init__(
        self, site: str, clock: Clock, last_seq: int = 0, last_at: datetime | None = None,
        ids: Callable[[], str] = new_id,
    ) -> None:  # fmt: skip
        self.last_seq = last_seq
        self._site = site
        self._clock, self._ids = clock, ids
        self._at = last_at or datetime.fromtimestamp(0, UTC)
        self._monotonic = clock.monotonic()

    def next(self, data: FactData, contact: str | None) -> Fact:
        """The fact with the next number, which stays free until `take`. Texts are cleaned of what cannot be stored."""
        return Fact(
            site=self._site, seq=self.last_seq + 1, id=self._ids(), at=self.now(),
            contact=contact if contact is None or _is_plain(contact) else _clean(contact)[:MAX_CONTACT],
            kind=data.kind, v=data.v, data=_cleaned(data.model_dump(mode="json")),
        )  # fmt: skip

    def take(self, count: int = 1) -> None:
        """Uses up `count` numbers."""
        self.last_seq += count

    def now(self) -> datetime:
        """When a fact that is recorded now would say that it was: never before one that was recorded earlier."""
        wall, monotonic = self._clock.wall(), self._clock.monotonic()
        if wall < self._at:
            wall = self._at + timedelta(seconds=max(0.0, monotonic - self._monotonic) / 2)
        self._at, self._monotonic = wall, monotonic
        return wall


def _cleaned(data: dict[str, Any]) -> dict[str, Any]:
    """Nearly all data needs nothing: it is looked at before it is made anew. Its own keys are the names of fields."""
    for value in data.values():
        if value is not None and not _is_clean(value):
            return {key: _clean(inner) for key, inner in data.items()}
    return data


def _is_clean(value: Any) -> bool:
    kind = type(value)
    if kind is str:
        return value.isascii() and len(value) <= MAX_TEXT and "\x00" not in value
    if kind is dict:
        return all(_is_clean(key) and _is_clean(inner) for key, inner in value.items())
    if kind is list:
        return all(_is_clean(inner) for inner in value)
    return True  # a number, true or false


def _is_plain(contact: str) -> bool:
    return len(contact) <= MAX_CONTACT and contact.isascii() and "\x00" not in contact


def _clean(value: Any) -> Any:
    """Without halves of surrogate pairs and NUL, which no disk or database takes, and with a limit to the length."""
    if isinstance(value, str):
        return value[:MAX_TEXT].replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
