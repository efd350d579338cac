"""Fifty callers at once, played by SIPp: none fails, and each has its whole story."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.desktop import Desktop
from tests.phone import Phone
from tests.sipp import AwaitHangUp, Caller, Digits, HangUp, Pause, calling
from tests.system import System, eventually

SELF_SERVICE, TO_AGENTS = 42, 8


async def test_fifty_calls_at_once_with_no_failed_call(system: System, tmp_path: Path) -> None:
    nodes = {site.name: site.nodes[0].address for site in system.topology.sites}
    self_service = (Pause(500), Digits("2"), Pause(300), Digits("12345678#"), Pause(4000), HangUp())
    async with AsyncExitStack() as stack:
        workers = []
        for number in ("1001", "1002", "2001", "2002"):
            phone, desktop = await system.seat(stack, number)
            workers.append(asyncio.create_task(_work(phone, desktop)))
        crowds = [
            Caller(system.carrier("sh"), self_service, number="13911110001"),
            Caller(system.carrier("bj"), self_service, number="13911110002"),
            Caller(system.carrier("sh"), (Pause(500), Digits("1"), Pause(300), Digits("12345678#"), AwaitHangUp()), number="13911110003"),
            Caller(system.carrier("bj"), (Pause(500), Digits("1"), Pause(300), Digits("12345678#"), AwaitHangUp()), number="13911110004"),
        ]  # fmt: skip
        sizes = (SELF_SERVICE // 2, SELF_SERVICE // 2, TO_AGENTS // 2, TO_AGENTS // 2)
        targets = (nodes["sh"], nodes["bj"]) * 2
        calls = [
            await stack.enter_async_context(calling(crowd, target, tmp_path, calls=size, seconds=90))
            for crowd, target, size in zip(crowds, targets, sizes, strict=True)
        ]
        ended = asyncio.gather(*(call.succeeded() for call in calls))
        await asyncio.wait((ended, *workers), return_when=asyncio.FIRST_COMPLETED)
        for worker in workers:
            if worker.done():
                worker.result()  # why an agent stopped working says more than that callers were left waiting
        await ended
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    causes: dict[str, int] = {}
    for crowd, size in zip(crowds, sizes, strict=True):
        for item in await _finished(system, crowd.number, size):
            causes[item["cause"]] = causes.get(item["cause"], 0) + 1
    assert causes == {"left_flow": SELF_SERVICE, "served": TO_AGENTS}


async def _work(phone: Phone, desktop: Desktop) -> None:
    """An agent who answers, talks for a moment, hangs up and wraps up, over and over."""
    while True:
        call = await phone.ring(90)
        await call.answer()
        await desktop.state("talking")
        call.rtp.talk(10)
        await call.hang_up()
        await desktop.wrap_up()


async def _finished(system: System, caller: str, size: int) -> list[dict[str, Any]]:
    """All contacts of a caller, once they have ended."""
    items: list[dict[str, Any]] = []

    async def are_over() -> bool:
        nonlocal items
        items = (await system.api.get("/api/v1/contacts", params={"caller": caller, "limit": 100})).json()["items"]
        return len(items) == size and all(item["cause"] for item in items)

    await eventually(are_over, f"{size} finished contacts of {caller}")
    return items
