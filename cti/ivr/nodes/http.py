"""http: ask a business system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal
from urllib.parse import quote

from pydantic import Field

from cti.ivr.allowed import Allowed
from cti.ivr.commands import Answered, Event, Request
from cti.ivr.expression import filled, template_faults
from cti.ivr.names import PROVIDED, NodeName, Place, Template, Written
from cti.ivr.node import AskAgain, Fault, Leave, Move, Node, Wait
from cti.ivr.position import Position, plain
from cti.kit.errors import Text

_PASSING = (0, 502, 503, 504)  # what may be better in a moment
BASE = "{data_center}"
# The host is fixed by the file or by wiring; what callers type reaches only the path and the query.
_URL = re.compile(r"(?:\{data_center\}|https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?)(?:[/?][^\s#]*)?\Z")


class HttpNode(Node):
    """Sends one request, and keeps what it needs of the JSON answer in variables. An answer of 2xx goes to `next`, one listed
    in `answers` to the node there, anything else (an error, no answer in time, not JSON where JSON is needed) to `failed`.
    The caller hears nothing meanwhile. Certificates are checked, redirects are not followed. With `retries`, and after a restart of our
    process, a request may be sent twice."""

    kind: Literal["http"]
    method: Literal["GET", "POST", "PUT"] = Field(default="GET", description="the request's method")
    url: Template = Field(description="`{data_center}/…` or `https://…`; variables as `{policy}`, percent-encoded")
    body: dict[str, Template] | None = Field(default=None, description="sent as JSON; values may hold `{variable}`")
    timeout_seconds: float = Field(default=3.0, gt=0, le=30, description="how long to wait for the answer")
    retries: int = Field(
        default=0, ge=0, le=3, description="how often to ask again when no answer came, or 502, 503 or 504"
    )
    save: dict[Written, str] = Field(
        default={}, description="variable ← where its value is in the answer, e.g. `policy.status: data.status`"
    )
    answers: dict[str, NodeName] = Field(
        default={}, description="status code → the node that follows, e.g. `404: not_found`"
    )
    next: NodeName = Field(description="the node that follows an answer of 2xx")
    failed: NodeName = Field(description="the node that follows anything else")

    outcomes: ClassVar[str] = "`next`, a status code of `answers`, `retried`, `failed`"
    example: ClassVar[str] = """\
kind: http
title: {zh: 查询保单, en: Look up the policy}
url: "{data_center}/api/v1/policies/{policy}"
save: {policy.status: status}
answers: {404: not_found}
next: policy_status
failed: apology
"""

    def enter(self, position: Position) -> Move:
        values = position.values
        base = values.get("data_center", "").rstrip("/") if self.url.startswith(BASE) else ""
        try:
            url = base + filled(Template(self.url.removeprefix(BASE)), values, _encode)
            body = None if self.body is None else {key: filled(text, values) for key, text in self.body.items()}
        except KeyError:
            return self._left("failed", self.failed)
        return Wait(Request(self.method, url, body, self.timeout_seconds))

    def resume(self, position: Position, event: Event) -> Move:
        answer = event if isinstance(event, Answered) else Answered(0)
        if (other := self.answers.get(str(answer.status))) is not None:
            return self._left(str(answer.status), other)
        if answer.status in _PASSING and position.attempts < self.retries:
            return AskAgain("retried")
        if not 200 <= answer.status < 300 or (self.save and not isinstance(answer.body, dict)):
            return self._left("failed", self.failed)
        return Leave("next", self.next, variables={name: _pick(answer.body, path) for name, path in self.save.items()})

    def _left(self, outcome: str, to: NodeName) -> Leave:
        """Without an answer nothing must be left of the one before."""
        return Leave(outcome, to, variables=dict.fromkeys(self.save))

    def forbidden(self, allowed: Allowed) -> Iterator[Fault]:
        if not self.url.startswith(BASE) and not allowed.url(self.url):
            yield Fault("flow.host_not_allowed", ("url",), Text(
                "allowed.yaml does not list this host.", "allowed.yaml 未列出此主机。"),
                Text("Add it to `hosts` there, or ask {data_center}.", "请将其加入 hosts，或改用 {data_center}。"))  # fmt: skip

    def branches(self) -> tuple[str, ...]:
        return ("next", *self.answers, *(("retried",) if self.retries else ()), "failed")

    def writes(self) -> tuple[str, ...]:
        return tuple(self.save)

    def sets_on(self, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Without an answer nothing is left of the one before."""
        return (self.writes(), ()) if place[0] == "next" else ((), self.writes())

    def reveals(self) -> Iterator[tuple[Place, str]]:
        """Addresses stand in logs everywhere; a body is safe where it is encrypted, or stays within the center."""
        yield from ((("url",), variable) for variable in self.url.variables())
        if self.url.startswith("http://"):
            for key, text in (self.body or {}).items():
                yield from ((("body", key), variable) for variable in text.variables())

    def faults(self) -> Iterator[Fault]:
        if _URL.match(self.url.with_each(lambda variable, expression: f"{{{variable or 'x'}}}")) is None:
            yield Fault("flow.bad_url", ("url",), Text(
                f"{self.url} is not an address that a flow may ask.", f"{self.url} 不是流程可以访问的地址。"),
                Text("Begin with {data_center}/, http:// or https:// and a fixed host; variables only after it.",
                     "请以 {data_center}/、http:// 或 https:// 加固定主机名开头，变量只能写在其后。"))  # fmt: skip
        templates = [(("url",), self.url), *((("body", key), text) for key, text in (self.body or {}).items())]
        for place, text in templates:
            yield from template_faults(text, place)
        for status in self.answers:
            if re.fullmatch(r"[1-5][0-9]{2}", status) is None:
                yield Fault("flow.bad_status", ("answers", status), Text(
                    f"{status} is not an HTTP status code.", f"{status} 不是 HTTP 状态码。"),
                    Text("Write three digits, such as 404.", "请写三位数字，例如 404。"))  # fmt: skip
        for name in self.save:
            if name in PROVIDED:
                yield Fault("flow.variable_reserved", ("save", name), Text(
                    f"{name} comes with the call and can't be set.", f"变量 {name} 由来电自带，不能覆盖。"),
                    Text("Choose another name.", "请换一个名称。"))  # fmt: skip


def _encode(value: str) -> str:
    """One segment of a path; `..` must not climb out of it."""
    return value.replace(".", "%2E") if value in (".", "..") else quote(value, safe="")


def _pick(body: object, path: str) -> str | None:
    """The text, number or truth value at a dotted path; None if there is none."""
    for step in path.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    if isinstance(body, bool):
        return "true" if body else "false"
    return plain(str(body)) if isinstance(body, str | int | float) else None
