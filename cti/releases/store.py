"""The versions that a site has, in a folder of its own: `<version>/flow.yaml …`, and `release.json`, the one that counts.

What is there is whole: files are moved into place when they have been checked, so a process killed at any moment leaves none half.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cti.ivr import Hotline, load_hotline
from cti.kit.errors import ConfigError, problem
from cti.kit.files import write_whole
from cti.kit.logging import get_logger
from cti.releases.bundle import unpack

log = get_logger(__name__)
KEPT = 20  # versions; an older one is fetched again when somebody rolls back to it
_MAKING = ".making-"
Version = Annotated[str, Field(pattern=r"^[0-9a-f]{6,64}$")]  # it becomes the name of a folder


class Canary(BaseModel):
    """A version for some callers."""

    model_config = ConfigDict(frozen=True)

    version: Version
    percent: int = Field(ge=0, le=100)
    callers: tuple[str, ...] = ()


class Release(BaseModel):
    """What the data center says that callers meet; of its fields, those that a site needs."""

    model_config = ConfigDict(frozen=True)

    n: int
    version: Version
    digests: dict[str, str] = {}
    canary: Canary | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.version, *([self.canary.version] if self.canary else []))


class ReleaseStore:
    """Reads and writes files: call it from a thread when calls are in progress."""

    def __init__(self, folder: Path) -> None:
        """Creates the folder. Raises OSError if it can't. A process that stands by looks into the folder of the active one."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def has(self, version: str) -> bool:
        return (self._folder / version / "flow.yaml").is_file()

    def load(self, version: str) -> Hotline:
        """Raises `ConfigError` when its files are not what was published."""
        hotline = load_hotline(self._folder / version)
        if hotline.version != version:
            raise _forged(version, hotline.version)
        return hotline

    def add(self, version: str, bundle: bytes, digest: str) -> None:
        """Takes a fetched bundle in, one at a time, and removes what a killed process left half. Raises `ConfigError` when it is
        broken or not what was published, OSError for the disk."""
        if (found := hashlib.sha256(bundle).hexdigest()) != digest:
            raise _forged(digest, found)
        for left in self._folder.glob(f"{_MAKING}*"):
            shutil.rmtree(left, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=self._folder))
        try:
            unpack(bundle, making)
            hotline = load_hotline(making)
            if hotline.version != version:
                raise _forged(version, hotline.version)
            shutil.rmtree(self._folder / version, ignore_errors=True)  # one that was spoiled
            making.rename(self._folder / version)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def forget(self, version: str) -> None:
        shutil.rmtree(self._folder / version, ignore_errors=True)

    def remember(self, release: Release) -> None:
        """What counts after a restart. Versions that nobody meets any more go, but for the latest: calls may still be on them."""
        write_whole(self._folder / "release.json", release.model_dump_json(), half=f"{_MAKING}release.json")
        versions = sorted(self._folder.glob("*/flow.yaml"), key=lambda flow: flow.stat().st_mtime_ns, reverse=True)
        for flow in versions[KEPT:]:
            if flow.parent.name not in release.versions:
                self.forget(flow.parent.name)

    def remembered(self) -> Release | None:
        """None if there is none that can be read."""
        try:
            return Release.model_validate_json((self._folder / "release.json").read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            log.error("release.unreadable", reason=type(error).__name__)
            return None


def _forged(expected: str, found: str) -> ConfigError:
    return ConfigError(problem(
        "release.forged", expected, f"The files' digest is {found[:12]}, not what was published.",
        f"文件摘要为 {found[:12]}，与发布内容不符。", "Publish the version again.", "请重新发布该版本。"))  # fmt: skip
