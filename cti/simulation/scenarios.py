"""Scenarios that come with Hotline."""

from __future__ import annotations

from cti.simulation.randomness import Exponential, LogNormal
from cti.simulation.scenario import Faults, Mistakes, Scenario, SimulatedQueue, SimulatedSite, simple_queue


def faults(seconds: float = 3600) -> Scenario:
    """Three small sites that help each other, people who make mistakes, and everything that can go wrong."""
    patient, call = Exponential(mean=240), Exponential(mean=150)
    overflow = [{"when": {"nobody_logged_in": True}}, {"when": {"waited_seconds": 5}, "returns_after_seconds": 10}]
    called_back = {"attempts": 3, "retry_minutes": 2, "ring_seconds": 20}
    return Scenario(
        sites=tuple(
            SimulatedSite(name=name, agents=((2, {"claims": 50}), (2, {"claims": 50, "advice": 80}))) for name in ("sh", "bj", "gz")
        ),
        queues=(
            SimulatedQueue(
                name="claims", queue=simple_queue("claims", {"claims": 1}, wrap_up_seconds=10, overflow=overflow, callback=called_back),
                per_hour=150, handling=call, patience=patient, wants_callback=0.5,
            ),
            SimulatedQueue(
                name="advice", handling=call, patience=patient, per_hour=60, share={"sh": 2, "bj": 1}, comes_again=0.3,
                queue=simple_queue(
                    "advice", {"advice": 90}, wrap_up_seconds=10, priority=5, strategy="most_skilled", sticky={"wait_seconds": 15},
                    rings=[{"after_seconds": 10, "skills": {"advice": 1}}], overflow=[{"when": {"always": True}, "choose": "all"}],
                ),
            ),
        ),
        seconds=seconds, faults=Faults.all(),
        mistakes=Mistakes(answer=Exponential(mean=3), misses=0.03, declines=0.02, breaks_per_hour=0.5, forgets_wrap_up=0.2),
    )  # fmt: skip


def storm() -> Scenario:
    """Half an hour of the same, in which something breaks every few seconds and most callers want to be called back: what needs two faults
    at a bad moment happens here, and once in thousands of hours there."""
    calm = faults(1800)
    claims, advice = calm.queues
    wishes = claims.model_copy(update={"wants_callback": 0.9})
    breaks = Faults(
        process_killed=240,
        node_lost=8,
        link_cut=12,
        link_slow=12,
        link_one_way=6,
        link_twice=12,
        clock_step=4,
        skew=120.0,
    )
    return calm.model_copy(update={"queues": (wishes, advice), "faults": breaks})


def day() -> Scenario:
    """The source center's size: 1,000 agents at two sites and 150,000 calls in a day, with its two peaks."""
    shape = (2, 1, 1, 1, 1, 2, 4, 8, 13, 16, 16, 14, 11, 13, 15, 15, 14, 12, 9, 7, 6, 5, 4, 3)
    total = sum(shape)
    skills = (
        {"claims": 80, "general": 50},
        {"complaints": 80, "general": 50},
        {"advice": 80, "general": 60},
        {"general": 70},
    )
    sites = tuple(SimulatedSite(name=name, agents=tuple((125, has) for has in skills)) for name in ("local", "remote"))
    overflow = [{"when": {"nobody_logged_in": True}}, {"when": {"waited_seconds": 3}}]

    def queue(name: str, need: dict[str, int], calls: int, mean: float, **more: object) -> SimulatedQueue:
        return SimulatedQueue(
            name=name, queue=simple_queue(name, need, wrap_up_seconds=0, overflow=overflow, **more),
            profile=tuple(calls * part / total for part in shape), handling=LogNormal(mean=mean, cv=1.2), patience=Exponential(mean=180),
        )  # fmt: skip

    return Scenario(
        sites=sites,
        queues=(
            queue("claims", {"claims": 50}, 40_000, 280.0, priority=10),
            queue("complaints", {"complaints": 50}, 20_000, 320.0, priority=5),
            queue("advice", {"advice": 50}, 40_000, 240.0),
            queue("general", {"general": 30}, 50_000, 240.0),
        ),
        seconds=86_400, warm_up=0,
    )  # fmt: skip


BUILT_IN = {"faults": faults, "storm": storm, "day": day}
