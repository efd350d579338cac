"""/readyz and /api/v1/sites against sites that answer, refuse, or hang."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from cti.topology import Topology
from tests.datacenter import demo_topology, make_config, running_datacenter
from tests.ports import free_port


@asynccontextmanager
async def asking(database_url: str, *ports: int, seconds: float = 20) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a data center whose sites are at these ports, and have so long to answer."""
    config = make_config(database_url, topology=at_ports(*ports), site_timeout=seconds)
    async with running_datacenter(config) as client:
        yield client


@asynccontextmanager
async def site(answer: bytes | None) -> AsyncIterator[int]:
    """A site's process that says `answer` to whoever asks; None: it never answers."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await over.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()
        await server.wait_closed()


def http(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()


def at_ports(*ports: int) -> Topology:
    topology = demo_topology()
    sites = tuple(
        site.model_copy(update={"host": "127.0.0.1", "port": port})
        for site, port in zip(topology.sites, ports, strict=True)
    )
    return topology.model_copy(update={"sites": sites})


async def ready_of_sites(client: httpx.AsyncClient) -> dict[str, bool]:
    return {site["name"]: site["ready"] for site in (await client.get("/api/v1/sites")).json()["sites"]}


async def test_it_is_ready_when_the_database_and_every_site_are(database_url: str) -> None:
    async with site(http("200 OK")) as sh, site(http("200 OK")) as bj, asking(database_url, sh, bj) as client:
        response = await client.get("/readyz")
        assert (response.status_code, response.json()) == (200, {"ready": True})
        assert await ready_of_sites(client) == {"sh": True, "bj": True}


async def test_it_names_the_sites_that_refuse_or_hang_and_waits_for_none_of_them(database_url: str) -> None:
    async with (
        site(http("503 Service Unavailable")) as sh,
        site(None) as bj,
        asking(database_url, sh, bj, seconds=2) as client,
    ):
        async with asyncio.timeout(20):
            response = await client.get("/readyz")
        assert (response.status_code, response.json()["code"]) == (503, "datacenter.not_ready")
        assert response.json()["missing"] == [
            {"what": "site", "name": "sh", "reason": "status_503"},
            {"what": "site", "name": "bj", "reason": "timeout"},
        ]
        assert await ready_of_sites(client) == {"sh": False, "bj": False}


async def test_it_survives_sites_that_talk_nonsense_or_are_gone(database_url: str) -> None:
    async with site(b"SSH-2.0-OpenSSH_9.2\r\n") as sh, asking(database_url, sh, free_port()) as client:
        missing = {m["name"]: m["reason"] for m in (await client.get("/readyz")).json()["missing"]}
    assert missing == {"sh": "no_answer", "bj": "unreachable"}
