"""What browsers and scanners see: headers, the console's files, tokens, faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cti.datacenter import create_app
from tests.datacenter import INGEST_TOKEN, READ_TOKEN, make_config, running_datacenter


@pytest.fixture
def console(tmp_path: Path) -> Path:
    (tmp_path / "dist/assets").mkdir(parents=True)
    (tmp_path / "dist/index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "dist/assets/index-4f2a.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "dist"


@pytest.fixture
async def client(tmp_path: Path, console: Path) -> AsyncIterator[httpx.AsyncClient]:
    config = make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}", console=console, read_token=READ_TOKEN)
    async with running_datacenter(config) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/agent", "/phone", "/contacts/sh1/story"])
async def test_every_page_of_the_front_end_is_its_index_and_never_cached(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, "console" in response.text) == (200, True)
    assert response.headers["cache-control"] == "no-cache"


async def test_hashed_assets_are_cached_for_ever(client: httpx.AsyncClient) -> None:
    response = await client.get("/assets/index-4f2a.js")
    assert (response.status_code, response.text) == (200, "export {}")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await client.get("/assets/index-4f2a.js", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/a%00b.js",
        "/api",
        "/api/v2/x",
    ],
)
async def test_what_is_not_there_is_404_in_the_one_shape(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404
    assert response.json()["code"] == "request.no_such_path"


async def test_methods_that_a_path_does_not_take_are_405(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/api/v1/facts"), ("DELETE", "/api/v1/contacts"), ("POST", "/agent")):
        response = await client.request(method, path)
        assert (response.status_code, response.json()["code"]) == (405, "request.method")


async def test_a_console_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    config = make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}", console=tmp_path / "dist")
    async with running_datacenter(config) as client:
        response = await client.get("/agent")
        assert response.status_code == 503
        assert "make setup" in response.text
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist/index.html").write_text("console")
        assert (await client.get("/agent")).status_code == 200


async def test_browsers_are_told_what_our_pages_may_do(client: httpx.AsyncClient) -> None:
    for path in ("/", "/api/v1/contacts", "/healthz"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "ws://127.0.1.1:8080" in policy
        assert "ws://127.0.2.1:8088" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "microphone=(self)" in headers["permissions-policy"]
    assert (await client.get("/api/v1/contacts")).headers["cache-control"] == "no-store"


READS = [
    "/api/v1/contacts",
    "/api/v1/contacts/c1",
    "/api/v1/customers?number=13800138000",
    "/api/v1/customers/C1001",
    "/api/v1/policies/80012345678",
    "/api/v1/webphone?site=sh",
]


async def test_the_list_of_sites_is_open_because_the_sign_in_page_needs_it(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    assert (await client.get("/api/v1/sites")).status_code == 200


@pytest.mark.parametrize("path", READS)
async def test_with_a_read_token_every_read_needs_it_or_a_sites(client: httpx.AsyncClient, path: str) -> None:
    for token, passes in ((READ_TOKEN, True), (INGEST_TOKEN, True), ("wrong", False), ("", False)):
        response = await client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code != 401) == passes
    del client.headers["Authorization"]
    refused = await client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (401, "request.unauthorized")


async def test_without_a_read_token_only_this_machine_reads(tmp_path: Path) -> None:
    """A foreign page whose name is made to resolve to 127.0.0.1 gets nothing."""
    async with running_datacenter(make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}")) as client:
        del client.headers["Authorization"]
        for host, status in (
            ("127.0.0.1:8000", 200),
            ("localhost:8000", 200),
            ("[::1]:8000", 200),
            ("evil.example", 401),
        ):
            assert (await client.get("/api/v1/contacts", headers={"Host": host})).status_code == status


async def test_health_and_figures_need_no_token_and_hold_nobodys_number(client: httpx.AsyncClient) -> None:
    await client.get("/api/v1/customers?number=13800138000")
    await client.get("/api/v1/contacts/c1")
    await client.get("/some/unknown/path")
    del client.headers["Authorization"]
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    figures = (await client.get("/metrics")).text
    assert 'route="/api/v1/contacts/{contact}"' in figures
    assert "13800138000" not in figures
    assert "unknown/path" not in figures


async def test_a_fault_of_ours_is_500_in_the_one_shape_without_a_traceback(tmp_path: Path) -> None:
    def broken(site: str) -> None:
        raise RuntimeError("secret detail")

    async with running_datacenter(make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}", webphone=broken)) as client:
        response = await client.get("/api/v1/webphone?site=sh")
    assert (response.status_code, response.json()["code"]) == (500, "datacenter.fault")
    assert "secret detail" not in response.text


def test_two_applications_live_in_one_process(tmp_path: Path) -> None:
    config = make_config(f"sqlite+aiosqlite:///{tmp_path / 'dc.db'}")
    assert create_app(config) is not create_app(config)
