"""What agents do with cases at their desktops: written first, told back then, with and without the data center."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from cti.agents.cases import CaseWork
from cti.agents.messages import Case, HandOverCase, NoteCase
from cti.calls.context import CaseCard, CustomerCard
from cti.facts.kinds import AgentConnected, ContactArrived
from cti.kit.clock import SystemClock
from tests.unit.agents.test_desktops import Desktop, Records, Site, desktop, site, ticket

__all__ = ["site"]  # a fixture
CASE, OTHER = "01JD8Q7M0W3V9K2X4Z6B8N1R5T", "01JD8Q7M0W3V9K2X4Z6B8N1R5V"
CARD = CaseCard(
    id=OTHER,
    kind="claim",
    subject="定损争议",
    owner="1001",
    opened_at=datetime(2026, 11, 23, tzinfo=UTC),
    number="13800138000",
)


async def with_contact(site: Site, stack: AsyncExitStack, customer: CustomerCard | None = None) -> Desktop:
    """Agent 1001's desktop, which shows contact c1 of a customer who is known or not."""
    page = await desktop(site)
    stack.push_async_callback(page.close)
    await page.log_in()
    await page.send(type="set_status", status="available")
    found: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    found.set_result(customer)
    place = stack.enter_context(site.dispatcher.waiting(ticket("c1", found)))
    offering = await place.next_offer()
    showing = asyncio.create_task(site.dispatcher.show(offering, place.context()))
    await page.next("offered")
    await page.send(type="shown", offer=offering.offer)
    await showing
    return page


async def wishes(page: Desktop, **message: Any) -> dict[str, Any]:
    """The case as it is then."""
    await page.send(**message)
    case: dict[str, Any] = (await page.next("case"))["case"]
    return case


async def refused(page: Desktop, **message: Any) -> str:
    await page.send(**message)
    return str((await page.next("refused"))["code"])


OPEN = {"type": "open_case", "case": CASE, "contact": "c1", "kind": "complaint", "subject": " 理赔款未到账 "}


async def test_a_case_is_opened_in_a_contact_and_is_on_the_screen_from_then_on(site: Site) -> None:
    site.records.away = True  # it needs no data center
    async with AsyncExitStack() as stack:
        page = await with_contact(site, stack)
        case = await wishes(page, **OPEN)
        assert (case["owner"], case["status"], case["number"]) == ("1001", "open", "13800138000")
        [fact] = [f for f in site.journal.facts if f.kind == "case.opened"]
        assert (fact.contact, fact.data["subject"], fact.data["hotline"]) == ("c1", "理赔款未到账", "95500")
        assert await wishes(page, **OPEN) == case  # the desktop did not hear the answer
        assert len(site.kinds("case.opened")) == 1
        again = await desktop(site)
        snapshot = (await again.log_in())["snapshot"]
        assert snapshot["offer"]["context"]["customer"]["cases"] == [case]
        await again.close()


async def test_a_record_that_comes_late_keeps_the_case_that_was_opened_meanwhile(site: Site) -> None:
    async with AsyncExitStack() as stack:
        page = await with_contact(site, stack)
        await wishes(page, **OPEN)
        [offer] = [view.offer for view in site.hub._offers.values()]
        site.hub.customer("1001", offer, CustomerCard(name="张三丰", cases=(CARD,)))
        customer = (await page.next("customer"))["customer"]
        assert (customer["name"], [c["id"] for c in customer["cases"]]) == ("张三丰", [CASE, OTHER])


async def test_a_case_is_noted_handed_over_closed_and_opened_again(site: Site) -> None:
    site.records.away = True  # it is on the screen: the data center is not asked
    async with AsyncExitStack() as stack:
        page = await with_contact(site, stack, CustomerCard(name="张三丰", cases=(CARD,)))
        of = {"case": OTHER, "contact": "c1"}
        assert (await wishes(page, type="note_case", note="再查\n一次", **of))["note"] == "再查\n一次"
        assert (await wishes(page, type="hand_over_case", to="2001", **of))["owner"] == "2001"
        await wishes(page, type="hand_over_case", to="2001", **of)  # is so already: nothing is written
        closed = await wishes(page, type="set_case_status", status="closed", resolution="已补赔", **of)
        assert (closed["status"], closed["resolution"]) == ("closed", "已补赔")
        assert (await wishes(page, type="set_case_status", status="open", **of))["resolution"] is None
        assert await refused(page, type="hand_over_case", to="7777", **of) == "agents.unknown_agent"
    facts = [(f.kind, f.contact) for f in site.journal.facts if f.kind.startswith("case.")]
    assert facts == [
        (kind, "c1") for kind in ("case.noted", "case.owner_changed", "case.status_changed", "case.status_changed")
    ]


async def test_an_agent_sees_and_settles_their_own_cases_between_contacts(site: Site) -> None:
    site.records.cards = [CARD, CARD.model_copy(update={"id": CASE, "owner": "1002"})]
    page = await desktop(site)
    await page.log_in()
    await page.send(type="list_cases")
    assert [c["id"] for c in (await page.next("cases"))["cases"]] == [OTHER]
    site.records.away = True
    case = await wishes(page, type="set_case_status", case=OTHER, status="closed", resolution="已补赔")
    assert case["status"] == "closed"
    assert [(f.contact, f.data["agent"]) for f in site.journal.facts if f.kind.startswith("case.")] == [(None, "1001")]
    assert await refused(page, type="list_cases") == "agents.cases_unreachable"
    await page.close()


async def test_a_site_that_has_restarted_asks_its_journal_and_the_data_center(site: Site) -> None:
    """Its screens are forgotten; the conversation goes on."""
    site.journal.record(ContactArrived(
        hotline="95500", caller="13900139000", called="95500", node="sh1", asterisk_channel="PJSIP/x"), "c1")  # fmt: skip
    site.journal.record(AgentConnected(offer="o", queue="claims", agent="1001", agent_site="sh", waited_ms=0), "c1")
    site.records.cards = [CARD]
    page = await desktop(site)
    await page.log_in()
    assert (await wishes(page, **OPEN))["number"] == "13900139000"
    assert (await wishes(page, type="note_case", case=OTHER, contact="c1", note="x"))["note"] == "x"
    assert await refused(page, type="note_case", case="0" * 26, note="x") == "agents.unknown_case"
    other = await desktop(site)
    await other.log_in("1002")
    assert await refused(other, **OPEN | {"case": "1" * 26}) == "agents.not_your_contact"
    assert await refused(other, type="note_case", case=OTHER, contact="c1", note="x") == "agents.not_your_contact"
    await page.close()
    await other.close()


async def test_what_is_no_case_is_refused_as_any_nonsense(site: Site) -> None:
    page = await desktop(site)
    await page.log_in()
    for wrong in ({"case": "x"}, {"subject": "  "}, {"kind": "party"}, {"subject": "a\x00b"}, {"contact": None}):
        assert await refused(page, **OPEN | wrong) == "agents.bad_message"
    assert site.kinds("case.opened") == []
    await page.close()


async def test_two_wishes_that_wait_for_the_same_case_both_count(site: Site) -> None:
    told = asyncio.Event()

    class Slow(Records):
        async def find(self, case: str) -> CaseCard | None:
            await told.wait()
            return CARD

    work = CaseWork(site.journal, SystemClock(), Slow(), "95500", lambda number: True)
    noted = asyncio.create_task(work.do("1001", NoteCase(case=OTHER, note="等待定损单"), None))
    handed = asyncio.create_task(work.do("1002", HandOverCase(case=OTHER, to="2001"), None))
    await asyncio.sleep(0)  # both ask the data center
    told.set()
    await noted
    answer = await handed
    assert isinstance(answer, Case) and (answer.case.note, answer.case.owner) == ("等待定损单", "2001")
