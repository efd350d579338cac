"""How long an agent who becomes free waits for the next caller: from the BYE of one call to the INVITE of the next, at the agent's phone.

The same real Asterisk, the same phones, the same callers: once by Hotline, with a desktop that must show the caller first, and once by
Asterisk's own app_queue. Callers always wait, so that every free agent has somebody to talk to.

    python -m tests.bench.assignment
    python -m tests.bench.assignment --agents 40 --seconds 60
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.asterisk.sounds import render
from cti.ivr import load_hotline
from cti.settings import Settings
from cti.wiring import hotline_folder
from tests.desktop import Desktop
from tests.phone import Phone
from tests.system import System

TOPOLOGY = """\
hotline: "95500"
data_center: {{host: 127.0.190.1, port: 8000}}
sites:
  - name: sh
    host: 127.0.191.1
    nodes: [{{name: sh1, address: 127.0.191.1}}]
    carriers: [{{name: carrier, addresses: [127.0.199.1]}}]
    agents:
{agents}
"""
FLOW = """\
hotline: "95500"
name: bench
languages: [en]
start: wait
nodes:
  wait: {kind: queue, title: {zh: 等待, en: Wait}, queue: bench, timeout: over}
  over: {kind: hang_up, title: {zh: 结束, en: Over}}
"""
QUEUES = """\
queues:
  bench:
    title: {zh: 测试, en: Bench}
    skills: {bench: 1}
    wrap_up_seconds: 0
    longest_wait_seconds: 3600
wrap_up_codes: [{code: done, zh: 完成, en: Done}]
break_reasons: [{code: rest, zh: 小休, en: Rest}]
"""
APP_QUEUE = "95501"
PHONES, CARRIER = "127.0.198.1", "127.0.199.1"
TALK = (1.0, 3.0)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


class Load:
    """Agents' phones that answer and hang up, and callers who always wait."""

    def __init__(self, stack: AsyncExitStack, server: str) -> None:
        self.latencies: list[float] = []  # seconds
        self.served = 0
        self._stack, self._server = stack, server
        self._rng = random.Random(3)
        self._tasks: list[asyncio.Task[None]] = []

    async def agent(self, phone: Phone) -> None:
        """Answers, talks a little, hangs up, and looks how soon the next call comes."""
        freed: float | None = None
        while True:
            call = await phone.incoming.get()
            if freed is not None:
                self.latencies.append(time.perf_counter() - freed)
            await call.answer()
            await asyncio.sleep(self._rng.uniform(*TALK))
            self.served += 1
            freed = time.perf_counter()
            await call.hang_up()

    async def caller(self, number: str, dials: str) -> None:
        """Calls again as soon as the call has ended."""
        async with Phone(CARRIER, number, self._server) as phone:
            while True:
                with contextlib.suppress(AssertionError, TimeoutError):
                    call = await phone.call(dials)
                    await call.ended.wait()
                await asyncio.sleep(self._rng.uniform(0.05, 0.3))

    async def run(self, phones: list[Phone], callers: int, dials: str, seconds: float) -> None:
        self._tasks = [asyncio.create_task(self.agent(phone)) for phone in phones]
        for i in range(callers):
            self._tasks.append(asyncio.create_task(self.caller(f"139{i:08d}", dials)))
            await asyncio.sleep(0.02)
        await asyncio.sleep(5)  # until everybody is busy
        self.latencies.clear()
        served = self.served
        await asyncio.sleep(seconds)
        self.served -= served
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def by_hotline(system: System, stack: AsyncExitStack, phones: list[Phone], callers: int, seconds: float) -> Load:
    desktops = []
    for phone in phones:
        desktop: Desktop = await stack.enter_async_context(system.desktop(phone.number))
        await desktop.ready()
        desktops.append(desktop)
    load = Load(stack, "127.0.191.1")
    await load.run(phones, callers, "95500", seconds)
    for desktop in desktops:
        await desktop.send(type="log_out")
    return load


async def by_app_queue(
    system: System, stack: AsyncExitStack, phones: list[Phone], callers: int, seconds: float
) -> Load:
    node, cli = "sh1", system.pbx.cli
    etc = next(path.parent for path in system.settings.state.rglob("pjsip.conf"))
    members = "\n".join(f"member => PJSIP/{phone.number}" for phone in phones)
    (etc / "queues.conf").write_text(
        f"[general]\n[bench]\nstrategy=rrmemory\ntimeout=15\nretry=0\nwrapuptime=0\nautofill=yes\nringinuse=no\n{members}\n"
    )
    for command in (
        "module load res_monitor.so", "module load app_queue.so", "queue reload all",
        f"dialplan add extension {APP_QUEUE},1,Answer() into inbound",
        f"dialplan add extension {APP_QUEUE},2,Queue(bench) into inbound",
    ):  # fmt: skip
        await cli(node, command)
    assert "bench" in await cli(node, "queue show bench")
    load = Load(stack, "127.0.191.1")
    await load.run(phones, callers, APP_QUEUE, seconds)
    return load


async def measure(agents: int, callers: int, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        state = Path(folder)
        flows = state / "flows"
        (flows / "95500").mkdir(parents=True)
        (flows / "95500/flow.yaml").write_text(FLOW)
        (flows / "95500/queues.yaml").write_text(QUEUES)
        (flows / "95500/prompts.yaml").write_text("greeting: {en: Hello.}\n")
        rows = "\n".join(f'      - {{number: "{2000 + i}", name: A{i}, skills: {{bench: 50}}}}' for i in range(agents))
        topology = state / "topology.yaml"
        topology.write_text(TOPOLOGY.format(agents=rows))
        settings = Settings.from_environment(
            state=state / "state", topology_file=topology, flows=flows, probe_seconds=0
        )
        render(load_hotline(hotline_folder(settings)), settings.prompts, print)
        pbx = Pbx(settings.pbx, prepare(settings.cache, print))
        async with AsyncExitStack() as stack:
            stack.push_async_callback(pbx.stop_all)
            await pbx.start("sh1")
            system = await stack.enter_async_context(System(settings, pbx))
            phones = []
            for i in range(agents):
                phone = await stack.enter_async_context(
                    Phone(PHONES, str(2000 + i), "127.0.191.1", password=settings.secrets.agent_password)
                )
                await phone.register()
                phones.append(phone)
            figures: dict[str, float] = {"agents": agents, "callers": callers}
            for name, by in (("ours", by_hotline), ("app_queue", by_app_queue)):
                load = await by(system, stack, phones, callers, seconds)
                await asyncio.sleep(5)  # the last calls end
                ms = [1000 * value for value in load.latencies]
                print(
                    f"{name}: {len(ms)} assignments, {load.served / seconds:.1f} calls/s", file=sys.stderr, flush=True
                )
                figures |= {
                    f"{name}_p50_ms": round(percentile(ms, 0.5), 1), f"{name}_p99_ms": round(percentile(ms, 0.99), 1),
                    f"{name}_calls_s": round(load.served / seconds, 1),
                }  # fmt: skip
            return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--callers", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=40)
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(measure(arguments.agents, arguments.callers, arguments.seconds))))


if __name__ == "__main__":
    main()
