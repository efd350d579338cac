"""The launcher against real Asterisk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.kit.errors import EnvironmentProblem
from cti.kit.strict_yaml import load_model
from cti.settings import Settings
from cti.supervisor import _environment
from cti.topology import Topology, node_digest

CHECKOUT = Path(__file__).parent.parent.parent


@pytest.fixture
def lone(settings: Settings, tmp_path: Path) -> Installation:
    """A third node, `lone`, on an address that nothing else uses."""
    topology = Topology.model_validate(
        {
            "hotline": "95500",
            "sites": [{"name": "x", "host": "127.0.103.1", "nodes": [{"name": "lone", "address": "127.0.103.1"}]}],
        }
    )
    return replace(
        settings.pbx,
        topology=topology,
        state=tmp_path,
        node_folder=lambda node: tmp_path / node,
        site_folder=lambda site: tmp_path / site,
    )


async def render(settings: Settings, *options: str) -> str:
    """`cti pbx render`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cti", "pbx", "render", *options, env=_environment(settings), stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def test_running_nodes_are_given_a_new_agent_and_say_so(pbx: Pbx, settings: Settings, tmp_path: Path) -> None:
    file, text = tmp_path / "center.yaml", settings.topology_file.read_text()
    new = '      - {number: "1009", name: 新人 New, skills: {advice: 10}}\n'
    file.write_text(text.replace("    agents:\n", f"    agents:\n{new}", 1))
    topology = load_model(file, Topology)[0]
    try:
        assert "sh1: loaded" in await render(settings, "--reload", "--topology", str(file))
        assert "1009-web" in await pbx.cli("sh1", "pjsip show endpoints")
        assert "'1009' =>" in await pbx.cli("sh1", "dialplan show intersite")
        assert f"CTI_CONFIGURATION={node_digest(topology)}" in await pbx.cli("bj1", "dialplan show globals")
    finally:
        await render(settings, "--reload")
    assert "1009-web" not in await pbx.cli("sh1", "pjsip show endpoints")


async def test_two_nodes_run_side_by_side_under_their_own_names(pbx: Pbx) -> None:
    for node in ("sh1", "bj1"):
        assert await pbx.is_running(node)
        said = await pbx.cli(node, "core show settings")
        assert f"System name:                 {node}\n" in said
        assert "Maximum open file handles:   20000" in said


async def test_asterisk_starts_without_a_complaint(pbx: Pbx, settings: Settings) -> None:
    for node in ("sh1", "bj1"):
        log = settings.node_folder(node) / "log"
        console, ready, _ = (log / "console.log").read_text().partition("Asterisk Ready.")
        assert ready
        assert "ERROR" not in console
        booting = (log / "boot.log").read_text()
        assert not [line for line in booting.splitlines() if "ERROR" in line or "WARNING" in line]


async def test_rendered_files_are_readable_by_their_owner_only(pbx: Pbx, settings: Settings) -> None:
    for file in (settings.node_folder("sh1") / "etc").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


async def test_a_node_stops_and_starts_again(lone: Installation, settings: Settings) -> None:
    pbx = Pbx(lone, prepare(settings.cache, print))
    for _ in range(2):
        await pbx.start("lone")
        assert pbx.pid("lone")
        await pbx.stop("lone")
        assert not await pbx.is_running("lone")


async def test_a_second_launcher_is_told_that_the_node_runs_already(pbx: Pbx, settings: Settings) -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        await Pbx(settings.pbx, prepare(settings.cache, print)).start("sh1")
    assert caught.value.problems[0].code == "pbx.already_running"


async def test_a_busy_port_is_named_before_asterisk_starts(lone: Installation, settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as busy:
        busy.bind(("127.0.103.1", 5060))
        with pytest.raises(EnvironmentProblem) as caught:
            await Pbx(lone, prepare(settings.cache, print)).start("lone")
    assert [p.code for p in caught.value.problems] == ["port.busy"]
    assert "127.0.103.1:5060/udp" in str(caught.value)


async def test_when_asterisk_ends_at_start_its_last_words_are_shown(
    lone: Installation, settings: Settings, tmp_path: Path
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(lone.templates, templates)
    with (templates / "modules.conf.j2").open("a") as file:
        file.write("require = no_such_module.so\n")
    with pytest.raises(EnvironmentProblem) as caught:
        await Pbx(replace(lone, templates=templates), prepare(settings.cache, print)).start("lone")
    assert caught.value.problems[0].code == "pbx.asterisk_ended"
    assert "no_such_module" in str(caught.value)


async def test_no_node_survives_its_parent(settings: Settings, tmp_path: Path, lone: Installation) -> None:
    topology = tmp_path / "lone.yaml"
    topology.write_text(lone.topology.model_dump_json())
    script = """
import asyncio, sys
from pathlib import Path
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.root import prepare
from cti.kit.strict_yaml import load_model
from cti.settings import Settings
async def main():
    settings = Settings.from_environment(state=Path(sys.argv[1]), topology_file=Path(sys.argv[2]))
    pbx = Pbx(settings.pbx, prepare(settings.cache, lambda said: None))
    await pbx.start("lone")
    print(pbx.pid("lone"), flush=True)
    await asyncio.sleep(3600)
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "s"), str(topology)),
        stdout=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
    )
    assert parent.stdout
    pid = int(await parent.stdout.readline())
    watch = os.pidfd_open(pid)
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(watch, gone.set)
    try:
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        async with asyncio.timeout(20):
            await gone.wait()
    finally:
        asyncio.get_running_loop().remove_reader(watch)
        os.close(watch)
