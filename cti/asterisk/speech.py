"""Text to a telephone's sound file, offline: espeak-ng speaks, sox brings it into form."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PROGRAMS: Final = ("espeak-ng", "sox")
TIMEOUT: Final = 30.0  # seconds for one file; it takes milliseconds

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


def recipe(phrases: Sequence[Phrase]) -> str:
    """What a file spoken from `phrases` is made of: another recipe, another file."""
    return repr([(text, *_voice(language)) for language, text in phrases]) + _EFFECTS


def speak(phrases: Sequence[Phrase], target: Path) -> None:
    """Writes the phrases, one after the other, as 8 kHz mono 16-bit WAV: what every Asterisk plays without a codec.

    `target` must not be a file that anybody plays already. Raises `subprocess.SubprocessError` or `OSError`.
    """
    parts = []
    for index, (language, text) in enumerate(phrases):
        voice, speed = _voice(language)
        part = target.with_name(f"{target.stem}-{language}-{index}.wav")
        # The text goes through standard input: it may begin with a dash.
        _run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(part), "--stdin"], text)
        parts.append(part)
    convert(parts, target)
    if target.stat().st_size < _LEAST_BYTES:
        raise OSError(0, f"nothing is heard in {target.name}")


def convert(parts: Sequence[Path], target: Path) -> None:
    """Joins sound files into one of a telephone's form. Raises as `speak` does."""
    _run(["sox", "-D", *map(str, parts), "-b", "16", str(target), *_EFFECTS.split()])


def _voice(language: str) -> tuple[str, int]:
    return _VOICES.get(language, (language, _SPEED))


def _run(command: list[str], text: str = "") -> None:
    subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=TIMEOUT)
