"""Whatever callers press and business systems answer, the shipped flow goes on to an end or a queue."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti.facts.kinds import QueueOutcome
from cti.ivr import (
    Answered,
    Collect,
    Enqueue,
    Event,
    HangUp,
    Hotline,
    LeftQueue,
    Play,
    Played,
    Position,
    Request,
    Step,
    Typed,
    again,
    begin,
    leave,
    load_hotline,
    resume,
)
from cti.kit.errors import ConfigError
from tests.unit.ivr.conftest import FLOWS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["status", "number", "x"]) | st.text(), inner, max_size=4)
    ),
)
DIGITS = st.text("0123456789*#ABCD", max_size=14) | st.from_regex(r"[0-9]{8,12}", fullmatch=True) | st.text(max_size=5)
TYPED = st.builds(Typed, DIGITS | st.sampled_from("1234567890*#"), st.booleans())
ANSWERED = st.builds(Answered, st.sampled_from([0, 200, 204, 301, 404, 500]) | st.integers(), JSON)
LEFT = st.builds(LeftQueue, st.sampled_from(QueueOutcome))
MAX_POSITION = 1800  # bytes: it travels in a channel variable, and Asterisk reads AGI lines of at most 2,047


def fitting(step: Step) -> st.SearchStrategy[Event]:
    match step.command:
        case Collect():
            return TYPED
        case Request():
            return ANSWERED
        case Enqueue():
            return LEFT
        case _:
            return st.just(Played())


@settings(max_examples=300)
@given(data=st.data(), caller=st.text(max_size=40))
def test_no_caller_and_no_answer_makes_the_interpreter_raise(demo: Hotline, data: st.DataObject, caller: str) -> None:
    step, now = (
        begin(demo, caller=caller, called="95500", now=0.0, variables={"data_center": "http://127.0.0.1:8000"}),
        0.0,
    )
    for _ in range(60):
        if isinstance(step.command, HangUp):
            assert not step.command.failed
            return
        assert step.position.node in demo.nodes
        stored = step.position.model_dump_json()
        assert len(stored.encode()) < MAX_POSITION
        position = Position.model_validate_json(stored)
        assert again(demo, position, now).command == step.command
        assert len(leave(demo, position, now)) == 1
        now += data.draw(st.floats(0, 60))
        event = data.draw(fitting(step) | st.one_of(TYPED, ANSWERED, LEFT, st.just(Played())))
        step = resume(demo, position, event, now)


def test_silent_caller_reaches_people_and_then_the_end(demo: Hotline) -> None:
    step = begin(demo, caller="", called="95500", now=0.0)
    queues = []
    for _ in range(30):
        match step.command:
            case Play():
                event: Event = Played()
            case Enqueue(queue):
                queues.append(queue)
                event = LeftQueue(QueueOutcome.TIMEOUT)
            case HangUp():
                assert queues == ["general"]
                return
            case _:
                event = Typed("", False)
        step = resume(demo, step.position, event, 1.0)
    pytest.fail("a silent caller never gets out")


@settings(max_examples=200)
@given(cut=st.integers(0, 4000), junk=st.binary(max_size=12))
def test_damaged_files_are_problems_and_never_tracebacks(
    cut: int, junk: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged", numbered=True)
    for name in ("flow.yaml", "queues.yaml", "prompts.yaml"):
        raw = (FLOWS / "95500" / name).read_bytes()
        at = cut % len(raw)
        (folder / name).write_bytes(raw[:at] + junk + raw[at + len(junk) :])
    with contextlib.suppress(ConfigError):
        load_hotline(folder)
