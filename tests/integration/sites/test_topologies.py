"""Each shape of a center, as it comes: from every access point a call reaches an agent at every seat site, and both hear each other."""

from __future__ import annotations

import itertools
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.integration.sites.conftest import standing
from tests.phone import wait
from tests.postgres import PostgresServer
from tests.system import System


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["central", "central-access", "central-seats", "multiple", "remote-seats"])
async def test_every_access_point_reaches_every_seat_site(name: str, tmp_path: Path, postgres: PostgresServer) -> None:
    async with standing(name, tmp_path, postgres) as system:
        access = [site.name for site in system.topology.sites if site.carriers]
        seats = [site for site in system.topology.sites if site.agents]
        for number, (at, seat) in enumerate(itertools.product(access, seats)):
            agent = seat.agents[-1 if name == "remote-seats" else 0]  # the last ones are at home
            await _talk(system, at, agent.number, f"1390000{number:04d}", "4" if name == "remote-seats" else "3")
        await system.nothing_left()


async def _talk(system: System, access: str, agent: str, caller: str, key: str) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, agent)
        call = (
            await system.complain(stack, caller, access) if key == "3" else await _advice(system, stack, caller, access)
        )
        offer = await desktop.offered()
        assert (offer["context"]["caller"], offer["context"]["site"]) == (caller, access)
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await call.hears(5, talker=ringing)
        await ringing.hears(5, talker=call)
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        await desktop.wrap_up("resolved")
        story = await system.story(caller)
    assert (story["cause"], story["agent"], story["site"]) == ("served", agent, access)


async def _advice(system: System, stack: AsyncExitStack, caller: str, access: str):  # type: ignore[no-untyped-def]
    phone = await stack.enter_async_context(system.caller(caller, site=access))
    call = await phone.call(system.topology.hotline)
    await call.press("4")
    return call
