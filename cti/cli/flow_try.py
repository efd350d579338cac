"""`cti flow try`: plays a flow in the terminal, as a caller would hear it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.facts.kinds import QueueOutcome, TransferOutcome
from cti.ivr import (
    Answered,
    Collect,
    Consult,
    Consulted,
    Enqueue,
    Event,
    FaxReceived,
    HangUp,
    Hotline,
    LeftQueue,
    NodeVisit,
    Play,
    Played,
    PromptRef,
    ReceiveFax,
    Record,
    Recorded,
    Request,
    Step,
    Transfer,
    Transferred,
    Typed,
    begin,
    leave,
    load_hotline,
    resume,
)
from cti.ivr.calendars import moment
from cti.ivr.flowtest.model import CALLER, CLOCK
from cti.kit.errors import ConfigError, problem
from cti.settings import Settings
from cti.wiring import hotline_folder

HELP = "keys and Enter; Enter alone: silence; h: hang up; ?: where am I   按键后回车；直接回车：不按键；h：挂机；?：当前位置"

_TRANSFERS = {
    "": TransferOutcome.ANSWERED,
    "a": TransferOutcome.ANSWERED,
    "b": TransferOutcome.BUSY,
    "n": TransferOutcome.NO_ANSWER,
}


class HungUp(Exception):
    """The person at the terminal has hung up, or the input is over."""


def add_try_command(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds `try` to the commands of `cti flow`."""

    @app.command("try", epilog='Example: cti flow try ivr_flows/95500 --save-test "a claim"')
    def play(
        folder: Annotated[Path | None, typer.Argument(help="A hotline's folder; the topology's without it")] = None,
        caller: Annotated[str, typer.Option("--caller", help="Who calls.")] = CALLER,
        at: Annotated[str, typer.Option("--at", help="What the clock shows; a Monday at 10:00 without it.")] = "",
        save_test: Annotated[str, typer.Option("--save-test", help="Print a flow test of this name at the end.")] = "",
    ) -> None:
        """Plays a flow in the terminal: prints what is said, reads keys, asks what business systems and agents would answer."""
        session = Attempt(load_hotline(folder or hotline_folder(settings())), caller, at)
        session.run()
        if save_test:
            print(session.as_test(save_test))


class Attempt:
    """One call at the terminal."""

    def __init__(self, hotline: Hotline, caller: str, at: str = "") -> None:
        """Raises `ConfigError` for a moment that is none."""
        try:
            self._clock = moment(at) if at else CLOCK
        except ValueError as error:
            raise ConfigError(problem(
                "try.moment", at[:40], f"This is no moment: {error}.", f"这不是有效的时间：{at[:40]}。",
                'Write for example --at "2026-10-01 09:30".', '请写成 --at "2026-10-01 09:30"。')) from None  # fmt: skip
        self._hotline, self._caller, self._at = hotline, caller, at
        self._does: list[dict[str, Any]] = []
        self._visited: list[NodeVisit] = []
        self._ends = "hung_up"

    def run(self) -> None:
        """Until the flow ends, or the caller hangs up."""
        print(HELP)
        # The data center's address is its placeholder, as in flow tests.
        step = begin(self._hotline, caller=self._caller, called=self._hotline.number, now=0.0,
                     variables={"data_center": "{data_center}"})  # fmt: skip
        self._visited += step.visited
        try:
            while not isinstance(step.command, HangUp):
                step = resume(self._hotline, step.position, self._carry_out(step), 0.0)
                self._visited += step.visited
        except HungUp:
            self._visited += leave(self._hotline, step.position, 0.0)
            self._ends = "caller_left"
            self._does.append({"hang_up": True})
        else:
            if isinstance(step.command, HangUp) and step.command.failed:
                self._ends = "failed"
            elif self._visited[-1].kind == "queue":
                self._ends = "queue"
        print(f"— {self._ends} —")

    def as_test(self, name: str) -> str:
        """What was done, as YAML of a test that passes. Values are written as JSON, so that YAML reads none otherwise than meant."""
        nodes = [visit.node for visit in self._visited]
        lines = [f"  - name: {_json(name)}", f"    caller: {_json(self._caller)}"]
        lines += [f"    clock: {_json(self._at)}"] if self._at else []
        lines += ["    does:", *(f"      - {_json(step)}" for step in self._does)] if self._does else []
        return "\n".join((*lines, f"    expect: {_json({'nodes': nodes, 'ends': self._ends})}"))

    def _carry_out(self, step: Step) -> Event:
        match step.command:
            case Play(prompts):
                self._say(prompts)
                return Played()
            case Collect() as command:
                self._say(command.prompts)
                return self._type(step, command)
            case Request(method, url, body):
                print(f"→ {method} {url}" + (f" {_json(body)}" if body else ""))
                return self._answer(step)
            case Consult(calendar):
                its = self._hotline.calendars[calendar]
                state, _ = its.state(self._clock.at.replace(tzinfo=its.zone))
                print(f"→ calendar 日历 {calendar}: {state}")
                return Consulted(state)
            case Enqueue() as command:
                return self._queue(step, command)
            case Record(prompts):
                self._say(prompts)
                seconds = self._number(step, "seconds of your message 留言秒数> ")
                self._does += [{"speak": seconds}] if seconds else []
                return Recorded("recording", seconds)
            case ReceiveFax(prompts):
                self._say(prompts)
                pages = int(self._number(step, "pages of your fax 传真页数> "))
                self._does += [{"fax": pages}] if pages else []
                return FaxReceived("fax", pages)
            case Transfer(number):
                return self._transfer(step, number)
            case _:
                raise AssertionError(f"no such command: {step.command}")

    def _say(self, prompts: tuple[PromptRef, ...]) -> None:
        spoken = [self._hotline.prompts.get(ref, f"({ref.id}.{ref.language})") for ref in prompts]
        if spoken:
            print("♪ " + " ".join(spoken))

    def _type(self, step: Step, command: Collect) -> Typed:
        while True:
            typed = self._ask(step, "keys 按键> ")
            if not typed:
                self._does.append({"silent": True})
                return Typed("", complete=False)
            if set(typed) <= set("0123456789*#"):
                break
            print(HELP)
        digits, found, _ = typed.partition(command.terminator) if command.terminator else (typed, "", "")
        complete = bool(found) or len(digits) >= command.max_digits
        digits = digits[: command.max_digits]
        full = len(digits) == command.max_digits
        self._does.append({"press": digits + ("" if full or not found else command.terminator)})
        return Typed(digits, complete=complete)

    def _answer(self, step: Step) -> Answered:
        """`200 {"status": "in_force"}`; Enter alone is no answer."""
        while True:
            said = self._ask(step, "status and JSON 状态码与 JSON> ")
            status, _, body = said.partition(" ")
            try:
                answer = Answered(int(status or 0), json.loads(body) if body.strip() else None)
            except (ValueError, RecursionError):
                print('for example 例如: 200 {"status": "in_force"}')
                continue
            if 0 <= answer.status <= 599:
                self._does.append(
                    {"answer": {"status": answer.status, **({"body": answer.body} if body.strip() else {})}}
                )
                return answer

    def _queue(self, step: Step, command: Enqueue) -> LeftQueue:
        print(f"→ queue 队列 {command.queue}")
        keys = f", {command.keys}: a key 按键" if command.keys else ""
        while True:
            said = self._ask(step, f"a: an agent answers 坐席接听, t: nobody does 无人接听{keys}> ")
            if said and said in command.keys:
                self._does.append({"press": said})
                return LeftQueue(QueueOutcome.KEY, said)
            if said in ("a", "t", ""):
                outcome = QueueOutcome.TIMEOUT if said == "t" else QueueOutcome.ANSWERED
                self._does.append({"queue": outcome.value})
                return LeftQueue(outcome)

    def _number(self, step: Step, prompt: str) -> float:
        """0 for Enter alone."""
        while True:
            said = self._ask(step, prompt)
            if said.replace(".", "", 1).isdecimal() or not said:
                return min(float(said or 0), 600.0)

    def _transfer(self, step: Step, number: str) -> Transferred:
        if not self._hotline.allowed.number(number):
            print(f"→ {number}: not in allowed.yaml 不在 allowed.yaml 中")
            return Transferred(TransferOutcome.REFUSED)
        print(f"→ transfer 转接 {number}")
        while True:
            said = self._ask(step, "a: answered 接通, b: busy 忙, n: no answer 无人接听> ")
            if said in _TRANSFERS:
                self._does.append({"transfer": _TRANSFERS[said].value})
                return Transferred(_TRANSFERS[said])

    def _ask(self, step: Step, prompt: str) -> str:
        while True:
            print(prompt, end="", flush=True)
            line = sys.stdin.readline()
            said = line.strip()
            if not line or said == "h":
                print()
                raise HungUp
            if said != "?":
                return said
            print(f"{step.position.node}  {_json(step.position.variables)}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
