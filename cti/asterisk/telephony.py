"""One caller's channel as a call session sees it: the `Telephony` port over AGI, with AMI for what AGI cannot do.

What Asterisk 22 does, and this relies on (each has a test against the real one):
- A sound that does not exist is answered like a hang-up, with -1; only the next command tells the two apart.
- STREAM FILE ends as soon as another command arrives. It stops the music on hold, which has to be started again.
- A "stop" of AMI's ControlPlayback that comes too late cuts the next sound off. It is not used.
- Digits that come while no command runs are lost: `Read` plays and gathers in one. Nothing of AGI ends it, but a key does.
- After a hang-up the connection is closed at once (AGIEXITONHANGUP): first the answer -1, then HANGUP, then the end.
- The command HANGUP forgets the cause; the application Hangup doesn't.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from cti.asterisk import dialplan
from cti.asterisk.agi import AgiChannel, AgiClosed, AgiResult, CommandTooLong
from cti.asterisk.ami import AmiError, AmiEvent, ChannelSnapshot
from cti.asterisk.caller import Caller, clean_name
from cti.asterisk.fax import pages_in
from cti.asterisk.leg import AgiLeg, AmiControl
from cti.asterisk.longvalues import join, split
from cti.calls.telephony import CallerGone, Collected, Fax, TelephonyFailed
from cti.kit.logging import get_logger

log = get_logger(__name__)

DEAD_CHANNEL: Final = 511
DIAL_STATUS: Final = "DIALSTATUS"
SAMPLES_A_SECOND: Final = 8000
DIGITS: Final = "CTI_DIGITS"
STOP_KEY: Final = "D"  # ends a Read; telephones have no such key
KEYS: Final = "0123456789*#"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_ADDRESS = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.@/:+]{0,100}\Z")
_WORD = re.compile(r"[A-Za-z0-9][-.A-Za-z0-9_]{0,63}\Z")
_JOINED: Final = 1500  # bytes of sounds that fit into one Read
_UNJOINABLE = re.compile(r'[&,"\\|()\x00-\x1f]')


class AgiTelephony:
    """Implements `calls.ports.Telephony`. Feed it the AMI events that name its channel (`on_event`).

    `fallback` is the sound for one that is missing, of which `on_missing` is told. `playable` says of a sound whether
    Asterisk will find it.
    """

    def __init__(
        self,
        caller: Caller,
        agi: AgiChannel,
        ami: AmiControl,
        *,
        fallback: str,
        playable: Callable[[str], bool],
        on_missing: Callable[[str], None],
    ) -> None:
        self.contact, self.node, self.channel = caller.contact, caller.node, caller.channel
        self.caller, self.caller_name, self.called = caller.number, caller.name, caller.called
        self._agi, self._ami = agi, ami
        self._fallback, self._playable, self._on_missing = fallback, playable, on_missing
        self._music: str | None = None  # the class that plays whenever nothing else does
        self._listening: tuple[str, asyncio.Future[str]] | None = None  # keys that `pressed` waits for
        self._leg: AgiLeg | None = None
        self._dialing: asyncio.Task[None] | None = None

    async def answer(self) -> None:
        await self._do("ANSWER")

    async def play(self, sounds: Sequence[str], *, barge_in: str = "") -> str:
        for sound in sounds:
            if key := await self._sound(sound, barge_in):
                return key
        return ""

    async def collect(
        self,
        sounds: Sequence[str],
        *,
        max_digits: int,
        first_digit: float,
        between_digits: float,
        terminator: str = "#",
    ) -> Collected:
        """As the port says. Cancelling it needs AMI to stop the sound; without it, the next command waits for the end."""
        if len(terminator) > 1 or terminator not in KEYS:
            raise ValueError(f"not a key: {terminator[:10]!r}")
        begun, joined = await self._play_what_cannot_be_joined([self._present(sound) for sound in sounds])
        if begun and (begun == terminator or max_digits == 1):
            return Collected("" if begun == terminator else begun, True)
        await self._do("SET VARIABLE", "TIMEOUT(response)", f"{max(0.1, between_digits if begun else first_digit):.3f}")
        await self._do("SET VARIABLE", "TIMEOUT(digit)", f"{max(0.1, between_digits):.3f}")
        options = f"{max_digits - len(begun)},t({terminator}{STOP_KEY}),1,0"
        digits, status = await self._read("" if begun else joined, options)
        if status == "ERROR" and joined:  # no sound could be opened: the caller may answer all the same
            self._on_missing(joined)
            digits, status = await self._read("", options)
        return Collected(begun + digits, status == "OK")

    async def record(self, file: str, *, longest: float, silence: float) -> float:
        said = await self._to_the_end(
            "RECORD FILE", file, "wav", KEYS, str(round(longest * 1000)), "0", "BEEP", f"s={max(1, round(silence))}"
        )
        seconds = (said.endpos or 0) / SAMPLES_A_SECOND
        # Of a pause that ended it, one second is left in the file.
        paused = said.result == "0" and seconds < longest - 1
        return max(0.0, seconds - 1.0) if paused else seconds

    async def receive_fax(self, file: str) -> Fax:
        await self._to_the_end("EXEC", "ReceiveFAX", file)
        try:
            result = await self._do("GET FULL VARIABLE", "${FAXSTATUS} ${FAXPAGES} ${REMOTESTATIONID}")
        except CallerGone:  # machines hang up as soon as all is said: often here
            return Fax(pages_in(Path(file)))
        status, pages, station, *_ = (*result.data.split(" ", 2), "", "")
        came = int(pages) if pages.isdecimal() and status == "SUCCESS" else 0
        return Fax(came, clean_name(station))

    async def keep_private(self, private: bool) -> None:
        self._refuse_if_over()
        try:
            await self._ami.mute_recordings(self.channel, private)
        except AmiError as error:
            log.info("telephony.not_muted", contact=self.contact, reason=error.problems[0].code)

    async def hold(self, music: str = "default") -> None:
        self._music = _word(music, "music class")
        await self._do("SET MUSIC", "ON", self._music)

    async def unhold(self) -> None:
        self._music = None
        await self._do("SET MUSIC", "OFF")

    async def announce(self, sounds: Sequence[str]) -> None:
        await self.play(sounds)
        if self._music is not None:
            await self._do("SET MUSIC", "ON", self._music)

    async def pressed(self, keys: str) -> str:
        """As the port says. Without AMI no key is heard."""
        self._refuse_if_over()
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._listening = (keys, waiting)
        try:
            return await waiting
        finally:
            self._listening = None

    async def dial(self, phones: Mapping[str, Mapping[str, str]], *, ring_seconds: float) -> AgiLeg:
        self._refuse_if_over()
        if not phones or not all(_ADDRESS.match(address) for address in phones):
            raise TelephonyFailed("not an address that can be dialed")
        if self._dialing is not None:  # until that Dial has ended, the news are of its phones
            await asyncio.wait({self._dialing})
            self._refuse_if_over()
        dialed = {dialplan.seen_from(self.node, address): address for address in phones}
        options = f"gm({self._music or 'default'}){_telling({way: phones[address] for way, address in dialed.items()})}"
        self._leg = leg = AgiLeg(self.channel, self._ami, dialed)
        running = leg.run(self, "&".join(dialed), max(1, math.ceil(ring_seconds)), options)
        self._dialing = asyncio.create_task(running, name=f"dial for {self.contact}")
        return leg

    async def dial_and_talk(self, address: str, seconds: int, options: str) -> tuple[str, str, str]:
        """For the leg: the whole of `EXEC Dial`. Gives DIALSTATUS, HANGUPCAUSE and DIALEDPEERNUMBER: who answered, as it was dialed."""
        await self._do("EXEC", "Dial", f"{address},{seconds},{options}")
        result = await self._do("GET FULL VARIABLE", "${DIALSTATUS} ${HANGUPCAUSE} ${DIALEDPEERNUMBER}")
        status, cause, number, *_ = (*result.data.split(" ", 2), "", "")
        return status, cause, number

    async def was_connected(self) -> bool:
        return await self._get(DIAL_STATUS) == "ANSWER"

    async def forget_connected(self) -> None:
        await self._do("SET VARIABLE", DIAL_STATUS, "")

    async def caller_gone(self) -> None:
        """As the port says. Raises `TelephonyFailed` if the connection ends while the caller may still be there."""
        await self._agi.over.wait()
        if not self._agi.gone:
            raise TelephonyFailed("the connection has ended")

    async def hang_up(self, cause: int = 16) -> None:
        try:
            if self._leg is not None and not self._leg.over:
                await self._ami.hang_up(self.channel, cause)  # AGI is busy with Dial until the conversation ends
                return
            await self._do("SET VARIABLE", dialplan.DONE, "1")
            await self._do("SET VARIABLE", dialplan.HANGUP_CAUSE, str(cause))
            await self._do("EXEC", "Hangup", str(cause))
        except (CallerGone, TelephonyFailed, AmiError):
            log.debug("telephony.hung_up_already", contact=self.contact)

    async def get(self, variable: str) -> str | None:
        return await join(self._get, variable)

    async def set(self, variable: str, value: str) -> None:
        for name, part in await split(self._get, variable, value):
            await self._do("SET VARIABLE", name, part)

    # What the node tells

    def on_event(self, event: AmiEvent) -> None:
        """Takes an event that names this channel. Events of other kinds than dialing and keys are ignored."""
        if event.name == "DTMFEnd":
            if self._listening is not None and event.get("Direction") == "Received":
                keys, waiting = self._listening
                if (key := event.get("Digit")) in tuple(keys) and not waiting.done():
                    waiting.set_result(key)
            return
        if self._leg is not None:
            self._leg.on_event(event)

    def on_channels(self, channels: Iterable[ChannelSnapshot]) -> None:
        """The AMI link is back, with the state of the node's channels."""
        if self._leg is not None:
            self._leg.on_channels(channels)

    # Inside

    async def _do(self, name: str, *arguments: str) -> AgiResult:
        """A command that must succeed."""
        self._refuse_if_over()
        try:
            result = await self._agi.execute(name, *arguments)
        except AgiClosed:
            raise self._ended() from None
        except CommandTooLong as error:
            raise TelephonyFailed(str(error)) from None
        if result.code == DEAD_CHANNEL:
            raise CallerGone
        if not result.ok:
            raise TelephonyFailed(f"{name} was answered with {result.code}")
        if result.result.startswith("-"):
            await self._still_there()
            raise TelephonyFailed(f"{name} failed")
        return result

    async def _to_the_end(self, name: str, *arguments: str) -> AgiResult:
        """A command whose result counts although the caller hung up meanwhile. Later commands tell that."""
        self._refuse_if_over()
        try:
            return await self._agi.execute(name, *arguments)
        except AgiClosed:
            if self._agi.gone:
                return AgiResult(200, "-1")
            raise self._ended() from None

    async def _still_there(self) -> None:
        """Raises `CallerGone` if that is what a result of -1 meant."""
        if not self._agi.over.is_set():
            try:
                await self._agi.execute("NOOP")
            except AgiClosed:
                pass
        self._refuse_if_over()

    def _refuse_if_over(self) -> None:
        if self._agi.over.is_set():
            raise self._ended()

    def _ended(self) -> CallerGone | TelephonyFailed:
        return CallerGone() if self._agi.gone else TelephonyFailed("the connection has ended")

    async def _sound(self, sound: str, escape: str) -> str:
        """Plays one sound, or the fallback for it. Gives the key out of `escape` that stopped it, or ""."""
        self._refuse_if_over()
        then = ("NOOP",) if self._music is None else ("SET MUSIC", "ON", self._music)
        try:
            result = await self._agi.stream_file(sound, escape, then=then)
        except AgiClosed:
            raise self._ended() from None
        if result.result != "-1":
            return chr(int(result.result)) if result.result.isdecimal() and result.result != "0" else ""
        await self._still_there()
        self._on_missing(sound)
        return "" if sound == self._fallback else await self._sound(self._fallback, escape)

    def _present(self, sound: str) -> str:
        if not _UNJOINABLE.search(sound) and self._playable(sound):
            return sound
        self._on_missing(sound)
        return self._fallback

    async def _play_what_cannot_be_joined(self, sounds: list[str]) -> tuple[str, str]:
        """Plays as many sounds as are too many for one Read. Gives the key that was pressed meanwhile, and the others."""
        while len((joined := "&".join(sounds)).encode()) > _JOINED:
            if key := await self._sound(sounds.pop(0), KEYS):
                return key, ""
        return "", joined

    async def _read(self, sounds: str, options: str) -> tuple[str, str]:
        """The whole of `EXEC Read`. Gives the digits and READSTATUS."""
        try:
            await self._do("EXEC", "Read", f"{DIGITS},{sounds},{options}")
        except asyncio.CancelledError:
            try:
                await self._ami.press(self.channel, STOP_KEY)
            except AmiError as error:
                log.info("telephony.read_goes_on", contact=self.contact, reason=error.problems[0].code)
            raise
        result = await self._do("GET FULL VARIABLE", f"${{READSTATUS}} ${{{DIGITS}}}")
        status, _, digits = result.data.partition(" ")
        return "".join(key for key in digits if key in KEYS), status

    async def _get(self, variable: str) -> str | None:
        if not _VARIABLE.match(variable):
            raise ValueError(f"not the name of a channel variable: {variable[:70]!r}")
        result = await self._do("GET VARIABLE", variable)
        return result.data if result.result == "1" else None


def _telling(dialed: Mapping[str, Mapping[str, str]]) -> str:
    """The option of Dial that puts headers onto each phone's INVITE."""
    told = {way: headers for way, headers in dialed.items() if headers}
    if not told:
        return ""
    contacts = {_word(headers[dialplan.HEADER_CONTACT], "header") for headers in told.values()}
    offers = [_word(headers[dialplan.HEADER_OFFER], "header") for headers in told.values()]
    if len(contacts) != 1:
        raise TelephonyFailed("phones that ring together ring for one contact")
    [contact] = contacts
    if len(dialed) == 1:
        return f"b({dialplan.OFFER_HEADERS}^s^1({contact}^{offers[0]}))"
    numbers = ":".join(way.removeprefix("PJSIP/") for way in told)
    return f"b({dialplan.OFFER_HEADERS}^{dialplan.EACH}^1({contact}^{numbers}^{':'.join(offers)}))"


def _word(value: str, what: str) -> str:
    """What can stand inside the options of an application."""
    if not _WORD.match(value):
        raise TelephonyFailed(f"not a {what}: {value[:70]!r}")
    return value
