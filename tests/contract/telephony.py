"""What every `Telephony` does: the one over AGI and AMI, and the fake that stands in for it. Subclasses give the `world`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Protocol, TypeVar

import pytest

from cti.calls.telephony import CallerGone, Collected, DialOutcome, Leg, Telephony, TelephonyFailed

T = TypeVar("T")
SHORT = "beep"  # less than half a second
LONG = "conf-usermenu"  # 14 seconds
AMPLE = 60.0  # seconds: a limit that does not run out
MISSING = "no/such/sound"
AGENT, NOBODY = "PJSIP/1001", "PJSIP/1002"  # a phone that is there, and one that never registered
HEADERS = {"X-Hotline-Contact": "sh1-1.1", "X-Hotline-Offer": "01OFFER"}
HOSTILE = "张三 \\ \"q\" (a) endpos=5 hangup ${CALLERID(num)} 'x', & | ^ ;"


class Ringing(Protocol):
    """An agent's phone that rings."""

    async def answer(self) -> None: ...
    async def refuse(self) -> None: ...
    async def hang_up(self) -> None: ...
    async def ended(self) -> None: ...
    def told(self) -> dict[str, str]: ...


class World(Protocol):
    """One caller who has been answered, and the people around."""

    telephony: Telephony
    missing: list[str]

    def file(self, name: str) -> str: ...
    async def speak(self, seconds: float) -> None: ...
    async def press(self, keys: str, after: float = 0.0) -> None: ...
    async def caller_hangs_up(self) -> None: ...
    async def connection_breaks(self) -> None: ...
    async def ringing(self) -> Ringing: ...
    async def hears_music(self) -> bool: ...
    async def cause(self) -> int: ...


async def soon(awaitable: Awaitable[T], seconds: float = 10.0) -> T:
    """Before a long sound or an ample limit is over."""
    return await asyncio.wait_for(awaitable, seconds)


async def stopped(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def begin(awaitable: Awaitable[T]) -> asyncio.Task[T]:
    return asyncio.ensure_future(awaitable)  # type: ignore[return-value]


class TelephonyContract:
    # Sounds and keys

    async def test_all_is_heard_and_no_key_is_returned(self, world: World) -> None:
        began = time.monotonic()
        assert await soon(world.telephony.play([SHORT, SHORT])) == ""
        assert time.monotonic() - began > 0.3
        assert world.missing == []

    async def test_only_a_key_that_may_stop_a_sound_stops_it(self, world: World) -> None:
        playing = begin(world.telephony.play([LONG, LONG], barge_in="59"))
        await world.press("15", after=0.2)
        assert await soon(playing) == "5"

    async def test_a_missing_sound_is_replaced_and_reported(self, world: World) -> None:
        assert await soon(world.telephony.play([MISSING, SHORT])) == ""
        assert world.missing == [MISSING]
        await world.press("7", after=0.2)
        collecting = world.telephony.collect([MISSING], max_digits=1, first_digit=AMPLE, between_digits=AMPLE)
        typing = begin(world.press("7", after=0.2))
        assert await soon(collecting) == Collected("7", True)
        await typing
        assert world.missing == [MISSING, MISSING]

    async def test_digits_are_gathered_until_the_terminator(self, world: World) -> None:
        typing = begin(world.press("12098#", after=0.1))
        typed = await soon(world.telephony.collect([SHORT], max_digits=12, first_digit=AMPLE, between_digits=AMPLE))
        assert typed == Collected("12098", True)
        await typing

    async def test_digits_are_gathered_until_there_are_enough(self, world: World) -> None:
        typing = begin(world.press("123", after=0.1))
        typed = await soon(
            world.telephony.collect([SHORT, SHORT], max_digits=3, first_digit=AMPLE, between_digits=AMPLE)
        )
        assert typed == Collected("123", True)
        await typing

    async def test_the_first_key_interrupts_the_sound(self, world: World) -> None:
        typing = begin(world.press("4", after=0.3))
        typed = await soon(world.telephony.collect([LONG, LONG], max_digits=1, first_digit=AMPLE, between_digits=AMPLE))
        assert typed == Collected("4", True)
        await typing

    @pytest.mark.parametrize("key", ["#", "*", "0", "9"])
    async def test_without_terminator_every_key_comes_through(self, world: World, key: str) -> None:
        typing = begin(world.press(key, after=0.1))
        typed = await soon(
            world.telephony.collect([SHORT], max_digits=1, first_digit=AMPLE, between_digits=AMPLE, terminator="")
        )
        assert typed == Collected(key, True)
        await typing

    async def test_a_star_can_be_the_terminator(self, world: World) -> None:
        typing = begin(world.press("1#2*", after=0.1))
        typed = await soon(
            world.telephony.collect([SHORT], max_digits=9, first_digit=AMPLE, between_digits=AMPLE, terminator="*")
        )
        assert typed == Collected("1#2", True)
        await typing

    async def test_the_terminator_alone_is_an_answer(self, world: World) -> None:
        typing = begin(world.press("#", after=0.1))
        typed = await soon(world.telephony.collect([SHORT], max_digits=9, first_digit=AMPLE, between_digits=AMPLE))
        assert typed == Collected("", True)
        await typing

    async def test_silence_after_the_sound_ends_at_the_first_limit(self, world: World) -> None:
        began = time.monotonic()
        typed = await soon(world.telephony.collect([SHORT], max_digits=9, first_digit=0.5, between_digits=AMPLE))
        assert typed == Collected("", False)
        assert time.monotonic() - began > 0.5

    async def test_silence_after_a_digit_ends_at_the_second_limit(self, world: World) -> None:
        typing = begin(world.press("12", after=0.1))
        began = time.monotonic()
        typed = await soon(world.telephony.collect([], max_digits=9, first_digit=AMPLE, between_digits=2))
        assert typed == Collected("12", False)
        assert time.monotonic() - began > 2
        await typing

    # Cancelling

    async def test_a_cancelled_sound_stops_at_once_and_the_channel_can_be_used(self, world: World) -> None:
        playing = begin(world.telephony.play([LONG]))
        await asyncio.sleep(0.2)
        await stopped(playing)
        await soon(world.telephony.set("AFTER", "yes"))
        assert await soon(world.telephony.get("AFTER")) == "yes"

    async def test_cancelled_gathering_stops_at_once_and_the_channel_can_be_used(self, world: World) -> None:
        gathering = begin(world.telephony.collect([LONG], max_digits=5, first_digit=AMPLE, between_digits=AMPLE))
        await asyncio.sleep(0.2)
        await stopped(gathering)
        await soon(world.telephony.set("AFTER", "yes"))
        typing = begin(world.press("5", after=0.2))
        typed = await soon(world.telephony.collect([SHORT], max_digits=1, first_digit=AMPLE, between_digits=AMPLE))
        assert typed == Collected("5", True)
        await typing

    async def test_a_sound_can_be_cancelled_at_any_moment(self, world: World) -> None:
        for delay in (0.0, 0.001, 0.01, 0.43, 0.435, 0.44, 0.445, 0.45):
            playing = begin(world.telephony.play([SHORT] * 3))
            await asyncio.sleep(delay)
            await stopped(playing)
        await soon(world.telephony.set("AFTER", "yes"))
        assert await soon(world.telephony.get("AFTER")) == "yes"

    # Recording

    async def test_what_the_caller_says_is_recorded_until_a_key(self, world: World) -> None:
        file = world.file("message")
        recording = begin(world.telephony.record(file, longest=AMPLE, silence=AMPLE))
        await world.speak(1.0)
        await world.press("#", after=1.5)
        assert 0.5 < await soon(recording) < AMPLE
        assert await soon(world.telephony.play([SHORT])) == ""

    async def test_recording_ends_when_nothing_is_said(self, world: World) -> None:
        recording = begin(world.telephony.record(world.file("silence"), longest=AMPLE, silence=1))
        await world.speak(0.5)
        assert 0.3 < await soon(recording) < AMPLE
        assert await soon(world.telephony.play([SHORT])) == ""

    async def test_what_was_said_before_the_caller_hung_up_is_kept(self, world: World) -> None:
        recording = begin(world.telephony.record(world.file("cut"), longest=AMPLE, silence=AMPLE))
        await world.speak(1.0)
        await asyncio.sleep(1.5)
        await world.caller_hangs_up()
        assert 0.5 < await soon(recording) < AMPLE
        with pytest.raises(CallerGone):
            await soon(world.telephony.play([SHORT]))

    async def test_a_call_that_is_not_recorded_can_be_kept_private(self, world: World) -> None:
        await soon(world.telephony.keep_private(True))
        await soon(world.telephony.keep_private(False))

    # Holding

    async def test_music_plays_until_it_is_ended(self, world: World) -> None:
        await world.telephony.hold()
        assert await world.hears_music()
        await world.telephony.unhold()
        assert not await world.hears_music()

    async def test_music_goes_on_after_an_announcement(self, world: World) -> None:
        await world.telephony.hold()
        await soon(world.telephony.announce([SHORT]))
        assert await world.hears_music()

    async def test_music_goes_on_after_a_cancelled_announcement(self, world: World) -> None:
        await world.telephony.hold()
        announcing = begin(world.telephony.announce([LONG, LONG]))
        await asyncio.sleep(0.2)
        await stopped(announcing)
        assert await world.hears_music()

    # Phones

    async def dialed(self, world: World, address: str = AGENT, ring_seconds: float = 10) -> Leg:
        return await world.telephony.dial({address: HEADERS}, ring_seconds=ring_seconds)

    async def test_the_agent_answers_and_hangs_up(self, world: World) -> None:
        leg = await self.dialed(world)
        phone = await world.ringing()
        assert phone.told() == HEADERS
        assert leg.talked == 0.0
        await phone.answer()
        assert await soon(leg.answered()) is DialOutcome.ANSWERED
        await asyncio.sleep(0.3)
        assert leg.talked > 0.2
        await phone.hang_up()
        talked = await soon(leg.ended())
        assert 0.2 < talked == leg.talked < AMPLE
        assert await soon(leg.answered()) is DialOutcome.ANSWERED
        assert await soon(world.telephony.play([SHORT])) == ""

    async def test_whether_a_phone_was_connected_is_known_until_it_is_forgotten(self, world: World) -> None:
        assert not await world.telephony.was_connected()
        leg = await self.dialed(world)
        phone = await world.ringing()
        await phone.answer()
        await soon(leg.answered())
        await phone.hang_up()
        await soon(leg.ended())
        assert await world.telephony.was_connected()
        await world.telephony.forget_connected()
        assert not await world.telephony.was_connected()
        leg = await self.dialed(world, NOBODY)
        await soon(leg.ended())
        assert not await world.telephony.was_connected()

    async def test_the_caller_hangs_up_while_talking(self, world: World) -> None:
        leg = await self.dialed(world)
        phone = await world.ringing()
        await phone.answer()
        await soon(leg.answered())
        await asyncio.sleep(0.3)
        await world.caller_hangs_up()
        with pytest.raises(CallerGone):
            await soon(leg.ended())
        assert 0.2 < leg.talked < AMPLE
        await phone.ended()

    async def test_the_caller_hangs_up_while_the_phone_rings(self, world: World) -> None:
        leg = await self.dialed(world)
        phone = await world.ringing()
        await world.caller_hangs_up()
        with pytest.raises(CallerGone):
            await soon(leg.answered())
        with pytest.raises(CallerGone):
            await soon(leg.ended())
        assert leg.talked == 0.0
        await phone.ended()

    async def test_a_phone_that_refuses_is_busy(self, world: World) -> None:
        leg = await self.dialed(world)
        phone = await world.ringing()
        await phone.refuse()
        assert await soon(leg.answered()) is DialOutcome.BUSY
        assert await soon(leg.ended()) == 0.0

    async def test_a_phone_that_is_not_there_is_unreachable(self, world: World) -> None:
        leg = await self.dialed(world, NOBODY)
        assert await soon(leg.answered()) is DialOutcome.UNREACHABLE

    async def test_a_phone_that_nobody_takes_rings_for_the_whole_time(self, world: World) -> None:
        began = time.monotonic()
        leg = await self.dialed(world, ring_seconds=1)
        await world.ringing()
        assert await soon(leg.answered()) is DialOutcome.NO_ANSWER
        assert time.monotonic() - began > 0.9

    async def test_ringing_can_be_stopped_and_the_caller_stays(self, world: World) -> None:
        leg = await self.dialed(world)
        phone = await world.ringing()
        await leg.cancel()
        assert await soon(leg.answered()) is DialOutcome.CANCELLED
        await phone.ended()
        assert await soon(world.telephony.play([SHORT])) == ""

    async def test_ringing_can_be_stopped_before_the_phone_rings(self, world: World) -> None:
        leg = await self.dialed(world)
        await leg.cancel()
        assert await soon(leg.answered()) is DialOutcome.CANCELLED

    async def test_a_conversation_can_be_ended_and_the_caller_stays(self, world: World) -> None:
        leg = await self.dialed(world)
        phone = await world.ringing()
        await phone.answer()
        await soon(leg.answered())
        await leg.cancel()
        assert await soon(leg.ended()) < AMPLE
        await phone.ended()
        assert await soon(world.telephony.play([SHORT])) == ""

    async def test_one_of_several_phones_answers(self, world: World) -> None:
        leg = await world.telephony.dial(
            {NOBODY: {**HEADERS, "X-Hotline-Offer": "01OTHER"}, AGENT: HEADERS}, ring_seconds=10
        )
        phone = await world.ringing()
        assert phone.told() == HEADERS, phone.told()
        await phone.answer()
        assert await soon(leg.answered()) is DialOutcome.ANSWERED
        await phone.hang_up()
        await soon(leg.ended())

    # Variables

    @pytest.mark.parametrize("value", [HOSTILE, "x" * 3000, '{"a": "' + "张" * 1500 + '"}', "@parts 1 00000000"])
    async def test_what_is_kept_in_a_variable_comes_back(self, world: World, value: str) -> None:
        assert await world.telephony.get("KEPT") is None
        await world.telephony.set("KEPT", value)
        assert await world.telephony.get("KEPT") == value
        await world.telephony.set("KEPT", "short")
        assert await world.telephony.get("KEPT") == "short"

    # Ends

    async def test_the_caller_hangs_up_during_a_sound(self, world: World) -> None:
        playing = begin(world.telephony.play([LONG]))
        await asyncio.sleep(0.2)
        await world.caller_hangs_up()
        with pytest.raises(CallerGone):
            await soon(playing)

    async def test_the_caller_hangs_up_while_typing(self, world: World) -> None:
        gathering = begin(world.telephony.collect([LONG], max_digits=5, first_digit=AMPLE, between_digits=AMPLE))
        await world.press("1", after=0.2)
        await world.caller_hangs_up()
        with pytest.raises(CallerGone):
            await soon(gathering)

    async def test_the_caller_hangs_up_on_hold(self, world: World) -> None:
        await world.telephony.hold()
        gone = begin(world.telephony.caller_gone())
        await asyncio.sleep(0.1)
        assert not gone.done()
        await world.caller_hangs_up()
        await soon(gone)

    async def test_everything_says_that_the_caller_is_gone(self, world: World) -> None:
        await world.caller_hangs_up()
        call = world.telephony
        await soon(call.caller_gone())
        for attempt in (
            call.answer(), call.play([SHORT]), call.collect([], max_digits=1, first_digit=1, between_digits=AMPLE), call.hold(),
            call.unhold(), call.announce([SHORT]), call.dial({AGENT: {}}, ring_seconds=1), call.get("A"), call.set("A", "b"),
            call.record(world.file("gone"), longest=1, silence=1), call.receive_fax(world.file("gone")), call.keep_private(True),
        ):  # fmt: skip
            with pytest.raises(CallerGone):
                await soon(attempt)
        await soon(call.hang_up())

    async def test_a_broken_connection_is_not_a_caller_who_left(self, world: World) -> None:
        playing, gone = begin(world.telephony.play([LONG])), begin(world.telephony.caller_gone())
        await asyncio.sleep(0.1)
        await world.connection_breaks()
        for attempt in (playing, gone, world.telephony.answer(), world.telephony.get("A")):
            with pytest.raises(TelephonyFailed):
                await soon(attempt)
        await soon(world.telephony.hang_up())

    async def test_the_call_is_hung_up_with_its_cause(self, world: World) -> None:
        await world.telephony.hang_up(21)
        assert await world.cause() == 21
        await soon(world.telephony.caller_gone())
