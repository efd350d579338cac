"""The topology: one file says which sites exist, which nodes, trunks and agents each has, and where the data center is.

The four shapes of a center (central or many access points, central or many seats) are four such files.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _address(value: str) -> str:
    ip_address(value)
    return value


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$", description="lower-case letters, digits, - and _")]
Address = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, Field(ge=1, le=65535)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
Level = Annotated[int, Field(ge=0, le=100, description="0 to 100; higher is better")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Node(_Model):
    """One Asterisk. Its ports are the standard ones, on its own address."""

    name: Name
    address: Address
    sip_port: Port = 5060
    ws_port: Port = Field(default=8088, description="Asterisk's http server: WebRTC signalling at /ws")
    ami_port: Port = 5038
    rtp_start: Port = 10000
    rtp_end: Port = 20000

    @model_validator(mode="after")
    def _ports(self) -> Self:
        if self.rtp_end <= self.rtp_start:
            raise ValueError("rtp_end must be above rtp_start")
        return self


class Carrier(_Model):
    """A trunk of the telephone company: calls from these addresses are taken without registration."""

    name: Name
    addresses: tuple[Address, ...] = Field(min_length=1)
    port: Port = Field(default=5060, description="where it takes calls to numbers outside, at its first address")


class Agent(_Model):
    """A person who answers. The number is also the SIP user name."""

    number: Digits
    name: str = Field(min_length=1, max_length=80)
    skills: dict[Name, Level] = Field(min_length=1, max_length=64)
    remote: bool = Field(default=False, description="registers over the Internet, from behind a router of its own")
    node: Name | None = Field(
        default=None,
        description="where the agent's phone and browser register; by default at the site's first node",
    )


class Site(_Model):
    """A place with trunks, seats, or both. `host` and `port` are where its process serves agents and peers."""

    name: Name
    title: str = Field(default="", max_length=80)
    host: Address
    port: Port = 8080
    agi_port: Port = 4573
    nodes: tuple[Node, ...] = Field(min_length=1)
    carriers: tuple[Carrier, ...] = ()
    agents: tuple[Agent, ...] = Field(default=(), max_length=5000)
    standby: bool = Field(default=True, description="`cti up` keeps a second process ready to take over")

    @model_validator(mode="after")
    def _agents_are_at_nodes(self) -> Self:
        known = {node.name for node in self.nodes}
        for agent in self.agents:
            if agent.node is not None and agent.node not in known:
                raise ValueError(f"agent {agent.number} is at node {agent.node}, which site {self.name} does not have")
        return self

    def node_of(self, agent: str) -> Node:
        """The node at which an agent's phone and browser register."""
        named = next((a.node for a in self.agents if a.number == agent), None)
        return next((node for node in self.nodes if node.name == named), self.nodes[0])

    @property
    def agents_url(self) -> str:
        """Where an agent's desktop connects."""
        return f"ws://{self.host}:{self.port}/agents"

    @property
    def peers_url(self) -> str:
        """Where another site's process connects."""
        return f"ws://{self.host}:{self.port}/peers"

    @property
    def agi_url(self) -> str:
        """What the dialplan of this site's nodes calls."""
        return f"agi://{self.host}:{self.agi_port}"


class DataCenter(_Model):
    """The data center's web and API. It has no voice."""

    host: Address = "127.0.0.1"
    port: Port = 8000

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class Topology(_Model):
    """Everything that stands somewhere."""

    hotline: Digits = Field(description="the number callers dial; also the folder under ivr_flows/")
    data_center: DataCenter = DataCenter()
    sites: tuple[Site, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        def once(what: str, values: list[Any]) -> None:
            twice = sorted({str(v) for v in values if values.count(v) > 1})
            if twice:
                raise ValueError(f"{what} stands twice: {', '.join(twice)}")

        nodes = [n for s in self.sites for n in s.nodes]
        once("site", [s.name for s in self.sites])
        once("node", [n.name for n in nodes])
        once("node address", [n.address for n in nodes])
        once("agent", [a.number for s in self.sites for a in s.agents])
        once("carrier address", [a for s in self.sites for c in s.carriers for a in c.addresses])
        once("site process address", [(s.host, s.port) for s in self.sites])
        return self

    def site(self, name: str) -> Site:
        """The site of that name; KeyError if there is none."""
        for site in self.sites:
            if site.name == name:
                return site
        raise KeyError(name)

    def home_of(self, agent: str) -> Site | None:
        """The site at which an agent's number is configured."""
        return next((s for s in self.sites if any(a.number == agent for a in s.agents)), None)

    def node(self, name: str) -> tuple[Site, Node]:
        """A node and its site; KeyError if there is none."""
        for site in self.sites:
            for node in site.nodes:
                if node.name == name:
                    return site, node
        raise KeyError(name)
