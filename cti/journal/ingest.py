"""One request to the data center's ingest, and what to make of any answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from cti.facts import Fact

MAX_ANSWER: Final = 65_536  # bytes; the right answer has 30
_MAX_SEQ: Final = 2**53
_TOO_MUCH: Final = frozenset({400, 413, 422})  # a smaller batch may pass, or isolate the fact that doesn't
_FAULT: Final = 500  # of the data center's own; if it comes again and again, as above
_MAX_KEPT: Final = 12_000  # characters of a refused fact


@dataclass(frozen=True, slots=True)
class Answer:
    """`acknowledged` is None when there was no proper answer. `reason` is for logs: nothing that the server wrote."""

    acknowledged: int | None
    reason: str = "not acknowledged"
    retry_after: float = 0.0  # seconds
    too_much: bool = False
    fault: bool = False


def encode(site: str, facts: Sequence[Fact], max_bytes: int, after: int | None = None) -> tuple[bytes, Sequence[Fact]]:
    """The request's body and the facts in it: as many as fit into `max_bytes`, but at least one.

    Numbers that are left out, from the one behind `after` on, are declared lost: the journal reads its facts in order.
    """
    parts: list[bytes] = []
    lost: list[tuple[int, int]] = []
    size = 0
    for fact in facts:
        part = fact.model_dump_json().encode()
        size += len(part) + 1
        if parts and size > max_bytes:
            break
        parts.append(part)
        if after is not None and fact.seq > after + 1:
            lost.append((after + 1, fact.seq - 1))
        after = fact.seq
    named = b',"lost":%s' % json.dumps(lost).encode() if lost else b""
    return b'{"site":%s,"facts":[%s]%s}' % (json.dumps(site).encode(), b",".join(parts), named), facts[: len(parts)]


def encode_refused(site: str, fact: Fact, reason: str) -> bytes:
    """The body of a request that has something stand in a fact's place: its text, which nobody takes for a fact."""
    stand_in = {"seq": fact.seq, "refused": reason, "text": fact.model_dump_json()[:_MAX_KEPT]}
    return json.dumps({"site": site, "facts": [stand_in]}).encode()


async def post(http: httpx.AsyncClient, url: str, token: str, body: bytes, *, timeout: float, now: datetime) -> Answer:
    """Sends and reads, within `timeout` seconds in all. Never raises for what the network or the server does."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",  # what is compressed may expand without end
    }
    try:
        async with asyncio.timeout(timeout):
            async with http.stream("POST", url, content=body, headers=headers, timeout=timeout) as response:
                content = await _read(response)
    except TimeoutError:
        return Answer(None, "no answer in time")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Answer(None, type(error).__name__)
    if response.status_code != 200:
        retry_after = _retry_after(response.headers.get("Retry-After", ""), now)
        status = response.status_code
        return Answer(None, f"HTTP {status}", retry_after, status in _TOO_MUCH, status == _FAULT)
    acknowledged = _acknowledged(content)
    return Answer(None, "not an answer of the data center") if acknowledged is None else Answer(acknowledged)


async def _read(response: httpx.Response) -> bytes:
    """The answer's beginning: a server that never stops must not fill the memory."""
    content = b""
    async for chunk in response.aiter_raw(4096):
        content += chunk
        if len(content) > MAX_ANSWER:
            break
    return content


def _acknowledged(content: bytes) -> int | None:
    try:
        value = json.loads(content)["acknowledged"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return value if type(value) is int and 0 <= value <= _MAX_SEQ else None


def _retry_after(value: str, now: datetime) -> float:
    """Seconds or a date, as HTTP allows; 0 when it is neither."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0
