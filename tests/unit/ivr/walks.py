"""Random flows and random callers: what the check passes must never fail a caller.

A flow is built forwards: each new node hangs on an exit that an earlier one left open, and silent exits lead forwards only, so that most
flows pass the check. Those that don't are counted and left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, get_args

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
    Play,
    Played,
    ReceiveFax,
    Record,
    Recorded,
    Request,
    Transfer,
    Transferred,
    Typed,
    again,
    begin,
    resume,
)
from cti.ivr.check import Sources, check
from cti.ivr.commands import Command
from cti.ivr.spoken import Form
from cti.kit.strict_yaml import parse

TITLE = {"zh": "题", "en": "T"}
QUEUES = {
    "queues": {"people": {"title": TITLE, "skills": {"general": 1}}},
    "wrap_up_codes": [{"code": "done", "zh": "完成", "en": "Done"}],
    "break_reasons": [{"code": "rest", "zh": "小休", "en": "Rest"}],
}
PROMPTS = {"hi": {"zh": "您好"}}
CALENDARS = {"always": {"time_zone": "Asia/Shanghai", "weekly": {"mon-sun": ["00:00-24:00"]}}}
ALLOWED = {"hosts": ["https://a.b"], "transfers": ["021*"]}
SUBFLOWS = {
    "part": {
        "arguments": ["a"],
        "exits": ["done", "gave_up"],
        "nodes": {
            "start": {
                "kind": "collect",
                "title": TITLE,
                "prompts": ["hi"],
                "variable": "c",
                "max_digits": 3,
                "next": "inner",
                "failed": "gave_up",
            },
            "inner": {"kind": "subflow", "title": TITLE, "flow": "deep", "then": {"done": "done"}},
        },
    },
    "deep": {
        "exits": ["done"],
        "nodes": {"start": {"kind": "play", "title": TITLE, "prompts": [{"digits": "c"}], "next": "done"}},
    },
}
MAX_STEPS = 400
VARIABLES = ("a", "b", "c")
EXPRESSIONS = ('a == "1"', "int(b) > 2", 'caller.startsWith("1")', "size(c) == 0", 'a + b == c || language == "zh"')

Draft = dict[str, Any]
# (node, exits that any caller may take, exits of callers who do nothing): exits are paths in the node
Made = tuple[Draft, list[tuple[Any, ...]], list[tuple[Any, ...]]]


def _says(rng: Random) -> list[Any]:
    return ["hi"] if rng.random() < 0.8 else ["hi", {"digits": rng.choice(VARIABLES)}]


def _menu(rng: Random) -> Made:
    keys = rng.sample("0123456789*#", rng.randint(2, 5))
    node = {"prompts": _says(rng), "keys": dict.fromkeys(keys), "attempts": rng.randint(1, 3), "failed": None}
    return node, [("keys", key) for key in keys], [("failed",)]


def _collect(rng: Random) -> Made:
    node: Draft = {"prompts": ["hi"], "variable": rng.choice(VARIABLES), "max_digits": rng.randint(1, 8), "next": None, "failed": None,
                   "attempts": rng.randint(1, 3)}  # fmt: skip
    if rng.random() < 0.3:
        node |= {"confirm": {"prompts": ["hi", {"digits": node["variable"]}], "key": "1"}}
    return node, [("next",)], [("failed",)]


def _branch(rng: Random) -> Made:
    cases: list[Draft] = []
    for _ in range(rng.randint(1, 3)):
        test = rng.choice(
            [{"equals": str(rng.randint(0, 9))}, {"present": True}, {"starts_with": [str(rng.randint(0, 9))]}]
        )
        when = {"variable": rng.choice(VARIABLES), **test} if rng.random() < 0.6 else rng.choice(EXPRESSIONS)
        cases.append({"when": when, "next": None})
    return {"cases": cases, "otherwise": None}, [], [*(("cases", n, "next") for n in range(len(cases))), ("otherwise",)]


def _http(rng: Random) -> Made:
    node: Draft = {"url": rng.choice(["{data_center}/x", "https://a.b/{caller}"]), "save": {rng.choice(VARIABLES): "x.y"},
                   "answers": {"404": None} if rng.random() < 0.5 else {}, "next": None, "failed": None}  # fmt: skip
    return node, [], [("next",), ("failed",), *(("answers", status) for status in node["answers"])]


def _set(rng: Random) -> Made:
    values = {rng.choice(VARIABLES): rng.choice([*EXPRESSIONS, "int(a) / int(b)", "caller"]) for _ in range(2)}
    return {"values": values, "next": None, "failed": None}, [], [("next",), ("failed",)]


KINDS: dict[str, Callable[[Random], Made]] = {
    "play": lambda rng: ({"prompts": _says(rng), "next": None}, [], [("next",)]),
    "say": lambda rng: (
        {"prompts": ["hi", {rng.choice(get_args(Form)): rng.choice(VARIABLES)}], "next": None, "unspeakable": None},
        [], [("next",), ("unspeakable",)],
    ),
    "menu": _menu,
    "collect": _collect,
    "branch": _branch,
    "set": _set,
    "http": _http,
    "hours": lambda rng: ({"calendar": "always", "open": None, "closed": None}, [], [("open",), ("closed",)]),
    "language": lambda rng: ({"language": "zh", "next": None}, [], [("next",)]),
    "queue": lambda rng: ({"queue": "people", "timeout": None}, [("timeout",)], []),
    "callback": lambda rng: ({"queue": "people", "next": None, "failed": None}, [], [("next",), ("failed",)]),
    "sms": lambda rng: (
        {"text": {"zh": rng.choice(["hi", "{caller}", "{a}"])}, "next": None, "failed": None}, [], [("next",), ("failed",)],
    ),
    "survey": lambda rng: (
        {"question": "q", "prompts": ["hi"], "next": None, "skipped": None}, [("next",)], [("skipped",)],
    ),
    "secure_collect": lambda rng: (
        {"prompts": ["hi"], "variable": "pin", "max_digits": rng.randint(1, 8), "next": None, "failed": None}, [("next",)], [("failed",)],
    ),
    "voicemail": lambda rng: (
        {"queue": "people", "prompts": ["hi"], "next": None, "nothing": None}, [("next",)], [("nothing",)],
    ),
    "transfer": lambda rng: ({"number": rng.choice(["02112345678", "{a}"]), "failed": None}, [], [("failed",)]),
    "fax": lambda rng: ({"next": None, "failed": None}, [], [("next",), ("failed",)]),
    "subflow": lambda rng: (
        {"flow": "part", "arguments": {"a": rng.choice(["1", "{caller}", "{b}"])}, "then": {"done": None, "gave_up": None}},
        [("then", "done")], [("then", "gave_up")],
    ),
    "hang_up": lambda rng: ({}, [], []),
}  # fmt: skip
ON = [kind for kind in KINDS if kind != "hang_up"]  # kinds that lead somewhere


def random_flow(rng: Random) -> Hotline | None:
    """None when the check finds something wrong with it."""
    count = rng.randint(2, 14)
    nodes: dict[str, Draft] = {}
    open_: list[tuple[int, tuple[Any, ...], bool]] = []  # (node, exit, whether silent callers take it)
    for n in range(count + 1):
        kind = rng.choice(ON) if n < count else "hang_up"
        node, chosen, silent = KINDS[kind](rng)
        nodes[f"n{n}"] = {"kind": kind, "title": TITLE, **node}
        if n:
            index, path, _ = open_.pop(rng.randrange(len(open_)))
            _lead(nodes[f"n{index}"], path, f"n{n}")
        open_ += [(n, path, False) for path in chosen] + [(n, path, True) for path in silent]
    for index, path, silent_ in open_:
        _lead(nodes[f"n{index}"], path, f"n{rng.randint(index + 1 if silent_ else 0, count)}")
    flow: Draft = {"hotline": "1", "name": "walk", "languages": ["zh"], "start": "n0", "nodes": nodes}
    if any(node["kind"] == "subflow" for node in nodes.values()):
        flow["subflows"] = SUBFLOWS
    files = [
        parse(json.dumps(file, ensure_ascii=False), "walk.yaml") for file in (flow, QUEUES, PROMPTS, CALENDARS, ALLOWED)
    ]
    return check(Sources(*files, {}, "0" * 12))[0]


def _lead(node: Draft, path: tuple[Any, ...], target: str) -> None:
    part: Any = node
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = target


@dataclass(frozen=True, slots=True)
class Walked:
    """How one call ended: the command at which it stopped, and how many commands it took."""

    last: Command
    commands: int


def walk(hotline: Hotline, rng: Random, *, silent: bool = False) -> Walked:
    """One caller, who types anything, or nothing at all; after `MAX_STEPS` commands the caller hangs up."""
    step = begin(hotline, caller=rng.choice(["", "13800138000", "x\x00'{a}"]), called="1", now=0.0,
                 variables={"data_center": "http://127.0.0.1"})  # fmt: skip
    commands = 0
    while not isinstance(step.command, HangUp) and commands < MAX_STEPS:
        commands += 1
        if rng.random() < 0.02:  # our process is restarted
            step = again(hotline, step.position, float(commands))
        if isinstance(step.command, HangUp):
            break
        step = resume(hotline, step.position, _event(step.command, rng, silent=silent), float(commands))
    return Walked(step.command, commands)


def _event(command: Command, rng: Random, *, silent: bool) -> Event:
    match command:
        case Play():
            return Played()
        case Collect():
            if silent:
                return Typed("", complete=False)
            digits = "".join(rng.choice("0123456789*#") for _ in range(rng.randint(0, command.max_digits)))
            return Typed(digits, complete=rng.random() < 0.5)
        case Request():
            body = rng.choice(
                [None, "text", 7, [], {"x": {"y": rng.choice(["1", 2.5, True, None, {}, "x" * 500])}}, {"x": []}]
            )
            return Answered(rng.choice([0, 200, 201, 204, 301, 404, 500, 599]), body)
        case Record():
            return Recorded("r", 0.0 if silent else rng.choice([0.0, 0.1, 30.0]))
        case ReceiveFax():
            return FaxReceived("f", rng.choice([-1, 0, 1, 9]), "x")
        case Transfer():
            return Transferred(rng.choice([*TransferOutcome]), 1.0)
        case Consult():
            return Consulted(rng.choice(["open", "closed", "holiday"]))
        case Enqueue():
            return LeftQueue(
                rng.choice([QueueOutcome.ANSWERED, QueueOutcome.TIMEOUT]) if not silent else QueueOutcome.ANSWERED
            )
        case _:
            raise AssertionError(f"nothing follows {command}")
