"""Customers, policies and the web phone's account."""

from __future__ import annotations

import httpx
import pytest

from cti.datacenter import samples
from tests.datacenter import make_config, running_datacenter


@pytest.mark.parametrize("number", ["13800138000", "+8613800138000", "013800138000"])
async def test_a_caller_is_found_however_the_number_is_written(client: httpx.AsyncClient, number: str) -> None:
    customer = (await client.get("/api/v1/customers", params={"number": number})).json()
    assert (customer["id"], customer["name"], customer["grade"]) == ("C1001", "张三丰", "gold")
    assert customer["policies"] == ["80012345678", "80012345679"]
    assert customer["fields"] == {"city": "上海", "since": "2012"}
    assert (await client.get("/api/v1/customers/C1001")).json() == customer


async def test_who_is_unknown_is_404_and_their_number_is_not_repeated(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/customers", params={"number": "13012345678"})
    assert (response.status_code, response.json()["code"]) == (404, "customer.unknown")
    assert "13012345678" not in response.text
    assert (await client.get("/api/v1/customers/C9999")).status_code == 404


@pytest.mark.parametrize(
    ("number", "status"),
    [("80012345678", "in_force"), ("80034567890", "lapsed"), ("87654321", "expired"), ("80089012345", "cancelled")],
)
async def test_a_policy_says_where_it_stands(client: httpx.AsyncClient, number: str, status: str) -> None:
    policy = (await client.get(f"/api/v1/policies/{number}")).json()
    assert set(policy) == {"number", "status", "product", "holder", "expires_on"}
    assert (policy["number"], policy["status"]) == (number, status)


@pytest.mark.parametrize(("number", "status"), [("11111111", 404), ("abc", 422), ("1" * 21, 422), ("1%2F2", 404)])
async def test_a_policy_that_does_not_exist_is_refused(client: httpx.AsyncClient, number: str, status: int) -> None:
    assert (await client.get(f"/api/v1/policies/{number}")).status_code == status


async def test_samples_are_added_once_and_only_where_wanted(database_url: str) -> None:
    for wanted, found in ((False, 404), (True, 200), (True, 200), (False, 200)):
        async with running_datacenter(make_config(database_url, samples=wanted)) as client:
            assert (await client.get("/api/v1/policies/80012345678")).status_code == found


def test_samples_are_a_dozen_each_with_numbers_that_can_be_typed() -> None:
    assert len(samples._CUSTOMERS) >= 12
    assert len(samples._POLICIES) >= 12
    assert all(number.isdigit() and 8 <= len(number) <= 12 for number, *_ in samples._POLICIES)


async def test_the_web_phone_gets_the_account_of_its_site(client: httpx.AsyncClient) -> None:
    account = (await client.get("/api/v1/webphone", params={"site": "bj"})).json()
    assert account == {
        "uri": "sip:webphone@127.0.2.1", "ws_url": "ws://127.0.2.1:8088/ws", "username": "webphone",
        "password": "secret-of-the-phone", "number": "95500",
    }  # fmt: skip
    refused = await client.get("/api/v1/webphone", params={"site": "gz"})
    assert (refused.status_code, refused.json()["code"]) == (404, "site.unknown")
    assert "sh, bj" in refused.json()["mend"]["en"]
