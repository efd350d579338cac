"""What Asterisk's own account of its calls (CEL, `cti reconcile`) costs it: processor time per call, with it and without, by turns.

A call of the bench is what a caller with an agent is to Asterisk: it is answered, dials, is bridged, and ends. No process of a site runs.

    python -m tests.bench.cel
    python -m tests.bench.cel --calls 1000 --rounds 5
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.settings import Settings

TOPOLOGY = """\
hotline: "95500"
data_center: {host: 127.0.190.1, port: 8000}
sites:
  - name: sh
    host: 127.0.191.1
    nodes: [{name: sh1, address: 127.0.191.1}]
    carriers: [{name: carrier, addresses: [127.0.199.1]}]
"""
CALLER, AGENT = "95501", "95502"
DIALPLAN = (
    f"{CALLER},1,Answer()", f"{CALLER},2,Dial(Local/{AGENT}@inbound)", f"{CALLER},3,Hangup()",
    f"{AGENT},1,Answer()", f"{AGENT},2,Wait(2)", f"{AGENT},3,Hangup()",
)  # fmt: skip
RATE = 25  # calls a second


async def cpu_ms_per_call(pbx: Pbx, calls: int) -> float:
    """Asterisk's processor time, in milliseconds, while SIPp calls."""
    pid = pbx.pid("sh1")
    began = _cpu_ms(pid)
    process = await asyncio.create_subprocess_exec(
        "sipp", "127.0.191.1", "-i", "127.0.199.1", "-p", "5061", "-sn", "uac", "-s", CALLER, "-m", str(calls), "-r", str(RATE),
        "-d", "1500", "-nostdin", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    status = await process.wait()
    assert status == 0, f"SIPp ended with {status}"
    await asyncio.sleep(3)  # the last ones end
    return (_cpu_ms(pid) - began) / calls


def _cpu_ms(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


async def measure(calls: int, rounds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        topology = Path(folder) / "topology.yaml"
        topology.write_text(TOPOLOGY)
        settings = Settings.from_environment(state=Path(folder) / "state", topology_file=topology)
        pbx = Pbx(settings.pbx, prepare(settings.cache, print))
        async with AsyncExitStack() as stack:
            stack.push_async_callback(pbx.stop_all)
            await pbx.start("sh1")
            for line in DIALPLAN:
                await pbx.cli("sh1", f"dialplan add extension {line} into inbound")
            config = next(settings.state.rglob("cel.conf"))
            text = config.read_text()
            await cpu_ms_per_call(pbx, RATE)  # what is made once
            found: dict[str, list[float]] = {"yes": [], "no": []}
            for number in range(2 * rounds):
                enabled = "no" if number % 2 else "yes"
                config.write_text(text.replace("enable = yes", f"enable = {enabled}"))
                await pbx.cli("sh1", "module reload cel")
                shown = await pbx.cli("sh1", "cel show status")
                assert ("Enabled" in shown) == (enabled == "yes"), shown
                found[enabled].append(await cpu_ms_per_call(pbx, calls))
                print(f"CEL {enabled}: {found[enabled][-1]:.2f} ms per call", file=sys.stderr, flush=True)
    on, off = statistics.median(found["yes"]), statistics.median(found["no"])
    return {"with_ms": round(on, 2), "without_ms": round(off, 2), "share": round((on - off) / on, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(measure(arguments.calls, arguments.rounds))))


if __name__ == "__main__":
    main()
