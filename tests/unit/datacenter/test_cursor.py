from __future__ import annotations

import pytest

from cti.datacenter.errors import BadRequest
from cti.datacenter.live import cursor


@pytest.mark.parametrize("place", [{}, {"sh": 0}, {"sh": 41, "bj": 17, "nj-2_x": 2**53}])
def test_a_place_is_read_as_it_was_written(place: dict[str, int]) -> None:
    assert cursor.decode(cursor.encode(place)) == place


@pytest.mark.parametrize(
    "text", ["sh", "sh:x", "sh:-1", "sh:1,", ",", "sh:1;bj:2", "SH:1", "sh:01", "sh:1,sh:2", "sh:" + "9" * 30, "sh:1\n"]
)
def test_what_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match=r"live\.cursor"):
        cursor.decode(text)
