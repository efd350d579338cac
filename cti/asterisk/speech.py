"""Text to a telephone's sound file: an engine speaks, sox brings it into form.

The engine is espeak-ng, offline, or any program that reads text and writes a sound file (`Program`).
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

CONVERTER: Final = "sox"
TIMEOUT: Final = 30.0  # seconds for one file; espeak-ng takes milliseconds

_VOICES: Final = {
    "zh": ("cmn", 230),
    "en": ("en", 160),
}  # language → espeak-ng voice, speed; others: voice of that name
_SPEED: Final = 170
# Low rumble out, silence at both ends out, peaks at -3 dB as telephone networks like them, a short pause around. The first gain
# leaves room for what filters add.
_EFFECTS: Final = "gain -6 rate 8000 channels 1 highpass 120 silence 1 0.01 0.2% reverse silence 1 0.01 0.2% reverse norm -3 pad 0.04 0.1"
_LEAST_BYTES: Final = 3000  # the pauses alone are 2,284: a smaller file says nothing

Phrase = tuple[str, str]  # (language, text)


class Engine(Protocol):
    """Speaks. Two engines that speak otherwise have other recipes."""

    program: str  # what must be installed

    def recipe(self, language: str) -> tuple[object, ...]:
        """All that decides how a text sounds in this language."""
        ...

    def say(self, language: str, text: str, target: Path) -> None:
        """Writes a sound file that sox can read. Raises `subprocess.SubprocessError` or `OSError`."""
        ...


class Espeak:
    program = "espeak-ng"

    def recipe(self, language: str) -> tuple[object, ...]:
        return _VOICES.get(language, (language, _SPEED))

    def say(self, language: str, text: str, target: Path) -> None:
        voice, speed = _VOICES.get(language, (language, _SPEED))
        # The text goes through standard input: it may begin with a dash.
        _run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(target), "--stdin"], text)


class Program:
    """A program of the installation's choice, such as `my-tts --voice {language} --output {file}`: the text comes on standard input."""

    def __init__(self, command: str) -> None:
        """Raises ValueError when quotes are not closed, or nothing says where to write."""
        self._words = shlex.split(command)
        if not any("{file}" in word for word in self._words):
            raise ValueError("{file} is missing")
        self.program = self._words[0]

    def recipe(self, language: str) -> tuple[object, ...]:
        return (language, *self._words)

    def say(self, language: str, text: str, target: Path) -> None:
        _run([word.replace("{language}", language).replace("{file}", str(target)) for word in self._words], text)


ESPEAK: Final = Espeak()


def recipe(phrases: Sequence[Phrase], engine: Engine = ESPEAK) -> str:
    """What a file spoken from `phrases` is made of: another recipe, another file."""
    return repr([(text, *engine.recipe(language)) for language, text in phrases]) + _EFFECTS


def speak(phrases: Sequence[Phrase], target: Path, engine: Engine = ESPEAK) -> None:
    """Writes the phrases, one after the other, as 8 kHz mono 16-bit WAV: what every Asterisk plays without a codec.

    `target` must not be a file that anybody plays already. Raises `subprocess.SubprocessError` or `OSError`.
    """
    parts = []
    for index, (language, text) in enumerate(phrases):
        part = target.with_name(f"{target.stem}-{language}-{index}.wav")
        engine.say(language, text, part)
        parts.append(part)
    convert(parts, target)
    if target.stat().st_size < _LEAST_BYTES:
        raise OSError(0, f"nothing is heard in {target.name}")


def convert(parts: Sequence[Path], target: Path) -> None:
    """Joins sound files into one of a telephone's form. Raises as `speak` does."""
    _run([CONVERTER, "-D", *map(str, parts), "-b", "16", str(target), *_EFFECTS.split()])


def _run(command: list[str], text: str = "") -> None:
    subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=TIMEOUT)
