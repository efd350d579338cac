"""A broken file, a busy port: the start ends with one clear line each, and nothing is left running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOPOLOGY = (ROOT / "tests/topology.yaml").read_text().replace("127.0.10", "127.0.15")


def start(tmp_path: Path, topology: str = TOPOLOGY, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `cti up` until it gives up."""
    file = tmp_path / "topology.yaml"
    file.write_text(topology)
    return subprocess.run(
        [sys.executable, "-m", "cti", "up", "--topology", str(file)], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "HOTLINE_STATE": str(tmp_path / "state"), "LANG": "C.UTF-8", **environment},
    )  # fmt: skip


def broken_flows(tmp_path: Path, file: str, was: str, now: str) -> str:
    """A copy of the demo hotline with one mistake."""
    folder = tmp_path / "flows/95500"
    folder.mkdir(parents=True)
    for source in (ROOT / "ivr_flows/95500").glob("*.yaml"):
        text = source.read_text()
        assert source.name != file or was in text
        (folder / source.name).write_text(text.replace(was, now, 1) if source.name == file else text)
    return str(folder.parent)


@pytest.mark.parametrize(
    ("was", "now", "place", "code"),
    [
        ("hotline:", "hotlin:", "topology.yaml:2:1", "config.unknown_key"),
        ('number: "1002"', 'number: "1001"', "topology.yaml:2:1", "config.invalid"),
        ("host: 127.0.151.1", "host: somewhere", "topology.yaml:8:5", "config.invalid"),
        ("sites:", "sites: [", "topology.yaml", "yaml.syntax"),
    ],
)
def test_a_broken_topology_stops_the_start_with_its_place(
    tmp_path: Path, was: str, now: str, place: str, code: str
) -> None:
    assert was in TOPOLOGY
    done = start(tmp_path, TOPOLOGY.replace(was, now, 1))
    assert done.returncode == 2
    assert place in done.stderr and f"[{code}]" in done.stderr and "mend:" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("file", "was", "now", "place"),
    [
        ("flow.yaml", "next: main_menu", "next: main_manu", "flow.yaml:12:5"),
        ("flow.yaml", "kind: menu", "kind: manu", "flow.yaml:15:5"),
        ("queues.yaml", "priority: 10", "priority: high", "queues.yaml:7:5"),
        ("prompts.yaml", "greeting:", "greting:", "flow.yaml:11:"),
    ],
)
def test_a_broken_flow_stops_the_start_with_its_place(
    tmp_path: Path, file: str, was: str, now: str, place: str
) -> None:
    done = start(tmp_path, HOTLINE_FLOWS=broken_flows(tmp_path, file, was, now))
    assert done.returncode == 2
    assert place in done.stderr and "mend:" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_busy_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.151.1", 8080))
        taken.listen()
        done = start(tmp_path)
    assert done.returncode == 2
    assert "127.0.151.1:8080" in done.stderr and "[port.busy]" in done.stderr
    assert not (tmp_path / "state/nodes").exists()
