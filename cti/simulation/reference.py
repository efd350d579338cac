"""The simulation against theory: the rows that every simulator must give, with the interval in which it must give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cti.simulation.erlang import Theory, erlang_a, erlang_c
from cti.simulation.figures import QueueFigures, interval, share_interval
from cti.simulation.randomness import Distribution, Exponential
from cti.simulation.scenario import Scenario, SimulatedQueue, SimulatedSite, simple_queue
from cti.simulation.world import Outcome, Progress, simulate

SKILL = {"service": 50}
AT_ONCE_MS = 250  # a word to another site and its call take less; who waited longer has waited

# calls/h, handling, agents, hours
ERLANG_C_ROWS = (
    (200, 180, 14, 300), (360, 240, 30, 170), (1800, 180, 100, 33), (8550, 180, 450, 40), (18500, 180, 940, 60), (19000, 180, 1000, 20),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    name: str
    measure: str
    theory: float
    simulated: float
    low: float  # of the 95 % confidence interval
    high: float

    @property
    def within(self) -> bool:
        return self.low <= self.theory <= self.high

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "measure": self.measure, "theory": round(self.theory, 5), "simulated": round(self.simulated, 5),
            "interval": [round(self.low, 5), round(self.high, 5)],
            "within": self.within,
        }  # fmt: skip


def reference_rows(
    seed: int = 1, scale: float = 1.0, said: Callable[[str], None] = lambda line: None, progress: Progress | None = None
) -> Iterator[Row]:
    """Each as soon as it is known. `scale` makes the runs longer or shorter."""
    for per_hour, handling, agents, hours in ERLANG_C_ROWS:
        name = f"Erlang C: {per_hour}/h, {handling} s, {agents} agents"
        said(name)
        outcome = _run((agents,), per_hour, handling, hours * scale, seed, None, progress)
        yield from _compared(name, outcome, erlang_c(per_hour, handling, agents), 0)
    said("Erlang A: 200/h, 180 s, 10 agents, patience 120 s")
    outcome = _run((10,), 200, 180, 200 * scale, seed, Exponential(mean=120), progress)
    yield from _impatient(outcome, erlang_a(200, 180, 10, 120))
    said("two sites that overflow at once, against one of the joint size")
    outcome = _run((15, 15), 500, 180, 120 * scale, seed, None, progress)
    joint, alone = erlang_c(500, 180, 30), erlang_c(250, 180, 15)
    gain = f"two sites of 15 as one of 30 (apart they would wait {alone.asa:.1f} s, {alone.waits:.0%} of them)"
    yield from _compared(gain, outcome, joint, AT_ONCE_MS)


def _run(
    agents: tuple[int, ...], per_hour: float, handling: float, hours: float, seed: int, patience: Distribution | None,
    progress: Progress | None,
) -> Outcome:  # fmt: skip
    overflow = [{"when": {"always": True}}] if len(agents) > 1 else []
    queue = SimulatedQueue(
        name="service", queue=simple_queue("service", {"service": 1}, overflow=overflow), per_hour=per_hour,
        handling=Exponential(mean=handling), patience=patience,
    )  # fmt: skip
    sites = tuple(SimulatedSite(name=f"site{i}", agents=((count, SKILL),)) for i, count in enumerate(agents))
    warm_up = max(3600.0, 20 * handling)
    scenario = Scenario(sites=sites, queues=(queue,), seconds=hours * 3600 + warm_up, warm_up=warm_up)
    return simulate(scenario, seed, checks=False, progress=progress)


def _compared(name: str, outcome: Outcome, theory: Theory, at_once_ms: int) -> Iterator[Row]:
    waits = _queue(outcome).waits
    waited = [w > at_once_ms for w in waits]
    yield Row(name, "P(wait)", theory.waits, *share_interval(waited, waited))
    yield Row(name, "answered in 20 s", theory.in_time, *share_interval([w <= 20_000 for w in waits], waited))
    yield _mean(name, "ASA s", theory.asa, waits)


def _impatient(outcome: Outcome, theory: Theory) -> Iterator[Row]:
    name, queue = "Erlang A: 200/h, 180 s, 10 agents, patience 120 s", _queue(outcome)
    waited = [w > 0 for w in queue.all_waits]
    yield Row(name, "abandoned", theory.abandons, *share_interval(queue.gave_up, waited))
    yield Row(name, "P(wait)", theory.waits, *share_interval(waited, waited))
    yield _mean(name, "mean wait s", theory.asa, queue.all_waits)


def _mean(name: str, measure: str, expected: float, waits: Sequence[int]) -> Row:
    mean, half = interval([w / 1000 for w in waits])
    return Row(name, measure, expected, mean, mean - half, mean + half)


def _queue(outcome: Outcome) -> QueueFigures:
    return outcome.measure.queues["service"]
