"""What the calls are told when news of the caller's end comes in the middle of something. Asterisk here is a script."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cti.asterisk.agi import AgiChannel
from cti.asterisk.ami import AmiEvent
from cti.asterisk.caller import Caller
from cti.asterisk.telephony import AgiTelephony
from cti.calls.telephony import CallerGone, DialOutcome, Fax
from tests.unit.asterisk.test_leg import Ami

ONE_PAGE = b"II*\0\x08\0\0\0" + b"\0\0" + b"\0\0\0\0"  # a directory without entries, and no further one


class Script:
    """Answers the commands that it knows; what it is told to do at one happens instead of the answer."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.sent: list[str] = []
        self._answers = answers
        self.channel = AgiChannel(self._written)
        self.ami = Ami()

    def _written(self, line: bytes) -> None:
        self.sent.append(line.decode().strip())
        for command, lines in self._answers.items():
            if self.sent[-1].startswith(command):
                asyncio.get_running_loop().call_soon(self.says, lines)

    def says(self, lines: list[str]) -> None:
        for line in lines:
            if line == "closed":
                self.channel.connection_lost()
            else:
                self.channel.line_received(line)

    def telephony(self) -> AgiTelephony:
        caller = Caller("sh1-1.1", "sh1", "PJSIP/carrier-1", "13800138000", "", "95500")
        ami: Any = self.ami
        return AgiTelephony(
            caller, self.channel, ami, fallback="sorry", playable=lambda s: True, on_missing=lambda s: None
        )


@pytest.mark.parametrize("received", ["200 result=0", "200 result=-1"], ids=["it had ended", "it was hung up"])
async def test_a_fax_counts_though_the_machine_hangs_up_before_it_was_asked_how_it_went(
    tmp_path: Path, received: str
) -> None:
    file = tmp_path / "fax.tiff"
    file.write_bytes(ONE_PAGE)
    asterisk = Script({"EXEC": [received], "GET FULL VARIABLE": ["HANGUP", "closed"]})
    call = asterisk.telephony()
    assert await asyncio.wait_for(call.receive_fax(str(file)), 5) == Fax(1)
    with pytest.raises(CallerGone):
        await call.set("X", "")


def begins(phone: str, dialed: str) -> AmiEvent:
    headers = ("Event: DialBegin", "Channel: PJSIP/carrier-1", f"DestChannel: {phone}", f"DialString: {dialed}")
    return AmiEvent("DialBegin", "\r\n".join(("", *headers, "")).encode())


async def test_news_of_phones_that_were_refused_do_not_go_to_those_that_are_dialed_next() -> None:
    asterisk = Script({"GET FULL VARIABLE": ["200 result=1 (CANCEL 0)"]})
    call = asterisk.telephony()
    refused = await call.dial({"PJSIP/1001": {}}, ring_seconds=20)
    await refused.cancel()  # before Asterisk has made the phone's channel
    dialing = asyncio.create_task(call.dial({"PJSIP/1002": {}}, ring_seconds=20))
    await asyncio.sleep(0)
    call.on_event(begins("PJSIP/1001-0000000a", "1001"))
    await asyncio.sleep(0)
    assert asterisk.ami.asked == [("hang up", "PJSIP/1001-0000000a")]
    asterisk.says(["200 result=0"])
    assert await asyncio.wait_for(refused.answered(), 5) is DialOutcome.CANCELLED
    await asyncio.wait_for(dialing, 5)
    assert [command.split(",")[0] for command in asterisk.sent if "Dial" in command] == [
        'EXEC "Dial" "PJSIP/1001',
        'EXEC "Dial" "PJSIP/1002',
    ]
