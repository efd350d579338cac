"""Which agents' phones are in a call, or hold it, as the nodes have it: what the reconciler holds the router's view against."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from cti.asterisk.ami import AmiError, AmiLink, AmiRefused
from cti.asterisk.follower import agent_of, agent_of_device
from cti.calls.dispatcher import Dispatcher
from cti.kit.logging import get_logger

log = get_logger(__name__)
LOOK_SECONDS = 4.0


async def watch_phones(dispatcher: Dispatcher, links: Mapping[str, AmiLink], node_of: Callable[[str], str]) -> None:
    """Looks every few seconds, until cancelled. Of agents whose node can't be asked nothing is concluded: they may be in a call there."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        busy, away, holding = set[str](), set[str](), dict[str, bool]()
        for node, link in links.items():
            try:
                here = {agent for c in await link.core_show_channels() if (agent := agent_of(c.name)) is not None}
                busy |= here
                if here:
                    on_hold = {agent_of_device(device) for device in await link.devices_on_hold()}
                    holding |= {agent: agent in on_hold for agent in here}
            except AmiRefused as error:  # a node without the module that tells of hold
                log.debug("phones.hold_unknown", node=node, reason=error.message)
            except AmiError as error:
                log.debug("phones.unknown", node=node, reason=error.problems[0].code)
                away.add(node)
        dispatcher.reconciler.look(busy, {agent for agent in dispatcher.acd.agents if node_of(agent) in away}, holding)
