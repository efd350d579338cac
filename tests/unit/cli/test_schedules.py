"""`cti schedules`, against the whole data center in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cti.cli.schedules import schedules_app
from cti.kit.errors import HotlineError
from cti.settings import Settings
from tests.datacenter import TOPOLOGY, make_config, running_datacenter
from tests.schedules import HEADER, plan

MONDAY = ("--from", "2026-11-23T00:00Z", "--to", "2026-11-24T00:00Z")
SHIFTS = plan("1001 01:00-04:00 work", "1001 04:00-05:00 unpaid", "1002 01:00-09:00 off_phone")


class Planner:
    """Someone at the command line, with a file."""

    def __init__(self, folder: Path, center: httpx.AsyncClient, settings: Settings) -> None:
        self._app, self._center, self._loop = schedules_app(lambda: settings), center, asyncio.get_running_loop()
        self.file = folder / "week48.csv"
        self.sent: list[str] = []

    async def run(self, *words: object, status: int = 0) -> str:
        found = await asyncio.to_thread(CliRunner().invoke, self._app, [str(word) for word in words])
        if isinstance(found.exception, HotlineError):
            raise found.exception
        assert found.exit_code == status, found.output
        return found.output

    async def publish(self, text: str, *words: object) -> str:
        self.file.write_text(text, encoding="utf-8")
        return await self.run("publish", self.file, *MONDAY, *words)

    async def refused(self, *words: object) -> list[tuple[str, str]]:
        """(code, where) of why a command fails."""
        with pytest.raises(HotlineError) as refused:
            await self.run(*words)
        return [(found.code, found.where) for found in refused.value.problems]

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """In place of the network: from the command's thread to the data center."""
        options.pop("trust_env")
        self.sent.append(f"{method} {httpx.URL(url).path}")
        asked = self._center.request(method, httpx.URL(url).path, **options)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(20)


@pytest.fixture
async def planner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Planner]:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    settings = Settings.from_environment(state=tmp_path, topology_file=TOPOLOGY)
    config = make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}", publish_token=settings.secrets.derive("publish"))
    async with running_datacenter(config) as center:
        planner = Planner(tmp_path, center, settings)
        monkeypatch.setattr("cti.cli.center_api.httpx.request", planner.request)
        yield planner


async def test_a_file_is_published_shown_changed_and_published_again(planner: Planner) -> None:
    said = await planner.publish(SHIFTS, "-m", "第 48 周", "--author", "wang")
    assert said == "publication 发布 1: 2 agents 坐席, 3 lines 行, 0 replaced 已替换\n"
    shown = (await planner.run("show", *MONDAY, "--zone", "Asia/Shanghai", "--agent", "1001")).splitlines()
    assert shown[:2] == [
        "1001  sh  2026-11-23 09:00 – 2026-11-23 12:00  上线", "1001  sh  2026-11-23 12:00 – 2026-11-23 13:00  无薪"
    ]  # fmt: skip
    assert shown[2].startswith("publication 发布 1: wang, ")
    assert shown[2].endswith(": 第 48 周")
    text = await planner.run("show", *MONDAY, "--zone", "Asia/Shanghai", "--format", "csv")
    assert text.splitlines()[1] == "1001,2026-11-23T09:00:00+08:00,2026-11-23T12:00:00+08:00,work"
    assert "3 replaced" in await planner.publish(text.replace("off_phone", "absent"))
    told = json.loads(await planner.run("show", *MONDAY, "--json"))
    assert [item["activity"] for item in told["items"]] == ["work", "unpaid", "absent"]


async def test_who_published_is_listed(planner: Planner) -> None:
    assert await planner.run("publications") == "none 无\n"
    done = json.loads(await planner.publish(SHIFTS, "--author", "wang", "--json"))
    assert (done["n"], done["author"]) == (1, "wang")
    assert json.loads(await planner.run("publications", "--json"))["items"] == [done]
    assert "wang" in await planner.run("publications")


async def test_lines_of_an_agent_are_taken_away(planner: Planner) -> None:
    await planner.publish(SHIFTS)
    assert "2 replaced" in await planner.publish(HEADER, "--agent", "1001")
    assert "1001" not in await planner.run("show", *MONDAY)


async def test_mistakes_are_told_with_file_and_line_before_anything_is_sent(planner: Planner) -> None:
    planner.file.write_text(SHIFTS.replace("off_phone", "golf").replace("04:00:00+00:00,work", "04:00,work"))
    assert await planner.refused("publish", planner.file, *MONDAY) == [
        ("schedules.time", f"{planner.file}:2"), ("schedules.activity", f"{planner.file}:4")
    ]  # fmt: skip
    backwards = ("--from", "2026-11-24", "--to", "2026-11-23")
    assert await planner.refused("publish", planner.file, *backwards) == [("schedules.range", "since, until")]
    missing = planner.file.with_name("none.csv")
    assert await planner.refused("publish", missing, *MONDAY) == [("schedules.no_file", str(missing))]
    await planner.run("publish", planner.file, "--from", "", "--to", "", status=2)
    assert planner.sent == []


async def test_what_only_the_data_center_knows_is_told_with_the_line_too(planner: Planner) -> None:
    planner.file.write_text(plan("1001 01:00-04:00 work", "7777 01:00-04:00 work"))
    assert await planner.refused("publish", planner.file, *MONDAY) == [("schedules.unknown_agent", f"{planner.file}:3")]
