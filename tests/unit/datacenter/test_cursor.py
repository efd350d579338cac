from __future__ import annotations

import pytest

from cti.datacenter.errors import BadRequest
from cti.datacenter.live.cursor import decode_cursor, encode_cursor


@pytest.mark.parametrize("given", [{}, {"sh": 0}, {"sh": 41, "bj": 17, "nj-2_x": 2**53}])
def test_a_cursor_is_read_as_it_was_written(given: dict[str, int]) -> None:
    assert decode_cursor(encode_cursor(given)) == given


@pytest.mark.parametrize(
    "text", ["sh", "sh:x", "sh:-1", "sh:1,", ",", "sh:1;bj:2", "SH:1", "sh:01", "sh:1,sh:2", "sh:" + "9" * 30, "sh:1\n"]
)
def test_what_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match=r"live\.cursor"):
        decode_cursor(text)
