"""PURE: what sites say of their agents → times in which neither status nor state changed.

A fact begins an interval and ends the one before. There is none while an agent is logged out and does nothing. Three things keep an
interval from being endless: a process that takes a site over knows nobody yet, so whatever its predecessor had left open ended when
that was last seen alive; a fact that says what was (`was`) corrects what was assumed meanwhile; and nothing lasts longer than `LONGEST`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from cti.datacenter.projections import understood
from cti.facts import Fact
from cti.facts.kinds import AgentStateChanged, AgentStatusChanged, SiteTakenOver

AGENT_KINDS: Final = (AgentStateChanged.kind, AgentStatusChanged.kind, SiteTakenOver.kind)
LONGEST: Final = timedelta(hours=24)
LOGGED_OUT, IDLE = "logged_out", "idle"


@dataclass(frozen=True, slots=True)
class AgentInterval:
    """The row of `agent_intervals`. One that goes on has no end."""

    site: str
    started_seq: int
    agent: str
    status: str
    state: str
    reason: str | None
    contact: str | None
    started_at: datetime
    assumed: bool = False  # the state was not told: idle, until a fact says what was
    ended_seq: int | None = None
    ended_at: datetime | None = None
    ms: int | None = None

    def ended(self, seq: int, at: datetime) -> AgentInterval:
        at = min(max(at, self.started_at), self.started_at + LONGEST)
        return replace(self, ended_seq=seq, ended_at=at, ms=round((at - self.started_at).total_seconds() * 1000))

    def reopened(self) -> AgentInterval:
        state = IDLE if self.assumed else self.state
        return replace(self, state=state, ended_seq=None, ended_at=None, ms=None)


class Tracker:
    """Follows one site's facts in order of `seq`. `open` are the intervals in force, by agent; whoever goes on later gives them back."""

    def __init__(self, site: str, open_: Iterable[AgentInterval] = ()) -> None:
        self._site = site
        self.open = {interval.agent: interval for interval in open_}

    def follow(self, fact: Fact, seen: datetime | None) -> Iterator[AgentInterval]:
        """The intervals that this fact ends. `seen`: the time of the site's fact before it, if that is known."""
        data = understood(fact)
        match data:
            case AgentStatusChanged():
                yield from self._change(fact, data.agent, status=data.status, reason=data.reason)
            case AgentStateChanged():
                yield from self._change(fact, data.agent, state=data.state, was=data.was)
            case SiteTakenOver():
                alive = fact.at - timedelta(milliseconds=data.ms)
                if seen is not None:
                    alive = seen if data.reason == "started" else max(seen, alive)
                for interval in self.open.values():
                    yield interval.ended(fact.seq, alive)
                self.open.clear()

    def _change(
        self, fact: Fact, agent: str, *, status: str | None = None, reason: str | None = None,
        state: str | None = None, was: str | None = None,
    ) -> Iterator[AgentInterval]:  # fmt: skip
        before = self.open.pop(agent, None)
        old_status, old_reason, old_state = (
            (before.status, before.reason, before.state) if before else (LOGGED_OUT, None, IDLE)
        )
        if before is not None:
            known = replace(before, state=was) if was is not None and before.assumed else before
            yield known.ended(fact.seq, fact.at)
        if status is None:
            status, reason = old_status, old_reason
        state = state or old_state
        contact = fact.contact or (before.contact if before and state == old_state else None)
        if (status, state) != (LOGGED_OUT, IDLE):
            self.open[agent] = AgentInterval(
                site=self._site, started_seq=fact.seq, agent=agent, status=status, state=state, reason=reason,
                contact=contact if state != IDLE else None, started_at=fact.at,
                assumed=was is None and (before is None or before.assumed),
            )  # fmt: skip
