"""A site that is stopped, with nobody beside it who goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from cti.calls.dispatcher import Dispatcher
from cti.datacenter import create_app
from cti.facts.kinds import NodeUp
from cti.journal import Lease, Relay, SqliteJournal
from cti.serving import serve
from cti.settings import Settings
from cti.wiring import run_site
from tests.datacenter import make_config

pytestmark = pytest.mark.usefixtures("all_is_logged")
TOPOLOGY = (Path(__file__).parents[1] / "topology.yaml").read_text().replace("127.0.10", "127.0.16")


@pytest.fixture
def all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


@asynccontextmanager
async def running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[asyncio.Task[None], SqliteJournal]]:
    """A site whose end records a fact, with a data center that has all that was recorded until now."""
    journals: list[SqliteJournal] = []

    class Watched(Relay):
        def __init__(self, journal: SqliteJournal, *others: object) -> None:
            super().__init__(journal, *others)  # type: ignore[arg-type]
            journals.append(journal)

    async def close(dispatcher: Dispatcher) -> None:
        await journals[0].record(NodeUp(node="sh1"))  # stands for the end of a call
        await end(dispatcher)

    end = Dispatcher.close
    monkeypatch.setattr("cti.wiring.Relay", Watched)
    monkeypatch.setattr(Dispatcher, "close", close)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    settings = Settings(state=tmp_path / "state", topology_file=tmp_path / "topology.yaml", probe_seconds=0)
    token = settings.secrets.derive("ingest")
    config = make_config(f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}", ingest_token=token)
    place = settings.topology.data_center
    data_center = asyncio.create_task(serve(create_app(config), place.host, place.port))
    site = asyncio.create_task(run_site(settings, "sh"))
    try:
        async with asyncio.timeout(30):
            while not (journals and journals[0].acknowledged):  # noqa: ASYNC110 - the acknowledgement is what we wait for
                await asyncio.sleep(0.02)
        yield site, journals[0]
    finally:
        for task in (site, data_center):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records]


async def test_what_happens_while_a_site_stops_is_told_to_the_data_center_before_the_process_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, monkeypatch) as (site, journal):
        site.cancel()
        await asyncio.gather(site, return_exceptions=True)
        assert journal.acknowledged == journal.last_seq
    assert "relay.not_drained" not in said(caplog)


async def test_who_hands_over_sends_nothing_more_from_a_journal_that_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def close(journal: SqliteJournal) -> None:
        await end(journal)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):  # the answer to what the relay had sent may come now
                while "relay.failed" not in said(caplog):  # noqa: ASYNC110 - the log is what we look at
                    await asyncio.sleep(0.01)

    end = SqliteJournal.close
    async with running(tmp_path, monkeypatch) as (site, _):
        monkeypatch.setattr(SqliteJournal, "close", close)
        monkeypatch.setattr(Lease, "has_standby", lambda _: True)
        monkeypatch.setattr("cti.wiring.os._exit", lambda _: None)
        site.cancel()
        await asyncio.gather(site, return_exceptions=True)
    assert "site.handed_over" in said(caplog)
    assert "relay.failed" not in said(caplog)
