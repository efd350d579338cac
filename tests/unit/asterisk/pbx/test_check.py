from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cti.asterisk.pbx.check import Listener, port_problems, static_problems
from cti.asterisk.pbx.installation import Installation
from cti.topology import Topology

Change = Callable[[dict[str, Any]], None]


def changed(installation: Installation, change: Change) -> Installation:
    data = installation.topology.model_dump()
    change(data)
    return replace(installation, topology=Topology.model_validate(data))


def codes(installation: Installation) -> list[str]:
    return [found.code for found in static_problems(installation)]


def test_the_demo_has_no_problem(installation: Installation) -> None:
    assert codes(installation) == []


def test_two_that_want_one_port_of_one_address_are_both_named(installation: Installation) -> None:
    def clash(data: dict[str, Any]) -> None:
        data["sites"][0]["agi_port"] = 5038

    [found] = static_problems(changed(installation, clash))
    assert found.code == "topology.port_clash"
    assert "FastAGI (site sh)" in found.what.en
    assert "AMI (sh1)" in found.what.en


def test_an_address_that_means_every_address_clashes_with_each(installation: Installation) -> None:
    def everywhere(data: dict[str, Any]) -> None:
        data["data_center"] = {"host": "0.0.0.0", "port": 8080}

    assert codes(changed(installation, everywhere)) == ["topology.port_clash"] * 2


def test_sip_within_the_media_ports_is_found(installation: Installation) -> None:
    def within(data: dict[str, Any]) -> None:
        data["sites"][0]["nodes"][0]["sip_port"] = 10500

    assert codes(changed(installation, within)) == ["topology.rtp_clash"]


@pytest.mark.parametrize("name", ["webphone", "node-bj1"])
def test_a_carrier_cannot_take_the_name_of_an_endpoint_of_ours(installation: Installation, name: str) -> None:
    def taken(data: dict[str, Any]) -> None:
        data["sites"][0]["carriers"][0]["name"] = name

    assert codes(changed(installation, taken)) == ["topology.name_taken"]


def test_a_carrier_cannot_call_from_a_nodes_address(installation: Installation) -> None:
    def same(data: dict[str, Any]) -> None:
        data["sites"][0]["carriers"][0]["addresses"] = ["127.0.2.1"]

    assert codes(changed(installation, same)) == ["topology.carrier_is_node"]


@pytest.mark.parametrize("name", ["a;b", "a,b", "a${b}", "a'b"])
def test_a_state_folder_that_would_break_the_configuration_is_refused(installation: Installation, name: str) -> None:
    assert codes(replace(installation, state=Path("/srv") / name)) == ["pbx.state_characters"]


def test_a_state_folder_too_deep_for_a_socket_is_refused(installation: Installation) -> None:
    deep = Path("/srv") / ("d" * 90)
    assert codes(replace(installation, node_folder=lambda node: deep / node)) == ["pbx.state_too_long"] * 2


def test_a_busy_port_a_foreign_address_and_a_free_port_are_told_apart() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.104.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        found = port_problems(
            (
                Listener("tcp", "127.0.104.1", port, "AMI", "x"),
                Listener("udp", "192.0.2.1", port, "SIP", "x"),
                Listener("udp", "127.0.104.1", port, "SIP", "x"),
            )
        )
    assert [(p.code, p.where) for p in found] == [
        ("port.busy", f"127.0.104.1:{port}/tcp"),
        ("port.not_our_address", f"192.0.2.1:{port}/udp"),
    ]
