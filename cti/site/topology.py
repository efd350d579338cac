"""The topology as one site's process runs with it: what the parts of the process are told of it, and what a newer version changes
while calls are in progress."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from cti.acd import Need
from cti.agents.config import DesktopConfig, QueueInfo, Seat
from cti.agents.hub import AgentHub
from cti.agents.messages import CodeText, Device, SipAccount
from cti.asterisk import dialplan
from cti.asterisk.ami import AmiError, AmiLink
from cti.asterisk.follower import WANTED
from cti.asterisk.pbx.check import static_problems
from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.live import RELOADED, is_here, write_live
from cti.asterisk.pbx.root import find
from cti.calls.ports import Journal
from cti.facts.kinds import ConfigApplied
from cti.ivr import Hotline
from cti.kit.errors import ConfigError, HotlineError, problem
from cti.kit.logging import get_logger
from cti.peers import PeerHub
from cti.releases import Configuration, ConfigurationCache, Standing
from cti.settings import Settings
from cti.topology import Node, Site, Topology, differences, node_digest, restarts_of

log = get_logger(__name__)
AMI_USER = "cti"


class SiteTopology:
    """Implements `releases.configuration.Taker`. `attach` what is to follow before the first `take`."""

    def __init__(self, settings: Settings, name: str, journal: Journal) -> None:
        """Raises `ConfigError` for files that are wrong, or have no such site."""
        self._settings, self.name, self._journal = settings, name, journal
        self.configuration = self._started = settings.configuration
        self.site = _site_in(self.configuration, name)
        self._cache = ConfigurationCache(settings.site_folder(name))
        self.links = {node.name: _link(node, settings.secrets.derive("ami")) for node in self.site.nodes}
        self._desks: AgentHub | None = None
        self._peers: PeerHub | None = None
        self._behind = {node.name for node in self.site.nodes}  # may not have loaded it
        self._given: dict[str, str] = {}  # by node: what it was made to load last, whatever came of it

    @property
    def topology(self) -> Topology:
        return self.configuration.topology

    # What the parts of the process are told

    def desktops(self, hotline: Hotline) -> DesktopConfig:
        def account(agent: str) -> SipAccount:
            user, node = dialplan.browser_endpoint(agent), self.site.node_of(agent)
            password = self._settings.secrets.derive(f"sip:{user}")
            return SipAccount(uri=sip_uri(user, node), ws_url=ws_url(node), username=user, password=password)

        return DesktopConfig(
            site=self.name, seats=self._seats(), elsewhere=self._elsewhere(), password=self._settings.secrets.agent_password,
            sip_account=account, **choices(hotline),
        )  # fmt: skip

    def peer_hub(self, token: str) -> PeerHub:
        def dial_address(peer: str, agent: str, node: str) -> str | None:
            known = any(n.name == node for s in self.topology.sites if s.name == peer for n in s.nodes)
            return dialplan.seat_address(agent, node) if known else None

        return PeerHub(self.name, self._others(), token, self.node_of, dial_address)

    def is_agent(self, number: str) -> bool:
        """Of any site."""
        return self.topology.home_of(number) is not None

    def node_of(self, agent: str) -> str:
        """The node at which an agent's phone is."""
        return self.site.node_of(agent).name

    def agents_at(self, nodes: Collection[str]) -> frozenset[str]:
        """Whose phones are at one of these nodes."""
        return frozenset(agent.number for agent in self.site.agents if self.node_of(agent.number) in nodes)

    def phone_address(self, agent: str, device: Device) -> str:
        """What is dialed for an agent of this site."""
        browser = device is Device.BROWSER
        endpoint = dialplan.browser_endpoint(agent) if browser else dialplan.phone_endpoint(agent)
        return dialplan.seat_address(endpoint, self.node_of(agent))

    def trunk(self, number: str) -> str | None:
        """A number outside, by way of the site's first carrier."""
        if not self.site.carriers:
            return None
        carrier = self.site.carriers[0]
        return f"PJSIP/{carrier.name}/sip:{number}@{carrier.addresses[0]}:{carrier.port}"

    def attach(self, desks: AgentHub, peers: PeerHub) -> None:
        """Who follows newer versions."""
        self._desks, self._peers = desks, peers

    # Newer versions

    def say(self) -> None:
        """Which version the process runs with: to the log and the journal."""
        current = self.configuration
        source = "the data center" if current.n else str(self._settings.topology_file)
        log.info(
            "configuration.applied", n=current.n, source=source, digest=current.digest[:12], restart=list(self._restart)
        )
        self._journal.record(
            ConfigApplied(what="configuration", digest=current.digest, n=current.n, restart=self._restart)
        )

    async def take(self, newer: Configuration) -> None:
        """Raises `ConfigError` or OSError, having changed nothing."""
        newer = newer.asked_at(self.topology.data_center)
        site = _site_in(newer, self.name)
        if problems := static_problems(self._installation(newer)):
            raise ConfigError(*problems)
        await asyncio.to_thread(self._cache.remember, newer)
        self.configuration, self.site = newer, site
        self._behind = {node.name for node in site.nodes}
        if self._desks is not None and self._peers is not None:
            self._desks.staff(self._seats(), self._elsewhere())
            self._peers.know(self._others())
        self.say()

    async def settle(self) -> Standing:
        """Lets nodes load what they have not yet, as far as they can now, and says what is left."""
        restart = self._restart
        for node, link in self.links.items():
            if not link.up:  # it may come back with older files
                self._behind.add(node)
                self._given.pop(node, None)
        if self._started.topology.site(self.name).agi_url != self.site.agi_url:
            return Standing(restart, tuple(sorted(self._behind)))  # nobody listens yet where its calls would go
        for node in sorted(self._behind):
            if f"node {node}" in restart or node not in self.links or await self._loads(node, self.links[node]):
                self._behind.discard(node)
        return Standing(restart, tuple(sorted(self._behind)))

    @property
    def _restart(self) -> tuple[str, ...]:
        return restarts_of(self.site, differences(self._started.topology, self.topology))

    async def _loads(self, node: str, link: AmiLink) -> bool:
        """Whether a node has loaded the configuration; it is given it, where its files are on this machine."""
        configuration = self.configuration
        wanted, installation = node_digest(configuration.topology), self._installation(configuration)
        try:
            if await link.global_variable(dialplan.CONFIGURATION) == wanted:
                return True
            runtime = find(installation.cache)
            if runtime is None or not is_here(installation, node) or self._given.get(node) == wanted:
                return False
            await asyncio.to_thread(write_live, installation, node, runtime)
            await link.reload(*RELOADED)
            self._given[node] = wanted
            if await link.global_variable(dialplan.CONFIGURATION) == wanted:
                return True
            log.error("configuration.node_did_not_load", node=node)
        except AmiError as error:
            log.debug("configuration.node_away", node=node, reason=error.problems[0].code)
        except (HotlineError, OSError) as error:
            log.error("configuration.node_not_rendered", node=node, reason=str(error))
        return False

    def _installation(self, configuration: Configuration) -> Installation:
        return replace(self._settings.pbx, topology=configuration.topology)

    def _seats(self) -> dict[str, Seat]:
        return {a.number: Seat(a.number, a.name, a.skills) for a in self.site.agents}

    def _elsewhere(self) -> dict[str, tuple[str, str]]:
        return {a.number: (s.name, s.agents_url) for s in self.topology.sites if s.name != self.name for a in s.agents}

    def _others(self) -> dict[str, str]:
        return {s.name: s.peers_url for s in self.topology.sites if s.name != self.name}


def choices(hotline: Hotline) -> Mapping[str, Any]:
    """What desktops show of a hotline: those fields of `DesktopConfig` that change with its version."""
    return {
        "queues": tuple(QueueInfo(n, q.title.zh, q.title.en, Need.of(q.any_of)) for n, q in hotline.queues.items()),
        "break_reasons": tuple(CodeText(code=c.code, zh=c.zh, en=c.en) for c in hotline.break_reasons),
        "wrap_up_codes": tuple(CodeText(code=c.code, zh=c.zh, en=c.en) for c in hotline.wrap_up_codes),
    }


def sip_uri(user: str, node: Node) -> str:
    return f"sip:{user}@{node.address}"


def ws_url(node: Node) -> str:
    return f"ws://{node.address}:{node.ws_port}/ws"


def _link(node: Node, secret: str) -> AmiLink:
    return AmiLink(node.name, node.address, node.ami_port, AMI_USER, secret, WANTED)


def _site_in(configuration: Configuration, name: str) -> Site:
    """Raises `ConfigError` if there is no such site."""
    for site in configuration.topology.sites:
        if site.name == name:
            return site
    raise ConfigError(problem(
        "configuration.without_this_site", f"configuration {configuration.n}", f"There is no site {name} in it.",
        f"其中没有中心 {name}。", f"Stop `cti site {name}` if that is meant; else publish one that has it.",
        f"如确需撤销，请停止 `cti site {name}`；否则请发布包含它的配置。"))  # fmt: skip
