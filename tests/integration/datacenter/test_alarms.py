"""GET /api/v1/alarms, from facts to what people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from ulid import ULID

from cti.datacenter import upgrade_database
from cti.kit.clock import SystemClock
from tests.datacenter import make_config, running_datacenter

PLAN = {"every_s": 60, "targets": [{"node": "sh1", "queue": "claims"}]}
RAISED = {
    "alarm": "probe.sh1.claims",
    "node": "sh1",
    "queue": "claims",
    "stuck_at": "voice",
    "reason": "not done in 10 s",
}


async def tell(client: httpx.AsyncClient, *facts: tuple[str, dict[str, Any]], ago: float = 0, after: int = 0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago)
    batch = [
        {"site": "sh", "seq": after + n, "id": str(ULID()), "at": at.isoformat(), "kind": kind, "v": 1, "data": data}
        for n, (kind, data) in enumerate(facts, 1)
    ]
    response = await client.post("/api/v1/facts", json={"site": "sh", "facts": batch})
    assert response.status_code == 200, response.text


async def alarms(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.get("/api/v1/alarms")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_an_alarm_that_a_site_raises_is_open_until_it_clears_it(client: httpx.AsyncClient) -> None:
    assert await alarms(client) == {"open": [], "recent": []}
    await tell(client, ("probes.planned", PLAN), ("alarm.raised", RAISED))
    [alarm] = (await alarms(client))["open"]
    assert (alarm["id"], alarm["site"], alarm["stuck_at"]) == ("probe.sh1.claims", "sh", "voice")
    assert alarm["what"]["en"] == "Callers of claims would not reach an agent at sh by way of sh1."
    assert "claims" in alarm["what"]["zh"]
    metrics = (await client.get("/metrics")).text
    assert 'hotline_datacenter_alarms{site="sh"} 1.0' in metrics
    await tell(client, ("alarm.cleared", {"alarm": "probe.sh1.claims", "ms": 1000}), after=2)
    after = await alarms(client)
    assert after["open"] == []
    assert [a["id"] for a in after["recent"]] == ["probe.sh1.claims"]
    assert 'hotline_datacenter_alarms{site="sh"} 0.0' in (await client.get("/metrics")).text


async def test_facts_of_synthetic_calls_are_no_contacts(client: httpx.AsyncClient) -> None:
    ended = {"probe": "probe.sh1.X", "node": "sh1", "queue": "claims", "passed": True, "ms": 600, "stages": {"agi": 20}}
    await tell(client, ("probes.planned", PLAN), ("probe.ended", ended))
    assert (await client.get("/api/v1/contacts")).json()["items"] == []


async def test_no_site_is_called_silent_for_the_time_in_which_the_database_was_upgraded(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(SystemClock):
        by = timedelta()

        def wall(self) -> datetime:
            return super().wall() + self.by

    async def upgrade(url: str) -> None:
        await upgrade_database(url)
        clock.by += timedelta(minutes=10)

    clock = Later()
    async with running_datacenter(make_config(database_url)) as client:
        await tell(client, ("probes.planned", PLAN))
    monkeypatch.setattr("cti.datacenter.preparation.upgrade_database", upgrade)
    async with running_datacenter(make_config(database_url), clock) as client:
        assert (await alarms(client))["open"] == []
        clock.by += timedelta(minutes=10)
        assert [alarm["kind"] for alarm in (await alarms(client))["open"]] == ["site_silent"]


async def test_data_that_is_none_of_its_kind_stops_nobody(client: httpx.AsyncClient) -> None:
    await tell(client, ("probes.planned", {"every_s": "often"}), ("probes.planned", PLAN), ("alarm.raised", RAISED))
    assert len((await alarms(client))["open"]) == 1
