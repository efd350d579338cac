"""Where contacts that ask for the same wait in order, and the agents who are free for them, ranked by the queue's strategy.

Every strategy gives each agent a rank that does not change while the agent is idle. Entries are never searched for: what changes gets
a new stamp, and an entry with an old one is dropped when it comes to the head of its heap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from cti.acd.agents import Agent
from cti.acd.needs import Need
from cti.acd.terms import Channel, Strategy, Terms
from cti.acd.waiting import Waiting

Ranked = tuple[float, float, str, int, Agent]  # rank by the strategy, idle since, number, stamp
_RANKS: Mapping[Strategy, Callable[[Line, Agent], float]] = {
    Strategy.LONGEST_IDLE: lambda line, agent: 0.0,
    Strategy.RING_ALL: lambda line, agent: 0.0,
    Strategy.MOST_SKILLED: lambda line, agent: -line.need.margin(agent.skills),
    Strategy.LEAST_OCCUPIED: lambda line, agent: agent.occupied(agent.idle_since),
    Strategy.ROUND_ROBIN: lambda line, agent: agent.last_offers.get(line.queue, float("-inf")),
    Strategy.LINEAR: lambda line, agent: float(agent.number),
}


@dataclass(frozen=True, slots=True)
class LineKey:
    """Contacts with the same key compete by place alone."""

    queue: str
    need: Need
    channel: Channel
    strategy: Strategy
    ageing: float


def key_of(terms: Terms, waited: float = 0.0) -> LineKey:
    """Where a contact of these terms waits after so many seconds."""
    return LineKey(terms.queue, terms.need_after(waited), terms.channel, terms.strategy, terms.ageing)


class Line:
    """Contacts that ask for the same, and the agents who are free for them."""

    __slots__ = (
        "channel",
        "contacts",
        "entries",
        "fit",
        "free",
        "key",
        "need",
        "profiles",
        "queue",
        "ranked",
        "strategy",
    )

    def __init__(self, key: LineKey) -> None:
        self.key = key
        self.queue: str = key.queue
        self.need: Need = key.need
        self.channel: Channel = key.channel
        self.strategy: Strategy = key.strategy
        self.profiles: list[Profile] = []
        self.contacts = 0  # that wait here
        self.fit = 0  # agents logged in who meet the need
        self.free = 0  # of them, those who can be offered a contact now
        self.entries: list[tuple[tuple[float, float, str], int, int, Waiting]] = []  # place, serial, stamp
        self.ranked: list[Ranked] = []

    def head(self) -> Waiting | None:
        """Who waits here first."""
        entries = self.entries
        while entries:
            _, _, stamp, waiting = entries[0]
            if waiting.stamp == stamp:
                return waiting
            heappop(entries)
        return None

    def first(self) -> Ranked | None:
        """Which free agent comes first."""
        ranked = self.ranked
        while ranked:
            entry = ranked[0]
            if entry[4].stamp == entry[3]:
                return entry
            heappop(ranked)
        return None

    def rank_of(self, agent: Agent) -> float:
        """Of an idle agent, by the strategy: lowest first."""
        return _RANKS[self.strategy](self, agent)

    def rank(self, agent: Agent) -> None:
        """The agent is free for this line."""
        ranked = self.ranked
        self.free += 1
        if len(ranked) > 64 and len(ranked) > 4 * self.free:  # mostly entries that are void
            ranked[:] = [entry for entry in ranked if entry[4].stamp == entry[3]]
            heapify(ranked)
        heappush(ranked, (self.rank_of(agent), agent.idle_since, agent.number, agent.stamp, agent))


@dataclass(slots=True, eq=False)
class Profile:
    """What some agents can do, exactly."""

    skills: Mapping[str, int]
    lines: list[Line] = field(default_factory=list)
    members: dict[str, Agent] = field(default_factory=dict)  # logged in
    willing: int = 0  # of them, those who take contacts
