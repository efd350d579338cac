"""Everything that knows Asterisk: the AMI link, the AGI server, the Telephony adapter, the launcher of nodes."""
