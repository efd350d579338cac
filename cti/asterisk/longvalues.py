"""Values that are too long for AGI, spread over several channel variables.

`X` then holds how many parts there are and a checksum, `X_1`, `X_2` … the parts; those of the value after it are `X_1b`, `X_2b` …, then
again `X_1`. So a process that dies between the parts leaves the value before. Pure but for `get`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final
from zlib import crc32

PART: Final = 1000  # bytes; GET VARIABLE gives 1023, and a command, in which quotes count twice, may have 2047
MAX_PARTS: Final = 40
_HEADER = re.compile(r"@parts (\d{1,2}) ([0-9a-f]{8})( b)?\Z")
Get = Callable[[str], Awaitable[str | None]]


async def split(get: Get, name: str, value: str) -> list[tuple[str, str]]:
    """The variables to set, in this order. Raises ValueError for a value beyond 40 parts."""
    parts = _parts(value)
    if len(parts) == 1 and not value.startswith("@parts "):
        return [(name, value)]
    if len(parts) > MAX_PARTS:
        raise ValueError(f"{name}: a value of {len(value)} characters is too long for a channel variable")
    now = _HEADER.match(await get(name) or "")
    other = "b" if now is not None and not now[3] else ""
    header = f"@parts {len(parts)} {_checksum(value)} {other}".rstrip()
    return [*((f"{name}_{number}{other}", part) for number, part in enumerate(parts, 1)), (name, header)]


async def join(get: Get, name: str) -> str | None:
    """The value of `name` as it was split; None if it was never set, or not wholly."""
    value = await get(name)
    header = _HEADER.match(value or "")
    if header is None:
        return value
    last, suffix = min(int(header[1]), MAX_PARTS), (header[3] or "").strip()
    parts = [await get(f"{name}_{number}{suffix}") or "" for number in range(1, last + 1)]
    joined = "".join(parts)
    return joined if _checksum(joined) == header[2] else None


def _checksum(value: str) -> str:
    return f"{crc32(value.encode('utf-8', 'replace')):08x}"


def _parts(value: str) -> list[str]:
    parts, size, start = [], 0, 0
    for index, character in enumerate(value):
        width = 2 if character in '"\\' else len(character.encode("utf-8", "replace"))
        if size + width > PART:
            parts.append(value[start:index])
            start, size = index, 0
        size += width
    return [*parts, value[start:]]
