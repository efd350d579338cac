"""Runs tests of a flow on the interpreter, and compares what happened with what was expected. Pure; time is virtual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cti.facts.kinds import TransferOutcome
from cti.ivr.calendars import State
from cti.ivr.commands import Enqueue, HangUp, Request, Transfer, Transferred
from cti.ivr.flowtest.caller import Caller, CallerLeft
from cti.ivr.flowtest.coverage import Coverage
from cti.ivr.flowtest.expectations import Course, Finding, findings
from cti.ivr.flowtest.model import Ends, FlowTest
from cti.ivr.hotline import Hotline
from cti.ivr.interpreter import begin, leave, resume
from cti.ivr.position import NodeVisit

MAX_COMMANDS = 500  # a call of more has lost its way
# In tests the data center's address is its placeholder, so that requests read as in the flow.
VARIABLES = {"data_center": "{data_center}"}


@dataclass(frozen=True, slots=True)
class Report:
    """Of all tests of a hotline: what failed, by the test's index, and the coverage of its flow."""

    tests: int
    failed: dict[int, tuple[Finding, ...]]
    coverage: Coverage


def run_tests(hotline: Hotline, tests: Sequence[FlowTest]) -> Report:
    """Runs every test by itself; none knows of another."""
    courses = [run_test(hotline, test) for test in tests]
    found = {index: findings(course) for index, course in enumerate(courses)}
    visits = (visit for course in courses for visit in course.visited)
    return Report(len(tests), {i: f for i, f in found.items() if f}, Coverage.of(hotline, visits))


def run_test(hotline: Hotline, test: FlowTest) -> Course:
    """One call, from its first command to its end."""

    def consult(calendar: str, seconds: float) -> State:
        its = hotline.calendars[calendar]
        return its.state(test.clock.at.replace(tzinfo=its.zone) + timedelta(seconds=seconds))[0]

    caller = Caller(test.does, consult)
    called = hotline.number if test.called is None else test.called
    step = begin(hotline, caller=test.caller, called=called, now=caller.now, variables=VARIABLES)
    visited, requests, waited = [*step.visited], list[Request](), None
    ends: Ends | None = None
    try:
        for _ in range(MAX_COMMANDS):
            if isinstance(step.command, HangUp):
                ends = _ended_by_flow(step.command, visited)
                break
            if isinstance(step.command, Request):
                requests.append(step.command)
            if isinstance(step.command, Enqueue):
                waited = step.command
            event = caller.tell(step.command)
            if isinstance(step.command, Transfer) and not hotline.allowed.number(step.command.number):
                event = Transferred(TransferOutcome.REFUSED)
            step = resume(hotline, step.position, event, caller.now)
            visited += step.visited
    except CallerLeft:
        visited += leave(hotline, step.position, caller.now)
        ends = "caller_left"
    position = step.position
    queue = hotline.queues[waited.queue] if waited else None
    priority = (
        None if queue is None or waited is None else queue.priority if waited.priority is None else waited.priority
    )
    return Course(
        test, tuple(caller.heard), tuple(visited), tuple(requests), waited.queue if waited else None,
        queue.any_of[0] if queue else {}, priority, position.values, position.language, ends, caller.undone, caller.now,
    )  # fmt: skip


def _ended_by_flow(command: HangUp, visited: Sequence[NodeVisit]) -> Ends:
    if command.failed:
        return "failed"
    return "queue" if visited[-1].kind == "queue" else "hung_up"
