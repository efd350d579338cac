"""What calls at one node ask of AMI. Phones of the site that are registered at another of its nodes are asked there."""

from __future__ import annotations

from collections.abc import Mapping

from cti.asterisk.ami import AmiLink, AmiRefused
from cti.asterisk.dialplan import node_endpoint


class NodeControl:
    """Implements `leg.AmiControl`. Methods raise `AmiError`."""

    def __init__(self, node: str, links: Mapping[str, AmiLink]) -> None:
        self._link, self._links = links[node], links

    async def hang_up(self, channel: str, cause: int = 16) -> None:
        await self._link.hang_up(channel, cause)

    async def press(self, channel: str, key: str) -> None:
        await self._link.press(channel, key)

    async def mute_recordings(self, channel: str, mute: bool) -> None:
        await self._link.mute_recordings(channel, mute)

    async def answer_seat(self, address: str, channel: str) -> None:
        """The channel at this node leads to the phone itself, or to the node where another channel rings it."""
        elsewhere = next((n for n in self._links if address.endswith(f"@{node_endpoint(n)}")), self._link.node)
        if elsewhere == self._link.node:
            await self._link.notify_talk(channel)
            return
        phone = f"{address.partition('@')[0]}-"
        link = self._links[elsewhere]
        ringing = next((c.name for c in await link.core_show_channels() if c.name.startswith(phone)), None)
        if ringing is None:
            raise AmiRefused(elsewhere, "PJSIPNotify", "no such channel")
        await link.notify_talk(ringing)
