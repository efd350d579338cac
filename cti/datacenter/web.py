"""Plain ASGI middleware (a wrapping one would break cancellation): size limits and security headers."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cti.topology import Topology

MAX_BODY = 4 * 1024 * 1024


class LimitBody:
    """Refuses request bodies above `limit` bytes, said beforehand or found while reading."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "0")
        left = self._limit

        async def counted() -> Message:
            nonlocal left
            if said.isdigit() and int(said[:12]) > self._limit:
                raise HTTPException(413)
            message = await receive()
            if message["type"] == "http.request":
                left -= len(message.get("body", b""))
                if left < 0:
                    raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class SecurityHeaders:
    """What browsers may do with our pages: talk with this server and the sites' WebSockets, and use the microphone."""

    def __init__(self, app: ASGIApp, topology: Topology) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": content_security_policy(topology),
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
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, add)


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
