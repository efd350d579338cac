"""What is made of the news about a phone, in whatever order it comes."""

from __future__ import annotations

import asyncio

import pytest

from cti.asterisk.ami import AmiDown, AmiEvent, ChannelSnapshot
from cti.asterisk.leg import AgiLeg
from cti.calls.telephony import CallerGone, DialOutcome, TelephonyFailed

CALLER, PHONE, OTHER = "PJSIP/carrier-1", "PJSIP/1001-2", "PJSIP/1001-web-3"


class Ami:
    """Writes down what it is asked."""

    def __init__(self, up: bool = True) -> None:
        self.asked: list[tuple[str, str]] = []
        self.up = up

    def _ask(self, what: str, channel: str) -> None:
        if not self.up:
            raise AmiDown("sh1")
        self.asked.append((what, channel))

    async def hang_up(self, channel: str, cause: int = 16) -> None:
        self._ask("hang up", channel)

    async def press(self, channel: str, key: str) -> None:
        self._ask(key, channel)

    async def answer_seat(self, address: str, channel: str) -> None:
        self._ask("talk", channel)


class Dial:
    """The command, which ends when the test says how."""

    def __init__(self) -> None:
        self.end: asyncio.Future[tuple[str, str, str]] = asyncio.get_running_loop().create_future()

    async def dial_and_talk(self, address: str, seconds: int, options: str) -> tuple[str, str, str]:
        return await self.end


class Attempt:
    def __init__(self, ami: Ami | None = None) -> None:
        self.ami, self.dial = ami or Ami(), Dial()
        self.leg = AgiLeg(CALLER, self.ami, {"PJSIP/1001": "PJSIP/1001", "PJSIP/1001-web": "PJSIP/1001-web"})
        self.task = asyncio.ensure_future(self.leg.run(self.dial, "PJSIP/1001", 5, ""))

    def tell(self, name: str, phone: str = PHONE, status: str = "") -> None:
        lines = [f"Event: {name}", f"Channel: {CALLER}", f"DestChannel: {phone}", f"DialStatus: {status}"]
        self.leg.on_event(AmiEvent(name, "\r\n".join(["", *lines, ""]).encode()))

    async def ends(self, status: str, cause: str = "16", number: str = "") -> None:
        self.dial.end.set_result((status, cause, number))
        await self.task


def snapshot(name: str, bridge: str, linked: str = "1") -> ChannelSnapshot:
    return ChannelSnapshot("", linked, name, "Up", "", "", "", "", "", "", bridge, {})


@pytest.mark.parametrize(
    ("status", "cause", "outcome"),
    [
        ("ANSWER", "16", DialOutcome.ANSWERED),
        ("NOANSWER", "19", DialOutcome.NO_ANSWER),
        ("BUSY", "17", DialOutcome.BUSY),
        ("CHANUNAVAIL", "21", DialOutcome.BUSY),
        ("CHANUNAVAIL", "3", DialOutcome.UNREACHABLE),
        ("CONGESTION", "34", DialOutcome.UNREACHABLE),
        ("CANCEL", "0", DialOutcome.CANCELLED),
        ("INVALIDARGS", "0", DialOutcome.UNREACHABLE),
        ("", "", DialOutcome.UNREACHABLE),
    ],
)
async def test_the_end_of_the_command_tells_the_outcome(status: str, cause: str, outcome: DialOutcome) -> None:
    attempt = Attempt()
    await attempt.ends(status, cause)
    assert await attempt.leg.answered() is outcome
    await attempt.leg.ended()


async def test_an_answer_is_known_before_the_command_ends() -> None:
    attempt = Attempt()
    attempt.tell("DialBegin")
    attempt.tell("DialEnd", status="ANSWER")
    assert await attempt.leg.answered() is DialOutcome.ANSWERED
    assert not attempt.leg.over
    await attempt.ends("ANSWER")
    assert await attempt.leg.ended() == attempt.leg.talked < 1


async def test_one_phone_that_refuses_leaves_the_other_ringing() -> None:
    attempt = Attempt()
    attempt.tell("DialBegin")
    attempt.tell("DialBegin", OTHER)
    attempt.tell("DialEnd", status="BUSY")
    await attempt.leg.cancel()
    assert attempt.ami.asked == [("hang up", OTHER)]
    await attempt.ends("NOANSWER")
    assert await attempt.leg.answered() is DialOutcome.CANCELLED


async def test_only_the_phone_that_answered_is_hung_up() -> None:
    attempt = Attempt()
    attempt.tell("DialBegin")
    attempt.tell("DialBegin", OTHER)
    attempt.tell("DialEnd", OTHER, status="ANSWER")
    attempt.tell("DialEnd", PHONE, status="CANCEL")
    await attempt.leg.cancel()
    assert attempt.ami.asked == [("hang up", OTHER)]
    await attempt.ends("ANSWER")
    assert await attempt.leg.answered() is DialOutcome.ANSWERED


async def test_wishes_wait_for_the_phone_to_have_a_channel() -> None:
    attempt = Attempt()
    await attempt.leg.ring_answer("PJSIP/1001")
    attempt.tell("DialBegin")
    await asyncio.sleep(0)
    assert attempt.ami.asked == [("talk", PHONE)]
    attempt.tell("DialState", status="RINGING")  # before, it may not have understood
    await asyncio.sleep(0)
    assert attempt.ami.asked == [("talk", PHONE)] * 2
    await attempt.leg.cancel()
    attempt.tell("DialBegin", OTHER)
    await asyncio.sleep(0)
    assert attempt.ami.asked == [*[("talk", PHONE)] * 2, ("hang up", PHONE), ("hang up", OTHER)]
    await attempt.ends("NOANSWER")


async def test_of_phones_that_ring_together_only_that_of_who_takes_the_call_is_asked_to() -> None:
    attempt = Attempt()
    attempt.tell("DialBegin", PHONE)
    await attempt.leg.ring_answer("PJSIP/1001-web")
    attempt.tell("DialBegin", OTHER)
    for phone in (PHONE, OTHER):
        attempt.tell("DialState", phone, "RINGING")
    await asyncio.sleep(0)
    assert attempt.ami.asked == [("talk", OTHER)] * 2
    await attempt.ends("ANSWER")


async def test_a_link_that_is_down_breaks_nothing() -> None:
    attempt = Attempt(Ami(up=False))
    attempt.tell("DialBegin")
    await attempt.leg.ring_answer("PJSIP/1001")
    await attempt.leg.cancel()
    await attempt.ends("ANSWER")
    assert await attempt.leg.answered() is DialOutcome.ANSWERED


async def test_of_phones_that_rang_together_the_command_tells_who_answered_when_ami_did_not() -> None:
    attempt = Attempt()
    await attempt.ends("ANSWER", number="1001-web")
    assert await attempt.leg.answered() is DialOutcome.ANSWERED
    assert attempt.leg.answered_by == "PJSIP/1001-web"


@pytest.mark.parametrize("failure", [CallerGone, TelephonyFailed])
async def test_who_waits_learns_why_it_broke_off(failure: type[Exception]) -> None:
    attempt = Attempt()
    waiting = [asyncio.ensure_future(attempt.leg.answered()), asyncio.ensure_future(attempt.leg.ended())]
    attempt.dial.end.set_exception(failure("gone"))
    for waiter in waiting:
        with pytest.raises(failure):
            await waiter
    await attempt.task


async def test_a_conversation_keeps_its_length_when_the_caller_ends_it() -> None:
    attempt = Attempt()
    attempt.tell("DialEnd", status="ANSWER")
    attempt.dial.end.set_exception(CallerGone())
    await attempt.task
    length = attempt.leg.talked
    with pytest.raises(CallerGone):
        await attempt.leg.ended()
    assert attempt.leg.talked == length
    assert await attempt.leg.answered() is DialOutcome.ANSWERED


async def test_who_is_in_a_bridge_when_the_link_is_back_was_answered() -> None:
    attempt = Attempt()
    attempt.leg.on_channels([snapshot("PJSIP/x", "b9", linked="7")])
    attempt.leg.on_channels([snapshot(CALLER, ""), snapshot(PHONE, ""), snapshot("PJSIP/x", "b9", linked="7")])
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(attempt.leg.answered())
    await asyncio.sleep(0)
    assert not waiting.done()
    attempt.leg.on_channels([snapshot(CALLER, "b1"), snapshot(PHONE, "b1"), snapshot("PJSIP/x", "b9", linked="7")])
    assert await waiting is DialOutcome.ANSWERED
    await attempt.leg.cancel()
    assert attempt.ami.asked == [("hang up", PHONE)]
    await attempt.ends("ANSWER")


async def test_news_after_the_end_changes_nothing() -> None:
    attempt = Attempt()
    await attempt.ends("NOANSWER")
    attempt.tell("DialBegin")
    attempt.tell("DialEnd", status="ANSWER")
    attempt.leg.on_channels([snapshot(CALLER, "b1"), snapshot(PHONE, "b1")])
    assert await attempt.leg.answered() is DialOutcome.NO_ANSWER
    assert attempt.leg.talked == 0.0
