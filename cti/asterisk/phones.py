"""Which agents' phones are in a call, as the nodes have it: what the reconciler holds the router's view against."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from cti.asterisk.ami import AmiError, AmiLink
from cti.asterisk.follower import agent_of
from cti.calls.dispatcher import Dispatcher
from cti.kit.logging import get_logger

log = get_logger(__name__)
LOOK_SECONDS = 4.0


async def watch_phones(dispatcher: Dispatcher, links: Mapping[str, AmiLink], node_of: Callable[[str], str]) -> None:
    """Looks every few seconds, until cancelled. Of agents whose node can't be asked nothing is concluded: they may be in a call there."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        busy, away = set(), set()
        for node, link in links.items():
            try:
                busy |= {agent for c in await link.core_show_channels() if (agent := agent_of(c.name)) is not None}
            except AmiError as error:
                log.debug("phones.unknown", node=node, reason=error.problems[0].code)
                away.add(node)
        dispatcher.reconciler.look(busy, {agent for agent in dispatcher.acd.agents if node_of(agent) in away})
