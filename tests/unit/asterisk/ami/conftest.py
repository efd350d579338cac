from tests.unit.asterisk.ami.scripted import asterisk, follower

__all__ = ["asterisk", "follower"]
