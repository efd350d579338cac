"""The site's process is killed while the caller talks: neither side notices, and the next process gets the caller back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cti.asterisk.agi import AgiChannel, AgiRequest, AgiServer
from cti.asterisk.caller import Caller
from cti.asterisk.pbx.launcher import Pbx
from cti.settings import Settings
from tests.phone import Call, Phone, wait

CHECKOUT = Path(__file__).parent.parent.parent
SH, CARRIER, PHONES = "127.0.101.1", "127.0.109.1", "127.0.110.1"
PROCESS = """
import asyncio
from cti.asterisk.agi import AgiServer

async def serve(request, channel):
    await channel.execute("ANSWER")
    await channel.execute("EXEC", "Dial", "PJSIP/1001,20,gm(default)")

async def main():
    async with AgiServer("127.0.101.1", 4573, serve):
        print("ready", flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


@asynccontextmanager
async def site_process() -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS), stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT
    )
    try:
        assert process.stdout
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def hear_each_other(one: Call, other: Call) -> None:
    await other.hears(5, talker=one)
    await one.hears(5, talker=other)


async def test_a_conversation_survives_the_death_of_the_process_and_the_caller_comes_back(
    settings: Settings, pbx: Pbx
) -> None:
    back: asyncio.Queue[Caller] = asyncio.Queue()

    async def serve(request: AgiRequest, channel: AgiChannel) -> None:
        back.put_nowait(Caller.of(request))
        await channel.execute("SET VARIABLE", "CTI_DONE", "1")

    async with (
        Phone(CARRIER, "13800138000", SH) as phone,
        Phone(PHONES, "1001", SH, password=settings.secrets.agent_password) as agent,
    ):
        await agent.register()
        async with site_process() as process:
            call = await phone.call("95500")
            conversation = await agent.ring()
            await conversation.answer()
            await hear_each_other(call, conversation)
            process.kill()
            await process.wait()
        await hear_each_other(call, conversation)
        async with AgiServer(SH, 4573, serve):
            await hear_each_other(call, conversation)
            assert back.empty()
            await conversation.hang_up()
            returned = await asyncio.wait_for(back.get(), 20)
            assert returned.contact.startswith("sh1-")
            assert returned.number == "13800138000"
            await wait(call.ended, "the end of the call")
