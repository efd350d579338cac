"""The index against looking at everybody: thousands of random events, and every choice is the same."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cti.acd import Acd, MakeOffer, Need, Ring, State, Status, Strategy, Terms, Waiting
from tests.unit.acd import naive

SKILLS = "abcdef"


def some_skills(rng: random.Random) -> dict[str, int]:
    return {skill: rng.choice((10, 50, 90)) for skill in rng.sample(SKILLS, rng.randint(1, 3))}


def queues(rng: random.Random) -> list[Terms]:
    def need() -> Need:
        return Need.of(
            [{s: rng.choice((10, 50)) for s in rng.sample(SKILLS, rng.randint(1, 2))} for _ in range(rng.randint(1, 2))]
        )

    strategies = (Strategy.LONGEST_IDLE, Strategy.MOST_SKILLED, Strategy.LINEAR)
    return [
        Terms(
            f"q{i}", need(), rng.choice((0, 0, 5)), rng.choice((0.0, 0.0, 3.0)),
            (Ring(20, need()), Ring(50, need())) if rng.random() < 0.5 else (), strategy=rng.choice(strategies),
        )
        for i in range(5)
    ]  # fmt: skip


def catch_up(acd: Acd, now: float) -> None:
    while (deadline := acd.next_deadline()) is not None and deadline <= now:
        acd.tick(deadline)


@pytest.mark.parametrize("seed", range(40))
def test_every_choice_is_the_one_that_looking_at_everybody_gives(seed: int) -> None:
    rng = random.Random(seed)
    acd, now, asked = Acd("sh"), 0.0, queues(rng)
    numbers = [str(1001 + i) for i in range(8)]
    for i in range(400):
        now += rng.expovariate(1.0)
        catch_up(acd, now)
        event, number = rng.random(), rng.choice(numbers)
        agent = acd.agents.get(number)
        if event < 0.35:
            terms = rng.choice(asked)
            if rng.random() < 0.2:
                terms = replace(terms, wanted=rng.choice(numbers), wanted_seconds=15.0)
            if rng.random() < 0.2:
                terms = replace(terms, preferred=(rng.choice(numbers),))
            waiting = Waiting(f"c{i}", terms, now)
            held = terms.wanted is not None and acd.is_logged_in(terms.wanted)
            expected = naive.best_agent(
                acd.agents.values(), waiting if held else replace(waiting, terms=replace(terms, wanted=None)), now
            )
            made = [d for d in acd.enter(waiting, now) if isinstance(d, MakeOffer)]
            assert [d.agent for d in made] == ([expected.number] if expected else [])
        elif event < 0.45 and acd.waiting:
            acd.leave(rng.choice(sorted(acd.waiting)), "gone", now)
        elif event < 0.55:
            acd.log_in(number, some_skills(rng), now)
        elif agent is None:
            continue
        elif event < 0.75:
            status = rng.choice((Status.AVAILABLE, Status.AVAILABLE, Status.AVAILABLE, Status.BREAK, Status.LOGGED_OUT))
            acd.set_status(number, status, None, now)
        elif agent.offer is not None and agent.state in (State.RESERVED, State.RINGING) and rng.random() < 0.3:
            acd.missed(agent.offer, "rona", now)
        elif agent.state is State.WRAP_UP:
            acd.wrap_up_done(number, now)
        elif agent.offer is not None:
            acd.answered(agent.offer, now)
            acd.finished(agent.offer, rng.choice((0.0, 5.0)), now + 1)
            now += 1
        catch_up(acd, now)
        left = [(a, c) for a, c in naive.unmatched(acd, now) if acd.waiting[c].terms.wanted is None]
        assert left == [], f"seed {seed}, event {i}"
