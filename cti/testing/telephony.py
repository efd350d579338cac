"""A caller without Asterisk: pressed, hung up and answered by a test, at once or after so many seconds of the loop's time.

    caller = FakeTelephony()
    caller.phones["PJSIP/1001"] = FakePhone(answers_after=2.0)
    caller.press("1", after=0.5)
    caller.caller_hangs_up(after=60)

Under a loop with virtual time an hour passes in a moment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cti.calls.telephony import CallerGone, Collected, Fax, TelephonyFailed
from cti.testing.leg import FakeLeg, FakePhone

__all__ = ["FakeLeg", "FakePhone", "FakeTelephony", "Heard"]


@dataclass(frozen=True, slots=True)
class Heard:
    """Something the caller heard: a sound (`whole` unless it was interrupted), at the loop's time."""

    sound: str
    at: float
    whole: bool


class FakeTelephony:
    """Implements `calls.ports.Telephony`. `heard`, `variables`, `music`, `legs` and `cause` are for assertions."""

    def __init__(
        self,
        contact: str = "sh1-1.1",
        *,
        caller: str = "13800138000",
        caller_name: str = "",
        called: str = "95500",
        node: str = "sh1",
        fallback: str = "sorry",
        sound_seconds: float = 1.0,
        missing: Sequence[str] = (),
    ) -> None:
        self.contact, self.node, self.channel = contact, node, f"PJSIP/carrier-{contact}"
        self.caller, self.caller_name, self.called = caller, caller_name, called
        self.phones: dict[str, FakePhone] = {}  # by address; an address that is not here is unreachable
        self.sound_seconds = sound_seconds  # how long a sound lasts
        self.lengths: dict[str, float] = {}  # those that last longer or shorter
        self.heard: list[Heard] = []
        self.missed: list[str] = []  # sounds that were asked for and do not exist
        self.variables: dict[str, str] = {}
        self.music: str | None = None
        self.legs: list[FakeLeg] = []
        self.speaks = 3.0  # seconds for which the caller speaks when recorded
        self.fax = Fax(1, "fake")  # what the caller's machine sends
        self.recorded: dict[str, float] = {}  # file → seconds, or pages
        self.private: list[bool] = []  # what `keep_private` was told
        self.is_answered = False
        self.cause: int | None = None  # with which the call was hung up by us
        self._fallback, self._missing = fallback, frozenset(missing)
        self._end: type[CallerGone | TelephonyFailed] | None = None
        self._over = asyncio.Event()
        self._keys: deque[str] | None = None  # those pressed since somebody listens
        self._pressed = asyncio.Event()
        self._while_waiting: tuple[str, asyncio.Future[str]] | None = None  # keys listened for by `pressed`
        self._turn = asyncio.Lock()  # a channel does one thing at a time

    # What the test does

    def press(self, keys: str, *, after: float = 0.0, gap: float = 0.1) -> None:
        """The caller presses keys. One that nobody listens for is lost, as in Asterisk."""
        loop = asyncio.get_running_loop()
        for index, key in enumerate(keys):
            delay = after + index * gap
            if delay:
                loop.call_later(delay, self._press, key)
            else:
                self._press(key)

    def caller_hangs_up(self, *, after: float = 0.0) -> None:
        self._later(after, CallerGone)

    def connection_breaks(self, *, after: float = 0.0) -> None:
        """As when the node's connection is lost while the caller may still be there."""
        self._later(after, TelephonyFailed)

    # The port

    async def answer(self) -> None:
        self._check()
        self.is_answered = True

    async def play(self, sounds: Sequence[str], *, barge_in: str = "") -> str:
        async with self._turn:
            return await self._play(sounds, barge_in)

    async def collect(
        self,
        sounds: Sequence[str],
        *,
        max_digits: int,
        first_digit: float,
        between_digits: float,
        terminator: str = "#",
    ) -> Collected:
        async with self._turn:
            self._check()
            self._keys = deque()
            try:
                digits = ""
                key = await self._play(sounds, "0123456789*#") or await self._key(first_digit)
                while key and key != terminator:
                    digits += key
                    if len(digits) >= max_digits:
                        break
                    key = await self._key(between_digits)
                return Collected(digits, complete=bool(key))
            finally:
                self._keys = None

    async def record(self, file: str, *, longest: float, silence: float) -> float:
        async with self._turn:
            self._check()
            loop = asyncio.get_running_loop()
            began = loop.time()
            self._keys = deque()
            try:
                await self._key(min(self.speaks + silence, longest))
            except CallerGone:
                pass
            finally:
                self._keys = None
                self.recorded[file] = min(self.speaks, longest, loop.time() - began)
            return self.recorded[file]

    async def receive_fax(self, file: str) -> Fax:
        self._check()
        self.recorded[file] = self.fax.pages
        return self.fax

    async def keep_private(self, private: bool) -> None:
        self._check()
        self.private.append(private)

    async def hold(self, music: str = "default") -> None:
        self._check()
        self.music = music

    async def unhold(self) -> None:
        self._check()
        self.music = None

    async def announce(self, sounds: Sequence[str]) -> None:
        await self.play(sounds)

    async def pressed(self, keys: str) -> str:
        self._check()
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._while_waiting = (keys, waiting)
        try:
            return await waiting
        finally:
            self._while_waiting = None

    async def dial(self, phones: Mapping[str, Mapping[str, str]], *, ring_seconds: float) -> FakeLeg:
        self._check()
        found = {address: self.phones[address] for address in phones if address in self.phones}
        leg = FakeLeg(phones, ring_seconds, found)
        self.legs.append(leg)
        self.variables.pop("DIALSTATUS", None)
        self.music = None
        return leg

    async def was_connected(self) -> bool:
        self._check()
        if (status := self.variables.get("DIALSTATUS")) is not None:
            return status == "ANSWER"
        return bool(self.legs) and self.legs[-1].was_answered

    async def forget_connected(self) -> None:
        self._check()
        self.variables["DIALSTATUS"] = ""

    async def caller_gone(self) -> None:
        await self._over.wait()
        if self._end is not CallerGone:
            raise TelephonyFailed("the connection has ended")

    async def hang_up(self, cause: int = 16) -> None:
        if self._end is None:
            self.cause = cause
            self._finish(CallerGone)

    async def get(self, variable: str) -> str | None:
        self._check()
        return self.variables.get(variable)

    async def set(self, variable: str, value: str) -> None:
        self._check()
        self.variables[variable] = value

    # Inside

    async def _play(self, sounds: Sequence[str], barge_in: str) -> str:
        listened = self._keys is not None
        if not listened:
            self._keys = deque()
        try:
            for sound in sounds:
                if key := await self._sound(sound, barge_in):
                    return key
            return ""
        finally:
            if not listened:
                self._keys = None

    async def _sound(self, sound: str, barge_in: str) -> str:
        self._check()
        if sound in self._missing:
            self.missed.append(sound)
            sound = self._fallback
        loop, whole = asyncio.get_running_loop(), False
        began = loop.time()
        ends = began + self.lengths.get(sound, self.sound_seconds)
        try:
            while (left := ends - loop.time()) > 0:
                key = await self._key(left)
                if key and key in barge_in:
                    return key
            whole = True
        finally:
            self.heard.append(Heard(sound, began, whole))
        return ""

    async def _key(self, seconds: float) -> str:
        """The next key, or "" after so many seconds."""
        assert self._keys is not None
        try:
            async with asyncio.timeout(seconds):
                while not self._keys:
                    self._check()
                    self._pressed.clear()
                    await self._pressed.wait()
        except TimeoutError:
            return ""
        return self._keys.popleft()

    def _press(self, key: str) -> None:
        if self._while_waiting is not None and self._end is None:
            keys, waiting = self._while_waiting
            if key in keys and not waiting.done():
                waiting.set_result(key)
        if self._keys is not None and self._end is None:
            self._keys.append(key)
            self._pressed.set()

    def _later(self, after: float, end: type[CallerGone | TelephonyFailed]) -> None:
        if after:
            asyncio.get_running_loop().call_later(after, self._finish, end)
        else:
            self._finish(end)

    def _finish(self, end: type[CallerGone | TelephonyFailed]) -> None:
        if self._end is None:
            self._end = end
            self._over.set()
            self._pressed.set()
            for leg in self.legs:
                leg.caller_ended(end)

    def _check(self) -> None:
        if self._end is not None:
            raise self._end("it is over")
