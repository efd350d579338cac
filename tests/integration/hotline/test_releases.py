"""Publishing while calls are in progress, on real Asterisk: what callers meet changes, what they are in the middle of does not."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from cti.ivr import load_hotline
from cti.supervisor import _environment
from cti.wiring import hotline_folder
from tests.phone import Call
from tests.standstill import late_since
from tests.system import System, data, eventually
from tests.tutorial import commands, write_files

CALLS = 30


class Publisher:
    """Someone at the command line."""

    def __init__(self, system: System, folder: Path) -> None:
        self._system, self._folder, self._made = system, folder, 0

    def edit(self, change: Callable[[str], str], file: str = "flow.yaml") -> Path:
        """A copy of the shipped hotline with one file changed, another one each time."""
        self._made += 1
        copy = shutil.copytree(hotline_folder(self._system.settings), self._folder / str(self._made))
        text = (copy / file).read_text(encoding="utf-8")
        assert change(text) != text
        (copy / file).write_text(change(text), encoding="utf-8")
        tests = (copy / "tests.yaml").read_text(encoding="utf-8")
        (copy / "tests.yaml").write_text(tests.replace("coverage: 100", "coverage: 90"), encoding="utf-8")
        return copy

    async def run(self, *arguments: str | Path, status: int = 0) -> dict[str, Any]:
        """`cti flow …`; gives what it prints as JSON."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cti", "flow", *map(str, arguments), "--json", env=_environment(self._system.settings),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == status, (out.decode(), err.decode())
        return dict(json.loads(out)) if out.strip() else {"said": err.decode()}


@pytest.fixture
async def publisher(system: System, tmp_path: Path) -> AsyncIterator[Publisher]:
    """Afterwards callers meet the shipped hotline again."""
    publisher = Publisher(system, tmp_path)
    await publisher.run("publish", hotline_folder(system.settings))
    yield publisher
    await publisher.run("publish", hotline_folder(system.settings))


def quicker_menu(text: str) -> str:
    """Key 5 leads to the complaints, which it did not."""
    return text.replace("      4: to_advice\n", "      4: to_advice\n      5: to_complaints\n")


async def versions(system: System, caller: str) -> set[str]:
    story = await system.story(caller)
    assert story["cause"] in ("left_flow", "contained", "abandoned"), story["cause"]
    return {fact["version"] for kind in ("flow.entered", "node.visited") for fact in data(story, kind)}


async def test_calls_in_progress_finish_on_the_version_they_began_with(system: System, publisher: Publisher) -> None:
    old = load_hotline(hotline_folder(system.settings)).version
    changed = publisher.edit(quicker_menu)
    new = load_hotline(changed).version
    numbers = [f"1391000{n:04}" for n in range(CALLS)]
    async with AsyncExitStack() as stack:
        calls: list[Call] = []
        for index, number in enumerate(numbers):
            caller = await stack.enter_async_context(system.caller(number, site="sh" if index % 2 else "bj"))
            calls.append(await caller.call("95500"))
        released = await publisher.run("publish", changed, "-m", "键 5")
        assert {(s["site"], s["outcome"]) for s in released["sites"]} == {("sh", "taken"), ("bj", "taken")}
        assert released["release"]["version"] == new
        async with system.caller("13920000001") as late:
            call = await late.call("95500")
            await call.press("5")
            contact = await system.contact_of("13920000001")
            await system.has_visited(contact, "main_menu", "5")
            await call.hang_up()
        await asyncio.gather(*(call.press("5") for call in calls))  # no key of theirs
        for number in numbers[:2]:
            await system.has_visited(await system.contact_of(number), "main_menu", "invalid")
        await asyncio.gather(*(call.hang_up() for call in calls))
    for number in numbers:
        assert await versions(system, number) == {old}
    assert await versions(system, "13920000001") == {new}


async def test_a_rollback_is_effective_at_every_site_within_five_seconds(system: System, publisher: Publisher) -> None:
    old = load_hotline(hotline_folder(system.settings)).version
    await publisher.run("publish", publisher.edit(quicker_menu))
    began = time.monotonic()
    released = await publisher.run("rollback", "-m", "菜单有误")
    assert time.monotonic() - began < 5 + late_since(began)
    assert released["release"]["version"] == old
    assert all(s["n"] == released["release"]["n"] and s["outcome"] == "taken" for s in released["sites"])
    for site, number in (("sh", "13920000002"), ("bj", "13920000003")):
        async with system.caller(number, site=site) as caller:
            call = await caller.call("95500")
            await system.has_visited(await system.contact_of(number), "greeting", "next")
            await call.hang_up()
        assert await versions(system, number) == {old}


async def test_a_canary_is_met_by_the_callers_it_names_alone(system: System, publisher: Publisher) -> None:
    changed = publisher.edit(quicker_menu)
    old, new = load_hotline(hotline_folder(system.settings)).version, load_hotline(changed).version
    await publisher.run("publish", changed, "--callers", "1393")
    for number, version in (("13930000001", new), ("13920000004", old)):
        async with system.caller(number) as caller:
            call = await caller.call("95500")
            await system.has_visited(await system.contact_of(number), "greeting", "next")
            await call.hang_up()
        assert await versions(system, number) == {version}


async def test_broken_or_failing_flows_are_published_nowhere(system: System, publisher: Publisher) -> None:
    before = (await publisher.run("releases"))["items"][0]["n"]
    await publisher.run("publish", publisher.edit(lambda t: t.replace("next: main_menu", "next: nowhere", 1)), status=2)
    wrong = publisher.edit(lambda t: t.replace("      1: claim_policy\n", "      1: to_complaints\n"))
    await publisher.run("publish", wrong, status=2)
    wrong = publisher.edit(lambda t: t.replace("      4: to_advice\n", "      4: to_complaints\n      5: to_advice\n"))
    assert "problems" in await publisher.run("publish", wrong, status=1)
    assert (await publisher.run("releases"))["items"][0]["n"] == before


async def test_without_the_data_center_nothing_is_published_and_restarted_sites_go_on(
    system: System, publisher: Publisher
) -> None:
    changed = publisher.edit(quicker_menu)
    new = load_hotline(changed).version
    await publisher.run("publish", changed)
    async with system.caller("13920000005") as caller, system.caller("13920000006") as other:
        call = await caller.call("95500")
        await system.has_visited(await system.contact_of("13920000005"), "greeting", "next")
        await system.stop("datacenter")
        said = await publisher.run("publish", publisher.edit(lambda t: t + "# more\n"), status=2)
        assert "flow.data_center_away" in said["said"]
        system.kill("sh")
        second = await other.call("95500")
        await second.hears(50)
        system.start("datacenter")
        await system.ready()
        await system.has_fact(await system.contact_of("13920000005"), "contact.resumed")
        await call.hears(50)
        for number, one in (("13920000005", call), ("13920000006", second)):
            await one.press("5")
            await system.has_visited(await system.contact_of(number), "main_menu", "5")
            await one.hang_up()
    for number in ("13920000005", "13920000006"):
        assert await versions(system, number) == {new}


async def test_a_site_killed_in_the_middle_of_a_release_catches_up(system: System, publisher: Publisher) -> None:
    old = load_hotline(hotline_folder(system.settings)).version
    changed = publisher.edit(quicker_menu)
    new = load_hotline(changed).version
    async with system.caller("13920000007") as caller:
        call = await caller.call("95500")
        await system.has_visited(await system.contact_of("13920000007"), "greeting", "next")
        publishing = asyncio.create_task(publisher.run("publish", changed))
        await eventually(lambda: _released(system, new), "the release to be made")
        system.kill("sh")
        released = await publishing
        assert released["release"]["version"] == new
        await system.is_back("sh")

        async def taken() -> bool:
            sites = (await system.api.get("/api/v1/flows/95500/release")).json()["sites"]
            return all(s["outcome"] == "taken" and s["n"] == released["release"]["n"] for s in sites)

        await eventually(taken, "both sites to have taken it")
        contact = await system.contact_of("13920000007")
        await system.has_fact(contact, "contact.resumed")
        await call.hears(50)
        await call.press("5")  # no key of the version on which this caller began
        await system.has_visited(contact, "main_menu", "invalid")
        await call.hang_up()
    assert await versions(system, "13920000007") == {old}


async def test_the_tutorials_flow_is_published_met_counted_and_rolled_back(
    system: System, publisher: Publisher, tmp_path: Path
) -> None:
    mine = write_files(tmp_path)
    version = load_hotline(mine).version
    needing = [words for words in commands(mine) if words[0] in ("publish", "stats", "rollback")]
    first, second, stats, rollback = needing
    await publisher.run(*first)
    await publisher.run(*second)
    async with system.caller("13920000008") as caller:
        call = await caller.call("95500")
        await call.press("1")
        await call.press("1")
        await system.has_visited(await system.contact_of("13920000008"), "how_to", "next")
        await call.hang_up()
    assert await versions(system, "13920000008") == {version}
    told = {each["version"]: each for each in (await publisher.run(*stats))["versions"]}
    nodes = {node["node"]: node for node in told[version]["nodes"]}
    assert (nodes["claims"]["title_zh"], nodes["claims"]["exits"]) == ("理赔菜单", {"1": 1})
    assert (await publisher.run(*rollback))["release"]["version"] != version


async def _released(system: System, version: str) -> bool:
    release = (await system.api.get("/api/v1/flows/95500/release")).json()["release"]
    return bool(release["version"] == version)
