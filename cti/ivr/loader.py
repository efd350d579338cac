"""Reads a hotline's folder: flow.yaml, queues.yaml, prompts.yaml; calendars.yaml and allowed.yaml if they are there; and recordings
in prompts/<language>/<prompt>.wav."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cti.ivr.check import Sources, check
from cti.ivr.commands import PromptRef
from cti.ivr.hotline import Hotline, Recording
from cti.kit.errors import ConfigError, Problem
from cti.kit.strict_yaml import Document, parse, read

FILES = ("flow.yaml", "queues.yaml", "prompts.yaml")
OPTIONAL = ("calendars.yaml", "allowed.yaml")
VERSION_LENGTH = 12  # hexadecimal digits


def load_hotline(folder: Path) -> Hotline:
    """The hotline in `folder`. Raises `ConfigError` with every problem of every file, each with file:line:column."""
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    digest = hashlib.sha256()
    present = [name for name in OPTIONAL if (folder / name).exists()]
    for name in (*FILES, *present):
        try:
            raw = read(folder / name)
            digest.update(f"{name} {len(raw)}\n".encode() + raw)
            documents[name] = parse(raw, str(folder / name))
        except ConfigError as error:
            problems += error.problems
    recordings = _recordings(folder)
    for recording in recordings.values():
        digest.update(f"{recording.path.relative_to(folder).as_posix()} {recording.digest}\n".encode())
    documents |= {name: Document({}, str(folder / name)) for name in OPTIONAL if name not in present}
    flow, queues, prompts, calendars, allowed = (documents.get(name) for name in (*FILES, *OPTIONAL))
    version = digest.hexdigest()[:VERSION_LENGTH]
    hotline, found = check(Sources(flow, queues, prompts, calendars, allowed, recordings, version))
    if hotline is None or problems or found:
        raise ConfigError(*problems, *found)
    return hotline


def _recordings(folder: Path) -> dict[PromptRef, Recording]:
    return {
        PromptRef(path.stem, path.parent.name): Recording(path, hashlib.sha256(read(path)).hexdigest())
        for path in sorted((folder / "prompts").glob("*/*.wav"))
    }
