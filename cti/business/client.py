"""HTTP to business systems, over one pooled client per process."""

from __future__ import annotations

import json
from collections.abc import Collection

import httpx

from cti.calls.context import CustomerCard
from cti.calls.ports import HttpAnswer
from cti.kit.logging import get_logger

log = get_logger(__name__)
MAX_BODY = 262_144  # bytes of an answer; more is a failure
CUSTOMER_SECONDS = 5.0  # after which a record is no longer worth waiting for


class BusinessHttp:
    """Implements `calls.ports.Http`. Only `origins` (scheme://host:port) are asked: a flow can't reach anything else.

    The data center's own address gets this site's token; no other host ever sees it.
    """

    def __init__(self, client: httpx.AsyncClient, origins: Collection[str], data_center: str, token: str) -> None:
        self._client, self._origins = client, frozenset(origins)
        self._data_center, self._token = _origin(httpx.URL(data_center)), token

    async def request(self, method: str, url: str, *, body: object | None, timeout: float) -> HttpAnswer:
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL:
            return HttpAnswer(0)
        origin = _origin(target)
        if origin not in self._origins:
            log.warning("http.refused", origin=origin)
            return HttpAnswer(0)
        headers = {"Authorization": f"Bearer {self._token}"} if origin == self._data_center else {}
        try:
            async with self._client.stream(method, target, json=body, headers=headers, timeout=timeout) as response:
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BODY:
                        raise httpx.DecodingError("the answer is too large")
        except httpx.HTTPError as error:
            log.warning("http.failed", origin=origin, reason=type(error).__name__)
            return HttpAnswer(0)
        return HttpAnswer(response.status_code, _body(bytes(content)))


class DataCenterCustomers:
    """Implements `calls.ports.Customers` with the data center's API."""

    def __init__(self, client: httpx.AsyncClient, data_center: str, token: str) -> None:
        self._client, self._url, self._token = client, f"{data_center}/api/v1/customers", token

    async def find(self, number: str) -> CustomerCard | None:
        """None when unknown; OSError when the data center can't say."""
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = await self._client.get(
                self._url, params={"number": number}, headers=headers, timeout=CUSTOMER_SECONDS
            )
        except httpx.HTTPError as error:
            raise ConnectionError(type(error).__name__) from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise ConnectionError(f"status {answer.status_code}")
        try:
            return CustomerCard.model_validate(answer.json())
        except ValueError as error:
            raise ConnectionError("not a customer record") from error


def _origin(url: httpx.URL) -> str:
    default = {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{url.host}:{url.port or default}"


def _body(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")
