"""The simulation against theory, in short runs; the long ones are `cti simulate --reference`."""

from __future__ import annotations

import pytest

from cti.simulation.erlang import blocked, erlang_a, erlang_c
from cti.simulation.reference import reference_rows

# calls/h, handling, agents → P(wait), answered in 20 s, ASA; from the design's table
ROWS = [
    (200, 180, 14, 0.17413, 0.88835, 7.836), (360, 240, 30, 0.17286, 0.89515, 6.914), (1800, 180, 100, 0.21694, 0.92858, 3.905),
    (8550, 180, 450, 0.19708, 0.98382, 1.577), (18500, 180, 940, 0.51340, 0.90303, 6.161), (19000, 180, 1000, 0.06825, 0.99974, 0.246),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_erlang_c_gives_the_known_rows(row: tuple[float, ...]) -> None:
    per_hour, handling, agents, waits, in_time, asa = row
    theory = erlang_c(per_hour, handling, int(agents))
    assert (round(theory.waits, 5), round(theory.in_time, 5), round(theory.asa, 3)) == (waits, in_time, asa)


def test_erlang_b_fills_the_source_centers_trunks_as_it_says() -> None:
    assert round(blocked(891.5, 960), 3) == 0.001
    assert round(blocked(202.6, 240), 3) == 0.001


def test_erlang_a_with_endless_patience_is_erlang_c() -> None:
    patient, endless = erlang_a(200, 180, 14, 1e7), erlang_c(200, 180, 14)
    assert (round(patient.waits, 3), round(patient.asa, 2)) == (round(endless.waits, 3), round(endless.asa, 2))


def test_a_short_run_comes_near_theory() -> None:
    row = next(reference_rows(scale=0.2))
    assert abs(row.simulated - row.theory) < row.high - row.low
