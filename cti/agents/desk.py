"""One connection of one agent's desktop: numbers what it sends, and waits for the screen to say that an offer is shown."""

from __future__ import annotations

import asyncio
import json

from pydantic import BaseModel

from cti.agents.messages import Device

SHOWN_BUDGET = 0.25  # seconds the phone waits for the screen
QUEUE_LIMIT = 1000  # messages to one desktop; one that reads nothing for so long is closed


class Desk:
    """Created after a successful log-in. `outgoing` is drained by the endpoint; None in it means: close."""

    def __init__(self, agent: str, name: str, device: Device) -> None:
        self.agent, self.name, self.device = agent, name, device
        self.outgoing: asyncio.Queue[str | None] = asyncio.Queue(QUEUE_LIMIT)
        self._sent = 0
        self._shown: dict[str, asyncio.Event] = {}

    def send(self, message: BaseModel) -> None:
        """Queues a message; a desktop too slow to read is closed instead (it reconnects and gets a snapshot)."""
        self._sent += 1
        text = json.dumps({"n": self._sent, **message.model_dump(mode="json")}, ensure_ascii=False)
        try:
            self.outgoing.put_nowait(text)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Sends what is queued, then closes."""
        if self.outgoing.full():
            while not self.outgoing.empty():
                self.outgoing.get_nowait()
        self.outgoing.put_nowait(None)

    async def wait_shown(self, offer: str) -> bool:
        """Whether the screen said in time that it shows the offer."""
        event = self._shown[offer] = asyncio.Event()
        try:
            async with asyncio.timeout(SHOWN_BUDGET):
                await event.wait()
            return True
        except TimeoutError:
            return False
        finally:
            self._shown.pop(offer, None)

    def shown(self, offer: str) -> None:
        event = self._shown.get(offer)
        if event is not None:
            event.set()
