"""The customer's record and their cases are asked for at once; what can't be had of the one does not cost the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cti.business import DataCenterCases, DataCenterCustomers

CASE = {
    "id": "01JD8Q7M0W3V9K2X4Z6B8N1R5T", "kind": "complaint", "subject": "未赔付", "status": "pending", "owner": "1003",
    "opened_at": "2026-11-23T08:15:02.104512Z", "number": "13800138000", "note": None, "resolution": None, "hotline": "95500",
}  # fmt: skip
CUSTOMER = {
    "id": "C1",
    "number": "13800138000",
    "name": "张三丰",
    "grade": "",
    "notes": "",
    "fields": {},
    "policies": [],
}
Answer = Callable[[httpx.Request], httpx.Response]


def answering(**answers: httpx.Response | Exception) -> httpx.AsyncClient:
    """By the last part of the path. Whoever asks must show the token."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer token"
        found = answers[request.url.path.rpartition("/")[2]]
        if isinstance(found, Exception):
            raise found
        if request.url.path.endswith("/cases"):
            assert request.url.params.get_list("status") == ["open", "pending"]
        return found

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def page(*cases: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"items": cases, "next_cursor": None})


async def test_the_card_has_record_and_cases() -> None:
    async with answering(customers=httpx.Response(200, json=CUSTOMER), cases=page(CASE)) as client:
        card = await DataCenterCustomers(client, "http://dc", "token").find("13800138000")
    assert card is not None
    assert (card.name, [(c.id, c.owner, c.status) for c in card.cases]) == ("张三丰", [(CASE["id"], "1003", "pending")])


async def test_a_number_without_a_record_may_have_cases() -> None:
    async with answering(customers=httpx.Response(404, json={}), cases=page(CASE)) as client:
        card = await DataCenterCustomers(client, "http://dc", "token").find("13800138000")
    assert card is not None
    assert (card.id, card.name, len(card.cases)) == ("", "", 1)
    async with answering(customers=httpx.Response(404, json={}), cases=page()) as client:
        assert await DataCenterCustomers(client, "http://dc", "token").find("13800138000") is None


@pytest.mark.parametrize(
    "broken", [httpx.ReadTimeout("late"), httpx.Response(503), httpx.Response(404), httpx.Response(200, text="x")]
)
async def test_a_record_is_not_lost_because_cases_cannot_be_read(broken: httpx.Response | Exception) -> None:
    async with answering(customers=httpx.Response(200, json=CUSTOMER), cases=broken) as client:
        card = await DataCenterCustomers(client, "http://dc", "token").find("13800138000")
    assert card is not None and card.cases == ()


async def test_a_data_center_that_cannot_say_is_an_error() -> None:
    for broken in (httpx.ConnectError("no"), httpx.Response(503), httpx.Response(200, text="x")):
        async with answering(customers=broken, cases=page(CASE), **{str(CASE["id"]): broken}) as client:
            with pytest.raises(OSError):
                await DataCenterCustomers(client, "http://dc", "token").find("13800138000")
            with pytest.raises(OSError):
                await DataCenterCases(client, "http://dc", "token").find(str(CASE["id"]))


async def test_an_agents_cases_and_one_case_are_read() -> None:
    answers = {"cases": page(CASE), str(CASE["id"]): httpx.Response(200, json=CASE), "none": httpx.Response(404)}
    async with answering(**answers) as client:
        cases = DataCenterCases(client, "http://dc", "token")
        assert [c.subject for c in await cases.owned_by("1003")] == ["未赔付"]
        found = await cases.find(str(CASE["id"]))
        assert found is not None and found.owner == "1003"
        assert await cases.find("none") is None
