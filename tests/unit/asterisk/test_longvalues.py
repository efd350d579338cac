"""Long values in several variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.asterisk.agi.protocol import command
from cti.asterisk.longvalues import join, split

VALUES = ["", "short", "@parts 2 00000000", "x" * 1000, "x" * 1001, '"\\' * 2000, "张" * 5000, "😀" * 3000]


class Channel:
    """Its variables, set one by one."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self.variables.get(name)

    async def set(self, value: str, *, dies_before: int | None = None) -> None:
        self.variables |= (await split(self.get, "X", value))[:dies_before]

    async def read(self) -> str | None:
        return await join(self.get, "X")


@pytest.mark.parametrize("value", VALUES)
async def test_a_value_is_put_together_again(value: str) -> None:
    channel = Channel()
    await channel.set(value)
    assert await channel.read() == value


@pytest.mark.parametrize("value", VALUES)
async def test_every_part_fits_into_a_command_and_into_an_answer(value: str) -> None:
    for name, part in await split(Channel().get, "X", value):
        command("SET VARIABLE", name, part)
        assert len(part.encode()) <= 1000 or value == "@parts"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=4000))
async def test_nothing_is_lost_in_splitting(value: str) -> None:
    found = await split(Channel().get, "X", value)
    names = [name for name, _ in found]
    assert len(names) == len(set(names))
    assert names[-1] == "X"
    parts = [part for name, part in found if name != "X"]
    assert "".join(parts) == value or found == [("X", value)]


@pytest.mark.parametrize("first", ["short", "a" * 3000])
@pytest.mark.parametrize("parts", range(5))
async def test_a_process_that_dies_between_the_parts_leaves_the_value_before(first: str, parts: int) -> None:
    channel = Channel()
    for value in ("z" * 2000, first):
        await channel.set(value)
    await channel.set("b" * 4000, dies_before=parts)
    assert await channel.read() == first
    for value in ("c" * 3000, "d" * 2500, "short"):
        await channel.set(value)
        assert await channel.read() == value


async def test_parts_that_are_not_there_are_no_value() -> None:
    channel = Channel()
    assert await channel.read() is None
    channel.variables = {"X": "@parts 3 12345678"}
    assert await channel.read() is None


async def test_a_value_beyond_all_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        await split(Channel().get, "X", "x" * 50_000)
