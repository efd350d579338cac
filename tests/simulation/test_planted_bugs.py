"""The checker is checked: each of these mistakes, planted into the code, is found within a few simulated hours."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from cti.acd.agents import Agent
from cti.acd.core import Acd
from cti.acd.floor import Floor
from cti.acd.matching import Matching
from cti.acd.router import Router
from cti.calls.callbacks import Callbacks
from cti.calls.directory import Directory
from cti.calls.dispatcher import Dispatcher
from cti.calls.left_agents import LeftAgents
from cti.calls.session import CallSession
from cti.calls.visits import Visits
from cti.facts.kinds import AgentStateChanged, ContactArrived, ContactEnded, EndCause, LanguageChosen, Party
from cti.journal.numbering import Numbering
from cti.peers import PeerHub
from cti.simulation import simulate
from cti.simulation.process import Handle
from cti.simulation.scenario import Faults
from cti.simulation.scenarios import faults

Patch = Callable[[pytest.MonkeyPatch], None]
BUGS: dict[str, tuple[Patch, set[str]]] = {}
MOST_SEEDS = 9
# More goes wrong than in `faults`, and callers wait longer: what a restart forgets is seen sooner.
HARSH = faults(900).model_copy(update={
    "faults": Faults(process_killed=40, node_lost=2, link_cut=20, link_slow=4, link_one_way=4, link_twice=10, clock_step=10, skew=120),
    "queues": tuple(
        queue.model_copy(update={"per_hour": 1.5 * queue.per_hour, "patience": queue.patience if queue.wants_callback else None})
        for queue in faults().queues
    ),
})  # fmt: skip


def bug(*rules: str) -> Callable[[Patch], Patch]:
    """A mistake that one of these rules finds."""

    def planted(patch: Patch) -> Patch:
        BUGS[patch.__name__] = patch, set(rules)
        return patch

    return planted


def nothing(target: type, method: str, result: Any = None) -> Patch:
    return lambda monkeypatch: monkeypatch.setattr(target, method, lambda self, *rest, **named: result)


async def _nothing(self: object, *rest: object) -> None:
    return None


# Routing


@bug("order")
def the_youngest_is_served_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def youngest(self: Matching, agent: Any, now: float) -> Any:
        waiting = [e[-1] for line in self._free.get(agent.number, ()) for e in line.entries if e[-1].stamp == e[2]]
        return max(waiting, key=lambda w: w.since, default=None)

    monkeypatch.setattr(Matching, "best_contact", youngest)


@bug("offered_twice", "two_contacts")
def every_contact_is_offered_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def match(self: Router, waiting: Any, now: float) -> Any:
        agents = self.floor.matching.all_agents(waiting)
        return self._reserve(agents, waiting, [], now) if agents else self.visiting.open_for(waiting, now)

    monkeypatch.setattr(Router, "match_contact", match)


@bug("two_contacts")
def an_agent_may_have_two_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Agent, "free_for", lambda self, channel: self.willing and len(self.assignments) < 2)


@bug("not_released", "stuck_wrap_up", "stuck_offer")
def one_agent_is_never_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    free = Router.to_idle
    monkeypatch.setattr(
        Router, "to_idle", lambda self, agent, *rest: [] if agent.number == "100001" else free(self, agent, *rest)
    )


@bug("one_name")
def offers_are_counted_by_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Floor, "new_offer", lambda self, contact: f"{contact}-{self.site}1")


@bug("stuck_wrap_up")
def wrap_ups_do_not_end_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(Floor, "due_at")(monkeypatch)


@bug("left_waiting", "order", "error", "stuck", "stuck_offer", "not_released")
def who_hangs_up_keeps_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(Acd, "leave", [])(monkeypatch)


@bug("stuck_offer", "not_released", "left_waiting", "lost", "replay")
def agents_of_cancelled_offers_stay_reserved(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(Router, "cancel", [])(monkeypatch)


@bug("stuck", "order", "left_waiting", "error")
def who_was_declined_is_not_offered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(Router, "again", [])(monkeypatch)


# Between sites


@bug("busy_agent")
def an_early_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent of a visit is free as soon as the phone is picked up."""
    answered = Acd.answered
    monkeypatch.setattr(
        Acd, "answered", lambda self, offer, now: answered(self, offer, now) + self.finished(offer, 0.0, now)
    )


@bug("stuck_offer", "not_released")
def a_lost_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grants are not sent, and nobody gives the agent back."""
    nothing(PeerHub, "grant")(monkeypatch)
    nothing(Visits, "_give_back")(monkeypatch)


@bug("offered_twice", "answered_twice", "error", "logged_error")
def every_grant_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    grant = Acd.grant

    def used(self: Acd, site: str, contact: str, offer: str, agent: str, now: float) -> Any:
        waiting = self.waiting.get(contact)
        if waiting is not None:
            waiting.offers.clear()
            waiting.visiting.add(site)
        return grant(self, site, contact, offer, agent, now)

    monkeypatch.setattr(Acd, "grant", used)


# Facts


@bug("seq")
def a_doubled_seq(monkeypatch: pytest.MonkeyPatch) -> None:
    take = Numbering.take
    monkeypatch.setattr(
        Numbering,
        "take",
        lambda self, count=1: None if self.last_seq == 500 and count == 1 and not _once() else take(self, count),
    )


_told: list[bool] = []


def _once() -> bool:
    _told.append(True)
    return len(_told) > 1


@bug("replay", "lost", "two_places", "left_twice", "wrap_up_ended_twice", "wraps_up_twice")
def one_fact_in_a_hundred_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    record, chance = Handle.record, random.Random(5)

    def forgetful(self: Handle, data: Any, contact: str | None = None) -> Any:
        if chance.random() < 0.01:
            dead, self.dead = self.dead, True
            try:
                return record(self, data, contact)
            finally:
                self.dead = dead
        return record(self, data, contact)

    monkeypatch.setattr(Handle, "record", forgetful)


@bug("replay")
def states_of_agents_on_the_phone_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Dispatcher.record

    def without(self: Dispatcher, data: Any, contact: str | None = None) -> None:
        if not (isinstance(data, AgentStateChanged) and data.state == "talking"):
            record(self, data, contact)

    monkeypatch.setattr(Dispatcher, "record", without)


@bug("ended_twice", "fact_after_end")
def every_end_is_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    end = CallSession._end

    async def twice(self: CallSession, cause: EndCause, by: Party) -> None:
        await self._services.journal.record(ContactEnded(cause=cause, by=by, ms=0), self._contact)
        await end(self, cause, by)

    monkeypatch.setattr(CallSession, "_end", twice)


@bug("lost")
def a_session_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(self: CallSession, cause: object, by: object) -> None:
        await self._telephony.hang_up()

    monkeypatch.setattr(CallSession, "_end", silent)


@bug("fact_after_end")
def something_is_told_of_contacts_that_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    end = CallSession._end

    async def late(self: CallSession, cause: EndCause, by: Party) -> None:
        await end(self, cause, by)
        self._services.journal.record(LanguageChosen(language="en"), self._contact)

    monkeypatch.setattr(CallSession, "_end", late)


# Restarts


@bug("arrived_twice", "lost", "replay", "two_places")
def a_new_process_does_not_look_into_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Directory, "load", _nothing)


@bug("lost")
def hang_ups_while_nobody_was_there_go_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Directory, "channel_gone", _nothing)
    monkeypatch.setattr(Directory, "channels_known", _nothing)


@bug("two_places", "left_twice", "replay")
def a_caller_who_is_back_goes_to_the_end_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    back = CallSession._return

    async def forgets(self: CallSession, found: Any) -> Any:
        step = await back(self, found)
        self._queue_found = None
        return step

    monkeypatch.setattr(CallSession, "_return", forgets)


@bug("lost", "stuck", "replay", "arrived_twice", "two_places")
def callbacks_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(Callbacks, "resume", True)(monkeypatch)


@bug("replay", "wraps_up_twice")
def wrap_ups_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(LeftAgents, "wrapping_up")(monkeypatch)


@bug("arrived_twice")
def callbacks_arrive_again_with_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    resume = Callbacks.resume

    def again(self: Callbacks, found: Any) -> bool:
        taken = resume(self, found)
        if taken:
            self._journal.record(ContactArrived.model_validate(found.arrived.data), found.contact)
        return taken

    monkeypatch.setattr(Callbacks, "resume", again)


# Time


@bug("stuck_offer", "order", "replay", "error", "logged_error", "stuck", "stuck_wrap_up", "left_waiting")
def a_timer_on_wall_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The router's clock is a clock for people: wrong by up to two minutes at each site."""
    monkeypatch.setattr(Dispatcher, "now", lambda self: self._clock.wall().timestamp())


@bug("stuck_offer", "not_released")
def a_call_back_that_failed_keeps_its_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing(Dispatcher, "postpone")(monkeypatch)


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, rules = BUGS[name]
    _told.clear()
    patch(monkeypatch)
    found: set[str] = set()
    for seed in range(1, MOST_SEEDS + 1):
        found |= {violation.split()[1].rstrip(":") for violation in simulate(HARSH, seed).violations}
        if found & rules:
            return
    raise AssertionError(f"not found by {sorted(rules)} in {MOST_SEEDS} runs; others: {sorted(found)}")


def test_sound_code_breaks_nothing_under_the_same_conditions() -> None:
    assert not any(simulate(HARSH, seed).violations for seed in range(1, MOST_SEEDS + 1))


def test_there_are_at_least_twenty_of_them() -> None:
    assert len(BUGS) >= 20
