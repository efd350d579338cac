"""What theory says of queues, to hold the simulation against. Loads in erlangs, times in seconds.

Erlang B by its recursion, Erlang C from it (Cooper, Introduction to Queueing Theory, 1981, ch. 3); Erlang A as a birth-death process
(Garnett, Mandelbaum, Reiman, Designing a call center with impatient customers, 2002).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


def blocked(load: float, servers: int) -> float:
    """Erlang B: the share of calls that find all servers busy, when none waits."""
    inverse = 1.0
    for n in range(1, servers + 1):
        inverse = 1.0 + inverse * n / load
    return 1.0 / inverse


@dataclass(frozen=True, slots=True)
class Theory:
    """Of a queue in balance."""

    waits: float  # share of callers who wait at all
    asa: float  # mean wait of all, in seconds; of those who are answered with impatience
    in_time: float  # share answered within the target
    abandons: float = 0.0  # share


def erlang_c(per_hour: float, handling: float, agents: int, target: float = 20.0) -> Theory:
    """Callers wait for ever. Needs fewer erlangs than agents."""
    load = per_hour / 3600 * handling
    b = blocked(load, agents)
    waits = b / (1 - load / agents * (1 - b))
    rate = (agents - load) / handling
    return Theory(waits, waits / rate, 1 - waits * math.exp(-rate * target))


def erlang_a(per_hour: float, handling: float, agents: int, patience: float) -> Theory:
    """Callers give up after an exponential time of this mean. `in_time` is not worked out (nan)."""
    arrival, service, giving_up = per_hour / 3600, 1 / handling, 1 / patience
    weight, total, waiting, queue = 1.0, 1.0, 0.0, 0.0
    n = 0
    while True:
        n += 1
        leave = min(n, agents) * service + max(0, n - agents) * giving_up
        weight *= arrival / leave
        total += weight
        if n >= agents:
            waiting += weight  # an arrival that finds n ≥ agents waits
            queue += weight * (n - agents)
        if n > agents and weight < total * 1e-14:
            break
        if weight > 1e200:  # the scale is ours to choose
            weight, total, waiting, queue = weight / 1e200, total / 1e200, waiting / 1e200, queue / 1e200
    abandons = giving_up * (queue / total) / arrival
    return Theory(waiting / total, queue / total / arrival, math.nan, abandons)
