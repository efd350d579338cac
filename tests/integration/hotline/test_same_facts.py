"""The same flow tests on the interpreter and on real Asterisk: the same facts, in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cti.ivr import NodeVisit, load_hotline
from cti.ivr.flowtest import read_tests, run_tests
from cti.ivr.flowtest.model import Does, FlowTest
from cti.ivr.flowtest.run import run_test
from cti.kit.strict_yaml import parse, read
from cti.wiring import hotline_folder
from tests.integration.hotline.test_releases import Publisher
from tests.system import System, eventually

PROOF = Path(__file__).parent / "proof"
HOTLINE = load_hotline(PROOF)
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
        told += [(fact.kind, fact.model_dump(mode="json")) for fact in visit.facts]
    return told


def story_of(facts: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The same, from the data center."""
    told: list[tuple[Any, ...]] = []
    for fact in facts:
        kind, data = fact["kind"], fact["data"]
        if kind == "node.visited":
            told.append((kind, data["node"], data["node_kind"], data["outcome"], data["input"]))
        elif kind in ("sms.requested", "callback.requested", "survey.answered"):
            told.append((kind, data))
    return told


def visits_before(test: FlowTest, step: int) -> int:
    """How many nodes the caller has left when the time for a step has come."""
    until = test.model_copy(update={"does": (*test.does[:step], Does(hang_up=True))})
    return sum(visit.outcome != "hung_up" for visit in run_test(HOTLINE, until).visited)


async def act(system: System, test: FlowTest) -> list[tuple[Any, ...]]:
    """A real caller does what the test says; gives what became of it."""
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
            if step.hang_up:
                await call.hang_up()
        return story_of((await system.story(test.caller))["facts"])


def test_the_proof_flow_passes_its_tests() -> None:
    assert run_tests(HOTLINE, TESTS).failed == {}
    assert len(TESTS) >= 12


async def test_real_calls_leave_the_facts_that_the_interpreter_says(system: System, published: None) -> None:
    came = await asyncio.gather(*(act(system, test) for test in TESTS))
    for test, real in zip(TESTS, came, strict=True):
        assert real == story(run_test(HOTLINE, test).visited), test.name


async def test_what_a_caller_types_in_secret_is_in_no_fact_and_no_log(system: System, published: None) -> None:
    test = next(test for test in TESTS if "secret" in test.name)
    (card,) = (step.press for step in test.does[1:])
    assert card is not None
    await act(system, test.model_copy(update={"caller": "13940000099"}))
    facts = (await system.api.get("/api/v1/contacts", params={"caller": "13940000099"})).json()["items"]
    story = (await system.api.get(f"/api/v1/contacts/{facts[0]['id']}")).text
    logs = "".join(path.read_text(errors="replace") for path in (system.settings.state / "logs").glob("*.log"))
    assert card not in story + logs
    assert '"input":"****"' in story.replace(" ", "")
