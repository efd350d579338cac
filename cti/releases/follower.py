"""Follows what the data center has released, so that new calls meet it within a second or two.

A release is taken whole or not at all: every version fetched, checked and its audio made before the first call meets it. What can't
be taken is refused, with the reason, and tried again; calls go on with what there was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import httpx
from pydantic import BaseModel, ValidationError

from cti.calls.editions import CanaryEdition, Edition, Editions
from cti.ivr import Hotline
from cti.kit.backoff import Backoff
from cti.kit.errors import HotlineError
from cti.kit.logging import get_logger
from cti.releases.store import Release, ReleaseStore

log = get_logger(__name__)
POLL_SECONDS: Final = 1.0
REQUEST_SECONDS: Final = 10.0
BUNDLE_SECONDS: Final = 60.0  # recordings make it large
MAX_BUNDLE: Final = 64 * 1024 * 1024


class _State(BaseModel):
    release: Release | None


class Unanswered(Exception):
    """The data center did not answer as it should; its text is for logs."""


class ReleaseFollower:
    """`run` it in a task. `make` gives a hotline's edition, its audio made; `taken` is told after each activation."""

    def __init__(
        self, http: httpx.AsyncClient, data_center: str, token: str, site: str, hotline: str, store: ReleaseStore,
        editions: Editions, make: Callable[[Hotline], Awaitable[Edition]], taken: Callable[[Edition], Awaitable[None]],
        *, poll_seconds: float = POLL_SECONDS,
    ) -> None:  # fmt: skip
        self._http, self._url, self._site = http, f"{data_center.rstrip('/')}/api/v1/flows/{hotline}", site
        self._headers = {"Authorization": f"Bearer {token}"}
        self._store, self._editions, self._make, self._tell = store, editions, make, taken
        self._poll, self._backoff = poll_seconds, Backoff(first=poll_seconds, cap=15.0)
        self._release: Release | None = None
        self._trouble = ""
        self._unsaid: tuple[int, str] | None = None  # what the data center has yet to hear

    async def resume(self) -> bool:
        """Before the first call: what counted when the last process ended. False if nothing did, or its files are broken;
        `run` fetches those again."""
        release = await asyncio.to_thread(self._store.remembered)
        if release is None:
            return False
        try:
            await self._activate(release)
            return True
        except (HotlineError, OSError) as error:
            log.error("release.not_resumed", n=release.n, reason=str(error))
            return False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            delay = await self._step()
            await asyncio.sleep(delay)

    async def _step(self) -> float:
        """One question, and what follows from it; gives the seconds until the next."""
        try:
            release = await self._ask()
            if release is not None and (self._release is None or release.n != self._release.n):
                await self._take(release)
            await self._acknowledge()
        except Unanswered as error:
            return self._wait(str(error))
        except (HotlineError, OSError) as error:
            reason = (
                error.problems[0].code if isinstance(error, HotlineError) else error.strerror or type(error).__name__
            )
            if self._trouble != reason:
                log.error("release.refused", n=release.n if release else 0, reason=str(error))
                self._unsaid = (release.n if release else 0, reason)
            delay = self._wait(reason)
            try:
                await self._acknowledge()
            except Unanswered as unanswered:
                log.warning("release.unacknowledged", reason=str(unanswered))
            return delay
        self._trouble = ""
        self._backoff.reset()
        return self._poll

    def _wait(self, reason: str) -> float:
        if self._trouble != reason:
            self._trouble = reason
            log.warning("release.waiting", reason=reason)
        return self._backoff.next()

    async def _take(self, release: Release) -> None:
        for version in release.versions:
            if not self._store.has(version):
                bundle = await self._get(f"{self._url}/versions/{version}/bundle", BUNDLE_SECONDS)
                await asyncio.to_thread(self._store.add, version, bundle, release.digests.get(version, ""))
        await self._activate(release)
        await asyncio.to_thread(self._store.remember, release)
        self._unsaid = (release.n, "")

    async def _activate(self, release: Release) -> None:
        current = await self._edition(release.version)
        canary = None
        if release.canary is not None:
            edition = await self._edition(release.canary.version)
            canary = CanaryEdition(edition, release.canary.percent, release.canary.callers)
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

    async def _ask(self) -> Release | None:
        try:
            return _State.model_validate_json(await self._get(f"{self._url}/release")).release
        except ValidationError:
            raise Unanswered("not an answer of the data center") from None

    async def _acknowledge(self) -> None:
        """Says what came of the last release, until it has been heard."""
        if self._unsaid is None:
            return
        n, reason = self._unsaid
        body = {"site": self._site, "n": n, "outcome": "refused" if reason else "taken", "reason": reason[:500]}
        try:
            answer = await self._http.put(
                f"{self._url}/acknowledgement", json=body, headers=self._headers, timeout=REQUEST_SECONDS
            )
        except httpx.HTTPError as error:
            raise Unanswered(type(error).__name__) from None
        if answer.is_error:
            raise Unanswered(f"HTTP {answer.status_code}")
        self._unsaid = None

    async def _get(self, url: str, seconds: float = REQUEST_SECONDS) -> bytes:
        """Raises `Unanswered`."""
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream("GET", url, headers=self._headers, timeout=REQUEST_SECONDS) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise Unanswered(f"HTTP {answer.status_code}")
                content = bytearray()
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BUNDLE:
                        raise Unanswered("the answer is too large")
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unanswered(type(error).__name__) from None
        return bytes(content)
