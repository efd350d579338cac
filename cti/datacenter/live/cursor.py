"""PURE: how far a reader has followed: for each site the `seq` up to which it knows every fact. `bj:17,sh:41` in a request.

A site's facts are committed in the order of its acknowledged `seq`, so a cursor means the same at every replica and needs
no table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cti.datacenter.errors import BadRequest
from cti.kit.errors import problem

Cursor = Mapping[str, int]
MAX_LENGTH = 8000  # characters: what proxies let pass in a header
_PART = re.compile(r"([a-z][a-z0-9_-]{0,30}):(0|[1-9][0-9]{0,15})")


def encode_cursor(cursor: Cursor) -> str:
    return ",".join(f"{site}:{seq}" for site, seq in sorted(cursor.items()))


def decode_cursor(text: str) -> dict[str, int]:
    """Raises `BadRequest` for what `encode_cursor` did not write. The empty text is the cursor before every fact."""
    parts = [_PART.fullmatch(part) for part in text.split(",")] if text else []
    cursor = {part[1]: int(part[2]) for part in parts if part}
    if len(text) > MAX_LENGTH or len(cursor) < len(parts):
        raise BadRequest(problem("live.cursor", "Last-Event-ID", "This cursor was not given by this service.",
                                 "该游标不是本服务给出的。", "Send the last event's `id` unchanged, or leave it out and read anew.",
                                 "请原样发送最后一个事件的 `id`，或省略并重新读取。"))  # fmt: skip
    return cursor
