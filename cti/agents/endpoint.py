"""The WebSocket at which agents' desktops connect."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from cti.agents.desk import Desk
from cti.agents.hub import AgentHub
from cti.agents.messages import FromDesktop, LogIn, Refused, from_desktop
from cti.kit.tasks import first_of

LOG_IN_SECONDS = 10.0
MAX_CHARACTERS = 16_384
POLICY_VIOLATION = 1008
BAD_MESSAGE = Refused(code="agents.bad_message", en="The message was not understood.", zh="无法理解该消息。")


def agents_router(hub: AgentHub) -> APIRouter:
    router = APIRouter()

    @router.websocket("/agents")
    async def agents(socket: WebSocket) -> None:
        await socket.accept()
        try:
            async with asyncio.timeout(LOG_IN_SECONDS):
                first = _parse(await socket.receive_text())
        except (TimeoutError, WebSocketDisconnect, KeyError):
            return
        outcome = hub.log_in(first) if isinstance(first, LogIn) else BAD_MESSAGE
        if not isinstance(outcome, Desk):
            with suppress(WebSocketDisconnect, RuntimeError):  # the desktop is gone
                await socket.send_json({"n": 1, **outcome.model_dump(mode="json")})
                await socket.close(POLICY_VIOLATION)
            return
        try:
            await first_of(_receive(socket, outcome, hub), _send(socket, outcome))
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass  # the desktop is gone; the hub is told below
        finally:
            hub.disconnected(outcome)

    return router


async def _receive(socket: WebSocket, desk: Desk, hub: AgentHub) -> None:
    while True:
        message = _parse(await socket.receive_text())
        if message is None:
            desk.send(BAD_MESSAGE)
        else:
            hub.follow(desk, message)


async def _send(socket: WebSocket, desk: Desk) -> None:
    while (text := await desk.outgoing.get()) is not None:
        await socket.send_text(text)
    await socket.close()


def _parse(text: str) -> FromDesktop | None:
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        return from_desktop.validate_json(text)
    except ValidationError:
        return None
