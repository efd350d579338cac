#!/usr/bin/env python3
"""The emergency menu, run by Asterisk itself while no process of the site answers.

emergency.py SPOOL PROMPTS CONTACT SITE NODE CALLER CALLED. Apologizes, takes a number to call back, and leaves one file
with one line of JSON in SPOOL, whatever the caller does: the site ingests it when it is back. It runs inside the Asterisk
root with nothing but Python and pyst2, so it imports nothing of ours. CTI_DONE is set once no further apology is due.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from asterisk.agi import AGI, AGIException

NUMBER = re.compile(r"[0-9]{3,20}\Z")
TRIES = 2
FIRST_DIGIT_MS = 8000
CORRECTION_MS = 3000
# Asterisk's own sounds, where ours are missing: never silence.
SHIPPED = {
    "ask": ("sorry", "vm-enter-num-to-call"),
    "again": ("privacy-incorrect", "vm-enter-num-to-call"),
    "number_is": ("you-entered",),
    "correct": ("beep",),
    "thanks": ("auth-thankyou", "vm-goodbye"),
    "sorry": ("sorry", "please-try-call-later"),
    **{f"digit_{digit}": (f"digits/{digit}",) for digit in "0123456789"},
}


class Caller(Protocol):
    """What the menu needs of pyst2's AGI. Each method raises when the caller has hung up."""

    def stream_file(self, filename: str, escape_digits: str = "") -> str: ...
    def get_data(self, filename: str, timeout: int, max_digits: int) -> str: ...
    def wait_for_digit(self, timeout: int) -> str: ...


class Menu:
    """The conversation with one caller."""

    def __init__(self, caller: Caller, prompts: Path) -> None:
        self._caller = caller
        self._prompts = prompts

    def converse(self, request: dict[str, Any]) -> None:
        """Fills in `callback` and `ended`; what was typed is kept even if the caller then hangs up."""
        question = "ask"
        for left in reversed(range(TRIES)):
            typed = self._type(question) or str(request["caller"]).lstrip("+")
            question = "again"
            if NUMBER.match(typed):
                request["callback"] = typed
                if not self._corrects(typed) or not left:
                    break
        request["ended"] = "asked" if request["callback"] else "no_number"

    def say(self, name: str, stop_at: str = "") -> str:
        """Plays a prompt; gives the key out of `stop_at` that ended it, or ""."""
        for sound in self._sounds(name):
            pressed = self._caller.stream_file(sound, stop_at)
            if pressed:
                return pressed
        return ""

    def _type(self, question: str) -> str:
        *first, last = self._sounds(question)
        for sound in first:
            self._caller.stream_file(sound)
        return self._caller.get_data(last, FIRST_DIGIT_MS, 20)

    def _corrects(self, number: str) -> bool:
        """Reads the number back; whether the caller presses star to type it again. Any other key goes on."""
        for name in ("number_is", *(f"digit_{digit}" for digit in number), "correct"):
            pressed = self.say(name, stop_at="0123456789*#")
            if pressed:
                return pressed == "*"
        return self._caller.wait_for_digit(CORRECTION_MS) == "*"

    def _sounds(self, name: str) -> tuple[str, ...]:
        """Sounds as Asterisk wants them: without extension."""
        return (str(self._prompts / name),) if (self._prompts / f"{name}.wav").is_file() else SHIPPED[name]


def store(spool: Path, request: dict[str, Any]) -> None:
    """Writes the request so that it is there whole, or not at all, after a crash. Raises OSError."""
    name = re.sub(r"[^0-9A-Za-z.-]", "_", f"{request['at']}-{request['contact']}")[:120]
    partial = spool / f".{name}"
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(request, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(spool / f"{name}.json")
    folder = os.open(spool, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def main(arguments: list[str]) -> int:
    spool, prompts, contact, site, node, caller, called = arguments
    # A caller's name may be in any encoding, and pyst2 copies everything it reads to standard error.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    agi = AGI(stderr=open(os.devnull, "w"))  # noqa: SIM115
    request: dict[str, Any] = {
        "v": 1,
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "contact": contact,
        "site": site,
        "node": node,
        "caller": caller,
        "called": called,
        "callback": "",
        "ended": "hung_up",
    }
    menu = Menu(agi, Path(prompts))
    try:
        menu.converse(request)
    except (AGIException, OSError, ValueError):
        pass  # the caller hung up: pyst2 tells it in all three ways
    store(Path(spool), request)
    try:
        menu.say("thanks" if request["callback"] else "sorry")
        agi.set_variable("CTI_DONE", "1")
    except (AGIException, OSError, ValueError):
        pass
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        sys.exit(f"emergency.py: {error.filename}: {error.strerror}")
