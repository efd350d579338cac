"""100,000 walks of random callers through random flows that the check passes. The last line is one JSON object; exit 1 if a walk fails.

`.venv/bin/python tests/bench/walks.py [WALKS] [SEED]`
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cti.ivr import HangUp
from tests.unit.ivr.walks import MAX_STEPS, random_flow, walk

PER_FLOW = 20


def main(walks: int = 100_000, seed: int = 1) -> int:
    rng, started = Random(seed), time.perf_counter()
    done = flows = refused = commands = failures = 0
    while done < walks:
        hotline = random_flow(rng)
        if hotline is None:
            refused += 1
            continue
        flows += 1
        for number in range(PER_FLOW):
            silent = number == 0
            walked = walk(hotline, rng, silent=silent)
            commands += walked.commands
            failures += isinstance(walked.last, HangUp) and walked.last.failed
            failures += silent and walked.commands >= MAX_STEPS
            done += 1
        if flows % 1000 == 0:
            print(f"{done} of {walks} walks", flush=True)
    seconds = round(time.perf_counter() - started, 1)
    print(
        f"{done} walks, {commands} commands, {flows} flows ({refused} refused by the check), {failures} failures, {seconds} s"
    )
    print(json.dumps({"walks": done, "commands": commands, "flows": flows, "failures": failures, "seconds": seconds}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
