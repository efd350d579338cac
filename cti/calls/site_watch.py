"""Whether this site is well, and which of its queues are outside their hours: told to the router, which tells other sites."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

from cti.acd import Health
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Editions
from cti.calls.rules import closed_queues
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)
LOOK_SECONDS = 1.0
NODE_GRACE_SECONDS = 3.0  # without a link to any node until the site says that it has none
NODE_LOST_SECONDS = 600.0  # without anybody at a node until its calls are given up; an Asterisk that is started again is back long before
LATE_SECONDS = 0.5  # when the process is so late with its work, as a fading mean, it is overloaded


async def watch_site(
    dispatcher: Dispatcher,
    editions: Editions,
    clock: Clock,
    has_node: Callable[[], bool],
    gone: Callable[[], Collection[str]],
    agents_at: Callable[[Collection[str]], frozenset[str]],
    lost: Callable[[str, float], Awaitable[None]],
) -> None:
    """Looks every second, until cancelled. `has_node`: whether there is a node to connect anybody with. `gone`: the nodes that have
    ended. `agents_at`: whose phones are at some nodes. `lost` is told of a node that does not come back, and since how many seconds."""
    health, closed, seen_up = Health.OK, frozenset[str](), clock.monotonic()
    gone_since: dict[str, float] = {}  # by node
    due, late = clock.monotonic(), 0.0  # of this very task: who is late here is late with calls
    while True:
        was = health, closed
        if has_node():
            seen_up = clock.monotonic()
        gone_since = {node: gone_since.get(node, clock.monotonic()) for node in gone()}
        lasting = {node for node, since in gone_since.items() if clock.monotonic() - since >= NODE_GRACE_SECONDS}
        dispatcher.phones_gone(agents_at(lasting))
        for node in lasting:
            if (seconds := clock.monotonic() - gone_since[node]) >= NODE_LOST_SECONDS:
                await lost(node, seconds)
        late = late * 0.7 + 0.3 * max(0.0, clock.monotonic() - due)
        limit = LATE_SECONDS / 2 if health is Health.OVERLOADED else LATE_SECONDS
        health = Health.OVERLOADED if late > limit else Health.OK
        if clock.monotonic() - seen_up >= NODE_GRACE_SECONDS:
            health = Health.NO_NODE
        closed = closed_queues(editions.current.hotline, clock.wall())
        if (health, closed) != was:
            log.info("site.changed", health=health, closed=sorted(closed))
            dispatcher.site_changed(health=health, closed=closed)
        due = clock.monotonic() + LOOK_SECONDS
        await asyncio.sleep(LOOK_SECONDS)
