"""Whatever stands in a hotline's files, whoever checks them is told, and never sees a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti.ivr import load_hotline
from cti.kit.errors import ConfigError, Problem

SOUND = Path(__file__).parent / "corpus/sound"
FILES = sorted(file.name for file in SOUND.glob("*.yaml"))
TEXTS = {name: (SOUND / name).read_bytes() for name in FILES}
TOKENS = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"- ",
        b"&a ",
        b"*a",
        b"<<: ",
        b"!!python/object:os.system ",
        b"'",
        b'"',
        b"|\n",
        b"\t",
        b"\x00",
    ),
    *(
        b"\xff",
        b"\xe4\xbd",
        b"null",
        b"true",
        b"012",
        b"1e999",
        b"-",
        b"?",
        b"%",
        b"@",
        b"\n---\n",
        b"next: ",
        b"kind: subflow, ",
    ),
]
MANY = settings(max_examples=300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(SOUND, tmp_path_factory.mktemp("fuzz") / "hotline")


def told(folder: Path, name: str, content: bytes) -> None:
    """Checks the hotline with one file of this content; raises only what people can mend."""
    (folder / name).write_bytes(content)
    problems: tuple[Problem, ...] = ()
    try:
        load_hotline(folder)
    except ConfigError as error:
        problems = error.problems
    finally:
        (folder / name).write_bytes(TEXTS[name])
    assert all(problem.where and problem.mend.en for problem in problems)


@MANY
@given(name=st.sampled_from(FILES), content=st.binary(max_size=200))
def test_any_bytes(folder: Path, name: str, content: bytes) -> None:
    told(folder, name, content)


@MANY
@given(
    name=st.sampled_from(FILES),
    splices=st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 40), st.sampled_from(TOKENS)), min_size=1, max_size=4
    ),
)
def test_a_sound_file_with_pieces_torn_out_and_put_in(
    folder: Path, name: str, splices: list[tuple[int, int, bytes]]
) -> None:
    content = TEXTS[name]
    for at, length, piece in splices:
        at %= len(content) + 1
        content = content[:at] + piece + content[at + length :]
    told(folder, name, content)


@MANY
@given(data=st.data())
def test_lines_of_a_sound_file_in_another_order(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    lines = TEXTS[name].splitlines(keepends=True)
    first, second = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    lines[first], lines[second] = lines[second], lines[first]
    told(folder, name, b"".join(lines))
