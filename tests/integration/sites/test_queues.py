"""What a queue may say of its agents, on a real Asterisk: rings, priority, agents kept in reserve, owners of
cases, and phones that ring together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.integration.sites.conftest import Changes, standing
from tests.phone import Call, wait
from tests.postgres import PostgresServer
from tests.standstill import late_since
from tests.system import System, data, eventually

pytestmark = pytest.mark.timeout(120)
KEYS = {"narrow": "5", "together": "6", "urgent": "7", "owned": "*", "plain": "0"}
OTHER_KEYS = {"1": "claim_policy", "2": "inquiry_policy", "3": "to_complaints", "4": "to_advice", "8": "which_language"}


@pytest.fixture(scope="module")
async def center(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> AsyncIterator[System]:
    """One site, whose main menu leads to the queues of this module."""
    plain: dict[str, Any] = {"wrap_up_seconds": 0, "overflow": []}
    queues: Changes = {
        "narrow": {"skills": {"advice": 80}, "rings": [{"after_seconds": 4, "skills": {"advice": 60}}], **plain},
        "together": {"skills": {"advice": 60}, "strategy": "ring_all", **plain},
        "urgent": {"skills": {"english": 80}, "priority": 10, "reserve_agents": 1, **plain},
        "owned": {"skills": {"advice": 60}, "sticky": {"wait_seconds": 6, "to": "case_owner"}, **plain},
        "plain": {"skills": {"advice": 60}, **plain},
    }
    for name, queue in queues.items():
        queue["title"] = {"zh": name, "en": name}  # type: ignore[index]
    nodes: Changes = {"main_menu": {"keys": OTHER_KEYS | {key: name for name, key in KEYS.items()}}} | {
        name: {"kind": "queue", "title": {"zh": name, "en": name}, "queue": name, "timeout": "all_busy"}
        for name in KEYS
    }
    async with standing("central", tmp_path_factory.mktemp("center"), postgres, queues, nodes) as system:
        yield system


@pytest.fixture(autouse=True)
async def nothing_is_left(center: System) -> AsyncIterator[None]:
    yield
    await center.nothing_left()


async def comes(system: System, stack: AsyncExitStack, number: str, queue: str) -> Call:
    """A caller for one of the queues, who waits there or rings somebody when this returns."""
    caller = await stack.enter_async_context(system.caller(number))
    call = await caller.call("95500")
    await call.press(KEYS[queue])
    contact = await system.contact_of(number)
    await system.has_fact(contact, "queue.entered")
    return call


async def served(call: Call, ringing: Call) -> None:
    """Both are connected, and the caller hangs up."""
    await ringing.answer()
    await call.hears(5, talker=ringing)
    await call.hang_up()
    await wait(ringing.ended, "the phone to be released")


async def test_a_queue_whose_first_ring_nobody_fits_is_relaxed_after_its_time(center: System) -> None:
    async with AsyncExitStack() as stack:
        phone, _ = await center.seat(stack, "1003")
        began = time.monotonic()
        call = await comes(center, stack, "13822220001", "narrow")
        await served(call, await phone.ring())
        story = await center.story("13822220001")
    [made] = data(story, "offer.made")
    assert made["why"]["ring"] == 1
    assert 3900 <= made["waited_ms"] < 6000 + 1000 * late_since(began)


async def test_who_has_priority_is_served_before_who_waits_longer(center: System) -> None:
    async with AsyncExitStack() as stack:
        phone, desktop = await center.seat(stack, "1004")
        await desktop.send(type="set_status", status="break", reason="rest")
        await desktop.until(lambda s: s["status"] == "break", "a break")
        plain = await comes(center, stack, "13822220002", "plain")
        urgent = await comes(center, stack, "13822220003", "urgent")
        await desktop.ready()
        assert (await desktop.offered())["context"]["caller"] == "13822220003"
        await served(urgent, await phone.ring())
        await plain.hang_up()
        for number in ("13822220002", "13822220003"):
            await center.story(number)


async def test_the_last_agent_who_is_kept_for_a_queue_serves_that_queue_alone(center: System) -> None:
    async with AsyncExitStack() as stack:
        kept_phone, kept = await center.seat(stack, "1004")
        plain = await comes(center, stack, "13822220004", "plain")
        urgent = await comes(center, stack, "13822220005", "urgent")
        assert (await kept.offered())["context"]["caller"] == "13822220005"
        await served(urgent, await kept_phone.ring())
        await kept.state("idle")
        phone, _ = await center.seat(stack, "1003")
        await served(plain, await phone.ring())
        assert kept.snapshot["state"] == "idle"
        stories = {n: await center.story(n) for n in ("13822220004", "13822220005")}
    assert {n: s["agent"] for n, s in stories.items()} == {"13822220004": "1003", "13822220005": "1004"}


async def test_phones_that_ring_together_each_know_their_offer_and_the_first_to_answer_has_the_call(
    center: System,
) -> None:
    async with AsyncExitStack() as stack:
        seats = [await center.seat(stack, number) for number in ("1002", "1003")]
        call = await comes(center, stack, "13822220006", "together")
        offers = [(await desktop.offered())["offer"] for _, desktop in seats]
        rings = [await phone.ring() for phone, _ in seats]
        assert [r.invite.get("x-hotline-offer") for r in rings if r.invite is not None] == offers
        await rings[1].answer()
        await wait(rings[0].ended, "the other phone to be silent")
        await seats[1][1].state("talking")
        await seats[0][1].state("idle")
        assert seats[0][1].snapshot["status"] == "available"
        await call.hears(5, talker=rings[1])
        await rings[1].hang_up()
        await wait(call.ended, "the caller to be released")
        story = await center.story("13822220006")
    assert story["agent"] == "1003"
    assert sorted(o["outcome"] for o in data(story, "offer.ended")) == ["answered", "taken"]


async def test_one_of_those_who_ring_together_declines_and_the_others_ring_on(center: System) -> None:
    async with AsyncExitStack() as stack:
        seats = [await center.seat(stack, number) for number in ("1002", "1003")]
        call = await comes(center, stack, "13822220007", "together")
        offers = [(await desktop.offered())["offer"] for _, desktop in seats]
        rings = [await phone.ring() for phone, _ in seats]
        await seats[0][1].send(type="decline", offer=offers[0])
        await wait(rings[0].ended, "the phone of the one who declined to be silent")

        async def not_ready() -> bool:
            return seats[0][1].snapshot["reason"] == "declined"

        await eventually(not_ready, "the one who declined to be not ready")
        await served(call, rings[1])
        story = await center.story("13822220007")
    assert story["agent"] == "1003"


async def waits_for(system: System, contact: str) -> tuple[str, str]:
    """For whom alone a contact waits, and for which case: what a site explains."""
    site = system.topology.site("sh")
    told = await system.api.get(
        f"http://{site.host}:{site.port}/acd/explain", params={"contact": contact},
        headers={"Authorization": f"Bearer {system.settings.secrets.derive('operations')}"},
    )  # fmt: skip
    return told.json()["wanted"], told.json()["wanted_case"]


async def test_a_customer_with_an_open_case_is_offered_to_its_owner_for_a_while_and_then_to_others(
    center: System,
) -> None:
    number = "13822220008"  # nobody whom the data center has a record of
    async with AsyncExitStack() as stack:
        phone, desktop = await center.seat(stack, "1003")
        call = await comes(center, stack, number, "owned")
        contact = (await desktop.offered())["context"]["contact"]
        await served(call, await phone.ring())
        case = await center.opens_case(desktop, contact)
        await center.knows_case(case)
        await center.story(number, with_fact="case.opened")

        other_phone, other = await center.seat(stack, "1002")
        await desktop.send(type="set_status", status="break", reason="rest")
        await desktop.until(lambda s: s["status"] == "break", "a break")
        await desktop.ready()  # 1002 has been idle longer
        call = await comes(center, stack, number, "owned")
        shown = (await desktop.offered())["context"]["customer"]
        assert [(c["id"], c["owner"], c["status"]) for c in shown["cases"]] == [(case, "1003", "open")]
        await served(call, await phone.ring())
        story = await center.story(number)
        [entered] = data(story, "queue.entered")
        assert (story["agent"], entered["wanted"], entered["wanted_case"]) == ("1003", "1003", case)

        await desktop.send(type="set_status", status="break", reason="rest")
        await desktop.until(lambda s: s["status"] == "break", "a break")
        began = time.monotonic()
        call = await comes(center, stack, number, "owned")
        told = await waits_for(center, await center.contact_of(number))
        assert told == ("1003", case)
        await other.offered()
        await served(call, await other_phone.ring())
        story = await center.story(number)
        assert story["agent"] == "1002"
        assert 5900 <= data(story, "offer.made")[0]["waited_ms"] < 8000 + 1000 * late_since(began)

        await desktop.send(type="log_out")
        began = time.monotonic()
        call = await comes(center, stack, number, "owned")
        await served(call, await other_phone.ring())
        story = await center.story(number)
        assert story["agent"] == "1002"
        assert data(story, "offer.made")[0]["waited_ms"] < 1500 + 1000 * late_since(began)
