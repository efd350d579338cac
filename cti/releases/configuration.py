"""The published configuration (which sites, nodes, carriers and agents there are) at a site: its own copy, and its follower.

The data center gone, a site starts from its copy. A version is taken whole or not at all.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from cti.kit.errors import ConfigError, problem
from cti.kit.files import write_whole
from cti.kit.logging import get_logger
from cti.releases.following import POLL_SECONDS, Follower, Unanswered
from cti.topology import DataCenter, Topology, digest_of, document_of

log = get_logger(__name__)
FILE = "configuration.json"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One version of what stands where. `n` is 0 for the topology file that a machine was installed with."""

    n: int
    digest: str
    document: Mapping[str, Any]  # as it was published
    topology: Topology

    @classmethod
    def installed(cls, topology: Topology) -> Self:
        document = document_of(topology)
        return cls(0, digest_of(document), document, topology)

    @classmethod
    def published(cls, n: int, digest: str, document: Any) -> Self:
        """Raises `ConfigError` when it is not what was published, or says what this version of Hotline does not know."""
        if not isinstance(document, dict) or (found := digest_of(document)) != digest:
            raise _refused("configuration.forged", n, "It is not what was published.", "内容与发布的不一致。",
                           "It is fetched again by itself.", "系统会自动重新获取。")  # fmt: skip
        try:
            return cls(n, found, document, Topology.model_validate(document))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise _refused("configuration.not_understood", n, f"{place}: {first['msg']}.", f"{place}：{first['msg']}。",
                           "Upgrade this site, or publish what it knows.", "请升级该中心，或发布其支持的内容。") from None  # fmt: skip

    def asked_at(self, data_center: DataCenter) -> Self:
        """The same, but that each machine's own file says where the data center is: else nobody could mend a wrong address."""
        return replace(self, topology=self.topology.model_copy(update={"data_center": data_center}))


def _refused(code: str, n: int, *sentences: str) -> ConfigError:
    en, zh, mend_en, mend_zh = sentences
    return ConfigError(problem(code, f"configuration {n}", en, zh, mend_en, mend_zh))


class ConfigurationCache:
    """A site's own copy of the version that it took last, in its folder. Reads and writes files."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def remember(self, configuration: Configuration) -> None:
        """Raises OSError when the disk refuses; then the copy before is still there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"n": configuration.n, "digest": configuration.digest, "topology": configuration.document}
        write_whole(self._path, json.dumps(kept, ensure_ascii=False))

    def remembered(self) -> Configuration | None:
        """None if there is none that is whole."""
        try:
            kept = _Version.model_validate_json(self._path.read_bytes())
            return Configuration.published(kept.n, kept.digest, kept.topology)
        except FileNotFoundError:
            return None
        except (ValidationError, ConfigError, OSError) as error:
            log.error("configuration.spoiled", file=str(self._path), reason=str(error)[:300])
            return None


class _Head(BaseModel):
    """Of the data center's answer, what a site needs."""

    model_config = ConfigDict(frozen=True)

    n: int
    digest: str


class _State(BaseModel):
    version: _Head | None


class _Version(_Head):
    topology: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a site does not run with the configuration yet. `restart`: what takes it at its next start. `nodes`: those that
    have not loaded it, because their files are elsewhere or they do not answer."""

    restart: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        return "restart_needed" if self.restart else "taken"


class Taker(Protocol):
    """Who runs with the configuration."""

    @property
    def configuration(self) -> Configuration: ...

    async def take(self, newer: Configuration) -> None:
        """Raises `HotlineError` or OSError, having changed nothing."""

    async def settle(self) -> Standing:
        """Does what could not be done yet, and says what is left. Never raises."""


class ConfigurationFollower(Follower[_Head]):
    """Hands newer versions to the taker, and tells the data center how it stands whenever that has changed."""

    what = "configuration"

    def __init__(
        self, http: httpx.AsyncClient, data_center: str, token: str, site: str, taker: Taker, *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:  # fmt: skip
        super().__init__(http, f"{data_center}/api/v1/configuration", token, site, poll_seconds)
        self._taker = taker
        self._stands: tuple[int, Standing] | None = None

    async def _step(self) -> float:
        await self._tell()
        return await super()._step()

    async def _ask(self) -> _Head | None:
        return (await self._answer("", _State)).version

    def _has(self, published: _Head) -> bool:
        current = self._taker.configuration
        return (current.n, current.digest) == (published.n, published.digest)

    async def _take(self, published: _Head) -> None:
        found = await self._answer(f"/versions/{published.n}", _Version)
        newer = await asyncio.to_thread(Configuration.published, published.n, published.digest, found.topology)
        await self._taker.take(newer)
        await self._tell()

    async def _tell(self) -> None:
        stands = self._taker.configuration.n, await self._taker.settle()
        if stands != self._stands:
            self._stands = stands
            if stands[0]:
                self._say(stands[0], stands[1].outcome, restart=stands[1].restart, nodes=stands[1].nodes)

    async def _answer(self, path: str, model: type[M]) -> M:
        try:
            return model.model_validate_json(await self._get(path))
        except ValidationError:
            raise Unanswered("not an answer of the data center") from None
