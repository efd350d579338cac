"""The AMI link against a real Asterisk."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from cti.asterisk.ami import AmiEvent, AmiLink, AmiRefused, LinkDown, LinkUp, Signal
from cti.asterisk.pbx.launcher import Pbx
from cti.kit.backoff import Backoff
from cti.settings import Settings

NODE, ADDRESS = "sh1", "127.0.101.1"
CARRIER = "127.0.109.1"
WANTED = frozenset({"Newchannel", "Newstate", "Hangup", "OriginateResponse"})
ECHO = "Local/*43@agents"
SECONDS = 20.0  # for any one thing to happen


class Followed:
    """A running link and all it has told."""

    def __init__(self, link: AmiLink) -> None:
        self.link = link
        self.signals: list[Signal] = []

    async def read(self) -> None:
        async for told in self.link.events():
            self.signals.append(told)

    def events(self, name: str) -> list[AmiEvent]:
        return [told for told in self.signals if isinstance(told, AmiEvent) and told.name == name]

    def ups(self) -> list[LinkUp]:
        return [told for told in self.signals if isinstance(told, LinkUp)]

    def downs(self) -> list[LinkDown]:
        return [told for told in self.signals if isinstance(told, LinkDown)]


async def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- the condition may be anything
            await asyncio.sleep(0.01)


async def no_channels(link: AmiLink, seconds: float = SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while await link.core_show_channels():  # noqa: ASYNC110 -- only asking tells
            await asyncio.sleep(0.05)


@pytest.fixture
async def followed(pbx: Pbx, settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Followed]:
    """Asterisk has time to answer; a test may give it less for a ping (`indirect`)."""
    link = AmiLink(
        NODE, ADDRESS, 5038, "cti", settings.secrets.derive("ami"), WANTED,
        ping_interval=0.2, ping_timeout=getattr(request, "param", SECONDS), answer_timeout=SECONDS, backoff=Backoff(first=0.05, cap=0.2),
    )  # fmt: skip
    followed = Followed(link)
    tasks = [asyncio.create_task(link.run()), asyncio.create_task(followed.read())]
    await until(lambda: link.up)
    yield followed
    for channel in await link.core_show_channels() if link.up else ():
        await asyncio.gather(link.hang_up(channel.name), return_exceptions=True)
    await no_channels(link)
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_channel_is_made_shown_moved_and_hung_up(followed: Followed) -> None:
    link = followed.link
    made = await link.originate(
        ECHO,
        "agents",
        "*43",
        caller_id='"张三丰" <13901582467>',
        variables={"CTI_CONTACT": "c1", "CTI_NOTE": 'x,CTI_DONE="1"'},
    )
    async with asyncio.timeout(SECONDS):  # it has been answered, and is on its way to the echo
        while True:
            [channel] = [one for one in await link.core_show_channels() if one.name == made.channel]
            if channel.application == "Echo":
                break
    assert channel.uniqueid == made.uniqueid
    assert channel.state == "Up"
    assert channel.variables == {"CTI_CONTACT": "c1"}
    assert channel.caller_name == "张三丰"
    answer = await link.action("Getvar", {"Channel": made.channel, "Variable": "CTI_NOTE"})
    assert answer.get("Value") == 'x,CTI_DONE="1"'
    await link.redirect(made.channel, "agents", "*43", 1)
    await link.hang_up(made.channel)
    await until(lambda: made.uniqueid in [event.get("Uniqueid") for event in followed.events("Hangup")])
    assert [event.get("Uniqueid") for event in followed.events("OriginateResponse")] == [made.uniqueid]
    assert not followed.events("VarSet")


async def test_a_channel_that_is_gone_is_told_apart_from_other_refusals(followed: Followed) -> None:
    link, gone = followed.link, "PJSIP/1001-0000ffff"
    for action in (link.hang_up(gone), link.redirect(gone, "agents"), link.stop_playback(gone), link.notify_talk(gone)):
        with pytest.raises(AmiRefused) as refusal:
            await action
        assert refusal.value.channel_gone, refusal.value.message
    with pytest.raises(AmiRefused) as unknown:
        await link.action("NoSuchAction")
    assert not unknown.value.channel_gone


async def test_a_number_that_is_not_there_cannot_be_called(followed: Followed) -> None:
    with pytest.raises(AmiRefused):
        await followed.link.originate("Local/nobody@agents", "agents", "*43", ring_seconds=2)


async def test_the_output_of_a_command_is_given_line_by_line(followed: Followed) -> None:
    response = await followed.link.action("Command", {"Command": "core show version"})
    assert response.output[0].startswith("Asterisk ")


async def test_fifty_actions_at_once_each_get_their_own_answer(followed: Followed) -> None:
    made = await followed.link.originate(ECHO, "agents", "*43")

    async def echo(number: int) -> str:
        variable = f"N{number}"
        await followed.link.action("Setvar", {"Channel": made.channel, "Variable": variable, "Value": number})
        return (await followed.link.action("Getvar", {"Channel": made.channel, "Variable": variable})).get("Value")

    assert await asyncio.gather(*map(echo, range(50))) == [str(number) for number in range(50)]


async def test_a_link_cut_by_asterisk_comes_back_with_the_channels_that_are_there(followed: Followed, pbx: Pbx) -> None:
    made = await followed.link.originate(ECHO, "agents", "*43")
    for session in await sessions(pbx):
        await pbx.cli(NODE, f"manager kick session {session}")
    await until(lambda: len(followed.ups()) == 2)
    assert made.uniqueid in [channel.uniqueid for channel in followed.ups()[1].channels]
    assert len(followed.downs()) == 1


async def sessions(pbx: Pbx) -> list[str]:
    shown = await pbx.cli(NODE, "manager show connected")
    return [word for line in shown.splitlines() if line.split()[:1] == ["cti"] for word in line.split()[4:5]]


@pytest.mark.parametrize("followed", [0.5], indirect=True)
async def test_an_asterisk_that_hangs_is_noticed_by_ping_and_the_link_returns(followed: Followed, pbx: Pbx) -> None:
    pid = pbx.pid(NODE)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        await until(followed.downs)
        assert followed.downs()[0].reason == "no answer to a ping"
    finally:
        os.kill(pid, signal.SIGCONT)
    await until(lambda: followed.link.up)


INVITE = """INVITE sip:95500@127.0.101.1 SIP/2.0
Via: SIP/2.0/UDP {address}:{port};branch=z9hG4bKforged
From: <sip:{number}@{address}>;tag=forged
To: <sip:95500@127.0.101.1>
Call-ID: forged@{address}
CSeq: 1 INVITE
Contact: <sip:x@{address}:{port}>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {length}

"""
SDP = f"v=0\no=- 1 1 IN IP4 {CARRIER}\ns=-\nc=IN IP4 {CARRIER}\nt=0 0\nm=audio 4000 RTP/AVP 8\n".replace("\n", "\r\n")


async def test_a_caller_cannot_forge_events_through_the_number(followed: Followed) -> None:
    """PJSIP decodes %0D%0A in From, and Asterisk prints numbers raw: without our filters the hang-up below is told."""
    number = "1%0D%0A%0D%0AEvent%3a%20Hangup%0D%0AUniqueid%3a%20victim%0D%0A%0D%0A"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((CARRIER, 0))
        port = phone.getsockname()[1]
        head = INVITE.format(address=CARRIER, port=port, number=number, length=len(SDP)).replace("\n", "\r\n")
        phone.sendto(f"{head}{SDP}".encode(), (ADDRESS, 5060))
        async with asyncio.timeout(SECONDS):
            while not (shown := await followed.link.core_show_channels()):  # noqa: ASYNC110 -- only asking tells
                await asyncio.sleep(0.02)
    assert shown[0].name.startswith("PJSIP/carrier-sh")
    assert shown[0].caller_number == "1"
    made = await followed.link.originate(ECHO, "agents", "*43")
    await until(lambda: made.uniqueid in [event.get("Uniqueid") for event in followed.events("Newchannel")])
    told = [event.get("Uniqueid") for event in followed.signals if isinstance(event, AmiEvent)]
    assert "victim" not in told
