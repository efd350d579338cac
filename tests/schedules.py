"""Schedules to publish in tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.datacenter import PUBLISH_TOKEN

URL = "/api/v1/schedules"
PUBLISHER = {"Authorization": f"Bearer {PUBLISH_TOKEN}", "Content-Type": "text/csv"}
HEADER = "agent,start,end,activity\n"
MONDAY = "2026-11-23"


def plan(*shifts: str, day: str = MONDAY) -> str:
    """Lines from words: `1001 08:00-10:00 work`. An end before its start is on the next day; times are UTC."""
    return HEADER + "".join(f"{line}\n" for line in (_line(shift, day) for shift in shifts))


def _line(shift: str, day: str) -> str:
    agent, times, activity = shift.split()
    start, end = (datetime.fromisoformat(f"{day}T{clock}+00:00") for clock in times.split("-"))
    if end <= start:
        end += timedelta(days=1)
    return f"{agent},{start.isoformat()},{end.isoformat()},{activity}"


async def publish(client: httpx.AsyncClient, file: str | bytes, **query: Any) -> httpx.Response:
    """For Monday, unless said otherwise."""
    asked = {"since": f"{MONDAY}T00:00:00Z", "until": "2026-11-24T00:00:00Z", "author": "wang.fang", "message": "班表"}
    return await client.put(URL, params=asked | query, content=file, headers=PUBLISHER)


async def published(client: httpx.AsyncClient, file: str | bytes, **query: Any) -> dict[str, Any]:
    answer = await publish(client, file, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def lines(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """What is told of Monday, as in `plan`."""
    asked = {"since": f"{MONDAY}T00:00:00Z", "until": "2026-11-24T00:00:00Z"}
    answer = await client.get(URL, params=asked | query)
    assert answer.status_code == 200, answer.text
    return [_words(item) for item in answer.json()["items"]]


def _words(item: dict[str, Any]) -> str:
    return f"{item['agent']} {item['start'][11:16]}-{item['end'][11:16]} {item['activity']}"


def agents_of(items: Iterable[str]) -> set[str]:
    return {item.split()[0] for item in items}
