"""Long values in several variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.asterisk.agi.protocol import command
from cti.asterisk.longvalues import join, split

VALUES = ["", "short", "@parts 2 00000000", "x" * 1000, "x" * 1001, '"\\' * 2000, "张" * 5000, "😀" * 3000]


async def read(variables: dict[str, str]) -> str | None:
    async def get(name: str) -> str | None:
        return variables.get(name)

    return await join(get, "X")


@pytest.mark.parametrize("value", VALUES)
async def test_a_value_is_put_together_again(value: str) -> None:
    variables = dict(split("X", value))
    assert await read(variables) == value


@pytest.mark.parametrize("value", VALUES)
def test_every_part_fits_into_a_command_and_into_an_answer(value: str) -> None:
    for name, part in split("X", value):
        command("SET VARIABLE", name, part)
        assert len(part.encode()) <= 1000 or value == "@parts"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=4000))
def test_nothing_is_lost_in_splitting(value: str) -> None:
    names = [name for name, _ in split("X", value)]
    assert len(names) == len(set(names))
    assert names[-1] == "X"
    parts = [part for name, part in split("X", value) if name != "X"]
    assert "".join(parts) == value or split("X", value) == [("X", value)]


async def test_parts_of_two_values_are_no_value() -> None:
    variables = dict(split("X", "a" * 3000)) | dict(split("X", "b" * 3000)[:2])
    assert await read(variables) is None
    assert await read({}) is None
    assert await read({"X": "@parts 3 12345678"}) is None


def test_a_value_beyond_all_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        split("X", "x" * 50_000)
