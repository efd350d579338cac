"""Asterisk's own account of calls (CEL), as each node writes it beside its log: read into calls, and kept from growing without end."""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from cti.asterisk import dialplan
from cti.kit.logging import get_logger

log = get_logger(__name__)
FILE: Final = Path("log/cel-custom/calls.csv")  # in a node's folder; older ones end in .1, .2 …
MOST_BYTES: Final = 64 * 1024 * 1024
OLDER_FILES: Final = 15
LOOK_SECONDS: Final = 60.0
ENTRANCES: Final = frozenset({dialplan.INBOUND, dialplan.WEBPHONE})
_COLUMNS: Final = 5


@dataclass(frozen=True, slots=True)
class CelEvent:
    """One line."""

    kind: str
    at: datetime
    channel: str  # its UNIQUEID
    context: str
    peer: str  # the channels it is bridged with


@dataclass(slots=True)
class CelCall:
    """A caller's channel. Its UNIQUEID is the contact's id."""

    id: str
    arrived_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    talk_ms: int = 0
    talks: int = 0
    _bridged_at: datetime | None = field(default=None, repr=False)

    @property
    def node(self) -> str:
        return self.id.rpartition("-")[0]

    def follow(self, event: CelEvent) -> None:
        match event.kind:
            case "ANSWER":
                self.answered_at = self.answered_at or event.at
            case "BRIDGE_ENTER":
                self._bridged_at, self.talks = event.at, self.talks + 1
            case "BRIDGE_EXIT":
                self._leave(event.at)
            case "HANGUP":
                self._leave(event.at)
                self.ended_at = event.at

    def _leave(self, at: datetime) -> None:
        if self._bridged_at is not None:
            self.talk_ms += round((at - self._bridged_at).total_seconds() * 1000)
            self._bridged_at = None


def events(lines: Iterable[str]) -> Iterator[CelEvent]:
    """What the lines say, in order. A line that is torn (the node died while it wrote) says nothing."""
    for row in csv.reader(line for line in lines if "\0" not in line):
        try:
            kind, at, channel, context, peer = row[:_COLUMNS]
            yield CelEvent(kind, datetime.fromtimestamp(float(at), UTC), channel, context, peer)
        except (ValueError, OverflowError):
            continue


def calls(found: Iterable[CelEvent]) -> dict[str, CelCall]:
    """The calls that came from outside, by id. Other channels (agents' phones, other sites' callers) are passed over."""
    known: dict[str, CelCall] = {}
    for event in found:
        if event.kind == "CHAN_START" and event.context in ENTRANCES:
            known[event.channel] = CelCall(event.channel, event.at)
        elif (call := known.get(event.channel)) is not None:
            call.follow(event)
    return known


def read_node(folder: Path) -> Iterator[CelEvent]:
    """Everything that a node has written, oldest first. Raises `OSError`."""
    with ExitStack() as files:
        opened: dict[int, TextIO] = {}
        for file in _files(folder):  # the newest first: one that grows older meanwhile is met twice, but none is missed
            with suppress(FileNotFoundError):
                one = files.enter_context(file.open(encoding="utf-8", errors="replace", newline=""))
                opened.setdefault(os.fstat(one.fileno()).st_ino, one)
        for lines in reversed(opened.values()):
            yield from events(lines)


def is_cut(folder: Path) -> bool:
    """Whether a node's oldest calls may have been forgotten."""
    return _files(folder)[-1].exists()


async def keep_small(folder: Path) -> None:
    """Begins a new file whenever a node's has grown too large, and forgets the oldest; until cancelled."""
    while True:
        try:
            rotate(folder)
        except OSError as error:
            log.warning("cel.not_rotated", folder=str(folder), reason=str(error))
        await asyncio.sleep(LOOK_SECONDS)


def rotate(folder: Path, most_bytes: int = MOST_BYTES) -> bool:
    """Whether a new file was begun. Raises `OSError`."""
    files = _files(folder)
    if not files[0].exists() or files[0].stat().st_size < most_bytes:
        return False
    for newer, older in zip(reversed(files[:-1]), reversed(files[1:]), strict=True):
        if newer.exists():
            newer.replace(older)
    return True


def _files(folder: Path) -> list[Path]:
    """The newest first."""
    newest = folder / FILE
    return [newest, *(newest.with_name(f"{newest.name}.{n}") for n in range(1, OLDER_FILES + 1))]
