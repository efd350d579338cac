"""Requests of flows, to real servers: what is allowed, what is trusted, what is too much."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cti.business import BusinessHttp, shared_client, trusted
from cti.calls.ports import HttpAnswer
from cti.ivr.allowed import Allowed
from cti.kit.errors import ConfigError
from cti.testing.virtual_time import run_virtually


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return paths


class Server:
    """Answers every request with the same, and remembers what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.heard = answer, list[bytes]()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        writer.close()


def json_answer(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@asynccontextmanager
async def serving(answer: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answer)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


async def ask(
    url: str, *, allowed: tuple[str, ...] = (), data_center: str = "http://127.0.0.9:8000", ca: Path | None = None
) -> HttpAnswer:
    async with shared_client(ca) as client:
        http = BusinessHttp(client, data_center, "token")
        return await http.request("GET", url, body=None, timeout=20, allowed=Allowed(hosts=allowed).url)


async def test_a_listed_host_is_asked_and_never_gets_our_token() -> None:
    async with serving(json_answer(b'{"a": 1}')) as server:
        url = f"http://127.0.0.1:{server.port}"
        assert await ask(f"{url}/x", allowed=(url,)) == HttpAnswer(200, {"a": 1})
    assert b"authorization" not in server.heard[0].lower()


async def test_the_data_center_gets_our_token() -> None:
    async with serving(json_answer(b"{}")) as server:
        url = f"http://127.0.0.1:{server.port}"
        assert await ask(f"{url}/x", data_center=url) == HttpAnswer(200, {})
    assert b"authorization: bearer token" in server.heard[0].lower()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/", "http://user@127.0.0.1:{}/", "http://localhost:{}/", "ftp://a", "http://["]
)
async def test_no_other_host_is_asked(url: str) -> None:
    async with serving(json_answer(b"{}")) as server:
        assert await ask(url.format(server.port), allowed=("http://10.0.0.1",)) == HttpAnswer(0)
    assert server.heard == []


async def test_a_redirect_is_not_followed() -> None:
    async with serving(json_answer(b"", "302 Found", "Location: http://169.254.169.254/\r\n")) as server:
        url = f"http://127.0.0.1:{server.port}"
        assert (await ask(url, allowed=(url,))).status == 302


async def test_a_session_that_a_system_began_for_one_caller_is_not_the_next_ones() -> None:
    async with (
        serving(json_answer(b"{}", headers="Set-Cookie: JSESSIONID=13800138000; Path=/\r\n")) as server,
        shared_client(None) as client,
    ):
        url = f"http://127.0.0.1:{server.port}"
        http = BusinessHttp(client, "http://127.0.0.9:8000", "token")
        for _ in range(2):
            assert (await http.request("GET", url, body=None, timeout=2, allowed=lambda origin: True)).status == 200
    assert len(server.heard) == 2
    assert b"13800138000" not in server.heard[1]


async def test_an_answer_that_is_too_large_is_none() -> None:
    async with serving(json_answer(b"x" * 300_000)) as server:
        url = f"http://127.0.0.1:{server.port}"
        assert await ask(url, allowed=(url,)) == HttpAnswer(0)


class Drip(httpx.AsyncByteStream):
    """A byte every second, for an hour."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(3600):
            await asyncio.sleep(1)
            yield b"x"


def test_an_answer_that_comes_drop_by_drop_is_waited_for_no_longer_than_the_flow_says() -> None:
    async def asked() -> tuple[HttpAnswer, float]:
        transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Drip()))
        async with httpx.AsyncClient(transport=transport) as client:
            http = BusinessHttp(client, "http://center", "token")
            answer = await http.request("GET", "http://a/x", body=None, timeout=3, allowed=lambda origin: True)
            return answer, asyncio.get_running_loop().time()

    assert run_virtually(asked()) == (HttpAnswer(0), 3.0)


async def test_an_answer_that_nests_without_end_is_text() -> None:
    deep = b"[" * 100_000
    async with serving(json_answer(deep)) as server:
        url = f"http://127.0.0.1:{server.port}"
        assert await ask(url, allowed=(url,)) == HttpAnswer(200, deep.decode())


async def test_a_certificate_that_nobody_vouches_for_is_refused_until_it_is_trusted(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(cert, key)
    async with serving(json_answer(b"{}"), tls) as server:
        url = f"https://127.0.0.1:{server.port}"
        assert await ask(url, allowed=(url,)) == HttpAnswer(0)
        assert await ask(url, allowed=(url,), ca=cert) == HttpAnswer(200, {})
        assert await ask(
            f"https://localhost:{server.port}", allowed=(f"https://localhost:{server.port}",), ca=cert
        ) == HttpAnswer(0)


def test_a_file_that_holds_no_certificates_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no")
    for path in (tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match="HOTLINE_CA"):
            trusted(path)
