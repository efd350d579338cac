"""Two data center processes on one PostgreSQL behind nginx: what one takes the other shows, and either may die."""

from __future__ import annotations

import asyncio
import base64
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cti.releases.bundle import pack
from tests.live import following
from tests.load import loaded
from tests.postgres import PostgresServer
from tests.replicas import Replicas
from tests.scribe import Scribe

HOTLINE = Path(__file__).parents[3] / "ivr_flows/95500"
RELEASES = "/api/v1/flows/95500"


@pytest.fixture(scope="module")
def url(postgres: PostgresServer, template: str) -> str:
    return postgres.create_database("of_replicas", template)


@pytest.fixture(scope="module")
async def replicas(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Replicas]:
    async with Replicas(url, tmp_path_factory.mktemp("replicas")) as replicas:
        yield replicas
        assert "Traceback" not in replicas.log()


async def test_what_one_takes_both_show_and_tell(replicas: Replicas) -> None:
    one, other = replicas.both
    async with following(one, topic="contacts") as at_one, following(other, topic="contacts") as at_other:
        for site, takes in (("nj", one), ("wh", other)):
            scribe = Scribe(site)
            scribe.served(f"{site}-1")
            assert (await takes.post("/api/v1/facts", json=scribe.batch())).json() == {"acknowledged": scribe.seq}
            told = [await reader.contact(f"{site}-1", "ended") for reader in (at_one, at_other)]
            assert told[0] == told[1]
            assert at_one.cursor == at_other.cursor
            stories = [(await each.get(f"/api/v1/contacts/{site}-1")).json() for each in (one, other, replicas.proxy)]
            assert stories[0] == stories[1] == stories[2]
            # Figures are each replica's own: Prometheus sums them
            counted = f'facts_total{{result="stored",site="{site}"}} {scribe.seq}.0'
            assert [counted in (await each.get("/metrics")).text for each in (one, other)] == [
                takes is one,
                takes is other,
            ]


async def test_a_cursor_given_by_one_is_understood_by_the_other(replicas: Replicas) -> None:
    one, other = replicas.both
    scribe = Scribe("cd")
    scribe.arrives("cd-1")
    async with following(one, topic="contacts") as reader:
        cursor = reader.cursor
    await one.post("/api/v1/facts", json=scribe.batch())
    async with following(other, after=cursor, topic="contacts") as reader:
        assert (await reader.next()).data["contact"] == "cd-1"


async def test_versions_are_published_and_acknowledged_at_either(replicas: Replicas) -> None:
    one, other = replicas.both
    publisher = {"Authorization": f"Bearer {replicas.publish_token}"}
    bundle = base64.b64encode(pack(HOTLINE)).decode()
    who = {"author": "wang", "message": "why"}
    published = await one.post(f"{RELEASES}/versions", json=who | {"bundle": bundle}, headers=publisher)
    version = published.json()["version"]
    again = await other.post(f"{RELEASES}/versions", json=who | {"bundle": bundle}, headers=publisher)
    assert (published.status_code, again.status_code, again.json()["version"]) == (200, 200, version)
    released = await other.post(f"{RELEASES}/releases", json=who | {"version": version}, headers=publisher)
    assert released.status_code == 200, released.text
    release = (await one.get(f"{RELEASES}/release")).json()["release"]
    assert release["version"] == version
    said = await one.put(f"{RELEASES}/acknowledgement", json={"site": "sh", "n": release["n"], "outcome": "taken"})
    assert said.status_code == 200, said.text
    seen = [(await each.get(f"{RELEASES}/releases")).json() for each in (one, other)]
    assert seen[0] == seen[1]
    states = [(await each.get(f"{RELEASES}/release")).json() for each in (one, other)]
    assert states[0] == states[1]
    assert [(site["site"], site["n"]) for site in states[0]["sites"]] == [("sh", release["n"])]


async def answered_by(replica: httpx.AsyncClient) -> list[str]:
    """What a replica has been asked for by people who read."""
    metrics = (await replica.get("/metrics")).text
    return [line for line in metrics.splitlines() if "request_seconds_count" in line and "/policies/" in line]


async def test_a_replica_killed_and_one_stopped_under_load_cost_nobody_anything(
    replicas: Replicas, url: str, tmp_path: Path
) -> None:
    async with loaded(replicas.proxy, tmp_path, replicas.ingest_token) as load:
        await load.until(lambda: len(load.ended) > 20 and load.answers[200] > 30)
        for index, how in ((0, signal.SIGKILL), (1, signal.SIGTERM)):
            known, answered = len(load.ended), load.answers[200]
            replicas.end(index, how)
            # One is enough, at once: the console comes back with its cursor, facts and lists find the other
            await load.until(lambda: len(load.ended) > known + 20 and load.answers[200] > answered + 30)  # noqa: B023
            await replicas.ready()
            before = await answered_by(replicas.both[index])
            async with asyncio.timeout(20):
                while await answered_by(replicas.both[index]) == before:  # until the proxy sends somebody there again
                    await load.more(5)
        await load.settled(url)
    assert set(load.answers) <= {0, 200}
    assert load.answers[0] <= 2  # at most what was being answered in the moment of a kill
