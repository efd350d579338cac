"""The router at the size of the source's center: 1,000 agents, 50 skills, 1,000 waiting.

A decision is one event that the router must answer: a contact arrives, an agent becomes free. Both are measured on a day at full load,
beside the same choice by looking at everybody. A full re-match serves 1,000 waiting contacts with 1,000 agents at once.

    python -m tests.bench.router
    python -m tests.bench.router --agents 10000
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time

from cti.acd import Acd, MakeOffer, Need, State, Status, Terms, Waiting
from tests.unit.acd import naive

SKILLS = [f"skill{i}" for i in range(50)]


def a_center(agents: int, rng: random.Random) -> Acd:
    """Everybody is logged in, with five skills each, on a break."""
    acd = Acd("sh")
    for i in range(agents):
        acd.log_in(str(100_000 + i), {skill: rng.randint(1, 100) for skill in rng.sample(SKILLS, 5)}, 0.0)
    return acd


def queues() -> list[Terms]:
    return [Terms(f"queue{i}", Need.of({skill: 20}), priority=i % 3) for i, skill in enumerate(SKILLS)]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def decisions(agents: int, waiting: int, rounds: int) -> dict[str, float]:
    """Microseconds per decision, ours and the naive one's, with so many contacts waiting and few agents free."""
    rng = random.Random(7)
    acd, asked, now = a_center(agents, rng), queues(), 0.0
    for i in range(waiting):
        acd.enter(Waiting(f"w{i}", rng.choice(asked), now), now)
    busy: list[str] = []
    ours: list[float] = []
    theirs: list[float] = []
    idle = sorted(acd.agents)
    rng.shuffle(idle)
    for i in range(rounds):
        now += 0.1
        if i % 2 and idle:
            number = idle.pop()
            agent = acd.agents[number]
            began = time.perf_counter()
            acd.set_status(number, Status.AVAILABLE, None, now)
            ours.append((time.perf_counter() - began) * 1e6)
            began = time.perf_counter()
            naive.best_contact(acd.waiting.values(), agent, now)
            theirs.append((time.perf_counter() - began) * 1e6)
        elif i % 2 and busy:
            offer = acd.agents[busy.pop(0)].offer
            assert offer is not None
            acd.answered(offer, now)
            began = time.perf_counter()
            acd.finished(offer, 0.0, now)  # the agent is free: the next contact
            ours.append((time.perf_counter() - began) * 1e6)
        else:
            contact = Waiting(f"c{i}", rng.choice(asked), now)
            began = time.perf_counter()
            acd.enter(contact, now)
            ours.append((time.perf_counter() - began) * 1e6)
            began = time.perf_counter()
            naive.best_agent(acd.agents.values(), contact, now)
            theirs.append((time.perf_counter() - began) * 1e6)
        if not busy:
            busy = [a.number for a in acd.agents.values() if a.state is State.RESERVED]
    return {
        "decision_p50_us": percentile(ours, 0.5), "decision_p99_us": percentile(ours, 0.99),
        "naive_p50_us": percentile(theirs, 0.5), "naive_p99_us": percentile(theirs, 0.99),
    }  # fmt: skip


def rematch(agents: int, waiting: int) -> float:
    """Milliseconds until everybody who can be served is, when all agents are free in one moment."""
    rng = random.Random(11)
    acd, asked = a_center(agents, rng), queues()
    for agent in acd.agents.values():  # as after a reconnection: free, and nobody has been matched yet
        agent.status = Status.AVAILABLE
        acd.matching.changed(agent)
    contacts = [Waiting(f"w{i}", rng.choice(asked), i * 0.01) for i in range(waiting)]
    for contact in contacts:
        acd.waiting[contact.contact] = contact
        acd.matching.put(contact, 0.0)
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    made = sum(isinstance(d, MakeOffer) for d in acd.rematch(20.0))
    seconds = time.perf_counter() - began
    gc.enable()
    assert made > 0.9 * min(agents, waiting)
    return seconds * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--waiting", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20_000)
    arguments = parser.parse_args()
    figures = decisions(arguments.agents, arguments.waiting, arguments.rounds)
    print(f"{arguments.rounds} decisions measured", file=sys.stderr)
    figures["full_rematch_ms"] = min(rematch(arguments.agents, arguments.waiting) for _ in range(5))
    print(f"re-match measured at {arguments.agents} agents", file=sys.stderr)
    ten = 10 * arguments.agents
    figures["full_rematch_tenfold_ms"] = min(rematch(ten, 10 * arguments.waiting) for _ in range(2))
    figures["tenfold_decision_p99_us"] = decisions(ten, arguments.waiting, arguments.rounds // 20)["decision_p99_us"]
    print(
        json.dumps(
            {"agents": arguments.agents, "waiting": arguments.waiting} | {k: round(v, 2) for k, v in figures.items()}
        )
    )


if __name__ == "__main__":
    main()
