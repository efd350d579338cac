"""What no database and no calendar can hold is refused, with the place, and is never a fault of ours."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from tests.datacenter import PUBLISH_TOKEN

API = "/api/v1"
END = {"since": "9999-12-01T00:00:00Z", "until": "9999-12-31T23:59:59Z", "zone": "Asia/Shanghai"}
WHO = {"author": "wang.fang", "message": "why"}
ACTIVATION = {"version": "3f9c2a61d07b"}
TAKEN = {"site": "sh", "n": 1, "outcome": "taken"}


def cursor(moment: str) -> dict[str, str]:
    return {"cursor": base64.urlsafe_b64encode(f"{moment} x".encode()).decode()}


@pytest.mark.parametrize(
    ("method", "path", "sent", "where"),
    [
        ("GET", "contacts", {"params": cursor("9999-12-31T23:59:59-14:00")}, "query.cursor"),
        ("GET", "facts/set-aside", {"params": cursor("0001-01-01T00:00:00+14:00")}, "query.cursor"),
        ("GET", "schedules", {"params": END}, "query.since"),
        ("GET", "measures", {"params": END}, "query.since"),
        ("PUT", "schedules", {"params": END | WHO, "content": b"agent,start,end,activity\n"}, "query.since"),
        ("PUT", "flows/95500/acknowledgement", {"json": TAKEN | {"n": 10**30}}, "body.n"),
        ("PUT", "flows/95500/acknowledgement", {"json": TAKEN | {"reason": "a\x00b"}}, "body.reason"),
        ("PUT", "configuration/acknowledgement", {"json": TAKEN | {"n": 10**30}}, "body.n"),
        ("PUT", "configuration/acknowledgement", {"json": TAKEN | {"reason": "a\x00b"}}, "body.reason"),
        ("POST", "configuration/rollback", {"json": WHO | {"n": 10**30}}, "body.n"),
        ("POST", "configuration/versions", {"json": WHO | {"based_on": 10**30, "topology": {}}}, "body.based_on"),
        ("POST", "flows/95500/releases", {"json": WHO | ACTIVATION | {"author": "\x00"}}, "body.author"),
        ("POST", "flows/95500/releases", {"json": WHO | ACTIVATION | {"message": "\x00"}}, "body.message"),
    ],
)
async def test_it_is_refused_by_its_place(
    client: httpx.AsyncClient, method: str, path: str, sent: dict[str, Any], where: str
) -> None:
    if method != "GET" and "acknowledgement" not in path:
        client.headers["Authorization"] = f"Bearer {PUBLISH_TOKEN}"
    response = await client.request(method, f"{API}/{path}", **sent)
    assert (response.status_code, response.json()["where"]) == (422, where)
