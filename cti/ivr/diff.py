"""What differs between two versions of a hotline, in words, and whether a caller would notice. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from cti.ivr.hotline import Hotline
from cti.ivr.names import NodeName, references
from cti.ivr.node import Node
from cti.ivr.spoken import PREFIX
from cti.kit.errors import Text

# What stands in the files for people other than callers.
_UNHEARD: Final = frozenset({"title"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `where` is `node greeting`, `prompt greeting.zh`, `queue claims` …"""

    where: str
    what: Text
    noticed: bool = True  # by callers


def differences(old: Hotline, new: Hotline) -> list[Change]:
    """In the order of: number, languages, start, nodes, prompts, queues, calendars, codes."""
    renamed = _renamed(old, new)
    return [
        *_value("hotline", "number", old.number, new.number),
        *_value("hotline", "languages", list(old.languages), list(new.languages)),
        *_value("hotline", "start", renamed.get(old.start, old.start), new.start),
        *_nodes(old, new, renamed),
        *_prompts(old, new),
        *_named("queue", old.queues, new.queues),
        *_named("calendar", old.calendars, new.calendars),
        *_value("hotline", "wrap_up_codes", _plain(old.wrap_up_codes), _plain(new.wrap_up_codes), noticed=False),
        *_value("hotline", "break_reasons", _plain(old.break_reasons), _plain(new.break_reasons), noticed=False),
    ]


def _nodes(old: Hotline, new: Hotline, renamed: Mapping[str, str]) -> Iterator[Change]:
    for name, node in old.nodes.items():
        if name in renamed:
            yield Change(
                f"node {name}", Text(f"is now called {renamed[name]}", f"改名为 {renamed[name]}"), noticed=False
            )
        other = new.nodes.get(renamed.get(name, name))
        if other is None:
            yield Change(f"node {name}", Text(f"removed ({node.kind})", f"已删除（{node.kind}）"))
        elif other.kind != node.kind:
            yield Change(
                f"node {name}", Text(f"was {node.kind}, is {other.kind}", f"类型由 {node.kind} 改为 {other.kind}")
            )
        else:
            yield from _fields(f"node {name}", _with_names(node, renamed), _plain(other))
    arrived = new.nodes.keys() - old.nodes.keys() - set(renamed.values())
    for name in new.nodes:
        if name in arrived:
            kind = new.nodes[name].kind
            yield Change(f"node {name}", Text(f"added ({kind})", f"新增（{kind}）"))


def _prompts(old: Hotline, new: Hotline) -> Iterator[Change]:
    before = {**old.prompts, **{ref: f"recording {r.digest[:12]}" for ref, r in old.recordings.items()}}
    after = {**new.prompts, **{ref: f"recording {r.digest[:12]}" for ref, r in new.recordings.items()}}
    for ref in {**before, **after}:
        if ref.id.startswith(PREFIX) and ref not in {**old.recordings, **new.recordings}:
            continue  # words come and go with the nodes that say them
        yield from _value(f"prompt {ref.id}.{ref.language}", "", before.get(ref), after.get(ref))


def _named(what: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> Iterator[Change]:
    for name in {**old, **new}:
        if name not in new:
            yield Change(f"{what} {name}", Text("removed", "已删除"))
        elif name not in old:
            yield Change(f"{what} {name}", Text("added", "新增"))
        else:
            yield from _fields(f"{what} {name}", _plain(old[name]), _plain(new[name]))


def _fields(where: str, old: Mapping[str, Any], new: Mapping[str, Any], under: str = "") -> Iterator[Change]:
    """Key by key, so that one changed key of a menu is one change."""
    for key in {**old, **new}:
        path, before, after = f"{under}{key}", old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict) and key not in _UNHEARD:
            yield from _fields(where, before, after, f"{path}.")
        else:
            yield from _value(where, path, before, after, noticed=bool(under) or key not in _UNHEARD)


def _value(where: str, path: str, old: object, new: object, *, noticed: bool = True) -> Iterator[Change]:
    if old != new:
        change = f"{_shown(old)} → {_shown(new)}"
        said = f"{path}: {change}" if path else change
        yield Change(where, Text(said, said), noticed)


def _renamed(old: Hotline, new: Hotline) -> dict[str, str]:
    """Old name → new name of nodes that do the same under another name; only where there is no doubt which is which."""
    gone = [name for name in old.nodes if name not in new.nodes]
    came = [name for name in new.nodes if name not in old.nodes]
    before, after = _by_deed(old, gone), _by_deed(new, came)
    return {
        names[0]: after[deed][0] for deed, names in before.items() if len(names) == 1 and len(after.get(deed, ())) == 1
    }


def _by_deed(hotline: Hotline, names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        node = hotline.nodes[name]
        exits = {str(target): "→" for _, target in node.exits()}
        found.setdefault(_shown(_with_names(node, exits)), []).append(name)
    return found


def _with_names(node: Node, names: Mapping[str, str]) -> dict[str, Any]:
    """A node's fields with the names of nodes replaced; other texts that happen to be the same are left."""
    plain: dict[str, Any] = _plain(node)
    for place, reference in references(node):
        if isinstance(reference, NodeName) and reference in names:
            part: Any = plain
            for step in place[:-1]:
                part = part[step]
            part[place[-1]] = names[reference]
    return plain


def _plain(value: Any) -> Any:
    """Lists and dicts, by the names that the files have."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
