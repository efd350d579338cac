"""What happened in a test, and how it differs from what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cti.ivr.commands import Request
from cti.ivr.flowtest.model import Ends, Expect, ExpectedRequest, FlowTest
from cti.ivr.names import Place
from cti.ivr.position import NodeVisit
from cti.ivr.spoken import LANGUAGES, Form, words
from cti.kit.errors import Text


@dataclass(frozen=True, slots=True)
class Course:
    """What happened in one test. `ends` is None when it was stopped; `undone` is the index of the first step not done."""

    test: FlowTest
    heard: tuple[str, ...]
    visited: tuple[NodeVisit, ...]
    requests: tuple[Request, ...]
    queue: str | None
    skills: Mapping[str, int]  # of that queue
    priority: int | None
    variables: dict[str, str]
    language: str
    ends: Ends | None
    undone: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `place` is the path of the expectation (or step) inside the test."""

    code: str
    place: Place
    expected: Text
    happened: Text


def findings(course: Course) -> tuple[Finding, ...]:
    """All differences; none when the test has passed. A call that had to be stopped is one, whatever was expected."""
    if course.ends is None:
        return (Finding("flow_test.endless", ("name",), Text("an end of the call", "通话会结束"),
                        Text("it went on and on", "通话一直没有结束")),)  # fmt: skip
    found = [*_differences(course.test.expect, course)]
    if course.undone is not None:
        found.append(Finding("flow_test.step_undone", ("does", course.undone), Text("a moment for this step", "会执行这一步"),
                             Text(f"the call ended before ({course.ends})", f"通话在此之前已结束（{course.ends}）")))  # fmt: skip
    return tuple(found)


def _differences(expect: Expect, course: Course) -> Iterator[Finding]:
    nodes = [visit.node for visit in course.visited]
    for what, wanted, had in (("prompts", expect.prompts, course.heard), ("nodes", expect.nodes, nodes)):
        if wanted is not None and (missed := _missed(wanted, had)) is not None:
            yield _different(what, (what, missed), _written(wanted[missed]), _listed(had))
    last = {visit.node: visit.outcome for visit in course.visited}
    for node, outcome in (expect.outcomes or {}).items():
        if last.get(node) != outcome:
            yield _different("outcomes", ("outcomes", node), f"{node}: {outcome}", last.get(node))
    for name, value in (expect.variables or {}).items():
        if course.variables.get(name) != value:
            yield _different("variables", ("variables", name), value, course.variables.get(name))
    if expect.requests is not None and not _same(expect.requests, course.requests):
        wanted_requests = _listed(_request(r.method, r.url, r.body) for r in expect.requests)
        had_requests = _listed(_request(r.method, r.url, r.body) for r in course.requests)
        yield _different("requests", ("requests",), wanted_requests, had_requests)
    if expect.facts is not None:
        had_facts = [{"kind": f.kind, **f.model_dump(mode="json")} for visit in course.visited for f in visit.facts]
        if not _told(expect.facts, had_facts):
            yield _different(
                "facts", ("facts",), _listed(map(_as_json, expect.facts)), _listed(map(_as_json, had_facts))
            )
    if expect.skills is not None and expect.skills != course.skills:
        yield _different("skills", ("skills",), _as_json(expect.skills), _as_json(dict(course.skills)))
    if expect.priority is not None and expect.priority != course.priority:
        yield _different("priority", ("priority",), str(expect.priority), str(course.priority))
    for what, one, other in (
        ("queue", expect.queue, course.queue),
        ("language", expect.language, course.language),
        ("ends", expect.ends, course.ends),
    ):
        if what in expect.model_fields_set and one != other:
            yield _different(what, (what,), one, other)


def _missed(wanted: Sequence[str | Mapping[Form, str]], had: Sequence[str]) -> int | None:
    """The index of the first that does not follow those before it; None when all do."""
    left = tuple(had)
    for index, one in enumerate(wanted):
        ends = [end for names in _names(one) if (end := _end(names, left)) is not None]
        if not ends:
            return index
        left = left[min(ends) :]
    return None


def _names(one: str | Mapping[Form, str]) -> list[tuple[str, ...]]:
    """What one expectation may be heard as: a value sounds otherwise in each language."""
    if isinstance(one, str):
        return [(one,)]
    ((form, value),) = one.items()
    return [found for language in sorted(LANGUAGES) if (found := words(form, value, language))]


def _end(names: tuple[str, ...], heard: tuple[str, ...]) -> int | None:
    """Where they end, the first time they are heard in a row."""
    size = len(names)
    return next((start + size for start in range(len(heard) - size + 1) if heard[start : start + size] == names), None)


def _written(one: str | Mapping[Form, str]) -> str:
    return one if isinstance(one, str) else "{" + ", ".join(f"{form}: {value}" for form, value in one.items()) + "}"


def _same(wanted: Sequence[ExpectedRequest], had: Sequence[Request]) -> bool:
    return len(wanted) == len(had) and all(
        (w.method, w.url) == (h.method, h.url) and ("body" not in w.model_fields_set or w.body == h.body)
        for w, h in zip(wanted, had, strict=True)
    )


def _told(wanted: Sequence[Mapping[str, Any]], had: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these and no others were recorded; a field that is not written is not compared."""
    return len(wanted) == len(had) and all(
        all(h.get(key) == value for key, value in w.items()) for w, h in zip(wanted, had, strict=True)
    )


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _different(what: str, place: Place, wanted: str | None, had: str | None) -> Finding:
    return Finding(f"flow_test.{what}", ("expect", *place), _said(wanted), _said(had))


def _said(value: str | None) -> Text:
    return Text("nothing", "无") if value in (None, "") else Text(str(value), str(value))


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)


def _request(method: str, url: str, body: dict[str, str] | None) -> str:
    return f"{method} {url}" + ("" if body is None else f" {_as_json(body)}")
