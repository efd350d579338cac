"""What must never happen, watched at every step: decisions as they are carried out, facts as they are written, and what is left
at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cti.acd import Acd, AgentChanged, Decision, MakeOffer, State
from cti.calls.dispatcher import Dispatcher
from cti.facts import Fact
from cti.facts.kinds import OfferOutcome
from cti.simulation.asterisk import SimulatedCall
from cti.simulation.site import SimulatedSiteWorld

MOST_TOLD = 20


class Checks:
    """Collects violations, each with the moment and what was seen."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._now = now
        self._open: dict[str, set[str]] = {}  # by contact: offers that stand
        self._made: set[str] = set()  # offers
        self._talking: dict[str, str] = {}  # by contact: agent
        self._on_the_phone: dict[
            str, tuple[str, int]
        ] = {}  # by agent: contact, and which process of the site saw it begin
        self._processes: Counter[str] = Counter()  # by site: how many there have been
        self._ended: set[str] = set()
        self._arrived: set[str] = set()
        self._numbers: dict[str, int] = {}  # by site: of the last fact
        self._wrap_ups: dict[str, str] = {}  # by agent: contact, from facts alone
        self._queues: dict[str, str] = {}  # by contact: where it waits, from facts alone
        self._states: dict[str, dict[str, str]] = {}  # by site: agent → state, from facts alone

    def broken(self, rule: str, what: str) -> None:
        self.counts[rule] += 1
        if len(self.violations) < MOST_TOLD:
            self.violations.append(f"{self._now():.3f} {rule}: {what}")

    # Decisions

    def watch(self, dispatcher: Dispatcher, is_talking: Callable[[str], bool]) -> None:
        """Looks at every decision before it is carried out. `is_talking`: whether an agent's phone is in a call of this process's time."""
        carry_out = dispatcher.do

        def watched(decisions: Sequence[Decision]) -> None:
            for decision in decisions:
                if isinstance(decision, MakeOffer):
                    self._in_order(dispatcher.acd, decision)
                    if is_talking(decision.agent):
                        self.broken("busy_agent", f"{decision.contact} was offered to {decision.agent}, who is talking")
                elif isinstance(decision, AgentChanged):
                    self._one_voice_contact(dispatcher.acd, decision.agent)
            carry_out(decisions)

        dispatcher.do = watched  # type: ignore[method-assign]
        dispatcher.reconciler._desk = dispatcher

    def _in_order(self, acd: Acd, made: MakeOffer) -> None:
        """Oldest first within equal priority and skills, visits included."""
        mine, now = acd.waiting.get(made.contact), self._now()
        if mine is None or mine.terms.wanted:
            return
        need = mine.terms.need_after(mine.age(now))
        for other in acd.waiting.values():
            older = other.since < mine.since and other.terms.priority == mine.terms.priority and not other.offers
            if (
                older
                and not other.terms.wanted
                and other.not_before <= now
                and other.terms.need_after(other.age(now)) == need
            ):
                self.broken("order", f"{made.contact} was offered to {made.agent} before the older {other.contact}")

    def _one_voice_contact(self, acd: Acd, number: str) -> None:
        if len(acd.agents[number].assignments) > 1:
            self.broken("two_contacts", f"agent {number} has {sorted(acd.agents[number].assignments)}")

    # Facts

    def fact(self, fact: Fact) -> None:
        data, contact = fact.data, fact.contact
        if fact.seq != self._numbers.get(fact.site, 0) + 1:
            self.broken("seq", f"{fact.site}: {fact.seq} follows {self._numbers.get(fact.site, 0)}")
        self._numbers[fact.site] = fact.seq
        match fact.kind:
            case "contact.arrived" if contact:
                if contact in self._arrived:
                    self.broken("arrived_twice", contact)
                self._arrived.add(contact)
            case "contact.ended" if contact:
                if contact in self._ended:
                    self.broken("ended_twice", contact)
                self._ended.add(contact)
                self._open.pop(contact, None)
                self._talking.pop(contact, None)
            case "offer.made" if contact:
                standing = self._open.setdefault(contact, set())
                if standing and (data.get("why") or {}).get("strategy") != "ring_all":
                    self.broken("offered_twice", f"{contact} to {data['agent']} while {sorted(standing)} stand")
                standing.add(data["offer"])
                if data["offer"] in self._made:
                    self.broken("one_name", f"{data['offer']} is the name of two offers")
                self._made.add(data["offer"])
            case "offer.ended" if contact:
                self._open.get(contact, set()).discard(data["offer"])
                self.counts[f"offer {OfferOutcome(data['outcome']).value}"] += 1
            case "agent.connected" if contact:
                if contact in self._talking:
                    self.broken("answered_twice", f"{contact} by {data['agent']} while {self._talking[contact]} talks")
                self._talking[contact] = data["agent"]
            case "agent.disconnected" if contact:
                self._talking.pop(contact, None)
            case "queue.entered" if contact:
                if contact in self._queues:
                    self.broken("two_places", f"{contact} enters {data['queue']} while in {self._queues[contact]}")
                self._queues[contact] = data["queue"]
            case "queue.left" if contact:
                if self._queues.pop(contact, None) != data["queue"]:
                    self.broken("left_twice", f"{contact} leaves {data['queue']}")
            case "agent.state_changed":
                self._states.setdefault(fact.site, {})[data["agent"]] = data["state"]
            case "wrap_up.started" | "wrap_up.ended":
                self._wrap_up(fact.kind == "wrap_up.started", data["agent"], contact or "")
            case "agent.status_changed":
                if data["was"] == "logged_out":  # a process that begins knows of wrap-ups, and of nobody else's state
                    state = State.WRAP_UP if data["agent"] in self._wrap_ups else State.IDLE
                    self._states.setdefault(fact.site, {})[data["agent"]] = state
            case "callback.attempted":
                self.counts[f"callback {data['outcome']}"] += 1
            case "agent.repaired":
                self.counts[f"repaired {data['thought']}/{data['found']}"] += 1
        if contact in self._ended and fact.kind not in _AFTER_THE_END:
            self.broken("fact_after_end", f"{fact.kind} of {contact}")

    def _wrap_up(self, begins: bool, agent: str, contact: str) -> None:
        if begins and agent in self._wrap_ups:
            self.broken("wraps_up_twice", f"agent {agent}: {contact} before {self._wrap_ups[agent]} is done")
        elif not begins and self._wrap_ups.get(agent) != contact:
            self.broken("wrap_up_ended_twice", f"agent {agent}: {contact}")
        if begins:
            self._wrap_ups[agent] = contact
        else:
            self._wrap_ups.pop(agent, None)

    # Now and then

    def look(self, sites: Mapping[str, SimulatedSiteWorld]) -> None:
        """What lasts too long is stuck."""
        for site in sites.values():
            if site.process is None:
                continue
            acd, now = site.process.dispatcher.acd, site.clock.monotonic()
            self._as_replayed(site.name, acd)
            for agent in acd.agents.values():
                for one in agent.assignments.values():
                    age = now - one.since
                    if one.state in (State.RESERVED, State.RINGING) and age > 60:
                        self.broken(
                            "stuck_offer", f"agent {agent.number} is {one.state} for {age:.0f} s with {one.offer}"
                        )
                    if one.wrap_up_until is not None and now > one.wrap_up_until + 1:
                        self.broken("stuck_wrap_up", f"agent {agent.number} since {one.since:.0f}")

    def at_the_end(self, sites: Mapping[str, SimulatedSiteWorld], unfinished: Sequence[SimulatedCall]) -> None:
        """When the last caller has gone nothing may be left of them."""
        for contact in sorted(self._arrived - self._ended):
            self.broken("lost", f"{contact} has no end")
        for call in unfinished:
            self.broken("stuck", f"{call.contact} is still there")
        for name, site in sites.items():
            self.counts["errors"] += len(site.errors)
            for error in site.errors[:3]:
                self.broken("error", f"{name}: {error!r}")
            if site.process is None:
                continue
            dispatcher = site.process.dispatcher
            for waiting in dispatcher.acd.waiting.values():
                self.broken("left_waiting", f"{name}: {waiting.contact} of {waiting.origin or name}")
            for offer in dispatcher.engagements:
                self.broken("left_engaged", f"{name}: {offer}")
            self._as_replayed(name, dispatcher.acd)
            for agent in dispatcher.acd.agents.values():
                if agent.assignments:
                    self.broken("not_released", f"{name}: agent {agent.number} {agent.state} with {agent.offer}")
        for number, contact in sorted(self._wrap_ups.items()):
            self.broken("replay", f"agent {number} wraps up {contact} for ever, as facts say")
        for contact, queue in sorted(self._queues.items()):
            self.broken("replay", f"{contact} is in {queue} for ever, as facts say")

    def _as_replayed(self, site: str, acd: Acd) -> None:
        """What facts alone tell is what the router has: agents' states, and who waits in which queue."""
        states = self._states.get(site, {})
        for agent in acd.agents.values():
            if states.get(agent.number, State.IDLE) != agent.state:
                self.broken(
                    "replay", f"{site}: agent {agent.number} is {agent.state}, facts say {states.get(agent.number)}"
                )
        for waiting in acd.waiting.values():
            told = self._queues.get(waiting.contact)
            if waiting.origin is None and told != waiting.queue:
                self.broken("replay", f"{site}: {waiting.contact} waits in {waiting.queue}, facts say {told}")


_AFTER_THE_END = frozenset({
    "contact.ended", "agent.state_changed", "wrap_up.started", "wrap_up.ended", "hold.ended", "hold.started", "visit.withdrawn",
    "agent.repaired",
})  # fmt: skip
