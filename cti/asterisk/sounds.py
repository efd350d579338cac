"""Prompts as audio: spoken (or taken from recordings) when a hotline is published, never during a call.

Files are named by what they were made from, so a changed wording is a new file, an unchanged one is not made again, and calls
in progress keep theirs. They are 8 kHz, mono, 16 bit: what every Asterisk plays without a codec.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cti.asterisk.speech import CONVERTER, ESPEAK, Engine, Phrase, convert, recipe, speak
from cti.ivr import Hotline, PromptRef
from cti.kit.errors import EnvironmentProblem, problem
from cti.kit.logging import get_logger

log = get_logger(__name__)

WORKERS = 2
UNAVAILABLE = (("zh", "抱歉，此提示暂不可用。"), ("en", "Sorry, this message is not available."))
SHIPPED_FALLBACK = "sorry"  # one of Asterisk's own sounds, for when not even ours could be made


@dataclass(frozen=True, slots=True)
class _Job:
    """One file to be made: from a recording, or from texts spoken one after the other."""

    target: Path
    texts: tuple[Phrase, ...] = ()  # (language, text)
    recording: Path | None = None


class Sounds:
    """Where the audio of a hotline's prompts is. Safe to ask during calls: at most one look at the file system."""

    def __init__(self, hotline: Hotline, folder: Path, engine: Engine = ESPEAK) -> None:
        self._paths = {ref: job.target for ref, job in _jobs(hotline, folder, engine)}
        self._fallback = _fallback_job(folder, engine).target
        self._there: set[Path] = set()

    def find(self, prompt: PromptRef) -> str | None:
        """A path without extension; None when there is no audio for the prompt."""
        path = self._paths.get(prompt)
        return str(path.with_suffix("")) if path is not None and self._exists(path) else None

    @property
    def fallback(self) -> str:
        """What is played for a missing prompt: a caller never hears silence."""
        return str(self._fallback.with_suffix("")) if self._exists(self._fallback) else SHIPPED_FALLBACK

    def missing(self) -> list[str]:
        """What has no audio, as people read it (`prompt greeting.zh`)."""
        return [f"prompt {ref.id}.{ref.language}" for ref, path in self._paths.items() if not self._exists(path)]

    def _exists(self, path: Path) -> bool:
        if path not in self._there and path.is_file():
            self._there.add(path)
        return path in self._there


def render(hotline: Hotline, folder: Path, progress: Callable[[str], None], engine: Engine = ESPEAK) -> int:
    """Makes the audio that is not in `folder` yet, and gives the number of files made. Two processes may do so at once.

    Raises `EnvironmentProblem`, once for all, when a program is missing or a file can't be made; what was made stays.
    """
    wanted = [_fallback_job(folder, engine), *(job for _, job in _jobs(hotline, folder, engine))]
    jobs = list({job.target: job for job in wanted if not job.target.is_file()}.values())
    if not jobs:
        return 0
    _require(CONVERTER, *([engine.program] if any(job.texts for job in jobs) else []))
    progress(f"speaking {len(jobs)} prompts of {hotline.number}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch,
            ThreadPoolExecutor(WORKERS) as workers,
        ):
            for number, _ in enumerate(workers.map(lambda job: _make(job, Path(scratch), engine), jobs), 1):
                if number % 50 == 0:
                    progress(f"spoke {number} of {len(jobs)} prompts")
    except subprocess.SubprocessError as error:
        raise _failed(folder, _reason(error)) from None
    except OSError as error:
        raise _failed(folder, error.strerror or type(error).__name__) from None
    log.info("prompts.rendered", hotline=hotline.number, version=hotline.version, files=len(jobs))
    return len(jobs)


def _jobs(hotline: Hotline, folder: Path, engine: Engine) -> Iterator[tuple[PromptRef, _Job]]:
    for ref in {**hotline.prompts, **hotline.recordings}:
        recording = hotline.recordings.get(ref)
        if recording is not None:
            yield (
                ref,
                _Job(_target(folder, ref.language, ref.id, recording.digest + recipe(())), recording=recording.path),
            )
        else:
            texts = ((ref.language, hotline.prompts[ref]),)
            yield ref, _Job(_target(folder, ref.language, ref.id, recipe(texts, engine)), texts)


def _fallback_job(folder: Path, engine: Engine) -> _Job:
    return _Job(_target(folder, "any", "unavailable", recipe(UNAVAILABLE, engine)), UNAVAILABLE)


def _target(folder: Path, language: str, name: str, source: str) -> Path:
    """The name tells people what it is; the digest, what it was made from and how."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    return folder / language / f"{name}-{digest[:12]}.wav"


def _make(job: _Job, scratch: Path, engine: Engine) -> None:
    done = scratch / f"{job.target.parent.name}-{job.target.name}"
    if job.recording:
        convert([job.recording], done)
    else:
        speak(job.texts, done, engine)
    job.target.parent.mkdir(exist_ok=True)
    done.replace(job.target)  # Asterisk never sees half a file


def _require(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        names = ", ".join(missing)
        raise EnvironmentProblem(problem(
            "sounds.engine_missing", names, f"Prompts can't be spoken: {names} is not installed.",
            f"无法合成提示音：未安装 {names}。", f"Install it, e.g. apt-get install {' '.join(missing)}.",
            f"请安装，例如 apt-get install {' '.join(missing)}。"))  # fmt: skip


def _failed(folder: Path, reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(problem(
        "sounds.not_rendered", str(folder), f"A prompt could not be made: {reason}.", f"无法生成提示音：{reason}。",
        "Check that the disk has room and that recordings are WAV files, then publish again.",
        "请检查磁盘空间，并确认录音为 WAV 文件，然后重新发布。"))  # fmt: skip


def _reason(error: subprocess.SubprocessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr.decode(errors="replace").strip().splitlines()
        return f"{error.cmd[0]}: {said[-1][:200] if said else f'status {error.returncode}'}"
    return "it took too long"
