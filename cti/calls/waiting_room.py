"""What a waiting caller hears and may press: music, comfort, position and expected wait, keys that lead elsewhere.

An announcement never delays an agent: whoever waits for the offer cancels it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cti.calls.telephony import Telephony


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that is said again and again. `sounds` gives None while there is nothing to say."""

    prompt: str  # as facts call it
    sounds: Callable[[], Sequence[str] | None]
    first_after: float  # seconds
    every: float  # seconds


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """One caller's. Times in seconds."""

    longest_wait: float
    music: str
    announcements: tuple[Announcement, ...] = ()
    keys: str = ""

    async def announce(self, telephony: Telephony, waited: float, said: Callable[[str], None]) -> None:
        """Makes announcements, for ever, to a caller who has waited so long already; `said` is told of each."""
        due = {a: _next(a, waited) for a in self.announcements}
        loop = asyncio.get_running_loop()
        began = loop.time() - waited
        while due:
            announcement = min(due, key=lambda a: due[a])
            await asyncio.sleep(max(0.0, began + due[announcement] - loop.time()))
            due[announcement] += announcement.every
            if sounds := announcement.sounds():
                said(announcement.prompt)
                await telephony.announce(sounds)
        await asyncio.Event().wait()


def _next(announcement: Announcement, waited: float) -> float:
    """When it is due: an offer that came to nothing, or a restart, does not begin the times anew."""
    if waited < announcement.first_after:
        return announcement.first_after
    return announcement.first_after + announcement.every * math.ceil(
        (waited - announcement.first_after) / announcement.every + 1e-9
    )


def progress_values(progress: tuple[int, float | None] | None) -> Mapping[str, str]:
    """What announcements may say: the place in the queue, and the expected wait, rounded up as people would tell it."""
    if progress is None:
        return {}
    position, ewt = progress
    values = {"position": str(position)}
    if ewt is not None:
        step = 30 if ewt <= 120 else 60
        values["expected_wait"] = str(max(step, math.ceil(ewt / step) * step))
    return values
