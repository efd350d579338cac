"""Bytes in, messages out: the pure half of the AMI link."""

from __future__ import annotations

from collections.abc import Iterable

from cti.asterisk.ami.messages import AmiEvent, AmiResponse

MAX_MESSAGE = 1_048_576  # bytes; the answer to a long console command is the largest honest one
_EOL = b"\r\n"
_END = b"\r\n\r\n"
_BANNER = b"\r\nAsterisk Call Manager/"
_EVENT = b"\r\nEvent: "
_RESPONSE = b"\r\nResponse: "
_ACTION_ID = b"\r\nActionID: "
_UNIQUEID = b"\r\nUniqueid: "
_LINKEDID = b"\r\nLinkedid: "


class AmiParser:
    """Cuts one connection's bytes into messages, wherever TCP cut them before.

    Only events in `wanted` are made (all of them if it is None); the rest costs a look at the first line. What is
    oversized, neither event nor response, or tampered with is thrown away and counted in `discarded`.
    """

    def __init__(self, wanted: Iterable[str] | None = None) -> None:
        self.version = ""
        self.discarded = 0
        self._wanted = None if wanted is None else {name.encode(): name for name in wanted}
        self._rest = _EOL  # always begins with a line end, the second one of the message before
        self._oversized = False

    def feed(self, data: bytes, *, answers: bool = False) -> list[AmiEvent | AmiResponse]:
        """The messages that `data` completes. With `answers`, also the unwanted events that carry an ActionID."""
        buffer = self._rest + data
        messages: list[AmiEvent | AmiResponse] = []
        wanted = self._wanted
        start = 0
        while (end := buffer.find(_END, start)) >= 0:
            if self._oversized:
                self._oversized = False
                self.discarded += 1
            elif buffer.startswith(_EVENT, start):
                raw_name = buffer[start + len(_EVENT) : buffer.find(_EOL, start + len(_EVENT))]
                name = raw_name.decode("utf-8", "replace") if wanted is None else wanted.get(raw_name)
                if name is None and answers and buffer.find(_ACTION_ID, start, end) >= 0:
                    name = raw_name.decode("utf-8", "replace")
                if name is not None:
                    block = buffer[start : end + 2]
                    # A caller's number is printed as it came and may hold further headers. The channel's name stands
                    # before the number, but its ids stand behind: the wrong ones would be read.
                    if block.count(_UNIQUEID) > 1 or block.count(_LINKEDID) > 1:
                        self.discarded += 1
                    else:
                        messages.append(AmiEvent(name, block))
            elif end > start:
                self._other(buffer[start : end + 2], messages)
            start = end + 2
        self._rest = buffer[start:]
        if len(self._rest) > MAX_MESSAGE:
            self._oversized = True
            self._rest = self._rest[-3:]  # it may end in the middle of the blank line
        return messages

    def _other(self, block: bytes, messages: list[AmiEvent | AmiResponse]) -> None:
        """The banner, which no blank line ends; a response; or rubbish."""
        if not self.version and block.startswith(_BANNER):
            end = block.find(_EOL, len(_BANNER))
            self.version = block[len(_BANNER) : end].decode("ascii", "replace")[:40]
            block = block[end:]
        if block.startswith(_RESPONSE):
            messages.append(AmiResponse(block))
        elif block != _EOL:
            self.discarded += 1
