"""Who fits whom, and who of them is best, without looking at everybody. The order of service stands here and nowhere else.

Contacts that ask for the same wait in one `Line`; agents who can do the same share a `Profile`. Which profiles serve which lines is
worked out when either is new, so a decision looks at the heads of a few heaps:

- an agent who becomes free looks at the first contact of each line of the profile;
- a contact looks at the first agent of its line, in the order of the queue's strategy.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from itertools import count as counting

from cti.acd.agents import Agent
from cti.acd.lines import Line, LineKey, Profile, key_of
from cti.acd.waiting import Waiting

MOST_LINES = 1000  # when there are more, those in which nobody waits are forgotten


class Matching:
    """The index. `Acd` tells it of every change."""

    def __init__(self) -> None:
        self.lines: dict[LineKey, Line] = {}
        self._profiles: dict[tuple[tuple[str, int], ...], Profile] = {}
        self._of: dict[str, Profile] = {}  # by agent: those logged in
        self._willing: set[str] = set()
        self.version = 0  # of who is logged in, and with which skills
        self._serial = counting()
        self._free: dict[str, list[Line]] = {}  # by agent: the lines in which the agent counts as free
        self._line_of: dict[str, Line] = {}  # by contact
        self._wanting: dict[str, dict[str, Waiting]] = {}  # by agent: contacts that wait for nobody else
        self._kept: list[tuple[Line, int]] = []  # lines for which so many free agents are kept

    # Agents

    def join(self, agent: Agent) -> None:
        """The agent has logged in, or has other skills now."""
        self.part(agent)
        key = tuple(sorted(agent.skills.items()))
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(dict(agent.skills))
            for line in self.lines.values():
                if line.need.met_by(profile.skills):
                    profile.lines.append(line)
                    line.profiles.append(profile)
        self.version += 1
        profile.members[agent.number] = agent
        for line in profile.lines:
            line.fit += 1
        self._of[agent.number] = profile
        self.changed(agent)

    def part(self, agent: Agent) -> None:
        """The agent has logged out."""
        profile = self._of.pop(agent.number, None)
        if profile is None:
            return
        self._unfree(agent)
        self._count_willing(profile, agent.number, willing=False)
        self.version += 1
        del profile.members[agent.number]
        for line in profile.lines:
            line.fit -= 1
        if not profile.members:
            del self._profiles[tuple(sorted(profile.skills.items()))]
            for line in profile.lines:
                line.profiles.remove(profile)

    def changed(self, agent: Agent) -> None:
        """Whether, or in which rank, the agent is free has changed."""
        profile = self._of.get(agent.number)
        if profile is None:
            return
        self._unfree(agent)
        self._count_willing(profile, agent.number, willing=agent.willing)
        if agent.willing and any(agent.free_for(channel) for channel in agent.capacity):
            free = self._free[agent.number] = [line for line in profile.lines if agent.free_for(line.channel)]
            for line in free:
                line.rank(agent)

    def logged_in(self) -> tuple[tuple[Mapping[str, int], ...], frozenset[str]]:
        """What those who are logged in can do, each once, and who they are."""
        return tuple(profile.skills for profile in self._profiles.values()), frozenset(self._of)

    # Contacts

    def put(self, waiting: Waiting, waited: float) -> None:
        """The contact can be offered: it takes its place among those that ask for the same."""
        line = self.line(key_of(waiting.terms, waited))
        heappush(line.entries, (waiting.place, next(self._serial), waiting.stamp, waiting))
        line.contacts += 1
        self._line_of[waiting.contact] = line

    def put_for(self, waiting: Waiting, agent: str) -> None:
        """The contact can be offered to this agent only."""
        self._wanting.setdefault(agent, {})[waiting.contact] = waiting

    def take(self, waiting: Waiting) -> None:
        """It is offered, or gone."""
        waiting.stamp += 1
        line = self._line_of.pop(waiting.contact, None)
        if line is not None:
            line.contacts -= 1
        elif (wanted := waiting.terms.wanted) in self._wanting:
            self._wanting[wanted].pop(waiting.contact, None)
            if not self._wanting[wanted]:
                del self._wanting[wanted]

    def line_of(self, contact: str) -> Line | None:
        """Where it waits; None if it is being offered, or waits for one agent only."""
        return self._line_of.get(contact)

    def line(self, key: LineKey) -> Line:
        """The line of that key; a new one finds its agents."""
        line = self.lines.get(key)
        if line is None:
            if len(self.lines) >= MOST_LINES:
                self._forget_empty_lines()
            line = self.lines[key] = Line(key)
            for profile in self._profiles.values():
                if not key.need.met_by(profile.skills):
                    continue
                profile.lines.append(line)
                line.profiles.append(profile)
                line.fit += len(profile.members)
                for agent in profile.members.values():
                    if agent.free_for(line.channel):
                        line.rank(agent)
                        self._free.setdefault(agent.number, []).append(line)
        return line

    def keep(self, kept: Mapping[LineKey, int]) -> None:
        """For each of these lines so many free agents are kept from contacts of other queues."""
        self._kept = [(self.line(key), count) for key, count in kept.items()]

    @property
    def keeps(self) -> bool:
        return bool(self._kept)

    def kept_from(self, agent: Agent, queue: str) -> str | None:
        """The queue for which a free agent is kept, if contacts of this queue can't have the agent because of it."""
        for line, count in self._kept:
            if line.queue != queue and line.free <= count and line in self._free.get(agent.number, ()):
                return line.queue
        return None

    # Decisions

    def best_agent(self, waiting: Waiting) -> tuple[Agent | None, list[str]]:
        """For a contact: of the agents who are free and fit, a preferred one, else the first by the strategy; one who has not taken
        it only when there is nobody else. And those who came before, but were passed over."""
        line, terms = self._line_of.get(waiting.contact), waiting.terms
        if line is None:
            profile = self._of.get(terms.wanted) if terms.wanted else None
            agent = profile.members[terms.wanted] if profile and terms.wanted else None
            return (agent if agent is not None and agent.free_for(terms.channel) else None), []
        if not line.free:
            return None, []
        for number in terms.preferred:
            free = self._free.get(number)
            if (
                free is not None
                and line in free
                and number not in waiting.tried
                and not self._is_kept(number, terms.queue)
            ):
                return self._of[number].members[number], []
        found, again, passed = None, None, []
        while (entry := line.first()) is not None:
            agent = entry[-1]
            if self._kept and self.kept_from(agent, terms.queue):
                pass
            elif agent.number not in waiting.tried:
                found = agent
                break
            elif again is None:
                again = agent
            passed.append(heappop(line.ranked))
        for entry in passed:
            heappush(line.ranked, entry)
        return found or again, [entry[2] for entry in passed if entry[-1] is not (found or again)]

    def all_agents(self, waiting: Waiting) -> list[Agent]:
        """Everybody who is free and fits and has not missed it, in order; else the one that `best_agent` finds."""
        line = self._line_of.get(waiting.contact)
        ranked = sorted(e for e in line.ranked if e[-1].stamp == e[3]) if line else []
        free = [e[-1] for e in ranked if e[2] not in waiting.tried and not self._is_kept(e[2], waiting.queue)]
        if free:
            return free
        best = self.best_agent(waiting)[0]
        return [best] if best else []

    def best_contact(self, agent: Agent, now: float) -> Waiting | None:
        """For a free agent: the first, by priority and age, of the contacts that can be offered, visits included."""
        best: Waiting | None = None
        order: tuple[float, float, str] | None = None
        for line in self._free.get(agent.number, ()):
            if line.contacts and (head := line.head()) is not None:
                theirs = head.order(now)
                if (order is None or theirs < order) and not self._is_kept(agent.number, line.queue):
                    best, order = head, theirs
        for waiting in self._wanting.get(agent.number, {}).values():
            theirs = waiting.order(now)
            if (order is None or theirs < order) and agent.free_for(waiting.terms.channel):
                best, order = waiting, theirs
        return best

    def shares(self, line: Line) -> dict[Line, float]:
        """Of the contacts of each line, the part that agents of this one serve: as many of its agents as are of both."""
        both: dict[Line, int] = {}
        for profile in line.profiles:
            if profile.willing:
                for other in profile.lines:
                    both[other] = both.get(other, 0) + profile.willing
        return {other: count / sum(p.willing for p in other.profiles) for other, count in both.items()}

    # Inside

    def _is_kept(self, number: str, queue: str) -> bool:
        return bool(self._kept) and self.kept_from(self._of[number].members[number], queue) is not None

    def _unfree(self, agent: Agent) -> None:
        agent.stamp += 1
        for line in self._free.pop(agent.number, ()):
            line.free -= 1

    def _count_willing(self, profile: Profile, number: str, *, willing: bool) -> None:
        if willing and number not in self._willing:
            self._willing.add(number)
            profile.willing += 1
        elif not willing and number in self._willing:
            self._willing.remove(number)
            profile.willing -= 1

    def _forget_empty_lines(self) -> None:
        """Whatever other sites may ask for, there are only so many lines."""
        kept = {line for line, _ in self._kept}
        gone = {line for line in self.lines.values() if not line.contacts and line not in kept}
        for line in gone:
            del self.lines[line.key]
            for profile in line.profiles:
                profile.lines.remove(line)
        for number, lines in self._free.items():
            self._free[number] = [line for line in lines if line not in gone]
