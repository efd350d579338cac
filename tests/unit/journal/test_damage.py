"""Torn ends and damaged segments: what is whole survives, what can't be read is told, and the journal goes on without a gap."""

import asyncio
import json
import logging
import os
import random
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from cti.facts import Fact
from cti.journal import Relay, SqliteJournal, read_facts, rescue
from cti.journal.segment import Segment, scan
from cti.kit.backoff import Backoff
from cti.kit.clock import SystemClock
from tests.unit.journal.scribes import ENDED, UP, Scribe, everything, old_journal, opened, written

PAGE = 4096


def whole(folder: Path) -> list[Path]:
    return [segment.path for segment in scan(folder).segments]


def spoil_body(path: Path, seq: int, was: bytes = b"01", now: bytes = b"77") -> None:
    """Changes a fact's id where it lies in the file: no page's structure is touched."""
    with closing(sqlite3.connect(path)) as file:
        (body,) = file.execute("SELECT CAST(body AS BLOB) FROM facts WHERE seq = ?", (seq,)).fetchone()
    content = path.read_bytes()
    assert content.count(body) == 1
    path.write_bytes(content.replace(body, body.replace(b'"id":"' + was, b'"id":"' + now)))


def spoil_pages(path: Path, chance: random.Random, count: int, first: int) -> None:
    """Overwrites pages with noise or nothing, as a failing disk does."""
    with path.open("r+b") as file:
        pages = path.stat().st_size // PAGE
        for _ in range(count):
            file.seek(PAGE * chance.randrange(first, pages))
            file.write(chance.choice([bytes(PAGE), chance.randbytes(PAGE), chance.randbytes(50)]))


def is_told(found: Sequence[Fact], wanted: Sequence[Fact]) -> int:
    """Every number is there, with its fact or as lost. Gives how many are lost."""
    assert [f.seq for f in found] == [f.seq for f in wanted]
    lost = [f.seq for f in found if f.kind == "fact.lost"]
    assert [f for f in found if f.seq not in lost] == [f for f in wanted if f.seq not in lost]
    return len(lost)


def reported(caplog: pytest.LogCaptureFixture) -> list[tuple[int, int]]:
    found = [r for r in caplog.records if r.message == "journal.segment_damaged"]
    return [(r.fields["facts_lost"], r.fields["lost_unacknowledged"]) for r in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", ["cut off", "spoiled"])
async def test_a_torn_log_gives_back_every_commit_whose_bytes_are_whole(tmp_path: Path, how: str) -> None:
    """The files are those of a process that was killed: nothing of the log is in the database yet."""
    chance, scribe = random.Random(15), Scribe(tmp_path / "killed", segment_facts=10_000)
    wal = Path(f"{scribe.store.segments[-1].path}-wal")
    ends = {0: 0}  # of each commit in the log: how many facts there are then
    for _ in range(60):
        scribe.calls(1)
        ends[wal.stat().st_size] = len(scribe.facts)
    assert max(ends) < 1000 * PAGE
    for trial in range(25):
        folder = tmp_path / str(trial)
        shutil.copytree(tmp_path / "killed", folder)
        torn = chance.randrange(max(ends))
        with (folder / wal.name).open("r+b") as file:
            if how == "cut off":
                file.truncate(torn)
            else:
                file.seek(torn)
                byte = file.read(1)
                file.seek(torn)
                file.write(bytes([byte[0] ^ 0xFF]))
        kept = scribe.facts[: ends[max(end for end in ends if end <= torn)]]
        async with await opened(folder) as journal:
            assert list(await everything(journal)) == kept
            ended = {f.contact for f in kept if f.kind == "contact.ended"}
            assert [c.contact for c in await journal.open_contacts()] == sorted(
                {f.contact for f in kept} - ended, key=[f.contact for f in kept].index
            )
            assert (await journal.record(UP)).seq == len(kept) + 1
    scribe.store.close()


async def test_what_an_earlier_process_wrote_is_written_through_at_the_start(tmp_path: Path) -> None:
    """After an fsync that failed, the log may show what the disk does not have."""
    scribe = Scribe(tmp_path, segment_facts=1_000)
    scribe.calls(5)
    shutil.copytree(tmp_path, tmp_path / "killed")
    async with await opened(tmp_path / "killed"):
        [path] = whole(tmp_path / "killed")
        assert Path(f"{path}-wal").stat().st_size == 0
    scribe.store.close()


async def test_a_fact_that_is_not_what_was_written_leaves_its_number_to_one_that_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    facts = written(tmp_path, calls=10, segment_facts=9)
    damaged = whole(tmp_path)[1]
    spoil_body(damaged, 14)
    before = damaged.read_bytes()
    async with await opened(tmp_path) as journal:
        journal.set_acknowledged(13)
        with caplog.at_level(logging.ERROR):
            found = await everything(journal)
        assert is_told(found, facts) == 1
        lost = found[13]
        assert (lost.kind, lost.at, lost.contact, lost.data) == (
            "fact.lost", facts[12].at, None, {"reason": "unreadable"},
        )  # fmt: skip
        assert reported(caplog) == [(1, 1)]
        assert list(await everything(journal)) == list(found)  # and it stays so
        assert journal.figures().unreadable == 1
        assert (await journal.record(UP)).seq == 31
    assert (tmp_path / f"{damaged.name}.damaged").read_bytes() == before
    assert list(read_facts(tmp_path))[:30] == list(found)


async def test_a_contact_whose_beginning_is_lost_is_open_no_more_and_can_begin_again(tmp_path: Path) -> None:
    scribe = Scribe(tmp_path, segment_facts=9)
    scribe.calls(2)
    scribe.tell((UP, None))
    scribe.tell(*[(UP, None)] * 9)
    scribe.store.close()
    first = whole(tmp_path)[0]
    spoil_body(first, 4)  # the second call arrived
    spoil_body(first, 5)  # its wrap-up began
    async with await opened(tmp_path) as journal:
        assert list(await journal.open_contacts()) == []
        assert list(await journal.open_agents()) == []
        assert len(await everything(journal)) == 16
        assert (await journal.record(ENDED, "c3-1")).seq == 17
        assert list(await journal.open_contacts()) == []


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_to_closed_segments_the_rest_is_read_and_no_number_is_missing(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    facts = written(tmp_path, calls=120, segment_facts=90, at_once=10)
    *closed, _ = whole(tmp_path)
    for path in chance.sample(closed, 2):
        spoil_pages(path, chance, count=chance.randrange(1, 4), first=chance.choice([0, 1]))
    async with await opened(tmp_path) as journal:
        lost = is_told(await everything(journal), facts)
        assert journal.figures().unreadable == lost
        assert (await journal.record(UP)).seq == 361
        await journal.open_contacts()
    async with await opened(tmp_path) as journal:
        assert is_told((await everything(journal))[:360], facts) == lost


@pytest.mark.parametrize("seed", range(10))
async def test_whatever_happens_to_the_newest_segment_the_journal_goes_on_behind_what_can_be_read(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    facts = written(tmp_path, calls=100, segment_facts=180, at_once=10)
    newest = whole(tmp_path)[-1]
    spoil_pages(newest, chance, count=chance.randrange(1, 4), first=chance.choice([0, 1]))
    async with await opened(tmp_path) as journal:
        found = await everything(journal)
        assert len(found) >= 180
        is_told(found, facts[: len(found)])
        assert (await journal.record(UP)).seq == len(found) + 1
        known = {f.seq for f in found if f.kind != "fact.lost"}
        assert all(contact.arrived.seq in known for contact in await journal.open_contacts())
    async with await opened(tmp_path) as journal:
        assert list(await everything(journal))[: len(found)] == list(found)


@pytest.mark.parametrize("what", ["garbage", "empty", "cut off"])
async def test_a_newest_segment_of_which_nothing_is_left_is_begun_again(
    tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    facts = written(tmp_path, calls=10, segment_facts=18)
    newest = whole(tmp_path)[-1]
    match what:
        case "garbage":
            newest.write_bytes(b"not a database, but long enough to be taken for one" * 1000)
        case "empty":
            newest.write_bytes(b"")
        case _:
            os.truncate(newest, 2 * PAGE + 5)
    with caplog.at_level(logging.ERROR):
        async with await opened(tmp_path) as journal:
            found = await everything(journal)
            is_told(found, facts[: len(found)])
            assert len(found) >= 18
            assert (await journal.record(UP)).seq == len(found) + 1
    assert len(reported(caplog)) == 1
    assert (tmp_path / f"{newest.name}.damaged").exists()


async def test_two_who_meet_the_same_damage_have_the_segment_made_anew_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one would find the damaged file set aside, and put a segment that lacks everything over the good one."""
    facts = written(tmp_path, calls=10, segment_facts=9)
    damaged = whole(tmp_path)[1]
    spoil_body(damaged, 14)
    made: list[rescue.Rescued] = []

    def make_anew(segment: Segment, before: Segment | None, site: str) -> rescue.Rescued:
        deadline = time.monotonic() + 5
        while made and damaged.exists() and time.monotonic() < deadline:
            time.sleep(0.001)  # a thread that does not come to its turn
        made.append(rescue.rescue(segment, before, site))
        return made[-1]

    monkeypatch.setattr("cti.journal.journal.rescue", make_anew)
    async with await opened(tmp_path) as journal:
        await asyncio.gather(everything(journal), everything(journal))
        assert [rescued.lost for rescued in made] == [{14}]
        assert is_told(await everything(journal), facts) == 1
    assert is_told(list(read_facts(tmp_path)), facts) == 1


async def test_a_segment_that_somebody_deleted_is_told_as_lost(tmp_path: Path) -> None:
    facts = written(tmp_path, calls=9, segment_facts=9)
    async with await opened(tmp_path) as journal:
        whole(tmp_path)[1].unlink()
        assert is_told(await everything(journal), facts) == 9


async def test_damage_found_in_the_segment_that_is_being_written_does_not_stop_the_writing(tmp_path: Path) -> None:
    async with await opened(tmp_path) as journal:
        facts = [await journal.record(UP, f"c{n}") for n in range(50)]
        [path] = whole(tmp_path)
        with closing(sqlite3.connect(path)) as file:  # stands for a page that comes back changed
            file.execute("UPDATE facts SET body = replace(body, 'sh1', 'sh2') WHERE seq = 25")
            file.commit()
        waiting = [journal.record(UP) for _ in range(50)]
        assert is_told((await everything(journal))[:50], facts) == 1
        facts += [await fact for fact in waiting]
        assert is_told(await everything(journal), facts) == 1


async def test_a_disk_that_does_not_take_the_new_file_only_delays_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = written(tmp_path, calls=10, segment_facts=9)
    spoil_body(whole(tmp_path)[1], 14)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async with await opened(tmp_path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(rescue, "create", full)
            with pytest.raises(OSError, match="No space"):
                await everything(journal)
            facts.append(await journal.record(UP))
            assert not journal.degraded
        assert is_told(await everything(journal), facts) == 1


async def test_a_full_disk_on_which_old_facts_are_to_be_deleted_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is done beside the calls, every hour and at every start: an error would end the site's process, and the next one too."""
    facts = written(tmp_path, calls=10, segment_facts=9)
    whole(tmp_path)[0].write_bytes(b"not a database" * 1000)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async with await opened(tmp_path) as journal:
        journal.set_acknowledged(journal.last_seq)
        with monkeypatch.context() as patch:
            patch.setattr(rescue, "create", full)
            assert await journal.prune(days=30) == 0
        assert "journal.not_pruned" in [record.message for record in caplog.records]
        assert is_told(await everything(journal), facts) == 9


@pytest.mark.parametrize("died", ["before it was known", "before the old one was aside"])
async def test_a_process_may_die_while_it_makes_a_segment_anew(tmp_path: Path, died: str) -> None:
    facts = written(tmp_path, calls=6, segment_facts=9)
    damaged, before = scan(tmp_path).segments[0], None
    spoil_body(damaged.path, 7)  # of the third call: ended, so nothing open needs it
    made = rescue.rescue(damaged, before, "sh")
    assert made.lost == {7}
    if died == "before it was known":
        made.segment.path.rename(made.segment.path.with_name(made.segment.path.name + ".new"))
    async with await opened(tmp_path) as journal:
        assert is_told(await everything(journal), facts) == 1
    assert sorted(p.name for p in tmp_path.glob("*000001*")) == [
        "journal-000001-1.db.damaged", "journal-000001-1.r1.db",
    ]  # fmt: skip


async def test_the_data_center_gets_what_stands_for_a_lost_fact_and_waits_for_nothing(tmp_path: Path) -> None:
    facts = written(tmp_path, calls=10, segment_facts=9)
    spoil_body(whole(tmp_path)[1], 14)
    has: dict[int, str] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        has.update((fact["seq"], fact["kind"]) for fact in json.loads(request.content)["facts"])
        acknowledged = next(n for n in range(99) if n + 1 not in has)

        async def said() -> AsyncIterator[bytes]:
            yield b'{"acknowledged": %d}' % acknowledged

        return httpx.Response(200, content=said())

    async with (
        await opened(tmp_path) as journal,
        httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http,
        asyncio.TaskGroup() as tasks,
    ):
        backoff = Backoff(first=0.002, cap=0.02)
        relay = Relay(journal, "http://center", "sh", "secret", http, SystemClock(), backoff=backoff)
        running = tasks.create_task(relay.run())
        assert await relay.drain(within=10)
        assert journal.acknowledged == 30
        running.cancel()
    assert has == {f.seq: f.kind for f in facts} | {14: "fact.lost"}


async def test_what_is_damaged_can_still_be_deleted_when_the_data_center_has_it(tmp_path: Path) -> None:
    written(tmp_path, calls=9, segment_facts=9)
    for path in whole(tmp_path):
        spoil_pages(path, random.Random(1), count=2, first=1)
    async with await SqliteJournal.open(tmp_path, "sh", SystemClock(), patience=60.0, segment_facts=9) as journal:
        journal.set_acknowledged(journal.last_seq)
        await journal.prune(days=-1)
        assert [f.seq for f in await everything(journal) if f.seq < 10] == []


@pytest.mark.parametrize("seed", range(6))
async def test_a_damaged_file_of_an_earlier_version_is_taken_on_with_what_can_be_read(
    tmp_path: Path, seed: int
) -> None:
    ids = old_journal(tmp_path)
    spoil_pages(tmp_path / "journal.db", random.Random(seed), count=1, first=seed % 2)
    async with await opened(tmp_path) as journal:
        found = [f for f in await everything(journal) if f.kind != "fact.lost"]
        assert {f.id for f in found} <= set(ids)
        seq = journal.last_seq
        assert (await journal.record(UP)).seq == seq + 1
    async with await opened(tmp_path) as journal:
        assert [f.id for f in await everything(journal) if f.kind != "fact.lost"][:-1] == [f.id for f in found]
