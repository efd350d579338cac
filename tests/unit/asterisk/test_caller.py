"""Who calls: cleaned of everything that a number or a name is not."""

from __future__ import annotations

import pytest

from cti.asterisk.agi import AgiRequest
from cti.asterisk.caller import BadRequest, Caller, clean_name, clean_number

SAID = {
    "agi_channel": "PJSIP/carrier-sh-00000001",
    "agi_callerid": "13800138000",
    "agi_calleridname": "张三",
    "agi_dnid": "95500",
}


def request(*arguments: str, **said: str) -> AgiRequest:
    return AgiRequest("call", arguments, {**SAID, **said})


def test_a_caller_is_read_out_of_a_request() -> None:
    caller = Caller.of(request("sh1-1795465766.0", "sh1"))
    assert caller == Caller("sh1-1795465766.0", "sh1", "PJSIP/carrier-sh-00000001", "13800138000", "张三", "95500")


def test_the_extension_counts_when_no_number_was_dialed() -> None:
    assert Caller.of(request("c", "n", agi_dnid="unknown", agi_extension="1001")).called == "1001"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("unknown", ""),
        ("anonymous", ""),
        ("", ""),
        ("+", ""),
        ("1&PJSIP/1001", "11001"),
        ("٣٤5", "5"),
        ("9" * 50, "9" * 20),
        ("+" + "9" * 50, "+" + "9" * 19),
    ],
)
def test_a_number_is_digits_and_a_leading_plus(text: str, number: str) -> None:
    assert clean_number(text) == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张三", "张三"),
        ("unknown", ""),
        (" Bob\r\nHANGUP\x00\x1b[31m ", "BobHANGUP[31m"),
        ("a\u202eb\u2066c\ufeffd", "abcd"),
        ("x" * 500, "x" * 80),
        ("<script>", "<script>"),
    ],
)
def test_a_name_controls_neither_terminal_nor_direction(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "bad",
    [request(), request("c"), request("c", "n m"), request("c;", "n"), request("x" * 65, "n"), request("c\n", "n"),
     request("c", "n", agi_channel=""), request("c", "n", agi_channel="a\x07"), request("c", "n", agi_channel="x" * 201)],
)  # fmt: skip
def test_a_request_that_our_dialplan_does_not_make_is_refused(bad: AgiRequest) -> None:
    with pytest.raises(BadRequest):
        Caller.of(bad)
