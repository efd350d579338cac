"""What callers left, as files whose names came from somewhere."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.asterisk.fax import MOST_PAGES, pages_in
from cti.asterisk.recordings import SiteRecordings


def tiff(*places: int, order: str = "<") -> bytes:
    """Directories without entries at these places, each leading to the next."""
    end = max(places, default=8) + 6
    data = bytearray(end)
    data[:8] = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", places[0] if places else 0)
    for place, following in zip(places, (*places[1:], 0), strict=True):
        data[place : place + 6] = struct.pack(f"{order}HI", 0, following)
    return bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pages_are_counted(tmp_path: Path, order: str) -> None:
    (tmp_path / "fax.tiff").write_bytes(tiff(8, 20, 40, order=order))
    assert pages_in(tmp_path / "fax.tiff") == 3
    assert SiteRecordings(tmp_path).pages("fax.tiff") == 3


def test_a_circle_of_pages_ends(tmp_path: Path) -> None:
    circle = bytearray(tiff(8, 20))
    circle[22:26] = struct.pack("<I", 8)
    (tmp_path / "fax.tiff").write_bytes(circle)
    assert pages_in(tmp_path / "fax.tiff") == 2


@given(content=st.binary(max_size=200))
def test_what_is_no_fax_has_few_pages_and_harms_nobody(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("fax") / "fax.tiff"
    file.write_bytes(b"II*\0" + content)
    assert 0 <= pages_in(file) <= MOST_PAGES


def test_seconds_of_a_message_are_those_of_its_sound(tmp_path: Path) -> None:
    kept = SiteRecordings(tmp_path / "recordings")
    with wave.open(f"{kept.place('sh1-1.1-A')}.wav", "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 3))
    assert kept.seconds("sh1-1.1-A") == 3.0
    assert kept.seconds("none") == 0.0


@pytest.mark.parametrize("name", ["", "../secrets", "a/b", "x\n", ".hidden", "x" * 200])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    kept = SiteRecordings(tmp_path)
    with pytest.raises(ValueError, match="not the name"):
        kept.place(name)
    assert (kept.seconds(name), kept.pages(name)) == (0.0, 0)
