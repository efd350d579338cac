"""Runs a flow: position and event in, next command out. Pure: `now` is monotonic seconds, handed in.

`begin` gives the first command; the call carries it out and hands its event to `resume`, and so on until `HangUp`. Nothing here
raises for what callers press or business systems answer. `again` is for a process that finds a caller whom an earlier one
served: the command in which it was interrupted is given once more.
"""

from __future__ import annotations

from collections.abc import Mapping

from cti.facts import FactData
from cti.ivr.commands import Event, HangUp
from cti.ivr.hotline import Hotline
from cti.ivr.node import AskAgain, Leave, Move, Wait
from cti.ivr.position import NodeVisit, Position, Step, plain

MAX_NODES = 100  # passed without a command; the check finds such loops, this is the last guard
ENDLESS = "endless"  # outcome of the node at which it strikes
HUNG_UP = "hung_up"  # outcome of the node in which the caller left


def begin(
    hotline: Hotline, *, caller: str, called: str, now: float, variables: Mapping[str, str] | None = None
) -> Step:
    """The first step of a new caller. `variables` is what the flow may use besides what the call brings (`data_center`)."""
    given = {**(variables or {}), "caller": plain(caller), "called": plain(called)}
    start = Position(
        node=hotline.start, language=hotline.language, version=hotline.version, variables=given, entered=now
    )
    return _enter(hotline, start, now)


def resume(hotline: Hotline, position: Position, event: Event, now: float) -> Step:
    """The step after a command's event. A node that the hotline does not have (any more) sends the caller to its start."""
    node = hotline.nodes.get(position.node)
    if node is None:
        return again(hotline, position, now)
    return _follow(hotline, position, node.resume(position, event), now)


def again(hotline: Hotline, position: Position, now: float) -> Step:
    """The command in which the caller is, once more. The stay's `ms` count from now."""
    known = position.node in hotline.nodes
    language = position.language if position.language in hotline.languages else hotline.language
    here = {"language": language, "version": hotline.version, "entered": now}
    restart = {"node": hotline.start, "attempts": 0, "retry": ""}
    return _enter(hotline, position.model_copy(update=here if known else here | restart), now)


def leave(hotline: Hotline, position: Position, now: float) -> tuple[NodeVisit, ...]:
    """The visit that ends because the caller has hung up."""
    return (_visit(hotline, position, HUNG_UP, None, now),) if position.node in hotline.nodes else ()


def _enter(hotline: Hotline, position: Position, now: float) -> Step:
    return _follow(hotline, position, hotline.nodes[position.node].enter(position), now)


def _follow(hotline: Hotline, position: Position, move: Move, now: float) -> Step:
    """Passes through nodes until one waits for something."""
    visited: list[NodeVisit] = []
    while not isinstance(move, Wait):
        endless = len(visited) >= MAX_NODES
        facts = move.facts if isinstance(move, Leave) else ()
        visited.append(_visit(hotline, position, ENDLESS if endless else move.outcome, move.input, now, facts))
        if endless or (isinstance(move, Leave) and move.to is None):
            return Step(position, HangUp(failed=endless), tuple(visited))
        position = _moved(position, move, now)
        move = hotline.nodes[position.node].enter(position)
    return Step(position, move.command, tuple(visited))


def _moved(position: Position, move: Leave | AskAgain, now: float) -> Position:
    if isinstance(move, AskAgain):
        attempts = position.attempts + move.counted
        merged = {**position.variables, **move.variables}
        variables = {name: value for name, value in merged.items() if value is not None}
        again = {"attempts": attempts, "retry": move.outcome, "entered": now, "variables": variables}
        return position.model_copy(update=again)
    merged = {**position.variables, **move.variables}
    return Position(
        node=str(move.to),
        language=str(move.language or position.language),
        version=position.version,
        variables={name: value for name, value in merged.items() if value is not None},
        entered=now,
    )


def _visit(
    hotline: Hotline, position: Position, outcome: str, typed: str | None, now: float,
    facts: tuple[FactData, ...] = (),
) -> NodeVisit:  # fmt: skip
    ms = max(0, round((now - position.entered) * 1000))
    return NodeVisit(position.node, hotline.nodes[position.node].kind, typed, outcome, ms, facts)
