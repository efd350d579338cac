"""Makes a damaged segment anew from what can be read of it, and keeps the damaged file aside.

A fact that can't be read leaves its number to a `fact.lost`: nothing waits for it for ever, here or at the data center, and nothing goes
missing unseen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from cti.facts import Fact
from cti.facts.kinds import FactLost
from cti.journal.reading import CHUNK, Opened
from cti.journal.segment import Damaged, Head, Segment, beside, create, insert, named
from cti.journal.state import State
from cti.kit.ids import new_id
from cti.kit.logging import get_logger

log = get_logger(__name__)
_BLANK_CHUNKS: Final = 20  # so many chunks without a fact are the end of a segment that can't say where it ends


@dataclass(frozen=True, slots=True)
class Rescued:
    """`lost` are the numbers of the facts that could not be read."""

    segment: Segment
    lost: Collection[int]


class _Account(NamedTuple):
    """What a segment says of itself. None: it can't be read."""

    head: Head | None = None
    state: State | None = None
    after: int | None = None


def rescue(damaged: Segment, before: Segment | None, site: str) -> Rescued:
    """Makes the next revision of a segment that nobody writes; the damaged file stays beside it until `set_aside`.

    What was open after it comes from the segment or, where that can't be read, from the one before and the facts that can. Raises
    `sqlite3.Error` or `OSError` when the disk does not take it, or reads badly for a moment only.
    """
    opened = _opened(damaged)
    try:
        own = _account(opened)
        earlier = _Account()
        if before and (standing := _opened(before)):
            with closing(standing):
                earlier = _account(standing)
        first = _first(opened, damaged)
        last = _last(opened, damaged, own.head)
        state = own.state or earlier.state or State()
        acknowledged = (own.head or earlier.head or Head(acknowledged=0)).acknowledged
        at = earlier.head.last_at if earlier.head else None
        lost: set[int] = set()

        def fill(connection: sqlite3.Connection) -> tuple[Head, State]:
            last_at = at
            for facts in salvaged(opened, first, last, at, site):
                insert(connection, facts)
                lost.update(fact.seq for fact in facts if fact.kind == FactLost.kind)
                last_at = facts[-1].at
                if own.state is None:
                    state.apply(state.after(facts))
            state.apply(state.without(lost))
            return Head(last, own.head.last_at if own.head else last_at, acknowledged), state

        revision = damaged.revision + 1
        path = named(damaged.path.parent, damaged.serial, first, revision)
        create(path, site, first - 1 if own.after is None else own.after, fill)
    finally:
        if opened:
            opened.close()
    return Rescued(replace(damaged, path=path, first=first, revision=revision), frozenset(lost))


def salvaged(opened: Opened | None, first: int, last: int, at: datetime | None, site: str) -> Iterator[list[Fact]]:
    """Every fact from `first` to `last`, in order and in chunks; `fact.lost` where there is none that can be read, at the time of
    the one before it. `at`: the time of the one before the first, if that is known."""
    for start in range(first, last + 1, CHUNK):
        end = min(start + CHUNK - 1, last)
        readable = _readable(opened, start, end)
        if at is None:
            at = next(iter(readable.values())).at if readable else _written(opened)
        facts: list[Fact] = []
        for seq in range(start, end + 1):
            fact = readable.get(seq) or _lost(site, seq, at)
            at = fact.at
            facts.append(fact)
        yield facts


def set_aside(path: Path) -> None:
    """Out of the journal's way, for people to look at. Raises `OSError`."""
    for file in beside(path):
        with suppress(FileNotFoundError):
            file.rename(file.with_name(file.name + ".damaged"))


def report(damage: Damaged, rescued: Rescued, acknowledged: int) -> None:
    """Says what was lost. The data center has what was acknowledged, whatever became of it here."""
    log.error(
        "journal.segment_damaged", segment=damage.segment.path.name, reason=damage.reason, facts_lost=len(rescued.lost),
        lost_unacknowledged=sum(seq > acknowledged for seq in rescued.lost), went_on_in=rescued.segment.path.name,
    )  # fmt: skip


def _opened(segment: Segment) -> Opened | None:
    try:
        return Opened(segment)
    except Damaged:
        return None


def _account(opened: Opened | None) -> _Account:
    """As far as it can be read."""
    head = state = after = None
    if opened:
        with suppress(Damaged):
            state = opened.state()
        with suppress(Damaged):
            head = opened.head()
        with suppress(Damaged):
            after = opened.after()
    return _Account(head, state, after)


def _first(opened: Opened | None, segment: Segment) -> int:
    """Facts of the old format may begin anywhere: what was deleted is not lost."""
    if opened and not opened.is_gapless:
        with suppress(Damaged):
            return opened.extreme("min") or segment.first
    return segment.first


def _last(opened: Opened | None, segment: Segment, head: Head | None) -> int:
    if segment.last is not None:
        return segment.last
    if head:
        return head.last_seq
    with suppress(Damaged):
        return (opened.extreme("max") if opened else None) or segment.first - 1
    last, start, blank = segment.first - 1, segment.first, 0
    while blank < _BLANK_CHUNKS:
        readable = _readable(opened, start, start + CHUNK - 1)
        last, blank = (max(readable), 0) if readable else (last, blank + 1)
        start += CHUNK
    return last


def _readable(opened: Opened | None, start: int, end: int) -> dict[int, Fact]:
    """All at once or, where something is in the way, one by one."""
    if opened is None:
        return {}
    with suppress(Damaged):
        return {fact.seq: fact for fact in opened.between(start, end, CHUNK)}
    readable: dict[int, Fact] = {}
    for seq in range(start, end + 1):
        with suppress(Damaged):
            readable |= {fact.seq: fact for fact in opened.numbered([seq])}
    return readable


def _lost(site: str, seq: int, at: datetime) -> Fact:
    data = FactLost()
    return Fact(site=site, seq=seq, id=new_id(), at=at, kind=data.kind, v=data.v, data=data.model_dump(mode="json"))


def _written(opened: Opened | None) -> datetime:
    """When nothing else is known: the file's time, or the oldest one that a fact may have."""
    with suppress(OSError):
        if opened:
            return datetime.fromtimestamp(opened.segment.path.stat().st_mtime, UTC)
    return datetime(2000, 1, 1, tzinfo=UTC)
