"""What only the journal on disk can show: restarts, kills, a second process, a disk that fails or hangs."""

import asyncio
import errno
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cti.facts import Fact
from cti.facts.kinds import ContactArrived, ContactEnded, EndCause, NodeUp, Party
from cti.journal import SqliteJournal
from cti.journal.numbering import Numbering
from cti.journal.segment import scan
from cti.journal.store import Store
from cti.kit.clock import SystemClock
from cti.kit.errors import EnvironmentProblem

ROOT = Path(__file__).parents[3]
ARRIVED = ContactArrived(hotline="95500", caller="", called="95500", node="sh1", asterisk_channel="PJSIP/1")
ENDED = ContactEnded(cause=EndCause.CONTAINED, by=Party.CUSTOMER, ms=1)
UP = NodeUp(node="sh1")

WRITER = """
import asyncio, sys
from pathlib import Path
from cti.facts.kinds import ContactArrived, ContactEnded
from cti.journal import SqliteJournal
from cti.kit.clock import SystemClock

ARRIVED = ContactArrived(hotline="95500", caller="", called="95500", node="sh1", asterisk_channel="PJSIP/1")
ENDED = ContactEnded(cause="contained", by="customer", ms=1)

async def caller(journal, name):
    n = 0
    while True:
        n += 1
        for data in (ARRIVED, ENDED):
            fact = await journal.record(data, f"{name}-{n}")
            sys.stdout.write(f"{fact.seq} {fact.id}\\n")
            sys.stdout.flush()

async def main():
    journal = await SqliteJournal.open(Path(sys.argv[1]), "sh", SystemClock(), patience=60.0, segment_facts=200)
    await asyncio.gather(*(caller(journal, f"{journal.last_seq}-{i}") for i in range(20)))

asyncio.run(main())
"""


async def opened(folder: Path, *, patience: float = 60.0, **options: float) -> SqliteJournal:
    """Unless it is to lose its patience, what was awaited is on disk, however slow that is."""
    return await SqliteJournal.open(folder, "sh", SystemClock(), patience=patience, **options)  # type: ignore[arg-type]


async def everything(journal: SqliteJournal) -> list[Fact]:
    return list(await journal.read(0, 10**9))


def newest(folder: Path) -> Path:
    return scan(folder).segments[-1].path


def codes(error: pytest.ExceptionInfo[EnvironmentProblem]) -> list[str]:
    return [problem.code for problem in error.value.problems]


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0.005)


async def test_numbers_times_and_open_contacts_go_on_after_a_restart(tmp_path: Path) -> None:
    async with await opened(tmp_path) as journal:
        first = await journal.record(ARRIVED, "c1")
        await journal.record(ARRIVED, "c2")
        journal.set_acknowledged(2)
    async with await opened(tmp_path) as journal:
        assert (journal.last_seq, journal.acknowledged) == (2, 2)
        third = await journal.record(ENDED, "c1")
        assert (third.seq, third.at >= first.at) == (3, True)
        assert [c.contact for c in await journal.open_contacts()] == ["c2"]


async def test_numbers_go_on_when_every_fact_was_deleted(tmp_path: Path) -> None:
    async with await opened(tmp_path) as journal:
        await asyncio.gather(*(journal.record(UP) for _ in range(5000)))
        journal.set_acknowledged(5000)
        assert await journal.prune(days=-1) == 5000
    async with await opened(tmp_path) as journal:
        assert (await journal.record(UP)).seq == 5001


async def test_facts_recorded_but_not_awaited_are_written_at_close(tmp_path: Path) -> None:
    async with await opened(tmp_path) as journal:
        waiting = [journal.record(UP) for _ in range(3000)]
    assert [(await w).seq for w in waiting] == list(range(1, 3001))
    async with await opened(tmp_path) as journal:
        assert [f.seq for f in await everything(journal)] == list(range(1, 3001))
    with pytest.raises(RuntimeError, match="closed"):
        journal.record(UP)


async def test_nothing_of_the_folder_is_open_any_more_when_the_journal_is_closed(tmp_path: Path) -> None:
    for _ in range(5):
        async with await opened(tmp_path) as journal:
            await asyncio.gather(*(journal.record(UP) for _ in range(2000)))
            reading = asyncio.ensure_future(everything(journal))  # takes longer than closing
            await asyncio.sleep(0)
        assert [path.name for path in tmp_path.iterdir() if path.name.endswith(("-wal", "-shm"))] == []
        assert len(await reading) == journal.last_seq


async def test_what_was_awaited_survives_kill_9_without_a_gap(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    known: dict[int, str] = {}
    for _ in range(8):
        writer = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert writer.stdout is not None
        # After so many facts is a random moment: in a commit, a checkpoint, or between.
        lines = [writer.stdout.readline() for _ in range(chance.randrange(1, 1500))]
        writer.send_signal(signal.SIGKILL)
        lines += [line for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
        known |= {int(seq): fact_id for seq, fact_id in (line.split() for line in lines)}
        async with await opened(tmp_path) as journal:
            stored = await everything(journal)
            still_open = {c.contact for c in await journal.open_contacts()}
        assert [f.seq for f in stored] == list(range(1, len(stored) + 1))
        assert known.items() <= {f.seq: f.id for f in stored}.items()
        arrived, ended = (
            {f.contact for f in stored if f.kind == kind} for kind in ("contact.arrived", "contact.ended")
        )
        assert still_open == arrived - ended


async def test_a_second_process_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    async with await opened(tmp_path):
        with pytest.raises(EnvironmentProblem) as error:
            await opened(tmp_path)
    assert codes(error) == ["journal.in_use"]
    assert str(os.getpid()) in error.value.render()
    assert str(os.getpid()) in error.value.render("zh")
    await (await opened(tmp_path)).close()


async def test_a_process_takes_over_though_another_one_fills_the_disk_in_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would write for people to read is less than one block, and that may be the one that was left."""
    await (await opened(tmp_path)).close()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    async with await opened(tmp_path) as journal:
        assert (await journal.record(UP)).seq == 1
        with pytest.raises(EnvironmentProblem) as error:
            await opened(tmp_path)
        assert codes(error) == ["journal.in_use"]


async def test_another_sites_journal_is_refused(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    with pytest.raises(EnvironmentProblem) as error:
        await SqliteJournal.open(tmp_path, "bj", SystemClock())
    assert codes(error) == ["journal.other_site"]
    await (await opened(tmp_path)).close()


async def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    with closing(sqlite3.connect(newest(tmp_path))) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(EnvironmentProblem) as error:
        await opened(tmp_path)
    assert codes(error) == ["journal.newer_format"]


async def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem) as error:
        await opened(tmp_path / "file" / "sh")
    assert codes(error) == ["journal.unwritable"]


async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    async with await opened(tmp_path / "sh") as journal:
        await journal.record(UP)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "sh").iterdir()}
    assert modes.keys() >= {"journal-000001-1.db", "journal-000001-1.db-wal", "journal.lock"}
    assert {mode & 0o077 for mode in modes.values()} == {0}


async def test_callers_do_not_wait_for_a_disk_that_hangs_and_no_fact_is_lost(tmp_path: Path) -> None:
    async with await opened(tmp_path, patience=0.5, retry=0.05) as journal:
        await journal.record(UP)
        await until(lambda: journal.last_seq == 1 and not journal.degraded)
        holder = sqlite3.connect(newest(tmp_path), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")  # stands for a disk that does not answer
        async with asyncio.timeout(20):  # each for itself would wait for 25 s
            facts = [await journal.record(UP) for _ in range(50)]
        assert (journal.degraded, journal.figures().buffered, journal.last_seq) == (True, 50, 1)
        holder.execute("ROLLBACK")
        holder.close()
        await until(lambda: not journal.degraded)
        assert [f.id for f in await everything(journal)][1:] == [f.id for f in facts]
        assert journal.figures().buffered == 0


async def test_beyond_the_buffer_facts_are_counted_as_lost_and_take_no_number(tmp_path: Path) -> None:
    async with await opened(tmp_path, patience=0.05, retry=0.05, buffer=10) as journal:
        holder = sqlite3.connect(newest(tmp_path), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        for _ in range(25):
            await journal.record(UP)
        assert (journal.figures().buffered, journal.figures().lost) == (10, 15)
        holder.execute("ROLLBACK")
        holder.close()
        await until(lambda: not journal.degraded)
        await journal.record(UP)
        assert [f.seq for f in await everything(journal)] == list(range(1, 12))


FULL_DISK = """
import asyncio, os, resource, sys
from pathlib import Path
from cti.facts.kinds import NodeUp
from cti.journal import SqliteJournal
from cti.kit.clock import SystemClock

async def main():
    folder = Path(sys.argv[1])
    async with await SqliteJournal.open(folder, "sh", SystemClock(), patience=5, retry=0.05) as journal:
        await journal.record(NodeUp(node="before"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for i in range(200):
            await asyncio.wait_for(journal.record(NodeUp(node=f"during{i}")), 5)
        assert journal.degraded and journal.figures().buffered == 200
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        async with asyncio.timeout(10):
            while journal.degraded:
                await asyncio.sleep(0.01)
        await journal.record(NodeUp(node="after"))
        assert [f.seq for f in await journal.read(0, 999)] == list(range(1, 203))
        assert journal.figures().lost == 0

asyncio.run(main())
print("well")
"""


async def test_calls_go_on_when_the_disk_is_full_and_facts_follow_when_it_is_not(tmp_path: Path) -> None:
    # A limit on the size of files stands for the disk's: writes fail in the same place, also for an ordinary user.
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr


async def test_close_does_not_wait_for_ever_for_a_disk_that_hangs(tmp_path: Path) -> None:
    journal = await opened(tmp_path, patience=0.05, retry=0.05)
    holder = sqlite3.connect(newest(tmp_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waiting = journal.record(UP)
    async with asyncio.timeout(20):
        await journal.close()
    assert (await waiting).seq == 1
    assert journal.figures().lost == 1
    holder.close()


def test_a_batch_that_was_stored_although_the_commit_failed_is_not_stored_twice(tmp_path: Path) -> None:
    store, numbering = Store(tmp_path, "sh"), Numbering("sh", SystemClock())
    facts = []
    for _ in range(4):
        facts.append(numbering.next(UP, None))
        numbering.take()
    store.append(facts[:2], 0)
    store.append(facts, 0)
    store.append(facts, 0)
    assert store.head.last_seq == 4
    with pytest.raises(AssertionError, match="does not follow"):
        store.append([facts[3].model_copy(update={"seq": 9})], 0)
    store.close()


async def test_facts_on_their_way_move_with_those_on_disk(tmp_path: Path) -> None:
    async with await opened(tmp_path) as journal:
        done = await journal.record(ARRIVED, "c1")
        early = [journal.record(UP) for _ in range(100)]
        moving = asyncio.ensure_future(journal.continue_after(10_000, above=0))
        await asyncio.sleep(0)
        late = [journal.record(UP) for _ in range(100)]
        # All is on disk before the loop hears of any of it: the end of the move may not take back what came after it.
        deadline = time.monotonic() + 10
        while journal._store.head.last_seq != 10_201:
            assert time.monotonic() < deadline
            os.sched_yield()
        await asyncio.gather(moving, *early, *late)
        stored = await everything(journal)
        assert [f.seq for f in stored] == list(range(10_001, 10_202))
        assert [f.id for f in stored] == [f.id for f in (done, *[await f for f in early], *[await f for f in late])]
        assert journal.last_seq == 10_201
    async with await opened(tmp_path) as journal:
        assert (journal.acknowledged, (await journal.record(ENDED, "c1")).seq) == (10_000, 10_202)
        assert list(await journal.open_contacts()) == []


async def test_a_listener_that_raises_disturbs_nobody(tmp_path: Path) -> None:
    def raises(fact: Fact) -> None:
        raise ValueError(fact.seq)

    heard: list[int] = []
    async with await opened(tmp_path) as journal:
        journal.subscribe(raises)
        journal.subscribe(lambda fact: heard.append(fact.seq))
        await journal.record(UP)
    assert heard == [1]


async def test_the_wall_clock_of_the_last_process_does_not_turn_time_back(tmp_path: Path) -> None:
    class Ahead(SystemClock):
        def wall(self) -> datetime:
            return super().wall() + timedelta(hours=1)

    async with await SqliteJournal.open(tmp_path, "sh", Ahead(), patience=60.0) as journal:
        ahead = await journal.record(UP)
    async with await opened(tmp_path) as journal:
        assert (await journal.record(UP)).at >= ahead.at
