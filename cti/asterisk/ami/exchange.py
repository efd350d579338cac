"""One action and its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from panoramisk.actions import Action

from cti.asterisk.ami.messages import AmiEvent, AmiResponse

Value = str | int | bool | Sequence[str]
Fields = Mapping[str, Value]

MAX_LINE = 1000  # bytes; Asterisk reads lines of at most 1024 and garbles what is longer
MAX_LINES = 120  # Asterisk ignores headers beyond the 128th
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")
_FORBIDDEN = dict.fromkeys(map(ord, "\r\n\0"))


class OversizedAction(ValueError):
    """Asterisk would garble this action; it must not be sent."""


class Exchange(Action):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's action, knowing for certain when its answer is complete instead of guessing from the wording.

    The answer is the response alone; with `as_list`, the response and its events until `EventList: Complete`; with
    `until`, the response and then the event of that name. A response that is no success, or announces no list, is
    complete at once. `future` resolves to the `AmiResponse`.

    CR, LF and NUL are taken out of values, since a value with them would be further headers, or a further action.
    Raises ValueError for a key that is none, and `OversizedAction`.
    """

    def __init__(self, fields: Fields, *, as_list: bool = False, until: str = "") -> None:
        clean = {_checked(key): _clean(value) for key, value in fields.items()}
        name = str(clean.get("Action", "")).lower()
        if name == "originate" and "async" not in {key.lower() for key in clean}:
            # Without it Asterisk answers nothing else on this connection until the call is answered.
            clean["Async"] = "true"
        super().__init__(clean, as_list=as_list)
        self.until = until
        self.response: AmiResponse | None = None
        lines = str(self).split("\r\n")
        if len(lines) > MAX_LINES or any(len(line.encode()) > MAX_LINE for line in lines):
            raise OversizedAction(f"more than {MAX_LINE} bytes in a line or more than {MAX_LINES} lines")

    def add_message(self, message: AmiEvent | AmiResponse) -> bool:
        """Takes what carries this action's id. True once the answer is complete and nothing more is awaited."""
        if isinstance(message, AmiResponse):
            if self.response is not None:
                return False  # the first answer counts
            self.response = message
            listed = self.as_list and message.get("EventList").lower() == "start"
            done = not message.success or not (listed or self.until)
        elif self.response is None:
            return False  # an event that merely echoes our id
        else:
            self.response.events.append(message)
            done = message.name == self.until if self.until else message.get("EventList") in ("Complete", "Cancelled")
        if done and not self.future.done():
            self.future.set_result(self.response)
        return done


def _checked(key: str) -> str:
    if not _KEY.match(key):
        raise ValueError(f"not an AMI header: {key[:70]!r}")
    return key


def _clean(value: Any) -> str | list[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value).translate(_FORBIDDEN)
    return [str(item).translate(_FORBIDDEN) for item in value]
