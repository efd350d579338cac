"""What waits for an agent, and what is known of the other sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Waiting:
    """A contact in a queue: one of this site's, or a visit from another (`origin`)."""

    contact: str
    queue: str
    skills: Mapping[str, int]  # skill → least level
    priority: int  # higher goes first
    since: float  # monotonic time at which it began to wait; for a visit, now minus the age it came with
    origin: str | None = None  # the site it visits from; None for this site's own
    tried: set[str] = field(default_factory=set)  # agents who did not take it
    offer: str | None = None  # while an offer is being made it waits but is not matched
    granted_by: str | None = None  # the site whose agent is being offered
    attempts: int = 0  # offers made here so far: numbers the offers
    visiting: set[str] = field(default_factory=set)  # sites at which it waits too

    @property
    def order(self) -> tuple[int, float, str]:
        """Who goes first: priority, then age, then the id so that the order is total."""
        return (-self.priority, self.since, self.contact)


@dataclass(frozen=True, slots=True)
class PeerSummary:
    """What another site says of itself: the skills of each agent logged in there."""

    site: str
    profiles: tuple[Mapping[str, int], ...] = ()

    def can_serve(self, skills: Mapping[str, int]) -> bool:
        return any(all(p.get(s, -1) >= level for s, level in skills.items()) for p in self.profiles)
