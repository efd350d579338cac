"""A site that is stopped, with nobody beside it who goes on."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from cti.calls.dispatcher import Dispatcher
from cti.datacenter import create_app
from cti.facts.kinds import NodeUp
from cti.journal import Relay, SqliteJournal
from cti.serving import serve
from cti.settings import Settings
from cti.wiring import run_site
from tests.datacenter import make_config

TOPOLOGY = (Path(__file__).parents[1] / "topology.yaml").read_text().replace("127.0.10", "127.0.16")


async def test_what_happens_while_a_site_stops_is_told_to_the_data_center_before_the_process_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
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
        with caplog.at_level(logging.WARNING):
            site.cancel()
            await asyncio.gather(site, return_exceptions=True)
        assert journals[0].acknowledged == journals[0].last_seq
        assert "relay.not_drained" not in [record.message for record in caplog.records]
    finally:
        data_center.cancel()
        await asyncio.gather(data_center, return_exceptions=True)
