"""What a queue asks of the router for its contacts. Terms travel with a contact, to other sites too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cti.acd.needs import Need


class Channel(StrEnum):
    """By what a contact came. An agent has a capacity for each."""

    VOICE = "voice"
    VIDEO = "video"
    CHAT = "chat"
    EMAIL = "email"
    SMS = "sms"
    FAX = "fax"


class Strategy(StrEnum):
    """Which of the agents who are free and fit is offered a contact first. Ties go to the longest idle."""

    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"  # the most levels above what is asked
    LEAST_OCCUPIED = "least_occupied"  # the least time on contacts, of late
    ROUND_ROBIN = "round_robin"  # whose last offer from this queue is the oldest
    LINEAR = "linear"  # by agent number
    RING_ALL = "ring_all"  # all at once; who answers first has it


@dataclass(frozen=True, slots=True)
class Ring:
    """A step of relaxing: from then on agents who meet `need` will do as well."""

    after: float  # seconds of waiting
    need: Need


@dataclass(frozen=True, slots=True)
class Terms:
    """What one contact asks, and what its agents are allowed. Times in seconds."""

    queue: str
    need: Need
    priority: int = 0  # higher goes first
    ageing: float = 0.0  # points of priority that a contact gains per minute
    rings: tuple[Ring, ...] = ()  # by time
    channel: Channel = Channel.VOICE
    strategy: Strategy = Strategy.LONGEST_IDLE
    preferred: tuple[str, ...] = ()  # agents who are asked first, if they are free and fit
    wanted: str | None = None  # the agent for whom alone the contact waits at first
    wanted_seconds: float = 0.0  # for so long
    ring_seconds: float = 15.0
    wrap_up_seconds: float = 30.0
    wanted_case: str | None = None  # the case that the wanted agent owns, if that is why

    def need_after(self, waited: float) -> Need:
        """What is asked after so many seconds."""
        need = self.need
        for ring in self.rings:
            if ring.after <= waited:
                need = need.or_else(ring.need)
        return need

    def ring_at(self, waited: float) -> int:
        """How many rings have been relaxed after so many seconds."""
        return sum(ring.after <= waited for ring in self.rings)
