"""Callbacks keep their place: the customer is called when the turn comes, tried again later, and never before an older waiter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from cti.acd import State, Status
from cti.calls.callbacks import Callbacks
from cti.calls.directory import Directory
from cti.calls.editions import Edition, Editions
from cti.calls.telephony import DialOutcome
from cti.ivr import Hotline, Queue
from cti.ivr.calendars import Calendar
from cti.ivr.nodes.callback import CallbackNode
from cti.testing.telephony import FakePhone, FakeTelephony
from tests.unit.calls.world import HOTLINE, World, scenario

NUMBER = "13800138000"


class Customer:
    """Implements `calls.ports.Outbound`: a customer who does what `answers` says, call by call."""

    def __init__(self, world: World, answers: list[DialOutcome], talks_for: float = 20.0) -> None:
        self.calls: list[tuple[float, str]] = []  # when, contact
        self.lines: list[FakeTelephony] = []
        self.reached: asyncio.Task[None] | None = None
        self.phones = {agent: FakePhone(answers_after=2.0, talks_for=talks_for) for agent in ("1001", "1002")}
        self._world, self._answers = world, answers

    async def call(self, number: str, *, contact: str, ring_seconds: float) -> DialOutcome:
        self.calls.append((asyncio.get_running_loop().time(), contact))
        await asyncio.sleep(3)
        outcome = self._answers.pop(0) if self._answers else DialOutcome.ANSWERED
        if outcome is DialOutcome.ANSWERED:
            line = FakeTelephony(contact, caller=number)
            line.phones = {f"PJSIP/{agent}": phone for agent, phone in self.phones.items()}
            self.lines.append(line)
            self.reached = asyncio.create_task(self._world.directory.called_back(line))
        return outcome


def callback_world(
    play: Callable[[World, Callbacks, Customer], Awaitable[None]], *answers: DialOutcome, **policy: Any
) -> World:
    async def run(world: World) -> None:
        customer = Customer(world, list(answers))
        callbacks = begin(world, customer, policy)
        await play(world, callbacks, customer)
        await callbacks.close()

    return scenario(run)


def begin(world: World, customer: Customer, policy: dict[str, Any]) -> Callbacks:
    """A process of the site, that can call customers."""
    raw = {**HOTLINE.queues["claims"].model_dump(exclude_defaults=True), "callback": policy, "wrap_up_seconds": 5}
    made: Hotline = replace(HOTLINE, queues={**HOTLINE.queues, "claims": Queue.model_validate(raw)})
    callbacks = Callbacks(world.dispatcher, world.journal, world.clock, customer)
    world.services = replace(world.services, editions=Editions(Edition(made, world)), call_back=callbacks.request)
    callbacks.attach(world.services)
    world.directory = Directory(world.services, callbacks)
    return callbacks


async def restarted(world: World, callbacks: Callbacks, customer: Customer, policy: dict[str, Any]) -> Callbacks:
    """The process dies, and another one begins."""
    await callbacks.close()
    await world.dispatcher.close()
    if customer.reached is not None:
        customer.reached.cancel()
        await asyncio.gather(customer.reached, return_exceptions=True)
    world.start()
    again = begin(world, customer, policy)
    await world.directory.load()
    return again


def arrives(world: World, call: FakeTelephony) -> asyncio.Task[None]:
    """A caller comes for the queue `claims`."""
    call.press("1", after=2.0)
    call.press("12345678#", after=5.0)
    return asyncio.create_task(world.directory.serve(call))


def kinds(world: World, contact: str) -> list[str]:
    return [
        f.kind for f in world.journal.facts if f.contact == contact and not f.kind.startswith(("agent.s", "wrap_up"))
    ]


def test_the_agent_is_reserved_then_the_customer_called_then_the_agents_phone_rings() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 40.0)
        await asyncio.sleep(1)
        assert world.state("1001") is State.RESERVED
        [(_, context)] = world.screens.shown
        assert (context.caller, context.callback, context.waited_ms) == (NUMBER, True, 40_000)
        await asyncio.sleep(40)

    world = callback_world(play)
    [contact] = {f.contact for f in world.journal.facts if f.kind == "contact.ended"}
    assert contact is not None
    assert kinds(world, contact) == [
        "contact.arrived", "queue.entered", "callback.attempted", "callback.connected", "offer.made", "agent.connected", "offer.ended",
        "queue.left",
        "agent.disconnected", "contact.ended",
    ]  # fmt: skip
    assert world.facts("contact.ended")[0]["cause"] == "served"
    assert world.facts("contact.arrived")[0]["direction"] == "outbound"
    assert world.facts("queue.left")[0]["waited_ms"] >= 43_000


def test_a_customer_who_does_not_answer_frees_the_agent_and_is_tried_again_later() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(10)
        assert world.state("1001") is State.IDLE
        await asyncio.sleep(600)
        assert len(customer.calls) == 2
        assert customer.calls[1][0] - customer.calls[0][0] >= 300

    world = callback_world(play, DialOutcome.NO_ANSWER, retry_minutes=5)
    assert [f["outcome"] for f in world.facts("callback.attempted")] == ["no_answer", "answered"]
    assert world.facts("contact.ended")[0]["cause"] == "served"


def test_after_the_last_attempt_it_ends_unserved() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(3600)
        assert callbacks.waiting == 0

    world = callback_world(play, DialOutcome.BUSY, DialOutcome.UNREACHABLE, attempts=2, retry_minutes=5)
    assert [f["outcome"] for f in world.facts("callback.attempted")] == ["busy", "unreachable"]
    assert world.facts("contact.ended")[0]["cause"] == "unserved"
    assert world.facts("queue.left")[0]["outcome"] == "timeout"


def test_a_callback_nobody_can_serve_expires() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(2 * 3600)
        assert (customer.calls, callbacks.waiting) == ([], 0)

    world = callback_world(play, expires_hours=1)
    assert world.facts("contact.ended")[0]["cause"] == "unserved"


def test_a_second_wish_of_the_same_number_is_the_first_one() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        callbacks.request("sh1-1.2", "claims", NUMBER, "zh", 0.0)
        callbacks.request("sh1-1.3", "complaints", NUMBER, "zh", 0.0)
        await asyncio.sleep(1)
        assert callbacks.waiting == 2

    world = callback_world(play)
    assert len(world.facts("callback.merged")) == 1


def test_it_never_overtakes_an_older_waiter_and_younger_ones_do_not_overtake_it() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        older, younger = FakeTelephony("sh1-1.1"), FakeTelephony("sh1-1.3")
        for call in (older, younger):
            call.phones["PJSIP/1001"] = FakePhone(answers_after=1.0, talks_for=10.0)
        serving = [arrives(world, older)]
        await asyncio.sleep(60)
        callbacks.request("sh1-1.2", "claims", NUMBER, "zh", 0.0)
        serving.append(arrives(world, younger))
        await asyncio.sleep(60)
        world.agent("1001", car_claims=90)
        await asyncio.sleep(150)
        await asyncio.gather(*serving)

    world = callback_world(play)
    order = [f.contact for f in world.journal.facts if f.kind == "offer.made"]
    assert [str(c)[:7] for c in order] == ["sh1-1.1", "sh1-1.2", "sh1-1.3"]


def test_a_place_that_the_caller_had_is_kept_with_the_wish() -> None:
    asked: list[tuple[str, float]] = []

    async def play(world: World) -> None:
        world.services = replace(
            world.services, call_back=lambda c, queue, n, language, waited: asked.append((queue, waited))
        )
        node = next(n for n, x in HOTLINE.nodes.items() if x.kind == "queue" and x.queue == "claims")  # type: ignore[attr-defined]
        end = next(n for n, x in HOTLINE.nodes.items() if x.kind == "hang_up")

        wish = CallbackNode.model_validate({
            "kind": "callback", "title": {"zh": "回电", "en": "Call back"}, "queue": "claims", "next": end, "failed": end
        })  # fmt: skip
        nodes = {**HOTLINE.nodes, node: HOTLINE.nodes[node].model_copy(update={"keys": {"1": "wish"}}), "wish": wish}
        made = replace(HOTLINE, start=node, nodes=nodes)
        world.services = replace(world.services, editions=Editions(Edition(made, world)))
        world.directory = Directory(world.services)
        telephony = FakeTelephony()
        telephony.press("1", after=25)
        await world.directory.serve(telephony)

    scenario(play)
    assert [(queue, round(waited)) for queue, waited in asked] == [("claims", 25)]


def test_a_restarted_process_takes_up_callbacks_with_their_age() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 30.0)
        await asyncio.sleep(100)
        again = await restarted(world, callbacks, customer, {})
        await asyncio.sleep(1)
        [waiting] = world.dispatcher.acd.waiting.values()
        assert round(world.clock.monotonic() - waiting.since) == 131
        world.agent("1001")
        await asyncio.sleep(60)
        await again.close()

    world = callback_world(play)
    assert world.facts("contact.ended")[0]["cause"] == "served"
    assert len(world.facts("contact.arrived")) == 1


def test_a_restarted_process_counts_attempts_on_and_keeps_the_pause_between_them() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(100)
        again = await restarted(world, callbacks, customer, {"attempts": 2, "retry_minutes": 5})
        world.agent("1001")
        await asyncio.sleep(150)
        assert len(customer.calls) == 1
        await asyncio.sleep(600)
        assert (len(customer.calls), again.waiting) == (2, 0)
        await again.close()

    world = callback_world(play, DialOutcome.NO_ANSWER, DialOutcome.NO_ANSWER, attempts=2, retry_minutes=5)
    assert [f["attempt"] for f in world.facts("callback.attempted")] == [1, 2]
    assert world.facts("contact.ended")[0]["cause"] == "unserved"


def test_a_wish_is_in_the_journal_before_anything_else_can_happen() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 30.0)
        assert [f.kind for f in world.journal.facts] == ["contact.arrived", "queue.entered"]

    callback_world(play)


def test_a_customer_who_hangs_up_before_the_agent_answers_has_been_reached_in_vain() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(4)
        customer.lines[0].caller_hangs_up()
        await asyncio.sleep(10)
        assert world.state("1001") is State.IDLE

    world = callback_world(play)
    assert world.facts("contact.ended")[0]["cause"] == "abandoned"


async def dies_ringing(world: World, callbacks: Callbacks, customer: Customer, agent: FakePhone) -> Callbacks:
    """The process dies while the phone of 1001 rings for a customer who was called. Another one begins, under which 1002 works too."""
    world.agent("1001")
    customer.phones["1001"] = agent
    callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
    await asyncio.sleep(4)
    assert (world.state("1001"), customer.reached is not None) == (State.RINGING, True)
    again = await restarted(world, callbacks, customer, {"retry_minutes": 5})
    for number in ("1001", "1002"):
        world.agent(number)
    return again


def test_a_customer_whom_an_agent_answered_while_no_process_was_there_is_not_asked_again() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        again = await dies_ringing(world, callbacks, customer, FakePhone(answers_after=5.0, talks_for=20.0))
        assert world.state("1001") is State.TALKING
        await asyncio.sleep(60)
        await world.directory.called_back(customer.lines[0])
        assert (world.state("1001"), world.state("1002")) == (State.WRAP_UP, State.IDLE)
        assert (len(customer.calls), again.waiting) == (1, 0)
        await again.close()

    world = callback_world(play)
    assert world.facts("contact.ended")[0]["cause"] == "served"
    assert [f["agent"] for f in world.facts("offer.made")] == ["1001"]


def test_a_customer_whom_nobody_answered_while_no_process_was_there_goes_to_the_next_agent_at_once() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        again = await dies_ringing(world, callbacks, customer, FakePhone(answers_after=None))
        await asyncio.sleep(20)
        world.dispatcher.set_status("1001", Status.BREAK, None)
        serving = asyncio.create_task(world.directory.called_back(customer.lines[0]))
        await asyncio.sleep(5)
        assert (world.state("1001"), world.state("1002")) == (State.IDLE, State.TALKING)
        await serving
        assert len(customer.calls) == 1
        await again.close()

    world = callback_world(play)
    assert world.facts("contact.ended")[0]["cause"] == "served"
    made = world.facts("offer.made")
    assert [f["agent"] for f in made] == ["1001", "1002"]
    assert len({f["offer"] for f in made}) == 2


def test_a_customer_who_takes_the_call_of_a_process_that_has_died_is_served_though_busy_for_the_next_one() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(2)
        [(_, contact)] = customer.calls
        again = await restarted(world, callbacks, customer, {"attempts": 1})
        world.agent("1001")
        await asyncio.sleep(1)
        line = FakeTelephony(contact, caller=NUMBER)
        line.phones["PJSIP/1001"] = customer.phones["1001"]
        await world.directory.called_back(line)
        assert (len(customer.calls), again.waiting) == (2, 0)
        await again.close()

    world = callback_world(play, DialOutcome.BUSY)
    assert world.facts("contact.ended")[0]["cause"] == "served"


def test_a_customer_who_was_cut_off_while_no_process_was_there_is_called_again() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        again = await dies_ringing(world, callbacks, customer, FakePhone(answers_after=None))
        await world.directory.channels_known("sh1", [])
        assert world.state("1001") is State.IDLE
        await asyncio.sleep(200)
        assert len(customer.calls) == 1  # the pause between two attempts goes on
        await asyncio.sleep(200)
        assert len(customer.calls) == 2
        await again.close()

    world = callback_world(play)
    assert world.facts("contact.ended")[0]["cause"] == "served"


def test_a_release_without_the_queue_takes_nothing_from_a_callback_that_waits() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(60)
        others = {name: queue for name, queue in HOTLINE.queues.items() if name != "claims"}
        released = Edition(replace(HOTLINE, queues=others, version="next"), world)
        world.services.editions.activate(released)
        world.agent("1001")
        await asyncio.sleep(60)
        assert [ended["cause"] for ended in world.facts("contact.ended")] == ["served"]

    world = callback_world(play)
    assert world.screens.shown[0][1].queue_title_zh == HOTLINE.queues["claims"].title.zh


def test_nobody_is_called_when_the_turn_comes_after_hours() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        current = world.services.editions.current
        mornings = Calendar.model_validate({"time_zone": "UTC", "weekly": {"mon-sun": ["08:00-09:00"]}})
        world.services.editions.activate(
            replace(current, hotline=replace(current.hotline, calendars={"mornings": mornings}))
        )
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(3 * 3600)
        world.agent("1001")  # who works at night, and others may have meanwhile
        await asyncio.sleep(60)
        assert (world.state("1001"), customer.calls) == (State.IDLE, [])
        await asyncio.sleep(24 * 3600)

    world = callback_world(play, hours="mornings", expires_hours=48)
    [attempted] = [fact for fact in world.journal.facts if fact.kind == "callback.attempted"]
    assert (attempted.at.day, attempted.at.hour) == (6, 8)
    assert world.facts("contact.ended")[0]["cause"] == "served"


def test_a_customer_whose_connection_breaks_is_not_cut_off_while_the_journal_is_read() -> None:
    async def play(world: World, callbacks: Callbacks, customer: Customer) -> None:
        asked, read = world.journal_reads_slowly()
        customer.phones = {}  # no agent is reached: the customer waits on the line
        world.agent("1001")
        callbacks.request("sh1-1.1", "claims", NUMBER, "zh", 0.0)
        await asyncio.sleep(10)
        [line] = customer.lines
        line.connection_breaks()
        await asked.wait()
        again = FakeTelephony(line.contact, caller=NUMBER)
        await world.directory.called_back(again)
        assert again.cause is None, "the dialplan asks once more"
        read.set()
        await asyncio.sleep(1)
        again.caller_hangs_up(after=5)
        await world.directory.called_back(again)

    world = callback_world(play)
    assert len(world.facts("callback.connected")) == 2
    assert [ended["cause"] for ended in world.facts("contact.ended")] == ["abandoned"]
