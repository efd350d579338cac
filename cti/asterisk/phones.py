"""Which agents' phones are in a call, or hold it, as the nodes have it: what the reconciler holds the router's view against."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from cti.acd import State
from cti.asterisk.ami import AmiError, AmiLink, AmiRefused
from cti.asterisk.follower import agent_of
from cti.calls.dispatcher import Dispatcher
from cti.kit.logging import get_logger

log = get_logger(__name__)
LOOK_SECONDS = 4.0


async def watch_phones(dispatcher: Dispatcher, links: Mapping[str, AmiLink], node_of: Callable[[str], str]) -> None:
    """Looks every few seconds, until cancelled. Of agents whose node can't be asked nothing is concluded: they may be in a call there."""
    phones = {node: Phones(link, dispatcher) for node, link in links.items()}
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        busy, away, holding = set[str](), set[str](), dict[str, bool]()
        for node, here in phones.items():
            try:
                channels = await here.in_call()
                busy |= set(channels.values())
                holding |= await here.holding(channels)
            except AmiError as error:
                log.debug("phones.unknown", node=node, reason=error.problems[0].code)
                away.add(node)
        dispatcher.reconciler.look(busy, {agent for agent in dispatcher.acd.agents if node_of(agent) in away}, holding)


class Phones:
    """Those of one node. Methods raise `AmiError`."""

    def __init__(self, link: AmiLink, dispatcher: Dispatcher) -> None:
        self._link, self._dispatcher = link, dispatcher
        self._agreed: set[str] = set()  # channels of which router and phone have thought alike since the link came up
        self._ups = 0

    async def in_call(self) -> dict[str, str]:
        """Channel → agent."""
        shown = await self._link.core_show_channels()
        return {channel.name: agent for channel in shown if (agent := agent_of(channel.name)) is not None}

    async def holding(self, channels: Mapping[str, str]) -> dict[str, bool]:
        """Agents in a conversation → whether they hold it. Asked only where it may be otherwise than it was told: of those who are thought
        to hold, and of others until it was seen to be true once."""
        if self._ups != self._link.ups:
            self._ups, self._agreed = self._link.ups, set()
        self._agreed &= channels.keys()
        found: dict[str, bool] = {}
        for channel, number in channels.items():
            agent = self._dispatcher.agent(number)
            state = agent.state if agent is not None else State.IDLE
            if state is State.HELD or (state is State.TALKING and channel not in self._agreed):
                with suppress(AmiRefused):  # it has hung up
                    found[number] = await self._link.holds(channel)
                    if state is State.TALKING and not found[number]:
                        self._agreed.add(channel)
        return found
