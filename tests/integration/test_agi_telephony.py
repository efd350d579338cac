"""The adapter keeps the contract of `Telephony` on real Asterisk, with a real caller and a real phone."""

from __future__ import annotations

import asyncio
import re
import struct
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from cti.asterisk.agi import AgiChannel, AgiRequest, AgiServer
from cti.asterisk.ami import AmiDown, AmiEvent, AmiLink, LinkUp
from cti.asterisk.caller import Caller
from cti.asterisk.fax import pages_in
from cti.asterisk.follower import WANTED
from cti.asterisk.leg import AmiControl
from cti.asterisk.node_control import NodeControl
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.telephony import AgiTelephony
from cti.calls.telephony import CallerGone, DialOutcome, Fax
from cti.settings import Settings
from tests.contract.telephony import AGENT, AMPLE, LONG, MISSING, SHORT, TelephonyContract, begin, soon
from tests.phone import Call, Phone, until, wait

SH, CARRIER, PHONES = "127.0.101.1", "127.0.109.1", "127.0.110.1"


@dataclass
class Agent:
    call: Call

    async def answer(self) -> None:
        await self.call.answer()

    async def refuse(self) -> None:
        self.call.refuse(603, "Decline")

    async def hang_up(self) -> None:
        await self.call.hang_up()

    async def ended(self) -> None:
        await wait(self.call.ended, "the end of the phone's call")

    def told(self) -> dict[str, str]:
        assert self.call.invite is not None
        told = {name: self.call.invite.get(name.lower()) for name in ("X-Hotline-Contact", "X-Hotline-Offer")}
        return {name: value for name, value in told.items() if value}


@dataclass
class AsteriskWorld:
    telephony: AgiTelephony
    agi: AgiChannel
    server: AgiServer
    call: Call
    phone: Phone
    folder: Path
    line: asyncio.Task[None] | None = None
    missing: list[str] = field(default_factory=list)

    def file(self, name: str) -> str:
        return str(self.folder / f"{self.telephony.contact}-{name}")

    async def speak(self, seconds: float) -> None:
        """After the beep; then the line stays open."""
        await asyncio.sleep(0.6)
        await self.call.rtp.speak(seconds)
        self.line = asyncio.create_task(self.call.rtp.speak(10, loud=False))

    async def press(self, keys: str, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        if self.line is not None:
            self.line.cancel()
        await self.call.press(keys)

    async def caller_hangs_up(self) -> None:
        await self.call.hang_up()

    async def connection_breaks(self) -> None:
        for connection in list(self.server.connections):
            connection.abort()

    async def ringing(self) -> Agent:
        return Agent(await self.phone.ring())

    async def hears_music(self) -> bool:
        await asyncio.sleep(0.2)  # what was on its way
        try:
            await self.call.hears(5, deadline=2)
        except AssertionError:
            return False
        return True

    async def cause(self) -> int:
        await wait(self.call.ended, "the end of the call")
        found = re.search(r"cause=(\d+)", self.call.reason)
        assert found, self.call.reason
        return int(found[1])


@dataclass
class Node:
    """The node's link, and who listens to its events."""

    link: AmiLink
    listener: AgiTelephony | None = None

    async def follow(self) -> None:
        async for signal in self.link.events():
            if self.listener is not None and isinstance(signal, AmiEvent):
                self.listener.on_event(signal)
            elif self.listener is not None and isinstance(signal, LinkUp):
                self.listener.on_channels(signal.channels)


@asynccontextmanager
async def linked(settings: Settings) -> AsyncIterator[Node]:
    node = Node(AmiLink("sh1", SH, 5038, "cti", settings.secrets.derive("ami"), WANTED))
    tasks = [asyncio.create_task(node.link.run()), asyncio.create_task(node.follow())]
    try:
        await until(lambda: node.link.up, "the AMI link")
        yield node
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(scope="module")
async def node(settings: Settings, pbx: Pbx) -> AsyncIterator[Node]:
    async with linked(settings) as node:
        yield node


@asynccontextmanager
async def arrived(settings: Settings, ami: AmiControl) -> AsyncIterator[AsteriskWorld]:
    """A caller who has been answered, and the phone of agent 1001."""
    missing: list[str] = []
    answered: asyncio.Queue[tuple[AgiTelephony, AgiChannel]] = asyncio.Queue()

    async def serve(request: AgiRequest, channel: AgiChannel) -> None:
        telephony = AgiTelephony(
            Caller.of(request), channel, ami, fallback="tt-weasels", playable=lambda s: s != MISSING, on_missing=missing.append
        )  # fmt: skip
        answered.put_nowait((telephony, channel))
        await channel.over.wait()

    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(AgiServer(SH, 4573, serve))
        caller = await stack.enter_async_context(Phone(CARRIER, "13800138000", SH, name="张三"))
        phone = await stack.enter_async_context(Phone(PHONES, "1001", SH, password=settings.secrets.agent_password))
        await phone.register()
        call = await caller.dial("95500")
        telephony, agi = await soon(answered.get())
        answering = begin(telephony.answer())
        await wait(call.answered, "the answer")
        call.rtp.talk()  # Asterisk waits a moment for the first packet
        await answering
        world = AsteriskWorld(telephony, agi, server, call, phone, settings.state, missing=missing)
        yield world
        if world.line is not None:
            world.line.cancel()
        await call.hang_up()
        await soon(agi.over.wait())


@pytest.fixture
async def world(settings: Settings, node: Node) -> AsyncIterator[AsteriskWorld]:
    async with arrived(settings, NodeControl("sh1", {"sh1": node.link})) as world:
        node.listener = world.telephony
        yield world
        node.listener = None


class TestAgiTelephony(TelephonyContract):
    """All of the contract."""


async def test_who_calls_is_known(world: AsteriskWorld) -> None:
    call = world.telephony
    assert (call.node, call.caller, call.caller_name, call.called) == ("sh1", "13800138000", "张三", "95500")
    assert call.contact.startswith("sh1-")
    assert call.channel.startswith("PJSIP/carrier-sh-")


async def test_a_sound_that_asterisk_cannot_open_is_replaced_and_gathering_goes_on(world: AsteriskWorld) -> None:
    typing = begin(world.press("6", after=0.3))
    typed = await soon(world.telephony.collect(["no/such"], max_digits=1, first_digit=AMPLE, between_digits=AMPLE))
    assert (typed.digits, typed.complete) == ("6", True)
    await typing
    assert world.missing == ["no/such"]


async def test_more_sounds_than_fit_into_one_command_are_played(world: AsteriskWorld) -> None:
    sounds = [LONG, *(["digits/1"] * 200)]
    typing = begin(world.press("123", after=0.3))
    typed = await soon(world.telephony.collect(sounds, max_digits=3, first_digit=AMPLE, between_digits=AMPLE))
    assert (typed.digits, typed.complete) == ("123", True)
    await typing


async def test_no_digit_of_a_fast_typist_is_lost(world: AsteriskWorld) -> None:
    for digits in ("9081726354", "1122334455"):
        typing = begin(world.press(digits, after=0.05))
        typed = await soon(
            world.telephony.collect([SHORT, SHORT, SHORT], max_digits=10, first_digit=AMPLE, between_digits=AMPLE)
        )
        assert typed.digits == digits
        await typing


async def test_hanging_up_in_a_conversation_ends_it(world: AsteriskWorld) -> None:
    leg = await world.telephony.dial({AGENT: {}}, ring_seconds=5)
    phone = await world.ringing()
    await phone.answer()
    await soon(leg.answered())
    await world.telephony.hang_up()
    with pytest.raises(CallerGone):
        await soon(leg.ended())
    await phone.ended()


async def test_a_phone_that_can_is_asked_to_answer_by_itself(world: AsteriskWorld) -> None:
    leg = await world.telephony.dial({AGENT: {}}, ring_seconds=5)
    await world.ringing()
    await leg.ring_answer(AGENT)
    await until(lambda: any(m.get("event") == "talk" for m in world.phone.requests), "NOTIFY with Event: talk")
    await leg.cancel()


# Without AMI


class NoLink:
    """The link is down."""

    async def hang_up(self, channel: str, cause: int = 16) -> None:
        raise AmiDown("sh1")

    async def press(self, channel: str, key: str) -> None:
        raise AmiDown("sh1")

    async def answer_seat(self, address: str, channel: str) -> None:
        raise AmiDown("sh1")


@pytest.fixture
async def unlinked(settings: Settings, pbx: Pbx) -> AsyncIterator[AsteriskWorld]:
    async with arrived(settings, NoLink()) as world:
        yield world


async def test_without_ami_the_end_of_a_conversation_tells_that_there_was_one_and_with_whom(
    unlinked: AsteriskWorld,
) -> None:
    leg = await unlinked.telephony.dial({"PJSIP/1002": {}, AGENT: {}}, ring_seconds=5)
    phone = await unlinked.ringing()
    await phone.answer()
    await asyncio.sleep(0.3)
    await phone.hang_up()
    assert await soon(leg.answered()) is DialOutcome.ANSWERED
    assert leg.answered_by == AGENT
    assert await soon(leg.ended()) > 0.3


async def test_without_ami_cancelled_gathering_goes_on_in_asterisk_and_then_the_channel_is_free(
    unlinked: AsteriskWorld,
) -> None:
    gathering = begin(unlinked.telephony.collect([SHORT], max_digits=5, first_digit=1, between_digits=1))
    await asyncio.sleep(0.2)
    gathering.cancel()
    assert await soon(unlinked.telephony.play([SHORT])) == ""


async def test_an_answer_missed_while_the_link_was_down_is_found_when_it_is_back(
    settings: Settings, unlinked: AsteriskWorld
) -> None:
    leg = await unlinked.telephony.dial({AGENT: {}}, ring_seconds=5)
    phone = await unlinked.ringing()
    await phone.answer()
    async with linked(settings) as back:
        unlinked.telephony.on_channels(await back.link.core_show_channels())
        assert await soon(leg.answered()) is DialOutcome.ANSWERED
    await phone.hang_up()
    await soon(leg.ended())


# Faxes and recordings


PAGE = b"\xff" * 138 + bytes(
    (0x00, 0x10, 0x01)
)  # 1,100 white lines of G4 (each is one bit, V0), then the end of the block


def white_page() -> bytes:
    """A TIFF of one page of 1,728 × 1,100, as fax machines have it (TIFF 6.0, section 11; T.6)."""
    entries = [
        (256, 4, 1728), (257, 4, 1100), (258, 3, 1), (259, 3, 4), (262, 3, 0), (266, 3, 1), (273, 4, 8), (277, 3, 1),
        (278, 4, 1100), (279, 4, len(PAGE)), (282, 5, 0), (283, 5, 8), (293, 4, 0), (296, 3, 2),
    ]  # fmt: skip
    place = 8 + len(PAGE) + len(PAGE) % 2
    after = place + 2 + 12 * len(entries) + 4
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack("<HHII", tag, kind, 1, after + value if kind == 5 else value)
    resolutions = struct.pack("<IIII", 204, 1, 98, 1)
    return (
        struct.pack("<2sHI", b"II", 42, place)
        + PAGE.ljust(place - 8, b"\0")
        + directory
        + struct.pack("<I", 0)
        + resolutions
    )


async def test_a_fax_of_one_page_is_received(settings: Settings, node: Node) -> None:
    sent, received = settings.state / "sent.tiff", settings.state / "received.tiff"
    sent.write_bytes(white_page())
    assert pages_in(sent) == 1
    came: asyncio.Queue[Fax] = asyncio.Queue()

    async def serve(request: AgiRequest, channel: AgiChannel) -> None:
        telephony = AgiTelephony(
            Caller.of(request), channel, NodeControl("sh1", {"sh1": node.link}), fallback="tt-weasels",
            playable=lambda s: True, on_missing=lambda s: None,
        )  # fmt: skip
        await telephony.answer()
        came.put_nowait(await telephony.receive_fax(str(received)))
        await telephony.hang_up()

    async with AgiServer(SH, 4573, serve):
        machine = {"Channel": "Local/95500@inbound/n", "Application": "SendFAX", "Data": str(sent), "Async": "true"}
        await node.link.action("Originate", machine)
        fax = await asyncio.wait_for(came.get(), 90)
    assert fax.pages == pages_in(received) == 1


def frames_of(file: Path) -> int:
    """Asterisk writes into the head of a file how long it is when it closes it."""
    try:
        with wave.open(str(file)) as recording:
            return recording.getnframes()
    except (FileNotFoundError, EOFError, wave.Error):
        return 0


async def test_a_recording_of_the_call_holds_silence_while_it_is_kept_private(
    world: AsteriskWorld, node: Node, settings: Settings
) -> None:
    call, file = world.telephony, settings.state / f"{world.telephony.contact}-monitor.wav"
    await node.link.action("MixMonitor", {"Channel": call.channel, "File": str(file)})
    await world.call.rtp.speak(1.0)
    await call.keep_private(True)
    await world.call.rtp.speak(1.0)
    await call.keep_private(False)
    await world.call.rtp.speak(1.0)
    await node.link.action("StopMixMonitor", {"Channel": call.channel})
    await until(lambda: frames_of(file) > 0, "the recording to be closed")
    with wave.open(str(file)) as recording:
        sound = array("h", recording.readframes(recording.getnframes()))
    loud = [max(map(abs, sound[start : start + 800])) > 1000 for start in range(0, len(sound) - 800, 800)]
    heard = [loud[0], *(here for before, here in pairwise(loud) if here != before)]
    assert heard == [True, False, True], loud
