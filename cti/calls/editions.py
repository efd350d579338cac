"""Which version of the hotline a call meets. A call keeps the one it began with, whatever is released meanwhile."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cti.acd import Terms
from cti.calls.rules import Wanted, terms_of
from cti.ivr import Hotline, PromptRef


class Sounds(Protocol):
    """Where a prompt's audio is."""

    def find(self, prompt: PromptRef) -> str | None:
        """A path without extension; None when there is no audio for it."""
        ...

    @property
    def fallback(self) -> str:
        """What is played for a missing prompt: a caller never hears silence."""
        ...

    def missing(self) -> list[str]:
        """What has no audio, as people read it."""
        ...


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the hotline and its audio."""

    hotline: Hotline
    sounds: Sounds

    @property
    def version(self) -> str:
        return self.hotline.version

    def terms(self, queue: str, priority: int | None = None, wanted: Wanted | None = None) -> Terms:
        """What a queue of the hotline asks for; KeyError if there is none (the flow was checked)."""
        return terms_of(queue, self.hotline.queues[queue], priority=priority, wanted=wanted)


@dataclass(frozen=True, slots=True)
class CanaryEdition:
    """An edition that only some calls meet: a share of all, and those of callers whose numbers begin so."""

    edition: Edition
    percent: int
    callers: tuple[str, ...] = ()

    def meets(self, contact: str, caller: str) -> bool:
        """The same answer for the same call at any time, in any process."""
        return caller.startswith(self.callers or "?") or zlib.crc32(contact.encode()) % 100 < self.percent


class Editions:
    """The editions of one site's process. `activate` changes what new calls meet, between two calls."""

    def __init__(self, current: Edition, find: Callable[[str], Edition | None] = lambda version: None) -> None:
        """`find` gives an earlier version's edition, for calls that an earlier process began; it may read files."""
        self._current, self._find = current, find
        self._known: dict[str, Edition] = {current.version: current}
        self._canary: CanaryEdition | None = None

    @property
    def current(self) -> Edition:
        """What calls meet that are not chosen for a canary."""
        return self._current

    def activate(self, current: Edition, canary: CanaryEdition | None = None) -> None:
        self._current, self._canary = current, canary
        self._known |= {edition.version: edition for edition in (current, *([canary.edition] if canary else []))}

    def choose(self, contact: str, caller: str) -> Edition:
        """For a call that begins."""
        canary = self._canary
        return canary.edition if canary is not None and canary.meets(contact, caller) else self._current

    def of(self, version: str) -> Edition:
        """For a call that began on this version; the current one if it can't be had any more."""
        if version not in self._known and (found := self._find(version)) is not None:
            self._known[version] = found
        return self._known.get(version, self._current)
