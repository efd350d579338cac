"""Two people in Chromium: one calls from the web phone, the other answers on the agent's desktop."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.system import System, data, eventually

Visit = Callable[[str], Awaitable[Page]]
CALLER = "13800138000"  # one of the sample customers
SECONDS = 15_000  # ms, for any one thing to appear
FLAGS = [
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required", "--no-sandbox", "--disable-background-networking", "--disable-gpu",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "no Chromium: install the package chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def visit(browser: Browser, system: System) -> AsyncIterator[Visit]:
    """Opens a page of the console in a browser profile of its own, closed with the test."""
    contexts = []

    async def visit(path: str) -> Page:
        contexts.append(context := await browser.new_context(locale="zh-CN", permissions=["microphone"]))
        page = await context.new_page()
        page.set_default_timeout(SECONDS)
        await page.goto(f"{system.topology.data_center.url}{path}")
        return page

    yield visit
    for context in contexts:
        await context.close()


async def sign_in(page: Page, system: System, agent: str) -> None:
    await page.fill("input[data-testid=agent]", agent)
    await page.fill("input[data-testid=password]", system.settings.secrets.agent_password)
    await page.get_by_test_id("sign-in").click()
    await page.get_by_test_id("go-ready").click()
    await page.wait_for_selector("[data-testid=status][data-status=available]")
    await page.wait_for_selector("[data-testid=banner-phone]", state="detached")


async def dial(page: Page) -> None:
    await page.get_by_test_id("caller").fill(CALLER)
    await page.get_by_test_id("call").click()
    await page.get_by_test_id("key-1").wait_for()
    await audio_flows(page, "the greeting")  # a key pressed before the media path is up is heard by nobody


async def moment(page: Page, what: str) -> float:
    """When something happened on the page, in its own milliseconds."""
    events: list[dict[str, Any]] = await page.evaluate("() => window.__hotline.events")
    return float(next(e["at"] for e in events if e["what"] == what))


async def packets(page: Page) -> tuple[int, int]:
    """(0, 0) while the call has no media yet."""
    audio = ((await page.evaluate("() => window.__hotline.callStats()")) or {}).get("audio") or {}
    return audio.get("inboundPackets", 0), audio.get("outboundPackets", 0)


async def audio_flows(page: Page, what: str) -> None:
    start = await packets(page)

    async def grown() -> bool:
        now = await packets(page)
        return now[0] >= start[0] + 50 and now[1] >= start[1] + 50

    await eventually(grown, f"sound both ways at {what}")


async def test_a_caller_in_the_browser_reaches_an_agent_in_the_browser(visit: Visit, system: System) -> None:
    agent, caller = await visit("/agent"), await visit("/phone")
    await sign_in(agent, system, "1001")
    await dial(caller)
    await caller.get_by_test_id("key-1").click()
    await caller.keyboard.type("12345678#", delay=180)

    await agent.wait_for_selector("[data-testid=stage][data-stage=offered]")
    assert (await agent.get_by_test_id("caller-number").inner_text()).replace(" ", "") == CALLER
    assert "12345678" in await agent.get_by_test_id("collected-policy").inner_text()
    await agent.wait_for_selector("[data-testid=customer][data-pending=false]")
    assert (await agent.get_by_test_id("caller-name").inner_text()).replace(" ", "") != CALLER
    await agent.get_by_test_id("answer").click()
    await agent.wait_for_selector("[data-testid=stage][data-stage=talking]")
    assert await moment(agent, "offered") <= await moment(agent, "shown") <= await moment(agent, "ringing")
    await audio_flows(agent, "the agent")
    await audio_flows(caller, "the caller")

    await agent.keyboard.press("c")
    await agent.keyboard.type("理赔款未到账")
    await agent.keyboard.press("Enter")
    await agent.wait_for_selector("[data-testid=case][data-status=open]")

    await agent.get_by_test_id("hang-up").click()
    await agent.get_by_test_id("code-resolved").click()
    await agent.get_by_test_id("note").fill("保单已核实")
    await agent.get_by_test_id("save-wrap-up").click()
    await agent.wait_for_selector("[data-testid=status][data-status=available][data-state=idle]")
    await system.has_fact(await system.contact_of(CALLER), "case.opened")  # the data center knows it now
    await agent.keyboard.press("c")
    own = agent.get_by_test_id("own-cases")
    assert await own.get_by_test_id("case-subject").inner_text() == "理赔款未到账"
    await own.get_by_test_id("case-close").click()
    await agent.keyboard.type("已补赔")
    await agent.keyboard.press("Enter")
    await own.get_by_test_id("case").wait_for(state="detached")
    await caller.get_by_test_id("call-ended").wait_for()
    await agent.get_by_test_id("sign-out").click()

    story = await system.story(CALLER, with_fact="wrap_up.ended")
    assert (story["cause"], story["agent"], story["ended_by"]) == ("served", "1001", "agent")
    assert [(c["subject"], c["owner"]) for c in story["cases"]] == [("理赔款未到账", "1001")]
    assert (
        data(story, "wrap_up.ended")[0] | {"code": "resolved", "note": "保单已核实"} == data(story, "wrap_up.ended")[0]
    )


async def test_a_caller_in_the_browser_reaches_an_agent_at_the_other_site(visit: Visit, system: System) -> None:
    agent, caller = await visit("/agent"), await visit("/phone")
    await sign_in(agent, system, "2003")
    await dial(caller)
    await caller.get_by_test_id("key-3").click()
    await agent.wait_for_selector("[data-testid=stage][data-stage=offered]")
    await agent.keyboard.press("Enter")
    await agent.wait_for_selector("[data-testid=stage][data-stage=talking]")
    await audio_flows(caller, "the caller")
    await caller.get_by_test_id("hang-up").click()
    await agent.get_by_test_id("code-other").click()
    await agent.get_by_test_id("save-wrap-up").click()
    await agent.wait_for_selector("[data-testid=status][data-state=idle]")
    await agent.get_by_test_id("sign-out").click()
    story = await system.story(CALLER)
    assert (story["site"], story["agent_site"], story["ended_by"]) == ("sh", "bj", "customer")
