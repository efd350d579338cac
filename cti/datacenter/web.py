"""Plain ASGI middleware (a wrapping one would break cancellation): limits of what is sent, and security headers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cti.topology import Topology

MAX_BODY = 4 * 1024 * 1024
MAX_UPLOAD = 96 * 1024 * 1024  # a hotline with recordings: 64 MiB of archive, in base64
SILENT_SECONDS = 30.0  # in the middle of a body: a link that is cut there says nothing, ever


class LimitBody:
    """Refuses request bodies above a limit, said beforehand or found while reading, and those that stop in the middle. Only who may
    publish flows may send much."""

    def __init__(self, app: ASGIApp, may_publish: Callable[[str], bool]) -> None:
        """`may_publish` is asked with what the header Authorization says."""
        self._app = app
        self._may_publish = may_publish

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        said = headers.get("content-length", "0")
        limit = left = MAX_UPLOAD if self._may_publish(headers.get("authorization", "")) else MAX_BODY

        is_whole = said == "0" and "transfer-encoding" not in headers  # there is none

        async def counted() -> Message:
            nonlocal left, is_whole
            if is_whole:  # what comes now is that the client leaves, some time
                return await receive()
            if said.isdigit() and int(said[:12]) > limit:
                raise HTTPException(413)
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            if message["type"] == "http.disconnect":
                raise HTTPException(400)  # nobody reads it
            is_whole = not message.get("more_body", False)
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class SecurityHeaders:
    """What browsers may do with our pages: talk with this server and the sites' WebSockets, and use the microphone."""

    def __init__(self, app: ASGIApp, topology: Callable[[], Topology]) -> None:
        """`topology` gives the one that counts now."""
        self._app = app
        self._topology, self._policy_of, self._policy = topology, topology(), content_security_policy(topology())
        self._headers = {
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "microphone=(self), camera=(), geolocation=()",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", self._content_security_policy())
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, add)

    def _content_security_policy(self) -> str:
        if (topology := self._topology()) is not self._policy_of:
            self._policy_of, self._policy = topology, content_security_policy(topology)
        return self._policy


def content_security_policy(topology: Topology) -> str:
    """Scripts only from here; connections only to here, the sites' processes and the nodes' SIP over WebSocket."""
    places = [f"{site.host}:{site.port}" for site in topology.sites]
    places += [f"{node.address}:{node.ws_port}" for site in topology.sites for node in site.nodes]
    sockets = " ".join(f"ws://{_bracketed(place)} wss://{_bracketed(place)}" for place in places)
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self' {sockets}",
            "style-src 'self' 'unsafe-inline'",  # Ant Design writes its styles into the page
            "img-src 'self' data: blob:",
            "media-src 'self' blob: data:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _bracketed(place: str) -> str:
    host, _, port = place.rpartition(":")
    return f"[{host}]:{port}" if ":" in host else place
