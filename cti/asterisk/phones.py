"""Which agents' phones are in a call, as the nodes have it: what the reconciler holds the router's view against."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from cti.asterisk.ami import AmiError, AmiLink
from cti.asterisk.follower import agent_of
from cti.calls.dispatcher import Dispatcher
from cti.kit.logging import get_logger

log = get_logger(__name__)
LOOK_SECONDS = 4.0


async def watch_phones(dispatcher: Dispatcher, links: Mapping[str, AmiLink]) -> None:
    """Looks every few seconds, until cancelled. While a node can't be asked nothing is concluded: its agents may be in a call there."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            channels = [channel for link in links.values() for channel in await link.core_show_channels()]
        except AmiError as error:
            log.debug("phones.unknown", reason=error.problems[0].code)
            continue
        busy = {agent for channel in channels if (agent := agent_of(channel.name)) is not None}
        dispatcher.reconciler.look(busy)
