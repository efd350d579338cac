"""The place in a list behind which the next page starts, as text that is opaque to clients."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from cti.datacenter.errors import BadRequest
from cti.kit.errors import problem

Position = tuple[datetime, str]  # (moment, id) of the last one that was told


def encode_cursor(position: Position) -> str:
    """The place behind which the next page starts; opaque to clients."""
    moment, name = position
    plain = f"{moment.astimezone(UTC).isoformat()} {name}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Position:
    """Raises `BadRequest`."""
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        written, _, name = plain.partition(" ")
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None or not name.isprintable() or not name:
            raise ValueError(written)
        return moment, name
    except (ValueError, binascii.Error):
        raise BadRequest(problem("request.invalid", "query.cursor", "This cursor was not given by this service.",
                                 "该游标不是本服务给出的。", "Send `next_cursor` unchanged, or leave it out.",
                                 "请原样发送 `next_cursor`，或省略。")) from None  # fmt: skip
