"""A phone that `EXEC Dial` rings and connects: what AMI and the command's own end tell about it, put together.

AMI names the phone's channel (DialBegin) and the moment of the answer (DialEnd); the end of the command tells everything
else, and also those two when AMI is down. Cause 21 (refused) comes with DIALSTATUS CHANUNAVAIL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import Final, Protocol

from cti.asterisk.ami import AmiError, AmiEvent, ChannelSnapshot
from cti.calls.telephony import CallerGone, DialOutcome, TelephonyFailed
from cti.kit.logging import get_logger

log = get_logger(__name__)

OUTCOMES: Final = {
    "ANSWER": DialOutcome.ANSWERED,
    "NOANSWER": DialOutcome.NO_ANSWER,
    "BUSY": DialOutcome.BUSY,
    "CANCEL": DialOutcome.CANCELLED,
}  # and UNREACHABLE for all others
CALL_REJECTED: Final = "21"


class AmiControl(Protocol):
    """What calls need of the AMI link to their node. Each may raise `AmiError`."""

    async def hang_up(self, channel: str, cause: int = 16) -> None: ...

    async def press(self, channel: str, key: str) -> None:
        """Makes the channel believe that its caller pressed a key."""
        ...

    async def answer_seat(self, address: str, channel: str) -> None:
        """Asks the phone at an address, which rings by this channel of the node, to take the call by itself."""
        ...

    async def mute_recordings(self, channel: str, mute: bool) -> None:
        """Silences both directions in what MixMonitor records of the channel, or stops doing so. Refused when nothing is recorded."""
        ...


class Dialing(Protocol):
    """The caller's side of the command."""

    async def dial_and_talk(self, address: str, seconds: int, options: str) -> tuple[str, str, str]:
        """Returns when it is over: DIALSTATUS, HANGUPCAUSE and DIALEDPEERNUMBER. Raises `CallerGone` and `TelephonyFailed`."""
        ...


class AgiLeg:
    """Implements `calls.ports.Leg`. `run` it once, as a task; it raises nothing."""

    def __init__(self, caller: str, ami: AmiControl, dialed: Mapping[str, str]) -> None:
        """`dialed`: what Dial is given, and the address of which it is the way from here."""
        self._caller, self._ami, self._dialed = caller, ami, dialed  # the caller's channel
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._phones: dict[str, str] = {}  # the channels that ring, then the one that talks, each with its address
        self._outcome: DialOutcome | None = None
        self._failure: type[CallerGone | TelephonyFailed] | None = None
        self._answered_at: float | None = None
        self._ended_at: float | None = None
        self._known, self._over = asyncio.Event(), asyncio.Event()
        self._refused: set[str] = set()  # addresses that shall not ring any more
        self._asked: set[str] = set()  # addresses that shall take the call by themselves
        self._cancelled = False  # wishes, these three, also for a phone whose channel is still to come
        self._tasks: set[asyncio.Task[None]] = set()

    # The port

    async def answered(self) -> DialOutcome:
        await self._known.wait()
        if self._outcome is None:
            raise (self._failure or TelephonyFailed)("the phone was not reached")
        return self._outcome

    async def ended(self) -> float:
        await self._over.wait()
        if self._failure is not None:
            raise self._failure("the conversation broke off")
        return self.talked

    @property
    def talked(self) -> float:
        if self._answered_at is None:
            return 0.0
        return (self._loop.time() if self._ended_at is None else self._ended_at) - self._answered_at

    @property
    def over(self) -> bool:
        """Whether the command has ended: the caller's channel is free for others."""
        return self._over.is_set()

    async def cancel(self, address: str | None = None) -> None:
        """As the port says. With AMI down, or before Asterisk has made the phone's channel, it works as soon as it can."""
        if address is None:
            self._cancelled = True
        else:
            self._refused.add(address)
        for phone in tuple(self._phones):
            if address is None or self._phones.get(phone) == address:
                await self._hang_up(phone)

    @property
    def answered_by(self) -> str | None:
        if self._answered_at is None or len(self._phones) != 1:
            return None
        return next(iter(self._phones.values()))

    async def ring_answer(self, address: str) -> None:
        self._asked.add(address)
        for phone in [phone for phone, its in self._phones.items() if its == address]:
            await self._ask_to_answer(phone)

    # What happens to it

    async def run(self, dialing: Dialing, address: str, seconds: int, options: str) -> None:
        """Dials, and comes back when the conversation, or the attempt, has ended."""
        self._failure = TelephonyFailed  # unless it ends in an orderly way
        try:
            status, cause, number = await dialing.dial_and_talk(address, seconds, options)
            self._failure = None
            self._conclude(status, cause, number)
        except CallerGone:
            self._failure = CallerGone
        except TelephonyFailed as error:
            log.warning("leg.failed", reason=str(error))
        finally:
            self._ended_at = self._loop.time()
            self._known.set()
            self._over.set()

    def on_event(self, event: AmiEvent) -> None:
        """Takes a DialBegin, DialState or DialEnd of the caller's channel."""
        phone = event.get("DestChannel")
        if self.over or not phone:
            return
        if event.name == "DialBegin":
            self._phones[phone] = self._address_of(phone, event.get("DialString"))
            self._fulfil(phone)
        elif event.name == "DialState" and event.get("DialStatus") == "RINGING":
            self._fulfil(phone)  # only now it can be told to answer
        elif event.name == "DialEnd":
            if event.get("DialStatus") == "ANSWER":
                self._phones = {phone: self._phones.get(phone) or self._address_of(phone)}
                self._answer(self._loop.time())
            else:
                self._phones.pop(phone, None)

    def on_channels(self, channels: Iterable[ChannelSnapshot]) -> None:
        """The AMI link is back: repairs what was missed. Who is in a bridge has been answered."""
        if self.over:
            return
        all_channels = tuple(channels)
        mine = next((c for c in all_channels if c.name == self._caller), None)
        if mine is None:
            return
        others = [c for c in all_channels if c.linkedid == mine.linkedid and c is not mine]
        connected = (c.name for c in others if c.bridge == mine.bridge)
        self._phones = {name: self._phones.get(name) or self._address_of(name) for name in connected}
        if mine.bridge and self._phones:
            self._answer(self._loop.time())
        for phone in tuple(self._phones):
            self._fulfil(phone)

    def _answer(self, at: float) -> None:
        if self._outcome is None:
            self._outcome, self._answered_at = DialOutcome.ANSWERED, at
            self._known.set()

    def _conclude(self, status: str, cause: str, number: str) -> None:
        outcome = OUTCOMES.get(status, DialOutcome.UNREACHABLE)
        if outcome is DialOutcome.ANSWERED:
            if self._outcome is None and (address := self._dialed.get(f"PJSIP/{number}")) is not None:
                self._phones = {number: address}
            self._answer(self._began)  # nobody told when: ringing counts as talk
        elif self._outcome is None:
            refused = outcome is DialOutcome.UNREACHABLE and cause == CALL_REJECTED
            self._outcome = DialOutcome.CANCELLED if self._cancelled else DialOutcome.BUSY if refused else outcome

    def _fulfil(self, phone: str) -> None:
        """Does what was wished of the phone before it was ready for it."""
        if self._cancelled or self._phones.get(phone) in self._refused:
            self._start(self._hang_up(phone))
        elif self._outcome is None and self._phones.get(phone) in self._asked:
            self._start(self._ask_to_answer(phone))

    def _start(self, action: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(action, name=f"leg of {self._caller}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask_to_answer(self, phone: str) -> None:
        try:
            await self._ami.answer_seat(self._phones.get(phone, ""), phone)
        except AmiError as error:
            log.info("leg.cannot_answer", reason=error.problems[0].code)

    async def _hang_up(self, phone: str) -> None:
        try:
            await self._ami.hang_up(phone)
        except AmiError as error:
            log.warning("leg.cannot_hang_up", reason=error.problems[0].code)

    def _address_of(self, channel: str, dial_string: str = "") -> str:
        """Which of those that were dialed a channel belongs to. Of a channel that Asterisk did not say this of, its name tells:
        `PJSIP/1001-web-0000002a` was dialed as `PJSIP/1001-web`, `PJSIP/node-sh2-0000002b` as some phone there."""
        endpoint = channel.rpartition("-")[0].removeprefix("PJSIP/")
        for dialed, address in self._dialed.items():
            known = dialed.removeprefix("PJSIP/")
            if known == dial_string or (not dial_string and endpoint in (known, known.rpartition("@")[2])):
                return address
        return f"PJSIP/{endpoint}"
