"""Where the dialplan's requests come in: each becomes a `Telephony` for whoever serves the call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from cti.asterisk import dialplan
from cti.asterisk.agi import AgiChannel, AgiRequest
from cti.asterisk.ami import AmiEvent, AmiLink, ChannelSnapshot
from cti.asterisk.caller import BadRequest, Caller
from cti.asterisk.node_control import NodeControl
from cti.asterisk.telephony import AgiTelephony
from cti.calls.directory import Directory
from cti.calls.telephony import Telephony
from cti.kit.logging import get_logger

log = get_logger(__name__)


class CallEntrance:
    """`accept` is the FastAGI server's handler; `on_event` and `on_channels` bring the nodes' news to the calls they concern."""

    def __init__(
        self, directory: Directory, links: Mapping[str, AmiLink], fallback: str, playable: Callable[[str], bool],
        synthetic: Callable[[Telephony], Awaitable[None]],
    ) -> None:  # fmt: skip
        """`synthetic` serves calls that this site makes to itself; the directory never hears of them."""
        self._synthetic = synthetic
        self._directory, self._links, self._fallback, self._playable = directory, links, fallback, playable
        self._calls: dict[tuple[str, str], AgiTelephony] = {}  # by node and channel

    async def accept(self, request: AgiRequest, channel: AgiChannel) -> None:
        """Serves one request to its end; one that our dialplan would not make is turned away."""
        try:
            caller = Caller.of(request)
        except BadRequest as error:
            log.warning("entrance.refused", reason=str(error))
            return
        if caller.node not in self._links:
            log.warning("entrance.unknown_node", node=caller.node)
            return
        telephony = AgiTelephony(
            caller, channel, NodeControl(caller.node, self._links), fallback=self._fallback, playable=self._playable,
            on_missing=lambda sound: log.warning("sound.missing", contact=caller.contact, sound=sound),
        )  # fmt: skip
        key = (caller.node, caller.channel)
        self._calls[key] = telephony
        try:
            if caller.contact.startswith(dialplan.PROBE_CONTACT):
                await self._synthetic(telephony)
            elif request.path == dialplan.AGI_CALL:
                await self._directory.serve(telephony)
            elif request.path == dialplan.AGI_CALLBACK:
                await self._directory.called_back(telephony)
            elif request.path == dialplan.AGI_VISIT and len(request.arguments) > 2:
                await self._directory.host(telephony, request.arguments[2])
            else:
                log.warning("entrance.unknown_request", path=request.path[:40])
        finally:
            if self._calls.get(key) is telephony:
                del self._calls[key]

    def on_event(self, node: str, event: AmiEvent) -> None:
        """An event of a node, for the call whose channel it names."""
        telephony = self._calls.get((node, event.get("Channel")))
        if telephony is not None:
            telephony.on_event(event)

    def on_channels(self, node: str, channels: Iterable[ChannelSnapshot]) -> None:
        """The link to a node is back, with the state of its channels."""
        known = tuple(channels)
        for (its_node, _), telephony in list(self._calls.items()):
            if its_node == node:
                telephony.on_channels(known)
