"""What Asterisk writes on an AGI connection, and what is written to it."""

from __future__ import annotations

import pytest

from cti.asterisk.agi.protocol import (
    HANGUP,
    MAX_ANSWER,
    AgiResult,
    AnswerReader,
    CommandTooLong,
    ProtocolError,
    command,
    greeting,
)


def read(*lines: str) -> list[AgiResult | str]:
    reader = AnswerReader()
    return [said for line in lines if (said := reader.read(line)) is not None]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("200 result=1", AgiResult(200, "1")),
        ("200 result=-1", AgiResult(200, "-1")),
        ("200 result=-1 endpos=0", AgiResult(200, "-1", endpos=0)),
        ("200 result=53 endpos=12480", AgiResult(200, "53", endpos=12480)),
        ("200 result= (timeout)", AgiResult(200, "", "timeout")),
        ("200 result=123 (timeout)", AgiResult(200, "123", "timeout")),
        ("200 result=0 (randomerror) endpos=7", AgiResult(200, "0", "randomerror", 7)),
        ("200 result=1 (a (b) c)", AgiResult(200, "1", "a (b) c")),
        ("200 result=1 (hangup)", AgiResult(200, "1", "hangup")),
        ("200 result=1 (HANGUP)", AgiResult(200, "1", "HANGUP")),
        ("200 result=1 ()", AgiResult(200, "1", "")),
        ("200 result=1 ( x )", AgiResult(200, "1", " x ")),
        ("510 Invalid or unknown command", AgiResult(510, "", "Invalid or unknown command")),
        ("511 Command Not Permitted on a dead channel", AgiResult(511, "", "Command Not Permitted on a dead channel")),
    ],
)
def test_an_answer_is_understood(line: str, answer: AgiResult) -> None:
    assert read(line) == [answer]


def test_an_answer_of_several_lines_ends_with_its_last() -> None:
    lines = [
        "520-Invalid command syntax.  Proper usage follows:",
        " Usage: SET VARIABLE",
        "200 result=7",
        "520 End of proper usage.",
    ]
    (answer, then) = read(*lines, "200 result=1")
    assert isinstance(answer, AgiResult)
    assert (answer.code, answer.ok) == (520, False)
    assert "Usage: SET VARIABLE" in answer.data
    assert then == AgiResult(200, "1")


def test_a_value_with_line_ends_in_it_is_one_answer() -> None:
    assert read("200 result=1 (a", HANGUP, "200 result=0", "b)") == [AgiResult(200, "1", "a\nHANGUP\n200 result=0\nb")]


def test_hangup_is_told_between_answers() -> None:
    assert read("200 result=-1", HANGUP, "200 result=1") == [AgiResult(200, "-1"), HANGUP, AgiResult(200, "1")]


def test_noise_and_word_that_asterisk_is_still_at_work_are_passed_over() -> None:
    assert read("", "hello", "100 result=0 Trying...", "²²² x", "200 result=1") == [AgiResult(200, "1")]


@pytest.mark.parametrize("lines", [["200 result=1 (" + "x" * 70_000], ["520-" + "x" * 40_000, "x" * 40_000], ["200x"]])
def test_an_answer_that_cannot_be_one_is_an_error(lines: list[str]) -> None:
    assert sum(map(len, lines)) > MAX_ANSWER or lines == ["200x"]
    with pytest.raises(ProtocolError):
        read(*lines)


def test_arguments_are_quoted_so_that_they_stay_arguments() -> None:
    assert command("SET VARIABLE", "A", 'a "b" \\ c') == b'SET VARIABLE "A" "a \\"b\\" \\\\ c"\n'
    assert command("STREAM FILE", "x\r\nHANGUP\0", "") == b'STREAM FILE "xHANGUP" ""\n'
    assert command("NOOP") == b"NOOP\n"
    assert command("EXEC", "Read", "张\ud800") == 'EXEC "Read" "张?"\n'.encode()


def test_a_command_that_asterisk_would_take_for_two_is_refused() -> None:
    with pytest.raises(CommandTooLong):
        command("SET VARIABLE", "A", "x" * 2000)
    with pytest.raises(CommandTooLong):
        command("SET VARIABLE", "A", '"' * 1200)
    with pytest.raises(ValueError, match="not an AGI command"):
        command("NOOP\nHANGUP")


def test_the_first_of_a_key_wins_in_the_greeting() -> None:
    said = greeting(
        "agi_channel: PJSIP/a-1\nagi_calleridname: 张\nagi_channel: PJSIP/b\nnoise\nother: x\nagi_x:y".encode()
    )
    assert said == {"agi_channel": "PJSIP/a-1", "agi_calleridname": "张", "agi_x": "y"}


def test_a_greeting_that_is_not_utf8_is_read_all_the_same() -> None:
    assert greeting(b"agi_callerid: 1\nagi_calleridname: \xff\xfe") == {
        "agi_callerid": "1",
        "agi_calleridname": "\ufffd\ufffd",
    }
    assert len(greeting(b"\n".join(b"agi_%d: x" % n for n in range(1000)))) == 128
