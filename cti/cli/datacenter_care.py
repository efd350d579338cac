"""`cti datacenter --backup`, `--restore` and `--rebuild`."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cti.datacenter import Database, back_up, rebuild, restore


@dataclass(frozen=True, slots=True)
class Report:
    """What was done."""

    seconds: float
    backup: str | None = None
    restored: str | None = None
    contacts: int | None = None  # told again

    def as_json(self) -> dict[str, Any]:
        return {
            "backup": self.backup,
            "restored": self.restored,
            "contacts": self.contacts,
            "seconds": round(self.seconds, 2),
        }

    def text(self) -> str:
        done = [f"{self.backup} written 已备份"] if self.backup else []
        done += [f"{self.restored} restored 已恢复"] if self.restored else []
        done += [f"{self.contacts} contacts told again 个联络已重建"] if self.contacts is not None else []
        return f"{', '.join(done)}; {self.seconds:.1f} s"


async def maintain(url: str, backup: Path | None, copy: Path | None, again: bool) -> Report:
    """In this order: backup, restore, rebuild."""
    began, contacts = time.monotonic(), None
    if backup is not None:
        await back_up(url, backup)
    if copy is not None:
        await restore(url, copy)
    if again:
        database = Database(url, statement_seconds=None)
        try:
            contacts = await rebuild(database, _progress)
        finally:
            await database.close()
    written, restored = (None if file is None else str(file) for file in (backup, copy))
    return Report(time.monotonic() - began, written, restored, contacts)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() or done == of:
        print(f"\r{done}/{of} contacts 联络", end="" if done < of else "\n", file=sys.stderr, flush=True)
