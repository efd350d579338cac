"""What the data center is told when it starts. Plain values: it reads no environment and no file of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from cti.kit.errors import ConfigError, problem
from cti.topology import Site, Topology

MIN_TOKEN = 16


@dataclass(frozen=True, slots=True)
class WebPhoneAccount:
    """What a browser registers with to try the hotline at one site."""

    uri: str  # sip:webphone@127.0.1.1
    ws_url: str  # ws://127.0.1.1:8088/ws
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NodeTitle:
    """What a flow's node is called on screens."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class InspectedBundle:
    """What a published bundle was found to be."""

    hotline: str
    flow: str
    version: str
    titles: Mapping[str, tuple[str, str]]  # node → (zh, en)


@dataclass(frozen=True, slots=True)
class DataCenterConfig:
    """`database_url` is `postgresql+asyncpg://…` or `sqlite+aiosqlite:///file`. `topology` is that of its own
    file: it says where the data center listens, and counts until a configuration is published. `webphone` gives a site's account.

    `ingest_token` is what sites send, to write facts and to read; `publish_token` is what may change flows; `read_token` is
    what other readers send. Without one, reading is open, and then only on a loopback address.
    """

    database_url: str = field(repr=False)
    topology: Topology
    ingest_token: str = field(repr=False)
    publish_token: str = field(repr=False)
    inspect_bundle: Callable[[bytes], InspectedBundle] = field(repr=False)  # raises ConfigError
    webphone: Callable[[Site], WebPhoneAccount] = field(repr=False)
    console: Path  # the front end's build
    read_token: str | None = field(default=None, repr=False)
    samples: bool = False  # fill in the demo's customers and policies
    fact_months: int | None = None  # whole months of facts to keep besides the one that runs; None: all
    node_titles: Mapping[tuple[str, str], NodeTitle] = field(default_factory=dict)  # (flow, node) → title
    listens_at: str | None = None  # a replica's own host, if it is not the topology's, which then is the proxy's
    site_timeout: float = 1.0  # seconds a site's process has to say that it is ready

    def check(self) -> None:
        """Raises `ConfigError` for what must not be served."""
        hosts = {self.listens_at or self.topology.data_center.host, self.topology.data_center.host}
        tokens = (self.ingest_token, self.publish_token, *(() if self.read_token is None else (self.read_token,)))
        if any(len(token) < MIN_TOKEN for token in tokens):
            raise ConfigError(problem(
                "datacenter.weak_token", "ingest_token, publish_token, read_token", f"A token has fewer than {MIN_TOKEN} characters.",
                f"令牌少于 {MIN_TOKEN} 个字符。", "Use a long random one: `openssl rand -hex 20`.",
                "请使用足够长的随机令牌：`openssl rand -hex 20`。"))  # fmt: skip
        if self.read_token is None and not all(ip_address(host).is_loopback for host in hosts):
            raise ConfigError(problem(
                "datacenter.open_to_all", ", ".join(sorted(hosts)),
                "Without a read token, anyone who reaches this address could read customers and contacts.",
                "未设置读取令牌，任何能访问该地址的人都可以读取客户和联络记录。",
                "Set HOTLINE_READ_TOKEN, or let the data center listen on 127.0.0.1.",
                "请设置 HOTLINE_READ_TOKEN，或让数据中心只监听 127.0.0.1。"))  # fmt: skip
