"""What callers left with the emergency menu, one file each, until it is taken into the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from cti.calls.ports import LeftNumber
from cti.kit.logging import get_logger

log = get_logger(__name__)
MOST_BYTES: Final = 10_000
_ID = Annotated[str, Field(pattern=r"^[-.A-Za-z0-9_]{1,64}$")]
_NUMBER = Annotated[str, Field(pattern=r"^\+?[0-9]{0,21}$")]


class _File(BaseModel):
    """As `pbx/emergency.py` writes it."""

    model_config = ConfigDict(extra="ignore")

    at: AwareDatetime
    contact: _ID
    node: _ID
    caller: _NUMBER
    called: _NUMBER
    callback: _NUMBER
    ended: str = Field(max_length=40)


class EmergencySpool:
    """Implements `calls.ports.Spool`. A file that can't be understood is put aside, and said."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Sequence[LeftNumber]:
        """Oldest first. Raises nothing: a folder that is not there holds nothing."""
        found = []
        try:
            paths = sorted(self._folder.glob("*.json"))
        except OSError as error:
            log.error("spool.unreadable", reason=error.strerror)
            return []
        for path in paths:
            try:
                with path.open("rb") as file:
                    written = file.read(MOST_BYTES)
            except OSError as error:  # of this moment, not of the file: it stays for the next look
                log.error("spool.unreadable", file=path.name, reason=error.strerror)
                continue
            try:
                left = _File.model_validate(json.loads(written))
            except (ValueError, ValidationError, RecursionError) as error:
                log.error("spool.bad_file", file=path.name, reason=type(error).__name__)
                self._put_aside(path)
                continue
            found.append(_left(path.name, left))
        return sorted(found, key=lambda one: one.at)

    def remove(self, left: LeftNumber) -> None:
        try:
            (self._folder / left.name).unlink(missing_ok=True)
        except OSError as error:
            log.error("spool.not_removed", file=left.name, reason=error.strerror)

    def _put_aside(self, path: Path) -> None:
        try:
            path.rename(path.with_suffix(".bad"))
        except OSError as error:
            log.error("spool.not_put_aside", file=path.name, reason=error.strerror)


def _left(name: str, file: _File) -> LeftNumber:
    at: datetime = file.at
    return LeftNumber(name, at, file.contact, file.node, file.caller, file.called, file.callback or None)
