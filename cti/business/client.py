"""HTTP to business systems, over one pooled client per process."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from cti.calls.ports import HttpAnswer
from cti.ivr.allowed import origin
from cti.kit.errors import ConfigError, problem
from cti.kit.logging import get_logger

log = get_logger(__name__)
MAX_BODY = 262_144  # bytes of an answer; more is a failure


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """The public certificate authorities, and those in a PEM file. Raises `ConfigError`."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(problem(
                "http.ca_unreadable", str(ca_file), f"These certificates can't be read: {error.strerror or error}.",
                f"无法读取证书：{error.strerror or error}。", "Correct HOTLINE_CA: a file of PEM certificates.",
                "请更正 HOTLINE_CA：应为 PEM 证书文件。")) from None  # fmt: skip
    return context


def shared_client(ca_file: Path | None) -> httpx.AsyncClient:
    """One for all calls of a process. It keeps no cookies: a session that a system began for one caller is none of the next one's.
    Raises `ConfigError`."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.AsyncClient(trust_env=False, verify=trusted(ca_file), cookies=no_cookies)


class BusinessHttp:
    """Implements `calls.ports.Http`. Redirects are answers, not followed: they could lead anywhere.

    The data center's own address gets this site's token; no other host ever sees it.
    """

    def __init__(self, client: httpx.AsyncClient, data_center: str, token: str) -> None:
        self._client = client
        self._data_center, self._token = origin(data_center), token

    async def request(
        self, method: str, url: str, *, body: object | None, timeout: float, allowed: Callable[[str], bool]
    ) -> HttpAnswer:
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL:
            return HttpAnswer(0)
        asked = origin(str(target))  # as httpx understands the address, not as it was written
        if asked is None or (asked != self._data_center and not allowed(asked)):
            log.warning("http.refused", origin=asked)
            return HttpAnswer(0)
        headers = {"Authorization": f"Bearer {self._token}"} if asked == self._data_center else {}
        try:
            async with (
                asyncio.timeout(timeout),  # all of it: httpx counts from one piece of the answer to the next
                self._client.stream(method, target, json=body, headers=headers, timeout=timeout) as response,
            ):
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BODY:
                        raise httpx.DecodingError("the answer is too large")
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("http.failed", origin=asked, reason=type(error).__name__)
            return HttpAnswer(0)
        return HttpAnswer(response.status_code, _body(bytes(content)))


def _body(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")
