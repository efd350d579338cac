"""What the dialplan does when the site's process answers, dies, or is not there at all: real Asterisk, SIPp as callers."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cti.asterisk.pbx.launcher import Pbx
from cti.settings import Settings
from tests.sipp import AwaitHangUp, Caller, Digits, HangUp, Pause, calling

SH, BJ = "127.0.101.1", "127.0.102.1"
CARRIER = "127.0.109.1"
ELSEWHERE = "127.0.109.77"
SECONDS = 20.0  # for any one thing to happen


@dataclass(slots=True)
class Visitor:
    """One AGI connection as the throw-away server sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    environment: dict[str, str] = field(default_factory=dict)

    async def say(self, command: str) -> str:
        self.writer.write(f"{command}\n".encode())
        return (await self.reader.readline()).decode().strip()

    async def finish(self) -> None:
        await self.say("SET VARIABLE CTI_DONE 1")
        await self.say("HANGUP")

    def die(self) -> None:
        """What the kernel does to the connections of a killed process."""
        self.writer.transport.abort()

    @property
    def arguments(self) -> list[str]:
        return [value for key, value in sorted(self.environment.items()) if key.startswith("agi_arg_")]


@asynccontextmanager
async def agi_server(host: str, port: int = 4573) -> AsyncIterator[asyncio.Queue[Visitor]]:
    visitors: asyncio.Queue[Visitor] = asyncio.Queue()
    open_writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitor = Visitor(reader, writer)
        open_writers.append(writer)
        while line := (await reader.readline()).decode().strip():
            key, _, value = line.partition(": ")
            visitor.environment.setdefault(key, value)
        visitors.put_nowait(visitor)

    server = await asyncio.start_server(serve, host, port)
    try:
        yield visitors
    finally:
        server.close()
        for writer in open_writers:
            writer.transport.abort()


async def arrives(visitors: asyncio.Queue[Visitor]) -> Visitor:
    return await asyncio.wait_for(visitors.get(), SECONDS)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 — Asterisk's command line can only be asked
            await asyncio.sleep(0.05)


async def channels(pbx: Pbx, node: str) -> list[str]:
    return [line for line in (await pbx.cli(node, "core show channels concise")).splitlines() if "!" in line]


@pytest.fixture(autouse=True)
async def _nothing_is_left(pbx: Pbx) -> AsyncIterator[None]:
    yield

    async def empty() -> bool:
        return not await channels(pbx, "sh1") and not await channels(pbx, "bj1")

    await until(empty)


async def test_caller_stays_and_the_loop_goes_on_when_the_server_dies_in_the_middle(pbx: Pbx, tmp_path: Path) -> None:
    async with agi_server(SH) as visitors, calling(Caller(CARRIER), SH, tmp_path) as call:
        first = await arrives(visitors)
        contact = first.environment["agi_uniqueid"]
        assert contact.startswith("sh1-")
        assert first.environment["agi_network_script"] == "call"
        assert first.arguments == [contact, "sh1"]
        await first.say("ANSWER")
        await first.say("SET VARIABLE KEPT yes")
        await first.say("SET MUSIC ON")
        first.die()

        again = await arrives(visitors)
        assert again.arguments == [contact, "sh1"]
        assert await again.say("GET VARIABLE KEPT") == "200 result=1 (yes)"
        await again.finish()
        await call.succeeded()


async def test_a_server_that_is_back_within_the_patience_gets_the_caller(pbx: Pbx, tmp_path: Path) -> None:
    async with calling(Caller(CARRIER), SH, tmp_path) as call:
        await until(lambda: _has_one(pbx))
        async with agi_server(SH) as visitors:
            visitor = await arrives(visitors)
            await visitor.say("ANSWER")
            await visitor.finish()
        await call.succeeded()


async def _has_one(pbx: Pbx) -> bool:
    return len(await channels(pbx, "sh1")) == 1


async def test_without_any_server_the_emergency_menu_takes_numbers_into_the_spool(
    pbx: Pbx, settings: Settings, tmp_path: Path
) -> None:
    spool = settings.pbx.emergency_spool("sh")
    console = settings.node_folder("sh1") / "log" / "console.log"
    said_before = len(console.read_text())
    types = Caller(
        CARRIER, (Pause(1000), Digits("18500443941#"), Pause(1500), Digits("#"), AwaitHangUp()), number="13901582467"
    )
    accepts = Caller(CARRIER, (Pause(1000), Digits("#"), Pause(1000), Digits("#"), AwaitHangUp()), number="13712345678")
    leaves = Caller(CARRIER, (Pause(1500), HangUp()), number="13698765432")
    mistypes = Caller(
        CARRIER, (Pause(1000), Digits("1#"), Pause(1500), Digits("021#"), AwaitHangUp()), number="anonymous"
    )
    async with (
        calling(types, SH, tmp_path) as one,
        calling(accepts, SH, tmp_path) as two,
        calling(leaves, SH, tmp_path) as three,
        calling(mistypes, SH, tmp_path) as four,
    ):
        await asyncio.gather(one.succeeded(), two.succeeded(), three.succeeded(), four.succeeded())

    async def stored() -> bool:
        return len(list(spool.glob("*.json"))) == 4

    await until(stored)
    files = sorted(spool.iterdir())
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    requests = {r["caller"]: r for r in (json.loads(file.read_text()) for file in files)}
    assert {r["caller"]: (r["callback"], r["ended"]) for r in requests.values()} == {
        "13901582467": ("18500443941", "asked"),
        "13712345678": ("13712345678", "asked"),
        "13698765432": ("", "hung_up"),
        "": ("021", "asked"),
    }
    one_request = requests["13901582467"]
    assert one_request["contact"].startswith("sh1-")
    assert (one_request["site"], one_request["node"], one_request["called"]) == ("sh", "sh1", "95500")
    assert "ERROR" not in console.read_text()[said_before:]


async def test_the_emergency_menu_apologizes_even_if_its_script_cannot_run(
    pbx: Pbx, settings: Settings, tmp_path: Path
) -> None:
    script = settings.node_folder("sh1") / "agi-bin" / "emergency.py"
    hidden = script.rename(script.with_suffix(".away"))
    try:
        async with calling(Caller(CARRIER), SH, tmp_path) as call:
            await call.succeeded()
    finally:
        hidden.rename(script)


async def test_an_unknown_number_is_refused_without_a_channel(pbx: Pbx, tmp_path: Path) -> None:
    for dialed in ("95501", "9550", "500&PJSIP/1001", "1001"):
        async with calling(Caller(CARRIER, dials=dialed, refused_with=404), SH, tmp_path) as call:
            await call.succeeded()


async def test_a_stranger_is_not_let_in(pbx: Pbx, tmp_path: Path) -> None:
    async with calling(Caller(ELSEWHERE, refused_with=401), SH, tmp_path) as call:
        await call.succeeded()


async def test_a_customer_whose_number_is_an_agents_is_still_a_customer(pbx: Pbx, tmp_path: Path) -> None:
    async with agi_server(SH) as visitors, calling(Caller(CARRIER, number="1001"), SH, tmp_path) as call:
        visitor = await arrives(visitors)
        assert visitor.environment["agi_context"] == "inbound"
        assert visitor.environment["agi_channel"].startswith("PJSIP/carrier-sh-")
        await visitor.say("ANSWER")
        await visitor.finish()
        await call.succeeded()


async def test_the_web_phone_says_its_number_and_nothing_else(pbx: Pbx, settings: Settings, tmp_path: Path) -> None:
    login = ("webphone", settings.secrets.derive("sip:webphone"))
    hostile = {"X-Hotline-Caller": "+86-139 0000 1111&PJSIP/1001,99999999999999999999"}
    caller = Caller(ELSEWHERE, login=login, number="webphone", headers=hostile)
    async with agi_server(SH) as visitors, calling(caller, SH, tmp_path) as call:
        visitor = await arrives(visitors)
        assert visitor.environment["agi_callerid"] == "86139000011111001999"
        assert visitor.environment["agi_context"] == "inbound"
        await visitor.say("ANSWER")
        await visitor.finish()
        await call.succeeded()


async def test_an_agents_own_phone_reaches_the_echo_and_the_hotline_only(
    pbx: Pbx, settings: Settings, tmp_path: Path
) -> None:
    login = ("1001", settings.secrets.agent_password)
    for dialed, answer in (("1002", 404), ("13901582467", 404), ("95501", 404)):
        refused = Caller(ELSEWHERE, login=login, number="1001", dials=dialed, refused_with=answer)
        async with calling(refused, SH, tmp_path) as call:
            await call.succeeded()
    echo = Caller(ELSEWHERE, (Pause(300), HangUp()), login=login, number="1001", dials="*43")
    async with calling(echo, SH, tmp_path) as call:
        await call.succeeded()
    wrong = Caller(ELSEWHERE, login=("1001", "wrong"), number="1001", refused_with=401)
    async with calling(wrong, SH, tmp_path) as call:
        await call.succeeded()


async def test_an_offer_travels_to_the_other_site_in_headers(pbx: Pbx, tmp_path: Path) -> None:
    async with agi_server(SH) as home, agi_server(BJ) as away, calling(Caller(CARRIER), SH, tmp_path) as call:
        here = await arrives(home)
        await here.say("ANSWER")
        dialing = asyncio.create_task(
            here.say('EXEC Dial "PJSIP/2001@node-bj1,10,b(offer-headers^s^1(sh1-1.2^01HZ;<x>))g"')
        )
        there = await arrives(away)
        assert there.environment["agi_network_script"] == "visit"
        assert there.arguments == ["sh1-1.2", "bj1", "01HZx"]
        assert there.environment["agi_extension"] == "2001"
        assert there.environment["agi_callerid"] == "13901582467"
        await there.say("ANSWER")
        await there.finish()
        await dialing
        assert await here.say("GET VARIABLE DIALSTATUS") == "200 result=1 (ANSWER)"
        await here.finish()
        await call.succeeded()


@pytest.mark.parametrize(
    "offer", ["b(offer-headers^s^1(c-1^o-1))g", "g"], ids=["no process answers there", "no offer is named"]
)
async def test_an_offer_is_refused_by_a_site_that_cannot_take_it(pbx: Pbx, tmp_path: Path, offer: str) -> None:
    async with agi_server(SH) as home, calling(Caller(CARRIER), SH, tmp_path) as call:
        here = await arrives(home)
        await here.say("ANSWER")
        await asyncio.wait_for(here.say(f'EXEC Dial "PJSIP/2001@node-bj1,60,{offer}"'), SECONDS)
        assert await here.say("GET VARIABLE DIALSTATUS") != "200 result=1 (ANSWER)"
        assert await here.say("GET VARIABLE HANGUPCAUSE") == "200 result=1 (21)"
        await here.finish()
        await call.succeeded()
