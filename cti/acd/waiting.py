"""What waits for an agent."""

from __future__ import annotations

from dataclasses import dataclass, field

from cti.acd.terms import Terms


@dataclass(slots=True)
class Waiting:
    """A contact in a queue: one of this site's, or a visit from another (`origin`)."""

    contact: str
    terms: Terms
    since: float  # monotonic time at which it began to wait; for a visit, now minus the age it came with
    origin: str | None = None  # the site it visits from; None for this site's own
    not_before: float = 0.0  # it keeps its place, but is offered to nobody before that time
    tried: set[str] = field(default_factory=set)  # agents who did not take it
    offers: list[str] = field(default_factory=list)  # while any stands it waits but is not matched
    granted_by: str | None = None  # the site whose agent is being offered
    visiting: set[str] = field(default_factory=set)  # sites at which it waits too
    stamp: int = 0  # raised whenever its entries in the index are void
    estimate: float | None = None  # seconds that it was expected to wait when it came

    @property
    def queue(self) -> str:
        return self.terms.queue

    @property
    def wanted_until(self) -> float:
        """Until when it waits for its wanted agent alone."""
        return self.since + self.terms.wanted_seconds if self.terms.wanted else self.since

    def waits_for(self, now: float) -> str | None:
        """The agent for whom alone it would wait now: the wanted one, who is not asked twice."""
        wanted = self.terms.wanted
        return wanted if wanted is not None and self.wanted_until > now and wanted not in self.tried else None

    def age(self, now: float) -> float:
        """Seconds it has waited, and a microsecond: at the deadline `since + after` the age is `after`, however floats round."""
        return now - self.since + 1e-6

    def order(self, now: float) -> tuple[float, float, str]:
        """Who goes first: priority with ageing, then age, then the id so that the order is total."""
        terms = self.terms
        return (-(terms.priority + terms.ageing * (now - self.since) / 60), self.since, self.contact)

    @property
    def place(self) -> tuple[float, float, str]:
        """The same order among contacts of one ageing, and without the time: for all of them `now` adds the same."""
        terms = self.terms
        return (-(terms.priority - terms.ageing * self.since / 60), self.since, self.contact)
