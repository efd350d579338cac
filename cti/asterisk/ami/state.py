"""What the link tells beside Asterisk's own events: that it came up, with the state re-read, and that it went down."""

from __future__ import annotations

from dataclasses import dataclass

from cti.asterisk.ami.messages import AmiMessage, AmiResponse


@dataclass(frozen=True, slots=True)
class ChannelSnapshot:
    """One channel as the node sees it now. `variables` are those that manager.conf names under `channelvars`.

    Names and variables are as AMI prints them: quotes, backslashes and control characters escaped as in C.
    """

    uniqueid: str
    linkedid: str
    name: str
    state: str  # Down, Rsrvd, OffHook, Dialing, Ring, Ringing, Up, Busy …
    caller_number: str
    caller_name: str
    account: str
    context: str
    exten: str
    application: str
    bridge: str
    variables: dict[str, str]

    @classmethod
    def from_message(cls, message: AmiMessage) -> ChannelSnapshot:
        get = message.get
        return cls(
            uniqueid=get("Uniqueid"), linkedid=get("Linkedid"), name=get("Channel"), state=get("ChannelStateDesc"),
            caller_number=get("CallerIDNum"), caller_name=get("CallerIDName"), account=get("AccountCode"),
            context=get("Context"), exten=get("Exten"), application=get("Application"), bridge=get("BridgeId"),
            variables=message.variables(),
        )  # fmt: skip


def channels_in(response: AmiResponse) -> tuple[ChannelSnapshot, ...]:
    """The channels in the answer to CoreShowChannels. One without an identity was tampered with and is left out."""
    shown = (ChannelSnapshot.from_message(e) for e in response.events if e.name == "CoreShowChannel")
    return tuple(channel for channel in shown if channel.uniqueid and channel.name)


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The link is up. `channels` is the state to repair one's own from, `uptime` the seconds since Asterisk was started.

    Events that follow may be older than `channels` by the moment it took to read them; applying them must do no harm.
    """

    node: str
    version: str  # of AMI, not of Asterisk
    channels: tuple[ChannelSnapshot, ...]
    uptime: float | None = None


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link went down. What happens at the node until the next `LinkUp` is not told."""

    node: str
    reason: str
