"""The journal as a chain of segments: it rolls over, lets old ones go, and a process may die at any moment of that."""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cti.facts.kinds import FactData
from cti.journal import SqliteJournal, read_facts
from cti.journal import segment as segments
from cti.journal.segment import scan
from cti.journal.store import Store
from cti.kit.clock import SystemClock
from cti.kit.errors import EnvironmentProblem
from tests.unit.journal.scribes import (
    ARRIVED,
    ENDED,
    UP,
    WRAP_UP,
    WRAP_UP_ENDED,
    Scribe,
    everything,
    old_journal,
    opened,
    written,
)


class Died(BaseException):
    """Stands for a kill."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("journal-*.db"))


async def test_a_new_segment_begins_when_one_is_full_and_what_is_read_spans_them(tmp_path: Path) -> None:
    async with await opened(tmp_path, segment_facts=10) as journal:
        await journal.record(ARRIVED, "long")
        for n in range(40):
            await journal.record(UP, f"c{n}")
        await journal.record(ENDED, "long")
        assert [f.seq for f in await everything(journal)] == list(range(1, 43))
        assert [f.seq for f in await journal.read(8, 5)] == [9, 10, 11, 12, 13]
        assert [f.kind for f in await journal.facts_of("long")] == ["contact.arrived", "contact.ended"]
        figures = journal.figures()
        assert (figures.segments, figures.bytes > 50_000) == (5, True)
    assert names(tmp_path) == [
        f"journal-{serial:06d}-{first}.db" for serial, first in enumerate((1, 11, 21, 31, 41), 1)
    ]


async def test_a_start_finds_what_is_open_though_it_began_segments_ago(tmp_path: Path) -> None:
    async with await opened(tmp_path, segment_facts=10) as journal:
        await journal.record(ARRIVED, "long")
        await journal.record(WRAP_UP, "c1")
        for n in range(40):
            await journal.record(UP, f"c{n}")
    async with await opened(tmp_path, segment_facts=10) as journal:
        assert [(c.contact, c.arrived.seq) for c in await journal.open_contacts()] == [("long", 1)]
        assert [f.seq for f in await journal.open_agents()] == [2]


async def test_a_segment_stays_while_a_contact_or_an_agent_of_it_is_open(tmp_path: Path) -> None:
    async with await opened(tmp_path, segment_facts=2) as journal:
        story: list[tuple[FactData, str | None]] = [
            (ARRIVED, "done"), (ENDED, "done"), (ARRIVED, "open"), (UP, None), (UP, None), (UP, None), (WRAP_UP, "c"), (UP, None),
            (UP, "open"), (UP, None), (UP, None),
        ]  # fmt: skip
        for data, contact in story:
            await journal.record(data, contact)
        journal.set_acknowledged(10)
        assert await journal.prune(days=-1) == 4
        assert [f.seq for f in await everything(journal)] == [3, 4, 7, 8, 9, 10, 11]


async def test_what_is_not_full_is_closed_when_it_is_old_so_that_nothing_is_kept_for_ever(tmp_path: Path) -> None:
    class Later(SystemClock):
        days = 0

        def wall(self):  # type: ignore[no-untyped-def]
            return super().wall() + timedelta(days=self.days)

    clock = Later()
    async with await SqliteJournal.open(tmp_path, "sh", clock, patience=60.0) as journal:
        await journal.record(UP)
        clock.days = 20
        await journal.record(UP)
        journal.set_acknowledged(2)
        clock.days = 31
        assert await journal.prune(days=30) == 0  # the second fact is young
        await journal.record(UP)
        clock.days = 51
        assert await journal.prune(days=30) == 2
        assert [f.seq for f in await everything(journal)] == [3]


@pytest.mark.parametrize("at", range(6))
def test_a_process_may_die_at_any_step_of_a_roll_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Each system call that a roll-over makes by itself is the last one, once."""
    scribe = Scribe(tmp_path, segment_facts=6)
    scribe.calls(2)
    left = at

    def dying(what: Callable[..., object]) -> Callable[..., object]:
        def call(*values: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Died
            return what(*values, **named)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(segments, "_sync", dying(segments._sync))
        patch.setattr(Path, "replace", dying(Path.replace))
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # who is dead removes nothing
        patch.setattr(sqlite3, "connect", dying(sqlite3.connect))
        try:
            scribe.calls(1)
        except Died:
            assert at < 5
    os.close(scribe.store._lock)
    again = Scribe(tmp_path, segment_facts=6)
    again.calls(1)
    again.store.close()
    told = [(f.seq, f.id) for f in read_facts(tmp_path)]
    assert told == [(f.seq, f.id) for f in scribe.facts + again.facts]
    assert not list(tmp_path.glob("*.new*"))


def test_a_disk_that_takes_no_new_segment_gets_the_facts_into_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scribe = Scribe(tmp_path, segment_facts=6)
    scribe.calls(2)

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(segments, "_sync", full)
        scribe.calls(1)
    assert len(names(tmp_path)) == 1
    scribe.calls(2)
    assert len(names(tmp_path)) == 2
    scribe.store.close()
    assert [f.id for f in read_facts(tmp_path)] == [f.id for f in scribe.facts]


def test_a_new_segment_that_can_be_seen_is_the_only_one_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder's fsync fails after the new name is there: were facts added to the old segment now, they would not count."""
    scribe = Scribe(tmp_path, segment_facts=6)
    scribe.calls(2)

    def failing(path: Path) -> None:
        if path.is_dir():
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(segments, "_sync", failing)
        for _ in range(3):
            with pytest.raises(OSError, match="Input/output"):
                scribe.calls(1)
    scribe.calls(1)
    scribe.store.close()
    assert [f.id for f in read_facts(tmp_path)] == [f.id for f in scribe.facts]


async def test_facts_of_many_segments_get_other_numbers_and_the_old_ones_are_gone(tmp_path: Path) -> None:
    before = written(tmp_path, calls=10, segment_facts=7)
    async with await opened(tmp_path, segment_facts=7) as journal:
        await journal.continue_after(1_000, above=12)
        await journal.record(UP)
        moved = await everything(journal)
        assert [f.seq for f in moved] == [*range(1, 13), *range(1_001, 1_020)]
        assert [f.id for f in moved[:30]] == [f.id for f in before]
        [contact] = await journal.open_contacts()
        assert contact.arrived.seq == 1_016
        assert [f.seq for f in await journal.open_agents()] == [1_017]
    async with await opened(tmp_path) as journal:
        assert list(await everything(journal)) == list(moved)
        assert journal.acknowledged == 1_000


async def test_a_process_may_die_between_numbering_anew_and_removing_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, calls=10, segment_facts=7)
    store = Store(tmp_path, "sh")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_delete", lambda *_: None)
        store.renumber(12, 100)
    os.close(store._lock)
    assert len(names(tmp_path)) > len(scan(tmp_path).segments)
    async with await opened(tmp_path) as journal:
        assert [f.seq for f in await everything(journal)] == [*range(1, 13), *range(113, 131)]
    assert len(names(tmp_path)) == len(scan(tmp_path).segments)


@pytest.mark.parametrize("version", ["first", "with agents"])
async def test_the_one_file_of_earlier_versions_becomes_the_first_segment_as_it_is(
    tmp_path: Path, version: str
) -> None:
    agents = (
        "CREATE TABLE open_agents (agent TEXT, what TEXT, seq INTEGER NOT NULL, PRIMARY KEY (agent, what)) WITHOUT ROWID;"
        "ALTER TABLE journal ADD COLUMN agents_seq INTEGER NOT NULL DEFAULT 0;"
    )
    ids = old_journal(tmp_path, agents if version == "with agents" else "")
    inode = (tmp_path / "journal.db").stat().st_ino
    async with await opened(tmp_path) as journal:
        assert (journal.last_seq, journal.acknowledged) == (12, 5)
        assert [f.id for f in await everything(journal)] == ids
        [contact] = await journal.open_contacts()
        assert [f.seq for f in await journal.facts_of(contact.contact)] == [10, 11, 12]
        assert [f.seq for f in await journal.open_agents()] == [11]
        assert (await journal.record(ENDED, contact.contact)).seq == 13
        await journal.record(WRAP_UP_ENDED, contact.contact)
    assert (tmp_path / "journal-000001-1.db").stat().st_ino == inode
    assert [f.seq for f in read_facts(tmp_path)] == list(range(3, 15))
    async with await opened(tmp_path) as journal:
        journal.set_acknowledged(14)
        await journal.prune(days=-1)
        assert not list(await everything(journal))


async def test_a_journal_that_an_earlier_version_began_beside_ours_is_not_mixed_with_it(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    old_journal(tmp_path)
    with pytest.raises(EnvironmentProblem) as error:
        await opened(tmp_path)
    assert [problem.code for problem in error.value.problems] == ["journal.two_journals"]


async def test_facts_can_be_read_beside_the_process_that_writes_them(tmp_path: Path) -> None:
    async with await opened(tmp_path, segment_facts=5) as journal:
        for _ in range(12):
            await journal.record(UP)
        assert [f.seq for f in read_facts(tmp_path)] == list(range(1, 13))
        await journal.record(UP)
    assert [f.seq for f in read_facts(tmp_path)] == list(range(1, 14))


def test_a_folder_can_be_looked_through_while_others_open_and_close_its_files(tmp_path: Path) -> None:
    """Whoever closes an SQLite file last takes its log away."""
    written(tmp_path, calls=20, segment_facts=30)
    paths = [segment.path for segment in scan(tmp_path).segments]
    over = threading.Event()

    def others() -> None:
        while not over.is_set():
            for path in paths:
                with closing(sqlite3.connect(path, isolation_level=None)) as file:
                    file.execute("UPDATE journal SET acknowledged = 0")

    other = threading.Thread(target=others)
    other.start()
    try:
        for _ in range(300):
            assert len(scan(tmp_path).segments) == len(paths)
            assert all(segments.size(path) > 0 for path in paths)
    finally:
        over.set()
        other.join()
