"""The link to one Asterisk over AMI: `AmiLink`, what it tells, and what can go wrong."""

from cti.asterisk.ami.actions import Originated
from cti.asterisk.ami.errors import AmiDown, AmiError, AmiRefused, AmiTimeout
from cti.asterisk.ami.link import AmiLink, Signal
from cti.asterisk.ami.messages import AmiEvent, AmiResponse
from cti.asterisk.ami.state import ChannelSnapshot, LinkDown, LinkUp

__all__ = [
    "AmiDown", "AmiError", "AmiEvent", "AmiLink", "AmiRefused", "AmiResponse", "AmiTimeout", "ChannelSnapshot",
    "LinkDown", "LinkUp", "Originated", "Signal",
]  # fmt: skip
