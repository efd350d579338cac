"""Who calls, out of what Asterisk says about the channel. All of it may be hostile."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from cti.asterisk.agi import AgiRequest

_ID = re.compile(r"[-.A-Za-z0-9_]{1,64}\Z")
_NOT_DIGIT = re.compile(r"[^0-9]")
MAX_NUMBER, MAX_NAME = 20, 80


class BadRequest(ValueError):
    """The request is not one that our dialplan makes."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller's channel, and what is known of the caller. Fields are those of `calls.ports.Telephony`."""

    contact: str
    node: str
    channel: str
    number: str
    name: str
    called: str

    @classmethod
    def of(cls, request: AgiRequest) -> Self:
        """Raises `BadRequest` when the contact, the node or the channel is missing or is no such name."""
        contact, node = (*request.arguments, "", "")[:2]
        channel = request.environment.get("agi_channel", "")
        for what, value in (("contact", contact), ("node", node)):
            if not _ID.match(value):
                raise BadRequest(f"not the name of a {what}: {value[:70]!r}")
        if not channel or not channel.isprintable() or len(channel) > 200:
            raise BadRequest(f"not the name of a channel: {channel[:70]!r}")
        said = request.environment.get
        return cls(
            contact, node, channel, number=clean_number(said("agi_callerid", "")), name=clean_name(said("agi_calleridname", "")),
            called=clean_number(said("agi_dnid", "")) or clean_number(said("agi_extension", "")),
        )  # fmt: skip


def clean_number(text: str) -> str:
    """Digits and a leading +, at most 20; "" when there are none."""
    digits = _NOT_DIGIT.sub("", text)
    return ("+" + digits if text.startswith("+") else digits)[:MAX_NUMBER] if digits else ""


def clean_name(text: str) -> str:
    """At most 80 characters without any that control a terminal or a text's direction; "" for Asterisk's "unknown"."""
    shown = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))[:MAX_NAME].strip()
    return "" if shown == "unknown" else shown
