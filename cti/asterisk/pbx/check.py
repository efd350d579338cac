"""What can be known to go wrong before any node is started. Pure but for `port_problems`, which tries to bind."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EADDRINUSE, EADDRNOTAVAIL
from itertools import combinations

from cti.asterisk.dialplan import WEBPHONE_ENDPOINT, node_endpoint
from cti.asterisk.pbx.installation import Installation
from cti.kit.errors import Problem, problem
from cti.topology import Node, Topology

# A path is written into configuration files and dialplan arguments, where these would end it.
_FORBIDDEN_IN_PATHS = re.compile(r"[,;|&\"'$\\\[\]{}()<>\x00-\x1f]")
MAX_SOCKET_PATH = 107
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104


@dataclass(frozen=True, slots=True)
class Listener:
    """One port that something of the installation listens on. `owner` is the node, `site NAME` or `data center`."""

    protocol: str
    address: str
    port: int
    use: str
    owner: str

    def __str__(self) -> str:
        return f"{self.use} ({self.owner})"

    def clashes(self, other: Listener) -> bool:
        same_address = self.address == other.address or self.address in _ANYWHERE or other.address in _ANYWHERE
        return (self.protocol, self.port) == (other.protocol, other.port) and same_address


def node_listeners(node: Node) -> tuple[Listener, ...]:
    """What one Asterisk listens on; its RTP ports come and go with the calls."""
    return (
        Listener("udp", node.address, node.sip_port, "SIP", node.name),
        Listener("tcp", node.address, node.ws_port, "SIP over WebSocket", node.name),
        Listener("tcp", node.address, node.ami_port, "AMI", node.name),
    )


def listeners(topology: Topology) -> tuple[Listener, ...]:
    """Every port of the topology."""
    center = topology.data_center
    found = [Listener("tcp", center.host, center.port, "data center", "data center")]
    for site in topology.sites:
        found += (
            Listener("tcp", site.host, site.port, "agents and peers", f"site {site.name}"),
            Listener("tcp", site.host, site.agi_port, "FastAGI", f"site {site.name}"),
        )
        found += (listener for node in site.nodes for listener in node_listeners(node))
    return tuple(found)


def static_problems(installation: Installation) -> list[Problem]:
    """Everything wrong with the topology and the folders that can be seen without touching the machine."""
    return [*_clashes(installation), *_rtp(installation), *_names(installation), *_paths(installation)]


def _clashes(installation: Installation) -> Iterator[Problem]:
    for one, other in combinations(listeners(installation.topology), 2):
        if one.clashes(other):
            yield problem(
                "topology.port_clash",
                str(installation.topology_file),
                f"{one} and {other} both want {one.protocol} port {one.port} of {one.address}.",
                f"{one} 与 {other} 都要使用 {one.address} 的 {one.protocol} 端口 {one.port}。",
                "Give one of them another port or address.",
                "请为其中之一指定其他端口或地址。",
            )


def _rtp(installation: Installation) -> Iterator[Problem]:
    for site in installation.topology.sites:
        for node in site.nodes:
            if node.rtp_start <= node.sip_port <= node.rtp_end:
                yield problem(
                    "topology.rtp_clash",
                    str(installation.topology_file),
                    f"Node {node.name}: SIP port {node.sip_port} lies within its RTP ports.",
                    f"节点 {node.name}：SIP 端口 {node.sip_port} 位于其 RTP 端口范围内。",
                    "Move rtp_start and rtp_end.",
                    "请调整 rtp_start 与 rtp_end。",
                )


def _names(installation: Installation) -> Iterator[Problem]:
    topology = installation.topology
    taken = {WEBPHONE_ENDPOINT, *(node_endpoint(n.name) for s in topology.sites for n in s.nodes)}
    for site in topology.sites:
        for carrier in site.carriers:
            if carrier.name in taken:
                yield problem(
                    "topology.name_taken",
                    str(installation.topology_file),
                    f"Carrier {carrier.name}: the name belongs to one of our own SIP endpoints.",
                    f"运营商 {carrier.name}：该名称已用于系统自身的 SIP 端点。",
                    "Choose another name.",
                    "请换一个名称。",
                )
    for address in {a for s in topology.sites for c in s.carriers for a in c.addresses}:
        if any(address == node.address for s in topology.sites for node in s.nodes):
            yield problem(
                "topology.carrier_is_node",
                str(installation.topology_file),
                f"{address} is both a carrier's address and a node's: their calls could not be told apart.",
                f"{address} 既是运营商地址又是节点地址，无法区分其来电。",
                "Give the carrier an address of its own.",
                "请为运营商使用独立的地址。",
            )


def _paths(installation: Installation) -> Iterator[Problem]:
    state = str(installation.state)
    if _FORBIDDEN_IN_PATHS.search(state):
        yield problem(
            "pbx.state_characters",
            state,
            "The path has a character that Asterisk's configuration cannot hold.",
            "该路径含有 Asterisk 配置无法容纳的字符。",
            "Choose a folder with letters, digits and -_./ only (HOTLINE_STATE).",
            "请选择只含字母、数字和 -_./ 的目录（HOTLINE_STATE）。",
        )
    for site in installation.topology.sites:
        for node in site.nodes:
            socket_path = str(installation.node_folder(node.name) / "run" / "asterisk.ctl")
            if len(socket_path.encode()) > MAX_SOCKET_PATH:
                yield problem(
                    "pbx.state_too_long",
                    socket_path,
                    f"A socket's path may have at most {MAX_SOCKET_PATH} bytes.",
                    f"套接字路径最多 {MAX_SOCKET_PATH} 字节。",
                    "Choose a shorter state folder (HOTLINE_STATE).",
                    "请选择更短的状态目录（HOTLINE_STATE）。",
                )


def port_problems(wanted: tuple[Listener, ...]) -> list[Problem]:
    """Tries each port. One problem for each that is in use, not this machine's, or not permitted."""
    return [found for listener in wanted if (found := _port_problem(listener))]


def _port_problem(listener: Listener) -> Problem | None:
    family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
    kind = socket.SOCK_DGRAM if listener.protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as probe:
        if listener.protocol == "tcp":  # as servers do: a port in TIME_WAIT is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listener.address, listener.port))
        except OSError as error:
            return _bind_failed(listener, error)
    return None


def _bind_failed(listener: Listener, error: OSError) -> Problem:
    where = f"{listener.address}:{listener.port}/{listener.protocol}"
    if error.errno == EADDRINUSE:
        return problem(
            "port.busy",
            where,
            f"The port for {listener} is in use.",
            f"{listener} 所需的端口已被占用。",
            f"Stop what uses it (ss -lnp 'sport = {listener.port}' names it), or change the topology.",
            f"请停止占用它的程序（ss -lnp 'sport = {listener.port}' 可查），或修改拓扑文件。",
        )
    if error.errno == EADDRNOTAVAIL:
        return problem(
            "port.not_our_address",
            where,
            f"This machine has no address {listener.address}, which {listener} needs.",
            f"本机没有 {listener} 所需的地址 {listener.address}。",
            "Add the address, or change the topology.",
            "请添加该地址，或修改拓扑文件。",
        )
    return problem(
        "port.refused",
        where,
        f"The port for {listener} cannot be opened: {error.strerror}.",
        f"无法打开 {listener} 所需的端口：{error.strerror}。",
        "Choose a port above 1023, or run with the right to use it.",
        "请使用大于 1023 的端口，或以有权限的用户运行。",
    )
