"""The WebSocket at which other sites connect."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from cti.peers.hub import PeerHub

POLICY_VIOLATION = 1008


def peers_router(hub: PeerHub) -> APIRouter:
    router = APIRouter()

    @router.websocket("/peers")
    async def peers(socket: WebSocket) -> None:
        if not hub.authorized(socket.headers.get("authorization")):
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        await hub.accept(_ServerSocket(socket))

    return router


class _ServerSocket:
    """The accepting side's WebSocket as a `peers.hub.Socket`."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionError("the peer has closed the link") from error

    async def texts(self) -> AsyncIterator[str]:
        try:
            while True:
                yield await self._socket.receive_text()
        except (WebSocketDisconnect, KeyError, RuntimeError):
            return
