"""Disks that fail, and what a crash leaves at the end of a journal."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable

from cti.site.processes import processes
from tests.faults.journals import Tail, count, newest
from tests.faults.moment import Moment
from tests.strace import fsync_failing


async def disk_full(moment: Moment) -> None:
    """The active process may write nothing more for a while: each write fails."""
    pid = moment.active
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        await moment.comes_to("journal_degraded", 1)
        await asyncio.sleep(moment.rng.uniform(3, 10))
    finally:
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        except ProcessLookupError:
            raise AssertionError(f"{moment.site}'s process did not survive a full disk") from None
    await moment.comes_to("facts_buffered", 0)  # what was kept in memory is written


async def fsync_fails(moment: Moment) -> None:
    """The disk takes what is written, and says that it could not keep it: every fsync of the active process gives EIO."""
    pid = moment.active
    with fsync_failing(pid):
        await moment.comes_to("journal_degraded", 1)
        await asyncio.sleep(moment.rng.uniform(3, 8))
    assert moment.active == pid, f"{moment.site}'s process did not survive an fsync that fails"
    await moment.comes_to("journal_degraded", 0)
    await moment.comes_to("facts_buffered", 0)


async def journal_torn(moment: Moment) -> None:
    """Both processes die in the middle of a write: half a frame stands behind the last commit. Nothing that was promised is touched."""
    before, after = await _crash_with(moment, Tail.tear)
    assert after == before, f"{before - after} facts that were promised are gone"


async def tail_damaged(moment: Moment) -> None:
    """Both processes die, and the disk has lost what it had promised to keep: the last commit. Its facts are gone, by physics;
    if the data center has them already, their numbers must not be used again."""
    before, after = await _crash_with(moment, Tail.damage)
    moment.notes.append(f"{before - after} facts were in the last commit")
    assert after < before, "the damage did no harm"


async def _crash_with(moment: Moment, harm: Callable[[Tail], None]) -> tuple[int, int]:
    """Kills both processes, harms the journal while nobody is there, and starts them again. Facts in it before and after."""
    system, folder = moment.center.system, moment.center.settings.site_folder(moment.site)
    names = (moment.site, f"{moment.site}-standby")
    await system.crash(*names)
    try:
        assert processes(folder).active is None, f"{moment.site} lives"
        before = await asyncio.to_thread(count, folder)
        file = newest(folder)
        await asyncio.to_thread(lambda: harm(Tail(file.with_name(f"{file.name}-wal"))))
        after = await asyncio.to_thread(count, folder)
    finally:
        for name in names:
            system.start(name)
    return before, after
