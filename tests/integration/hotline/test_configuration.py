"""The configuration published while people talk, on real Asterisk: agents come, change and go; conversations don't notice."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import yaml

from tests.desktop import Desktop
from tests.phone import Phone
from tests.system import PHONES, System, eventually

BASE = "/api/v1/configuration"
pytestmark = pytest.mark.timeout(240)


class Operator:
    """Someone who publishes, and waits until every site has taken it."""

    def __init__(self, system: System) -> None:
        self._api = system.api
        self._headers = {"Authorization": f"Bearer {system.settings.secrets.derive('publish')}"}
        self._who = {"author": "operator", "message": "测试"}
        self.n = 0

    async def publish(self, topology: dict[str, Any]) -> int:
        counting = (await self._api.get(BASE)).json()["version"]
        return await self._post("versions", topology=topology, based_on=counting["n"] if counting else 0)

    async def roll_back(self, n: int) -> int:
        return await self._post("rollback", n=n)

    async def _post(self, path: str, **body: object) -> int:
        answer = await self._api.post(f"{BASE}/{path}", json=self._who | body, headers=self._headers)
        assert answer.status_code == 200, answer.text
        self.n = answer.json()["n"]
        await eventually(self._taken, "every site to have taken it, and its node")
        return self.n

    async def _taken(self) -> bool:
        sites = (await self._api.get(BASE)).json()["sites"]
        return [(s["n"], s["outcome"], s["nodes"]) for s in sites] == [(self.n, "taken", [])] * 2


@pytest.fixture
async def operator(system: System) -> AsyncIterator[Operator]:
    """Afterwards the topology counts with which the system was installed."""
    operator = Operator(system)
    yield operator
    await operator.publish(yaml.safe_load(system.settings.topology_file.read_text()))


def agents(topology: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {agent["number"]: agent for agent in topology["sites"][0]["agents"]}


async def seat(system: System, stack: AsyncExitStack, number: str) -> tuple[Phone, Desktop]:
    """An agent of sh whom the installed topology does not have."""
    site, password = system.topology.site("sh"), system.settings.secrets.agent_password
    phone = await stack.enter_async_context(Phone(PHONES, number, site.nodes[0].address, password=password))
    await phone.register()
    desktop = await stack.enter_async_context(Desktop(site.agents_url, number, password))
    await desktop.ready()
    return phone, desktop


async def version_of(system: System, site: str) -> float:
    home = system.topology.site(site)
    return (await system._figures(f"http://{home.host}:{home.port}/metrics"))["hotline_configuration_version"]


async def test_agents_come_change_and_go_while_others_talk_and_sites_start_without_the_data_center(
    system: System, operator: Operator
) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(system.standby("sh"))
        active = await system.stands_by("sh")
        phone, desktop = await system.seat(stack, "1001")
        other_phone, _ = await system.seat(stack, "1004")  # no complaints, so far
        talking = await system.claim(stack, "13844440001")
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        waiting = await system.complain(stack, "13844440002")
        await system.has_fact(await system.contact_of("13844440002"), "queue.entered")

        topology = yaml.safe_load(system.settings.topology_file.read_text())
        agents(topology)["1004"]["skills"]["complaints"] = 80
        agents(topology)["1001"]["skills"] = {"general": 50}
        without = json.loads(json.dumps(topology))
        topology["sites"][0]["agents"] += [{"number": "1005", "name": "新人 New", "skills": {"car_claims": 60}}]
        with_new = await operator.publish(topology)

        # Who can do more takes the caller who waited; who is new signs in, is called and talks; who can do less goes on.
        rung = await other_phone.ring()
        await rung.answer()
        await waiting.hears(5, talker=rung)
        new_phone, new = await seat(system, stack, "1005")
        second = await system.claim(stack, "13844440003")
        assert (await new.offered())["context"]["caller"] == "13844440003"
        new_rung = await new_phone.ring()
        await new_rung.answer()
        await second.hears(5, talker=new_rung)
        await talking.hears(5, talker=ringing)

        # Who is removed goes on as well, and is signed out when the contact is over.
        await operator.publish(without)
        await second.hears(5, talker=new_rung)
        await new.send(type="set_status", status="available")
        assert (await new.sees("refused"))["code"] == "agents.leaving"
        await second.hang_up()
        await new.wrap_up()
        assert (await new.sees("refused"))["code"] == "agents.removed"
        n = await operator.roll_back(with_new)

        # The process that stood by while all of this was published, and one that begins anew, have it without the data center.
        await system.stop("datacenter")
        os.kill(active, signal.SIGKILL)
        system.kill("bj")
        for site in ("sh", "bj"):
            await eventually(lambda site=site: runs_with(system, site, n), f"{site} to run with version {n}")
        new_phone, new = await seat(system, stack, "1005")
        third = await system.claim(stack, "13844440004")
        again = await new_phone.ring()
        await again.answer()
        await third.hears(5, talker=again)
        await talking.hears(5, talker=ringing)
        system.start("datacenter")
        await system.ready()
        for call in (third, waiting, talking):
            await call.hang_up()
        stories = [await system.story(f"1384444000{number}") for number in (1, 2, 3, 4)]
    assert [(s["cause"], s["agent"]) for s in stories] == [
        ("served", "1001"), ("served", "1004"), ("served", "1005"), ("served", "1005")
    ]  # fmt: skip


async def runs_with(system: System, site: str, n: int) -> bool:
    try:
        return await version_of(system, site) == n
    except httpx.HTTPError:
        return False
