from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from asterisk.agi import AGIAppError

from cti.asterisk.pbx.emergency import SHIPPED, Menu, store
from cti.asterisk.pbx.prompts import PROMPTS


class Caller:
    """A caller who types, one after the other, what a test says; `None` hangs up."""

    def __init__(self, *typed: str | None, corrects: str = "") -> None:
        self.typed = list(typed)
        self.corrects = corrects
        self.heard: list[str] = []

    def stream_file(self, filename: str, escape_digits: str = "") -> str:
        self.heard.append(filename)
        return ""

    def get_data(self, filename: str, timeout: int, max_digits: int) -> str:
        self.heard.append(filename)
        typed = self.typed.pop(0)
        if typed is None:
            raise AGIAppError("hang-up")
        return typed

    def wait_for_digit(self, timeout: int) -> str:
        pressed, self.corrects = self.corrects[:1], self.corrects[1:]
        return pressed


def request(caller: str = "13901582467") -> dict[str, Any]:
    return {"at": "2026-01-01T00:00:00", "contact": "sh1-1.2", "caller": caller, "callback": "", "ended": "hung_up"}


@pytest.mark.parametrize(
    ("caller", "typed", "corrects", "callback", "ended"),
    [
        ("13901582467", ["18500443941"], "", "18500443941", "asked"),
        ("+8613901582467", [""], "", "8613901582467", "asked"),
        ("", ["", "021"], "", "021", "asked"),
        ("", ["", ""], "", "", "no_number"),
        ("", ["1*2", "12345"], "", "12345", "asked"),
        ("", ["12345", "678"], "*", "678", "asked"),
        ("", ["12345", "678"], "**", "678", "asked"),
        ("", ["12345"], "5", "12345", "asked"),
    ],
)
def test_the_number_to_call_back(
    tmp_path: Path, caller: str, typed: list[str], corrects: str, callback: str, ended: str
) -> None:
    asked = request(caller)
    Menu(Caller(*typed, corrects=corrects), tmp_path).converse(asked)
    assert (asked["callback"], asked["ended"]) == (callback, ended)


def test_what_was_typed_is_kept_when_the_caller_then_hangs_up(tmp_path: Path) -> None:
    asked = request()
    with pytest.raises(AGIAppError):
        Menu(Caller("12345", None, corrects="*"), tmp_path).converse(asked)
    assert (asked["callback"], asked["ended"]) == ("12345", "hung_up")


def test_our_prompts_are_played_where_they_exist_and_asterisks_own_otherwise(tmp_path: Path) -> None:
    (tmp_path / "ask.wav").touch()
    caller = Caller("120")
    Menu(caller, tmp_path).converse(request())
    assert caller.heard == [str(tmp_path / "ask"), "you-entered", "digits/1", "digits/2", "digits/0", "beep"]


def test_each_prompt_has_a_substitute() -> None:
    assert set(PROMPTS) == set(SHIPPED)


def test_a_request_is_one_line_of_json_for_its_owner_only(tmp_path: Path) -> None:
    asked = request() | {"contact": "../../etc/x y"}
    store(tmp_path, asked)
    [file] = tmp_path.iterdir()
    assert json.loads(file.read_text()) == asked
    assert file.read_text().count("\n") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.name == "2026-01-01T00_00_00-.._.._etc_x_y.json"
