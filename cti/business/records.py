"""What the data center knows of customers and of their cases, as calls and screens need it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from cti.calls.context import CaseCard, CustomerCard
from cti.facts.cases import CaseStatus
from cti.kit.logging import get_logger

log = get_logger(__name__)
RECORD_SECONDS = 5.0  # after which a record is no longer worth waiting for
MOST_CASES = 20  # of a customer, on a screen
MOST_OWNED = 100  # of an agent
UNSETTLED = [CaseStatus.OPEN.value, CaseStatus.PENDING.value]

M = TypeVar("M", bound=BaseModel)


class _Page(BaseModel):
    items: tuple[CaseCard, ...]


class _Records:
    """Reads of the data center's API, with the site's token."""

    def __init__(self, client: httpx.AsyncClient, data_center: str, token: str) -> None:
        self._client, self._url = client, f"{data_center}/api/v1"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, model: type[M], **query: Any) -> M | None:
        """None when there is no such thing. Raises OSError when the data center can't say."""
        try:
            answer = await self._client.get(
                self._url + path, params=query, headers=self._headers, timeout=RECORD_SECONDS
            )
        except httpx.HTTPError as error:
            raise ConnectionError(type(error).__name__) from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise ConnectionError(f"status {answer.status_code}")
        try:
            return model.model_validate_json(answer.content)
        except ValueError as error:
            raise ConnectionError("not what was asked for") from error

    async def unsettled(self, **query: Any) -> tuple[CaseCard, ...]:
        """Cases that are not closed, the newest first."""
        page = await self.get("/cases", _Page, status=UNSETTLED, **query)
        return page.items if page else ()


class DataCenterCustomers:
    """Implements `calls.ports.Customers`: the record, and with it the cases of the number. Two questions, asked at once."""

    def __init__(self, client: httpx.AsyncClient, data_center: str, token: str) -> None:
        self._records = _Records(client, data_center, token)

    async def find(self, number: str) -> CustomerCard | None:
        """None when there is neither record nor case; OSError when the data center can't say."""
        asked = self._records.get("/customers", CustomerCard, number=number), self._cases(number)
        card, cases = await asyncio.gather(*asked)
        if not cases:
            return card
        return (card or CustomerCard()).model_copy(update={"cases": cases})

    async def _cases(self, number: str) -> tuple[CaseCard, ...]:
        """None, rather than no record, when they can't be read."""
        try:
            return await self._records.unsettled(number=number, limit=MOST_CASES)
        except OSError as error:
            log.info("cases.unavailable", reason=str(error))
            return ()


class DataCenterCases:
    """Implements `calls.ports.Cases`."""

    def __init__(self, client: httpx.AsyncClient, data_center: str, token: str) -> None:
        self._records = _Records(client, data_center, token)

    async def owned_by(self, agent: str) -> Sequence[CaseCard]:
        return await self._records.unsettled(owner=agent, limit=MOST_OWNED)

    async def find(self, case: str) -> CaseCard | None:
        return await self._records.get(f"/cases/{case}", CaseCard)
