"""The fake caller keeps the contract. `tests/integration/test_agi_telephony.py` holds the real adapter to the same."""

from __future__ import annotations

import asyncio

import pytest

from cti.testing.telephony import FakeLeg, FakePhone, FakeTelephony
from tests.contract.telephony import AGENT, AMPLE, LONG, MISSING, SHORT, TelephonyContract, soon


class Agent:
    def __init__(self, leg: FakeLeg) -> None:
        self._leg = leg

    async def answer(self) -> None:
        self._leg.pick_up()

    async def refuse(self) -> None:
        self._leg.decline()

    async def hang_up(self) -> None:
        self._leg.hang_up()

    async def ended(self) -> None:
        assert self._leg.over

    def told(self) -> dict[str, str]:
        return self._leg.headers


class FakeWorld:
    def __init__(self) -> None:
        self.telephony = FakeTelephony(sound_seconds=14, missing=[MISSING])
        self.telephony.lengths = {SHORT: 0.4, "sorry": 0.2}
        self.telephony.phones[AGENT] = FakePhone()
        self.telephony.speaks = 0.8

    @property
    def missing(self) -> list[str]:
        return self.telephony.missed

    def file(self, name: str) -> str:
        return name

    async def speak(self, seconds: float) -> None:
        """The fake caller speaks by itself."""

    async def press(self, keys: str, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        self.telephony.press(keys, gap=0.05)

    async def caller_hangs_up(self) -> None:
        self.telephony.caller_hangs_up()

    async def connection_breaks(self) -> None:
        self.telephony.connection_breaks()

    async def ringing(self) -> Agent:
        return Agent(self.telephony.legs[-1])

    async def hears_music(self) -> bool:
        return self.telephony.music is not None

    async def cause(self) -> int:
        assert self.telephony.cause is not None
        return self.telephony.cause


@pytest.fixture
async def world() -> FakeWorld:
    return FakeWorld()


class TestFakeTelephony(TelephonyContract):
    """All of the contract."""


async def test_what_was_heard_can_be_asserted(world: FakeWorld) -> None:
    call = world.telephony
    call.press("1", after=0.1)
    await soon(call.collect([LONG, SHORT], max_digits=1, first_digit=AMPLE, between_digits=AMPLE))
    await soon(call.play([SHORT]))
    assert [(h.sound, h.whole) for h in call.heard] == [(LONG, False), (SHORT, True)]


async def test_phones_act_by_themselves_as_told(world: FakeWorld) -> None:
    call = world.telephony
    call.phones["PJSIP/1"] = FakePhone(answers_after=0.05, talks_for=0.1)
    call.phones["PJSIP/2"] = FakePhone(declines_after=0.05)
    leg = await call.dial({"PJSIP/1": {}}, ring_seconds=10)
    assert await soon(leg.ended()) > 0.09
    leg = await call.dial({"PJSIP/2": {}}, ring_seconds=10)
    assert await soon(leg.answered()) == "busy"
    leg = await call.dial({AGENT: {}}, ring_seconds=10)
    await leg.ring_answer(AGENT)
    assert await soon(leg.answered()) == "answered"
