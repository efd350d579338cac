"""The actions that calls need, by name."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from cti.asterisk.ami.errors import AmiRefused
from cti.asterisk.ami.exchange import Fields
from cti.asterisk.ami.messages import AmiResponse
from cti.asterisk.ami.state import ChannelSnapshot, channels_in

NORMAL_CLEARING = 16
# Hangup takes "/…/" as a regular expression over all channels, so only what looks like one channel's name passes.
_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:;@+=/~#*-]{0,199}\Z")
_VARIABLE = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_SPECIAL, _ESCAPED = re.compile(r'[\\",()\[\]]'), r"\\\g<0>"
_REASONS = {
    "0": "it hung up or cannot be reached",
    "1": "no answer",
    "3": "no answer",
    "5": "busy",
    "8": "congested or not available",
}


@dataclass(frozen=True, slots=True)
class Originated:
    """A channel that `originate` made, answered and sent on its way."""

    uniqueid: str
    channel: str


class AmiActions(ABC):
    """Every method raises `AmiDown` at once if the link is not up, else `AmiTimeout` or `AmiRefused`."""

    node: str

    @abstractmethod
    async def action(
        self, name: str, fields: Fields | None = None, *, timeout: float = 2.0, as_list: bool = False, until: str = ""
    ) -> AmiResponse:
        """Sends one action and returns its successful answer."""

    async def redirect(self, channel: str, context: str, exten: str = "s", priority: int = 1) -> None:
        """Takes a channel out of what it does and into the dialplan. A channel in AGI needs AGIEXITONHANGUP=yes."""
        target: Fields = {"Context": context, "Exten": exten, "Priority": priority}
        await self.action("Redirect", {"Channel": self._channel(channel), **target})

    async def hang_up(self, channel: str, cause: int = NORMAL_CLEARING) -> None:
        """Ends one channel with a Q.850 cause."""
        await self.action("Hangup", {"Channel": self._channel(channel), "Cause": cause})

    async def stop_playback(self, channel: str) -> None:
        """Ends a running CONTROL STREAM FILE at once. Refused if none runs."""
        await self.action("ControlPlayback", {"Channel": self._channel(channel), "Control": "stop"})

    async def press(self, channel: str, key: str) -> None:
        """Makes the channel believe that its caller pressed `key`. Refused unless it is one of 0–9, *, #, A–D."""
        if len(key) != 1 or key not in "0123456789*#ABCD":
            raise AmiRefused(self.node, "The action", "not a key")
        fields: Fields = {"Digit": key, "Duration": 100, "Receive": True}
        await self.action("PlayDTMF", {"Channel": self._channel(channel), **fields})

    async def notify_talk(self, channel: str) -> None:
        """Asks a ringing or held SIP phone to take the call by itself: NOTIFY, `Event: talk`, in the dialog."""
        await self.action("PJSIPNotify", {"Channel": self._channel(channel), "Variable": "Event=talk"})

    async def mute_recordings(self, channel: str, mute: bool) -> None:
        """Silences both directions in what MixMonitor records of a channel, or stops doing so. Refused when nothing is recorded."""
        fields: Fields = {"Channel": self._channel(channel), "Direction": "both", "State": int(mute)}
        await self.action("MixMonitorMute", fields)

    async def global_variable(self, name: str) -> str:
        """What the dialplan says; empty if nothing."""
        return (await self.action("Getvar", {"Variable": name})).get("Value")

    async def core_show_channels(self) -> tuple[ChannelSnapshot, ...]:
        """Every channel of the node."""
        return channels_in(await self.action("CoreShowChannels", as_list=True, timeout=5.0))

    async def holds(self, channel: str) -> bool:
        """Whether the phone of a channel has put its call on hold. (The device state ONHOLD says who is held, not who holds.)"""
        fields: Fields = {"Channel": self._channel(channel), "Variable": "CHANNEL(rtp,hold)"}
        return (await self.action("Getvar", fields)).get("Value") == "1"

    async def originate(
        self,
        channel: str,
        context: str,
        exten: str = "s",
        priority: int = 1,
        *,
        caller_id: str = "",
        variables: Mapping[str, str] | None = None,
        ring_seconds: float = 30.0,
    ) -> Originated:
        """Calls `channel` (`PJSIP/1001`) and sends it into the dialplan once answered; returns then.

        Raises `AmiRefused` if it is busy, does not answer or cannot be reached. Cancelling does not stop the ringing.
        """
        fields: dict[str, str | int | list[str]] = {
            "Channel": self._channel(channel), "Context": context, "Exten": exten, "Priority": priority,
            "Timeout": round(ring_seconds * 1000), "Async": "true",
            "Variable": [_variable(name, value) for name, value in (variables or {}).items()],
        }  # fmt: skip
        if caller_id:
            fields["CallerID"] = caller_id
        answer = await self.action("Originate", fields, timeout=ring_seconds + 5.0, until="OriginateResponse")
        end = answer.events[-1]
        if end.get("Response") != "Success":
            reason = end.get("Reason")
            raise AmiRefused(self.node, "Originate", _REASONS.get(reason, f"reason {reason}"))
        return Originated(end.get("Uniqueid"), end.get("Channel"))

    def _channel(self, name: str) -> str:
        if not _CHANNEL.match(name):
            raise AmiRefused(self.node, "The action", "not the name of a channel")
        return name


def _variable(name: str, value: str) -> str:
    """`NAME=value` as Originate reads it: it splits at commas, which would be a way to set other variables."""
    if not _VARIABLE.match(name):
        raise ValueError(f"not the name of a channel variable: {name[:70]!r}")
    return f"{name}={_SPECIAL.sub(_ESCAPED, value)}"
