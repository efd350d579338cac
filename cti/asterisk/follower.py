"""What one node tells over AMI, passed on to whom it concerns."""

from __future__ import annotations

import re
from typing import Final

from cti.asterisk.ami import AmiEvent, AmiLink, LinkDown, LinkUp
from cti.asterisk.dialplan import browser_endpoint
from cti.asterisk.entrance import CallEntrance
from cti.calls.directory import Directory
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Journal
from cti.facts.kinds import NodeDown, NodeUp
from cti.kit.logging import get_logger

log = get_logger(__name__)

WANTED: Final = frozenset({"DialBegin", "DialState", "DialEnd", "DTMFEnd", "Hangup", "Hold", "Unhold"})
_ENDPOINT = re.compile(r"PJSIP/(.+)-[0-9a-f]{8}\Z")
_BROWSER = browser_endpoint("")


class NodeFollower:
    """Reads one link's events in order."""

    def __init__(
        self, link: AmiLink, directory: Directory, dispatcher: Dispatcher, journal: Journal, entrance: CallEntrance
    ) -> None:
        self._link, self._directory, self._dispatcher, self._journal = link, directory, dispatcher, journal
        self._entrance = entrance

    async def run(self) -> None:
        """Follows the node until cancelled, or until the link has ended."""
        async for signal in self._link.events():
            try:
                await self._follow(signal)
            except Exception as error:  # one event must not end the following of all others
                log.error("node.event_failed", node=self._link.node, exc_info=error)

    async def _follow(self, signal: AmiEvent | LinkUp | LinkDown) -> None:
        node = self._link.node
        match signal:
            case LinkUp():
                self._journal.record(NodeUp(node=node))
                self._entrance.on_channels(node, signal.channels)
                await self._directory.channels_known(node, [c.name for c in signal.channels], signal.uptime)
            case LinkDown():
                self._journal.record(NodeDown(node=node, reason=signal.reason))
            case AmiEvent(name="Hold" | "Unhold"):
                agent = agent_of(signal.get("Channel"))
                if agent is not None:
                    self._dispatcher.held(agent, signal.name == "Hold")
            case AmiEvent():
                self._entrance.on_event(node, signal)
                if signal.name == "Hangup":
                    await self._directory.channel_gone(node, signal.get("Channel"))
                    if (agent := agent_of(signal.get("Channel"))) is not None:
                        self._directory.phone_gone(agent, signal.get("ChannelStateDesc") == "Up")


def agent_of(channel: str) -> str | None:
    """The agent whose phone or browser a channel belongs to (`PJSIP/1001-web-0000002a`); None for any other channel."""
    found = _ENDPOINT.match(channel)
    number = found[1].removesuffix(_BROWSER) if found else ""
    return number if number.isdecimal() else None
