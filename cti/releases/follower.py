"""Follows what the data center has released, so that new calls meet it within a second or two.

A release is taken whole or not at all: every version fetched, checked and its audio made before the first call meets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import httpx
from pydantic import BaseModel, ValidationError

from cti.calls.editions import CanaryEdition, Edition, Editions
from cti.ivr import Hotline
from cti.kit.errors import HotlineError
from cti.kit.logging import get_logger
from cti.releases.following import POLL_SECONDS, Follower, Unanswered
from cti.releases.store import Release, ReleaseStore

log = get_logger(__name__)
BUNDLE_SECONDS: Final = 60.0  # recordings make it large


class _State(BaseModel):
    release: Release | None


class ReleaseFollower(Follower[Release]):
    """`make` gives a hotline's edition, its audio made; `taken` is told after each activation."""

    what = "release"

    def __init__(
        self, http: httpx.AsyncClient, data_center: str, token: str, site: str, hotline: str, store: ReleaseStore,
        editions: Editions, make: Callable[[Hotline], Awaitable[Edition]], taken: Callable[[Edition], Awaitable[None]],
        *, poll_seconds: float = POLL_SECONDS,
    ) -> None:  # fmt: skip
        super().__init__(http, f"{data_center}/api/v1/flows/{hotline}", token, site, poll_seconds)
        self._store, self._editions, self._make, self._tell = store, editions, make, taken
        self._release: Release | None = None

    async def resume(self) -> bool:
        """Before the first call: what counted when the last process ended. False if nothing did, or its files are broken;
        `run` fetches those again."""
        release = await asyncio.to_thread(self._store.remembered)
        if release is None:
            return False
        try:
            await self._activate(release, *await self._editions_of(release))
            return True
        except (HotlineError, OSError) as error:
            log.error("release.not_resumed", n=release.n, reason=str(error))
            return False

    async def _ask(self) -> Release | None:
        try:
            return _State.model_validate_json(await self._get("/release")).release
        except ValidationError:
            raise Unanswered("not an answer of the data center") from None

    def _has(self, published: Release) -> bool:
        return self._release is not None and self._release.n == published.n

    async def _take(self, published: Release) -> None:
        for version in published.versions:
            if not self._store.has(version):
                bundle = await self._get(f"/versions/{version}/bundle", BUNDLE_SECONDS)
                await asyncio.to_thread(self._store.add, version, bundle, published.digests.get(version, ""))
        current, canary = await self._editions_of(published)
        await asyncio.to_thread(self._store.remember, published)  # a disk that refuses leaves all as it was
        await self._activate(published, current, canary)
        self._say(published.n, "taken")

    async def _editions_of(self, release: Release) -> tuple[Edition, CanaryEdition | None]:
        """Raises what `load` raises, and what making the audio does."""
        current = await self._edition(release.version)
        if release.canary is None:
            return current, None
        edition = await self._edition(release.canary.version)
        return current, CanaryEdition(edition, release.canary.percent, release.canary.callers)

    async def _activate(self, release: Release, current: Edition, canary: CanaryEdition | None) -> None:
        self._editions.activate(current, canary)
        self._release = release
        log.info("release.taken", n=release.n, version=release.version)
        await self._tell(current)

    async def _edition(self, version: str) -> Edition:
        try:
            hotline = await asyncio.to_thread(self._store.load, version)
        except HotlineError:
            await asyncio.to_thread(self._store.forget, version)  # spoiled on our disk: the next try fetches it again
            raise
        return await self._make(hotline)
