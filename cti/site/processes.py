"""`cti site --status` and `--hand-over`: which processes a site has, and a change of places between them."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cti.journal import Lease
from cti.kit.errors import EnvironmentProblem, problem

HAND_OVER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Processes:
    """By process number; None where there is none. `seconds`: how long the change of places took, if there was one."""

    active: int | None
    standby: int | None
    seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {"active": self.active, "standby": self.standby, "seconds": self.seconds}

    def text(self, site: str) -> str:
        standby = self.standby or "none 无"
        took = "" if self.seconds is None else f"; handed over in {self.seconds:.2f} s 已切换"
        return f"{site}: active 主用 {self.active or 'none 无'}, standby 备用 {standby}{took}"


def processes(folder: Path) -> Processes:
    """Of a site, as its lease names them."""
    lease = Lease(folder)
    try:
        active, standby = lease.active, lease.standby
        return Processes(active.pid if active.is_alive() else None, standby.pid if standby.is_alive() else None)
    finally:
        lease.release()


def handed_over(folder: Path, site: str) -> Processes:
    """Asks the active process to end, and waits until the other one is active. Raises `EnvironmentProblem` when there are not two."""
    before = processes(folder)
    if before.active is None or before.standby is None:
        missing = "no active process" if before.active is None else "no process that stands by"
        raise EnvironmentProblem(problem(
            "site.not_two", site, f"There is {missing} on this machine.", "本机没有可切换的主用和备用进程。",
            f"Start another `cti site {site}` first.", f"请先再启动一个 `cti site {site}`。"))  # fmt: skip
    began = time.monotonic()
    os.kill(before.active, signal.SIGTERM)
    while time.monotonic() - began < HAND_OVER_SECONDS:
        now = processes(folder)
        if now.active not in (None, before.active):
            return Processes(now.active, now.standby, round(time.monotonic() - began, 3))
        time.sleep(0.01)
    raise EnvironmentProblem(problem(
        "site.not_handed_over", site, f"Process {before.active} did not give its place up in {HAND_OVER_SECONDS:.0f} s.",
        f"进程 {before.active} 在 {HAND_OVER_SECONDS:.0f} 秒内未让出。", "Look into its log; `kill -9` is safe.",
        "请查看其日志；可以安全地使用 `kill -9`。"))  # fmt: skip
