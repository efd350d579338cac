"""FastAGI: the server that Asterisk connects to, and the channel it lets us command."""

from cti.asterisk.agi.channel import AgiChannel, AgiClosed
from cti.asterisk.agi.protocol import AgiResult, CommandTooLong
from cti.asterisk.agi.server import AgiRequest, AgiServer

__all__ = ["AgiChannel", "AgiClosed", "AgiRequest", "AgiResult", "AgiServer", "CommandTooLong"]
