"""The same flow tests on the interpreter and on real Asterisk: the same facts, in the same order.

Callers who only press keys are SIPp; those who speak, or whom somebody else answers, are our own phone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cti.ivr import NodeVisit, load_hotline
from cti.ivr.flowtest import read_tests, run_tests
from cti.ivr.flowtest.model import Does, FlowTest
from cti.ivr.flowtest.run import run_test
from cti.kit.strict_yaml import parse, read
from cti.wiring import hotline_folder
from tests.desktop import Desktop
from tests.integration.hotline.test_releases import Publisher
from tests.phone import Phone
from tests.sipp import AwaitHangUp, Caller, Digits, HangUp, Pause, calling
from tests.system import System, eventually

EXPERT = "02112345678"
ASIDE = frozenset({"recording", "ms", "talk_ms"})  # what differs from call to call
PROOF = Path(__file__).parent / "proof"
HOTLINE = load_hotline(PROOF)
FROM_NODES = ("sms.requested", "callback.requested", "survey.answered", "voicemail.left", "call.transferred")
TESTS = read_tests(parse(read(PROOF / "tests.yaml"), "tests.yaml"), HOTLINE).tests


@pytest.fixture
async def published(system: System, tmp_path: Path) -> AsyncIterator[None]:
    """Callers meet the proof flow; afterwards the shipped one again."""
    publisher = Publisher(system, tmp_path)
    await publisher.run("publish", PROOF)
    yield
    await publisher.run("publish", hotline_folder(system.settings))


def story(visits: Sequence[NodeVisit]) -> list[tuple[Any, ...]]:
    """What the facts of a flow say, without times."""
    told: list[tuple[Any, ...]] = []
    for visit in visits:
        told.append(("node.visited", visit.node, visit.kind, visit.outcome, visit.input))
        told += [(fact.kind, _lasting(fact.model_dump(mode="json"))) for fact in visit.facts]
    return told


def story_of(facts: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The same, from the data center."""
    told: list[tuple[Any, ...]] = []
    for fact in facts:
        kind, data = fact["kind"], fact["data"]
        if kind == "node.visited":
            told.append((kind, data["node"], data["node_kind"], data["outcome"], data["input"]))
        elif kind in FROM_NODES:
            told.append((kind, _lasting(data)))
    return told


def _lasting(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in ASIDE}


def visits_before(test: FlowTest, step: int) -> int:
    """How many nodes the caller has left when the time for a step has come."""
    until = test.model_copy(update={"does": (*test.does[:step], Does(hang_up=True))})
    return sum(visit.outcome != "hung_up" for visit in run_test(HOTLINE, until).visited)


def only_keys(test: FlowTest) -> bool:
    """Whether nobody but the caller takes part, and the caller does not speak."""
    return (
        not any(step.speak or step.transfer or step.queue for step in test.does) and "nothing is said" not in test.name
    )


async def sipp(system: System, test: FlowTest, folder: Path) -> list[tuple[Any, ...]]:
    """SIPp presses what the test says, each time while it is being asked; gives what became of it."""
    steps: list[Any] = []
    for step in test.does:
        if step.press is not None:
            steps += [Pause(1200), Digits(step.press)]
        elif step.silent:
            assert step is test.does[-1]  # then SIPp waits for the end
        elif step.hang_up:
            steps += [Pause(1200), HangUp()]
    leaves = bool(test.does[-1].hang_up)
    caller = Caller(system.carrier("sh"), (*steps, *(() if leaves else (AwaitHangUp(),))), number=test.caller)
    node = system.topology.site("sh").nodes[0].address
    async with calling(caller, node, folder) as call:
        await call.succeeded()
    return story_of((await system.story(test.caller))["facts"])


async def act(system: System, test: FlowTest, others: Others) -> list[tuple[Any, ...]]:
    """Our own phone does what the test says, and others what is theirs; gives what became of it."""
    async with system.caller(test.caller) as caller:
        call = await caller.call("95500")
        contact = await system.contact_of(test.caller)
        for number, step in enumerate(test.does):
            wanted = visits_before(test, number)

            async def there(wanted: int = wanted) -> bool:
                return [f["kind"] for f in await system.facts(contact)].count("node.visited") >= wanted

            await eventually(there, f"{test.name}: the moment for step {number}")
            if step.press is not None:
                await call.press(step.press)
            if step.speak is not None:
                await call.rtp.speak(step.speak + 3)  # the prompt and the beep come first
                await call.press("#")
            if step.transfer is not None:
                await others.outside(answers=step.transfer == "answered")
            if step.queue is not None:
                await others.agent()
        if "nothing is said" in test.name:
            await call.rtp.speak(15, loud=False)  # a line that is open
        return story_of((await system.story(test.caller))["facts"])


@dataclass
class Others:
    """An agent, and a phone outside behind the carrier."""

    phone: Phone
    desktop: Desktop
    expert: Phone

    async def agent(self) -> None:
        call = await self.phone.ring()
        await call.answer()
        await self.desktop.state("talking")
        await call.hang_up()
        await self.desktop.wrap_up()

    async def outside(self, *, answers: bool) -> None:
        call = await self.expert.ring()
        if answers:
            await call.answer()
            await call.hang_up()
        else:
            call.refuse()


def test_the_proof_flow_passes_its_tests() -> None:
    assert run_tests(HOTLINE, TESTS).failed == {}
    assert len(TESTS) >= 12


async def test_callers_played_by_sipp_leave_the_facts_that_the_interpreter_says(
    system: System, published: None, tmp_path: Path
) -> None:
    tests = [test for test in TESTS if only_keys(test)]
    assert len(tests) >= 12
    came = await asyncio.gather(*(sipp(system, test, tmp_path) for test in tests))
    for test, real in zip(tests, came, strict=True):
        assert real == story(run_test(HOTLINE, test).visited), test.name


async def test_callers_whom_others_serve_leave_them_too(system: System, published: None) -> None:
    tests = [test for test in TESTS if not only_keys(test)]
    site = system.topology.site("sh")
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        behind = Phone(system.carrier("sh"), EXPERT, site.nodes[0].address, port=site.carriers[0].port)
        others = Others(phone, desktop, await stack.enter_async_context(behind))
        for test in tests:
            assert await act(system, test, others) == story(run_test(HOTLINE, test).visited), test.name
    kept = list(system.settings.recordings("sh").glob("*.wav"))
    assert max(file.stat().st_size for file in kept) > 16_000 * 3


async def test_what_a_caller_types_in_secret_is_in_no_fact_and_no_log(
    system: System, published: None, tmp_path: Path
) -> None:
    test = next(test for test in TESTS if "secret" in test.name)
    (card,) = (step.press for step in test.does[1:])
    assert card is not None
    await sipp(system, test.model_copy(update={"caller": "13940000099"}), tmp_path)
    facts = (await system.api.get("/api/v1/contacts", params={"caller": "13940000099"})).json()["items"]
    story = (await system.api.get(f"/api/v1/contacts/{facts[0]['id']}")).text
    logs = "".join(path.read_text(errors="replace") for path in (system.settings.state / "logs").glob("*.log"))
    assert card not in story + logs
    assert '"input":"****"' in story.replace(" ", "")
