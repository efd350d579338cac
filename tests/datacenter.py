"""A data center to talk to in tests: the whole application on a database of its own, with a socket where one is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from cti.datacenter import DataCenterConfig, InspectedBundle, WebPhoneAccount, create_app
from cti.kit.clock import Clock
from cti.kit.strict_yaml import load_model
from cti.serving import serve
from cti.topology import Site, Topology
from tests.ports import free_port

INGEST_TOKEN = "ingest-token-of-the-tests"
PUBLISH_TOKEN = "publish-token-of-the-tests"
READ_TOKEN = "read-token-of-the-tests"
TOPOLOGY = Path(__file__).parent.parent / "asterisk_conf/topologies/demo.yaml"


def demo_topology() -> Topology:
    return load_model(TOPOLOGY, Topology)[0]


def no_bundle(bundle: bytes) -> InspectedBundle:
    raise AssertionError("this test publishes nothing")


def make_config(database_url: str, **changes: Any) -> DataCenterConfig:
    def webphone(site: Site) -> WebPhoneAccount:
        address = site.nodes[0].address
        return WebPhoneAccount(f"sip:webphone@{address}", f"ws://{address}:8088/ws", "webphone", "secret-of-the-phone")

    values: dict[str, Any] = {
        "database_url": database_url,
        "topology": demo_topology(),
        "ingest_token": INGEST_TOKEN,
        "publish_token": PUBLISH_TOKEN,
        "inspect_bundle": no_bundle,
        "webphone": webphone,
        "console": Path("/nonexistent"),
        "samples": True,
        "site_timeout": 0.5,
    }
    return DataCenterConfig(**(values | changes))


@asynccontextmanager
async def running_datacenter(config: DataCenterConfig, clock: Clock | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which starts and stops with the context. It sends the ingest token."""
    app = create_app(config, clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {INGEST_TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers) as client:
            yield client


@asynccontextmanager
async def served_datacenter(config: DataCenterConfig) -> AsyncIterator[httpx.AsyncClient]:
    """As `running_datacenter`, behind a socket: answers that have no end need one."""
    app, port = create_app(config), free_port()
    serving = asyncio.create_task(serve(app, "127.0.0.1", port, before_stop=app.state.end_streams))
    try:
        async with client_of(port) as client:
            await answering(client)
            yield client
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def client_of(port: int) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=10)


async def answering(client: httpx.AsyncClient, path: str = "/healthz") -> None:
    """Waits until that address says 200."""
    async with asyncio.timeout(30):
        while True:
            try:
                if (await client.get(path)).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # it does not listen yet
            await asyncio.sleep(0.02)
