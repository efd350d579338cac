"""Where a page of a list ended, newest first: opaque to clients, so that lists can be cut otherwise one day."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from cti.datacenter.errors import BadRequest
from cti.kit.errors import problem

Position = tuple[datetime, str]  # when the last entry was, and its key among those of the same moment


def encode_cursor(position: Position) -> str:
    """The place behind which the next page starts; opaque to clients."""
    at, key = position
    plain = f"{at.astimezone(UTC).isoformat()} {key}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Position:
    """Raises `BadRequest`."""
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        moment, _, key = plain.partition(" ")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not key.isprintable() or not key:
            raise ValueError(moment)
        return at.astimezone(UTC), key
    except (ValueError, OverflowError, binascii.Error):
        raise BadRequest(problem("request.invalid", "query.cursor", "This cursor was not given by this service.",
                                 "该游标不是本服务给出的。", "Send `next_cursor` unchanged, or leave it out.",
                                 "请原样发送 `next_cursor`，或省略。")) from None  # fmt: skip
