"""Values that are too long for AGI, spread over several channel variables.

`X` then holds how many parts there are and a checksum, `X_1`, `X_2` … the parts. A process that dies between the parts
leaves a checksum that does not fit, and `join` gives None: as if the value had never been set. Pure but for `get`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final
from zlib import crc32

PART: Final = 1000  # bytes; GET VARIABLE gives 1023, and a command, in which quotes count twice, may have 2047
MAX_PARTS: Final = 40
_HEADER = re.compile(r"@parts (\d{1,2}) ([0-9a-f]{8})\Z")


def split(name: str, value: str) -> list[tuple[str, str]]:
    """The variables to set, in this order. Raises ValueError for a value beyond 40 parts."""
    parts = _parts(value)
    if len(parts) == 1 and not value.startswith("@parts "):
        return [(name, value)]
    if len(parts) > MAX_PARTS:
        raise ValueError(f"{name}: a value of {len(value)} characters is too long for a channel variable")
    header = f"@parts {len(parts)} {_checksum(value)}"
    return [*((f"{name}_{number}", part) for number, part in enumerate(parts, 1)), (name, header)]


async def join(get: Callable[[str], Awaitable[str | None]], name: str) -> str | None:
    """The value of `name` as it was split; None if it was never set, or not wholly."""
    value = await get(name)
    header = _HEADER.match(value or "")
    if header is None:
        return value
    parts = [await get(f"{name}_{number}") or "" for number in range(1, min(int(header[1]), MAX_PARTS) + 1)]
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
