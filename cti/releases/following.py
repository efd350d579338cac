"""What all followers of the data center do: ask every second what counts, take it, and say what came of it until it has been heard.

What can't be taken is refused, with the reason, and tried again; until then what there was goes on.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Final, Generic, Protocol, TypeVar

import httpx

from cti.kit.backoff import Backoff
from cti.kit.errors import HotlineError
from cti.kit.logging import get_logger

log = get_logger(__name__)
POLL_SECONDS: Final = 1.0
REQUEST_SECONDS: Final = 10.0
MAX_ANSWER: Final = 64 * 1024 * 1024


class Numbered(Protocol):
    """Something published."""

    @property
    def n(self) -> int: ...


Published = TypeVar("Published", bound=Numbered)


class Unanswered(Exception):
    """The data center did not answer as it should; its text is for logs."""


class Follower(ABC, Generic[Published]):
    """`run` it in a task. Subclasses say what is asked, and how it is taken."""

    what: str  # begins the actions in the log

    def __init__(
        self, http: httpx.AsyncClient, url: str, token: str, site: str, poll_seconds: float = POLL_SECONDS
    ) -> None:
        """`url`: of the resource, which has `acknowledgement` beneath it."""
        self._http, self._url, self._site = http, url, site
        self._headers = {"Authorization": f"Bearer {token}"}
        self._poll, self._backoff = poll_seconds, Backoff(first=poll_seconds, cap=15.0)
        self._trouble = ""
        self._unsaid: dict[str, object] | None = None  # what the data center has yet to hear

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            delay = await self._step()
            await asyncio.sleep(delay)

    @abstractmethod
    async def _ask(self) -> Published | None:
        """What counts now; None if nothing was ever published. Raises `Unanswered`."""

    @abstractmethod
    def _has(self, published: Published) -> bool:
        """Whether it was taken before."""

    @abstractmethod
    async def _take(self, published: Published) -> None:
        """Takes all of it and says so, or raises `HotlineError`, OSError or `Unanswered`, having changed nothing."""

    async def _step(self) -> float:
        """One question, and what follows from it; gives the seconds until the next."""
        published = None
        try:
            published = await self._ask()
            if published is not None and not self._has(published):
                await self._take(published)
            await self._acknowledge()
        except Unanswered as error:
            return self._wait(str(error))
        except (HotlineError, OSError) as error:
            reason = (
                error.problems[0].code if isinstance(error, HotlineError) else error.strerror or type(error).__name__
            )
            n = published.n if published else 0
            if self._trouble != reason:
                log.error(self._action("refused"), n=n, reason=str(error))
                self._say(n, "refused", reason=reason)
            delay = self._wait(reason)
            try:
                await self._acknowledge()
            except Unanswered as unanswered:
                log.warning(self._action("unacknowledged"), reason=str(unanswered))
            return delay
        self._trouble = ""
        self._backoff.reset()
        return self._poll

    def _wait(self, reason: str) -> float:
        if self._trouble != reason:
            self._trouble = reason
            log.warning(self._action("waiting"), reason=reason)
        return self._backoff.next()

    def _action(self, word: str) -> str:
        return f"{self.what}.{word}"

    def _say(self, n: int, outcome: str, reason: str = "", **more: object) -> None:
        """What the data center shall hear."""
        self._unsaid = {"site": self._site, "n": n, "outcome": outcome, "reason": reason[:500], **more}

    async def _acknowledge(self) -> None:
        """Says what came of the last one, until it has been heard."""
        if self._unsaid is None:
            return
        try:
            answer = await self._http.put(
                f"{self._url}/acknowledgement", json=self._unsaid, headers=self._headers, timeout=REQUEST_SECONDS
            )
        except httpx.HTTPError as error:
            raise Unanswered(type(error).__name__) from None
        if answer.is_error:
            raise Unanswered(f"HTTP {answer.status_code}")
        self._unsaid = None

    async def _get(self, path: str, seconds: float = REQUEST_SECONDS) -> bytes:
        """Raises `Unanswered`."""
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream(
                    "GET", f"{self._url}{path}", headers=self._headers, timeout=REQUEST_SECONDS
                ) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise Unanswered(f"HTTP {answer.status_code}")
                content = bytearray()
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        raise Unanswered("the answer is too large")
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unanswered(type(error).__name__) from None
        return bytes(content)
