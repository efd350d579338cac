"""`cti config`, against the whole data center in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cti.cli.config import config_app
from cti.kit.errors import HotlineError
from cti.kit.strict_yaml import load_model
from cti.settings import Settings
from cti.topology import Topology
from tests.datacenter import TOPOLOGY, make_config, running_datacenter

STATE = "/api/v1/configuration"


class Operator:
    """Someone at the command line of a machine, whose sites answer with `outcome`."""

    def __init__(self, folder: Path, center: httpx.AsyncClient, settings: Settings) -> None:
        self._app, self._center, self._loop = config_app(lambda: settings), center, asyncio.get_running_loop()
        self.file = folder / "center.yaml"
        self.outcome: dict[str, Any] = {"outcome": "taken"}

    async def run(self, *words: object, status: int = 0) -> str:
        found = await asyncio.to_thread(CliRunner().invoke, self._app, [str(word) for word in words])
        if isinstance(found.exception, HotlineError):
            raise found.exception
        assert found.exit_code == status, found.output
        return found.output

    async def code(self, *words: object) -> str:
        """Why a command fails."""
        with pytest.raises(HotlineError) as refused:
            await self.run(*words)
        return refused.value.problems[0].code

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new, 1))

    async def show(self) -> None:
        self.file.write_text(await self.run("show"))

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """In place of the network: from the command's thread to the data center."""
        return asyncio.run_coroutine_threadsafe(self._ask(method, url, options), self._loop).result(20)

    async def _ask(self, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
        path = httpx.URL(url).path
        if method == "GET" and path == STATE:  # the sites answer as soon as something counts
            version = (await self._center.get(path)).json()["version"]
            for site in ("sh", "bj") if version else ():
                body = {"site": site, "n": version["n"], **self.outcome}
                assert (await self._center.put(f"{path}/acknowledgement", json=body)).status_code == 200
        options.pop("trust_env")
        return await self._center.request(method, path, **options)


@pytest.fixture
async def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Operator]:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    settings = Settings.from_environment(state=tmp_path, topology_file=TOPOLOGY)
    config = make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}", publish_token=settings.secrets.derive("publish"))
    async with running_datacenter(config) as center:
        operator = Operator(tmp_path, center, settings)
        monkeypatch.setattr("cti.cli.center_api.httpx.request", operator.request)
        await operator.run("publish", TOPOLOGY, "-m", "从文件开始")
        yield operator


async def test_what_is_shown_is_changed_and_published_again_and_again(operator: Operator) -> None:
    await operator.show()
    assert operator.file.read_text().startswith("# version 1 (")
    assert load_model(operator.file, Topology)[0] == load_model(TOPOLOGY, Topology)[0]
    operator.edit("advice: 70", "advice: 80")
    said = await operator.run("publish", operator.file, "-m", "张敏升级", "--author", "wang")
    assert said.splitlines() == [
        "version 版本 2", "  agent 1003: 技能 advice 70 → 80", "  bj: taken 已生效 (2 of 2)", "  sh: taken 已生效 (2 of 2)"
    ]  # fmt: skip
    assert operator.file.read_text().startswith("# version 2 (wang: 张敏升级)\n")
    operator.edit("advice: 80", "advice: 90")
    assert "80 → 90" in await operator.run("publish", operator.file)
    assert [line.split()[2:4] for line in (await operator.run("versions")).splitlines()[:3]] == [
        [n, "published"] for n in ("3", "2", "1")
    ]


async def test_versions_and_files_are_compared(operator: Operator) -> None:
    await operator.show()
    operator.edit("name: 张敏 Zhang Min", "name: 张敏敏")
    assert await operator.run("diff", 1, operator.file, status=1) == "  agent 1003: 姓名 张敏 Zhang Min → 张敏敏\n"
    assert await operator.run("diff", operator.file, operator.file) == "no difference 没有差异\n"
    await operator.run("publish", operator.file)
    [change] = json.loads(await operator.run("diff", 2, 1, "--json", status=1))["changes"]
    assert change["what"]["en"] == "name 张敏敏 → 张敏 Zhang Min"
    assert await operator.code("diff", 1, 9) == "configuration.unknown_version"


async def test_an_older_version_counts_again(operator: Operator) -> None:
    await operator.show()
    operator.edit("advice: 70", "advice: 80")
    await operator.run("publish", operator.file)
    back = json.loads(await operator.run("rollback", 1, "-m", "撤回", "--json"))
    assert (back["version"]["n"], back["version"]["action"], len(back["sites"])) == (3, "rolled_back", 2)
    assert "advice: 70" in await operator.run("show")
    assert "advice: 80" in await operator.run("show", 2)


async def test_nobody_overwrites_what_they_have_not_seen(operator: Operator) -> None:
    await operator.show()
    mine = operator.file.read_text()
    operator.edit("advice: 70", "advice: 80")
    await operator.run("publish", operator.file)
    operator.file.write_text(mine.replace("english: 90", "english: 95"))
    with pytest.raises(HotlineError, match=r"configuration\.overtaken") as refused:
        await operator.run("publish", operator.file)
    assert "agent 1003: skill advice 70 → 80" in refused.value.problems[0].what.en
    operator.file.write_text(mine.partition("\n")[2].replace("english: 90", "english: 95"))
    assert await operator.code("publish", operator.file) == "config.base_unknown"
    assert "advice 80 → 70" in await operator.run("publish", operator.file, "--based-on", 2)


async def test_a_mistake_is_told_with_its_place_and_published_nowhere(operator: Operator) -> None:
    await operator.show()
    operator.edit("advice: 70", "advice: 700")
    with pytest.raises(HotlineError) as refused:
        await operator.run("publish", operator.file)
    line = next(n for n, text in enumerate(operator.file.read_text().splitlines(), 1) if "700" in text)
    assert refused.value.problems[0].where.startswith(f"{operator.file}:{line}:")
    operator.edit("advice: 700", "advice: 70")
    operator.edit("- name: carrier-sh", "- name: webphone")
    assert await operator.code("publish", operator.file) == "topology.name_taken"
    assert len(json.loads(await operator.run("versions", "--json"))["items"]) == 1


async def test_what_a_site_made_of_it_is_said_and_a_refusal_is_the_exit_status(operator: Operator) -> None:
    await operator.show()
    operator.edit("advice: 70", "advice: 80")
    operator.outcome = {"outcome": "restart_needed", "restart": ["site sh"], "nodes": ["sh1"]}
    said = await operator.run("publish", operator.file)
    assert "restart needed for 已接收，需重启: site sh; not loaded yet by nodes 节点尚未加载: sh1 (2 of 2)" in said
    operator.outcome = {"outcome": "refused", "reason": "topology.port_clash"}
    assert "refused 已拒绝: topology.port_clash" in await operator.run("rollback", 1, status=1)
