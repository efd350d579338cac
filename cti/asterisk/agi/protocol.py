"""The words of AGI: Asterisk's greeting, commands, answers. Pure: bytes and text in, values out.

An answer is a line `200 result=R`, perhaps with `(data)` and `endpos=N`, or several lines that begin with `520-` and end
with `520 `. Between answers a line `HANGUP` may stand. Values are hostile: they may hold parentheses, line ends, or the word
hangup.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MAX_COMMAND: Final = 2000  # bytes; Asterisk reads at most 2047 and takes the rest for another command
MAX_GREETING: Final = 16_384
MAX_ANSWER: Final = 65_536
MAX_ENTRIES: Final = 128
HANGUP: Final = "HANGUP"

_FORBIDDEN = dict.fromkeys(map(ord, "\r\n\0"))
_WORD = re.compile(r"[A-Z][A-Z ]{0,40}\Z")
_ANSWER = re.compile(r"(\d{3})[ -](?:result=(\S*))?(.*)\Z", re.DOTALL)
_DATA = re.compile(r"\((.*)\)(?: endpos=(\d+))?\Z", re.DOTALL)
_ENDPOS = re.compile(r"endpos=(\d+)\Z")
_BEGINS_DATA = re.compile(r"\d{3} result=\S* \(")
_LAST_OF_DATA = re.compile(r"\)(?: endpos=\d+)?\Z")
_LAST_OF_USAGE = re.compile(r"\A520 ")
_ANY = re.compile("")


class ProtocolError(Exception):
    """The other side does not speak AGI, or says too much at once."""


class CommandTooLong(ValueError):
    """Asterisk would take this command for two."""


class AgiResult(NamedTuple):
    """One answer. `code` is 200 when the command was carried out; what `result` then says depends on the command."""

    code: int
    result: str
    data: str = ""  # what stood in parentheses; the explanation when `code` is not 200
    endpos: int | None = None  # samples played, of commands that play

    @property
    def ok(self) -> bool:
        return self.code == 200


def greeting(block: bytes) -> dict[str, str]:
    """The environment that Asterisk sends first: `agi_…: value` lines. The first of a key wins; text is decoded leniently.

    What a caller may write (name, number) is printed raw and comes after what identifies the channel.
    """
    entries: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n")[:MAX_ENTRIES]:
        key, colon, value = line.partition(":")
        if colon and key.startswith("agi_"):
            entries.setdefault(key, value.strip())
    return entries


def command(name: str, *arguments: str) -> bytes:
    """One command line. Arguments are quoted, their line ends and NULs dropped. Raises `CommandTooLong`."""
    if not _WORD.match(name):
        raise ValueError(f"not an AGI command: {name!r}")
    quoted = [argument.translate(_FORBIDDEN).replace("\\", "\\\\").replace('"', '\\"') for argument in arguments]
    line = " ".join([name, *(f'"{argument}"' for argument in quoted)]).encode("utf-8", "replace")
    if len(line) > MAX_COMMAND:
        raise CommandTooLong(f"{name}: {len(line)} bytes")
    return line + b"\n"


class AnswerReader:
    """Puts answers together from lines. `read` gives an answer, `HANGUP`, or None while more lines are to come."""

    def __init__(self) -> None:
        self._begun: list[str] = []
        self._last = _ANY  # what the last line of the answer that has begun looks like
        self._size = 0

    def read(self, line: str) -> AgiResult | str | None:
        """Takes one line without its end. Raises `ProtocolError` for an answer that is too long."""
        self._size += len(line)
        if self._size > MAX_ANSWER:
            raise ProtocolError("an answer without end")
        if not self._begun:
            if line == HANGUP:
                self._size = 0
                return HANGUP
            if not line[:3].isdecimal() or line[:1] == "1":  # noise, or word that it is still at work
                self._size = 0
                return None
            self._last = _what_ends(line)
        self._begun.append(line)
        if not self._last.search(line):
            return None
        answer = _parse("\n".join(self._begun))
        self._begun, self._size = [], 0
        return answer


def _what_ends(first: str) -> re.Pattern[str]:
    """What the last line of an answer looks like. A value with line ends in it goes on until its parenthesis closes."""
    if first[3:4] == "-":
        return _LAST_OF_USAGE
    return _LAST_OF_DATA if _BEGINS_DATA.match(first) else _ANY


def _parse(answer: str) -> AgiResult:
    found = _ANSWER.match(answer)
    if found is None:
        raise ProtocolError("not an answer")
    code, result, rest = int(found[1]), found[2], found[3].strip(" ")
    if result is None:
        return AgiResult(code, "", rest)
    if data := _DATA.match(rest):
        return AgiResult(code, result, data[1], int(data[2]) if data[2] else None)
    endpos = _ENDPOS.match(rest)
    return AgiResult(code, result, "" if endpos else rest, int(endpos[1]) if endpos else None)
