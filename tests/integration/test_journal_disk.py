"""The journal on a disk whose fsync fails, and on one that is full.

The first is a real process under strace, which lets the system calls of a moment fail with EIO. What matters is what a machine that
loses its power then would still have. The kernel drops the pages that it could not write and goes on showing them; so a segment whose
fsync failed must not be believed beyond the last commit that succeeded, by whoever reads it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cti.facts.kinds import NodeUp
from cti.journal import SqliteJournal, read_facts
from cti.journal.segment import scan
from cti.kit.clock import SystemClock
from tests.strace import fsync_failing, may_trace

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(60)

WRITER = """
import asyncio, ctypes, json, sys
from pathlib import Path
from cti.facts.kinds import NodeUp
from cti.journal import SqliteJournal
from cti.kit.clock import SystemClock

ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # PR_SET_PTRACER: whoever likes may trace it

async def main():
    async with await SqliteJournal.open(Path(sys.argv[1]), "sh", SystemClock(), patience=60, retry=0.05) as journal:
        while True:
            fact = await journal.record(NodeUp(node="sh1"))
            figures = journal.figures()
            print(json.dumps([fact.seq, fact.id, figures.degraded, figures.last_seq, figures.segments]), flush=True)
            await asyncio.sleep(0.005)

asyncio.run(main())
"""


class Writer:
    """A process that records, and says after each fact what it knows: `seq, id, degraded, last_seq, segments`."""

    def __init__(self, folder: Path) -> None:
        self.said: list[list[Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def until(self, condition: Callable[[list[Any]], bool], seconds: float = 30.0) -> list[Any]:
        """Reads on until it says something of that kind."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            assert line, "the writer died"
            self.said.append(json.loads(line))
            if condition(self.said[-1]):
                return self.said[-1]
        raise AssertionError(f"not within {seconds} s; last: {self.said[-1:]}")

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    if not may_trace():
        pytest.skip("strace is not installed (.ci/setup test brings it), or this system lets no process trace another")
    writer = Writer(tmp_path)
    try:
        writer.until(lambda said: said[0] > 20)
        yield writer
    finally:
        writer.end()


def is_degraded(said: list[Any]) -> bool:
    return bool(said[2])


async def test_recording_goes_on_while_fsync_fails_and_every_fact_is_there_afterwards(
    tmp_path: Path, writer: Writer
) -> None:
    with fsync_failing(writer.process.pid):
        _, _, _, on_disk, segments = writer.until(is_degraded)
        later = writer.until(lambda said: said[0] > on_disk + 100)
        assert later[3:] == [on_disk, segments], "what could not be written was believed"
    _, _, _, _, after = writer.until(lambda said: not said[2] and said[3] == said[0])
    assert after == segments + 1, "the file whose fsync failed was written on"
    writer.end()
    recorded = {seq: fact_id for seq, fact_id, *_ in writer.said}
    stored = [(fact.seq, fact.id) for fact in read_facts(tmp_path)]
    assert [seq for seq, _ in stored] == list(range(1, len(stored) + 1))
    assert recorded.items() <= dict(stored).items()


async def test_a_process_that_dies_while_fsync_fails_leaves_what_was_believed_and_its_numbers_go_on(
    tmp_path: Path, writer: Writer
) -> None:
    with fsync_failing(writer.process.pid):
        _, _, _, on_disk, _ = writer.until(is_degraded)
        writer.until(lambda said: said[0] > on_disk + 20)
        writer.end()
    async with await SqliteJournal.open(tmp_path, "sh", SystemClock(), patience=60) as journal:
        stored = await journal.read(0, 10**9)
        assert on_disk <= len(stored) <= on_disk + 2  # the commit that failed may have happened
        believed = [(seq, fact_id) for seq, fact_id, *_ in writer.said if seq <= on_disk]
        assert [(fact.seq, fact.id) for fact in stored][:on_disk] == believed
        assert (await journal.record(NodeUp(node="sh1"))).seq == len(stored) + 1


def test_what_a_failed_segment_shows_beyond_the_last_commit_does_not_count(tmp_path: Path, writer: Writer) -> None:
    with fsync_failing(writer.process.pid):
        _, _, _, on_disk, _ = writer.until(is_degraded)
        [segment] = scan(tmp_path).segments
        log = segment.path.with_name(segment.path.name + "-wal")
        shutil.copy2(log, tmp_path / "log")
    writer.until(lambda said: said[4] == 2 and not said[2])
    writer.end()
    facts = [fact.id for fact in read_facts(tmp_path)]
    shutil.copy2(
        tmp_path / "log", log
    )  # as it was when fsync failed, as if the old segment had not been closed in order
    with closing(sqlite3.connect(segment.path)) as file:
        assert file.execute("SELECT max(seq) FROM facts").fetchone() > (on_disk,), "nothing to be taken in by"
    shutil.copy2(tmp_path / "log", log)
    assert [fact.id for fact in read_facts(tmp_path)] == facts


FULL = """
import asyncio, os, sys
from pathlib import Path
from cti.facts.kinds import NodeUp
from cti.journal import SqliteJournal
from cti.kit.clock import SystemClock

folder, filling, UP = Path(sys.argv[1]), Path(sys.argv[1], "filling"), NodeUp(node="sh1")

async def active():
    journal = await SqliteJournal.open(folder / "sh", "sh", SystemClock(), retry=0.05)
    await asyncio.gather(*(journal.record(UP) for _ in range(50)))
    with filling.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    while not journal.degraded:
        await journal.record(UP)
    os._exit(0)

async def successor():
    async with await SqliteJournal.open(folder / "sh", "sh", SystemClock(), retry=0.05) as journal:
        assert journal.last_seq >= 50
        for _ in range(500):
            await journal.record(UP)
        assert journal.degraded and journal.figures().lost == 0
        filling.unlink()
        async with asyncio.timeout(30):
            while journal.degraded:
                await asyncio.sleep(0.01)
        stored = await journal.read(0, 10**9)
        assert [fact.seq for fact in stored] == list(range(1, journal.last_seq + 1)) and len(stored) >= 550

asyncio.run(active() if sys.argv[2] == "active" else successor())
"""


def test_a_process_that_takes_over_on_a_full_disk_records_too(tmp_path: Path) -> None:
    """A disk of three megabytes, which the first process fills before it dies."""
    inside = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c"]
    mount = f"mount -t tmpfs -o size=3m none {tmp_path}"
    if subprocess.run([*inside, mount], capture_output=True, check=False).returncode:
        pytest.skip("this system lets no process mount a disk of its own")
    run = " && ".join(f'"{sys.executable}" -c "$0" {tmp_path} {who}' for who in ("active", "successor"))
    done = subprocess.run([*inside, f"{mount} && {run}", FULL], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
