"""A data center to talk to in tests: the whole application on a database of its own, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from cti.datacenter import DataCenterConfig, InspectedBundle, WebPhoneAccount, create_app
from cti.kit.clock import Clock
from cti.kit.strict_yaml import load_model
from cti.topology import Site, Topology

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
