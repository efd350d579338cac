"""What Asterisk says over AMI: an event, or the answer to an action. No input or output happens here."""

from __future__ import annotations

EOL = b"\r\n"


_MARKS: dict[str, bytes] = {}  # how a header begins, by its key; the keys are those our own code asks for


def _mark(key: str) -> bytes:
    try:
        return _MARKS[key]
    except KeyError:
        return _MARKS.setdefault(key, f"\r\n{key}: ".encode())


class AmiMessage:
    """The headers of one message, found in its bytes and decoded when asked for: most are never read.

    Keys are written as Asterisk writes them (`Uniqueid`, `CallerIDNum`). Where a key stands twice the first one wins,
    because Asterisk prints numbers raw, and what a caller smuggles in comes behind the headers that name the channel.
    Text that is not UTF-8 gets replacement characters.
    """

    __slots__ = ("_raw",)

    def __init__(self, block: bytes) -> None:
        self._raw = block  # begins and ends with a line end, so every header stands between two

    def get(self, key: str, default: str = "") -> str:
        """The first value of `key`, or `default` if the key is absent."""
        raw, mark = self._raw, _MARKS.get(key) or _mark(key)
        start = raw.find(mark)
        if start < 0:
            return default
        start += len(mark)
        value = raw[start : raw.find(EOL, start)]
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("utf-8", "replace")

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of `key`, in order."""
        parts = self._raw.split(_mark(key))[1:]
        return tuple([str(part.partition(EOL)[0], "utf-8", "replace") for part in parts])

    def items(self) -> list[tuple[str, str]]:
        """Every header in order, duplicates included."""
        lines = [line.partition(": ") for line in self._raw.decode("utf-8", "replace").split("\r\n")]
        return [(key, value) for key, colon, value in lines if colon]

    def variables(self, key: str = "ChanVariable") -> dict[str, str]:
        """The `NAME=value` pairs under a repeated key (`ChanVariable`, `DestChanVariable`).

        Here the last one wins: Asterisk prints the real ones behind the numbers.
        """
        pairs = [value.partition("=") for value in self.all(key)]
        return {name: value for name, equals, value in pairs if equals}

    def __contains__(self, key: str) -> bool:
        return _mark(key) in self._raw


class AmiEvent(AmiMessage):
    """Something that happened at the node. `name` is its `Event` header."""

    __slots__ = ("name",)

    def __init__(self, name: str, block: bytes) -> None:
        self.name = name
        self._raw = block

    def __repr__(self) -> str:
        return f"<AmiEvent {self.name}>"  # not the headers: they hold people's numbers


class AmiResponse(AmiMessage):
    """The answer to one action. `events` holds the events that belong to it: the items of a list and its end."""

    __slots__ = ("events",)

    def __init__(self, block: bytes) -> None:
        super().__init__(block)
        self.events: list[AmiEvent] = []

    @property
    def success(self) -> bool:
        return self.get("Response") in ("Success", "Goodbye")

    @property
    def message(self) -> str:
        """What Asterisk says about it, for people."""
        return self.get("Message")

    @property
    def output(self) -> tuple[str, ...]:
        """The lines printed by a `Command`."""
        return self.all("Output")

    def __repr__(self) -> str:
        return f"<AmiResponse {self.get('Response')}, {len(self.events)} events>"
