"""The errors people see. Each has a stable id, says what is wrong, where, and how to mend it, in English and Chinese.

A `Problem` is one finding (a file may have many); a `HotlineError` stops what was being done and carries at least one.
The command line prints them with `render` and exits with 2; no one sees a traceback for bad input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, in both languages."""

    en: str
    zh: str

    def say(self, language: Language = "en") -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `code` is stable (`topology.unknown_site`); `where` is `file:line:column`, a host:port or a setting."""

    code: str
    where: str
    what: Text
    mend: Text

    def render(self, language: Language = "en") -> str:
        arrow = "改法" if language == "zh" else "mend"
        return f"{self.where}: {self.what.say(language)} [{self.code}]\n  {arrow}: {self.mend.say(language)}"


class HotlineError(Exception):
    """Something a person can mend. Subclasses name the area; `problems` is never empty."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a HotlineError carries at least one problem")
        self.problems: Sequence[Problem] = problems
        super().__init__("\n".join(p.render() for p in problems))

    def render(self, language: Language = "en") -> str:
        return "\n".join(p.render(language) for p in self.problems)


class ConfigError(HotlineError):
    """A configuration file is wrong; nothing was started or changed."""


class EnvironmentProblem(HotlineError):
    """The machine lacks something: a port, a permission, a package, a download."""


def problem(code: str, where: str, en: str, zh: str, mend_en: str, mend_zh: str) -> Problem:
    """Shorthand for a `Problem` from its four sentences."""
    return Problem(code, where, Text(en, zh), Text(mend_en, mend_zh))
