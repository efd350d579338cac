"""PURE: which of the facts received can be stored, and why the others can't.

A site must never be held up by one bad fact: what is set aside still takes its place in the count.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import SchemaValidator, to_json

from cti.facts import KINDS, Fact

MAX_DATA_BYTES = 65_536
MAX_TEXT = 4000
MAX_NAME = 64
MAX_INTEGER = 2**53  # what JSON numbers hold exactly; sums of a contact's durations stay within 64 bits
MAX_DEPTH = 10
MAX_VERSION = 10_000
_NOT_PLAIN = re.compile(rb"[0-9]{16}|[0-9][eE]|NaN|Infinity")  # numbers that may be out of range
MAX_KEPT = 16_384  # characters kept of what was set aside
# Fields that become keys and indexed columns
_NAMES = ("agent", "agent_site", "queue", "offer", "caller", "called", "hotline", "node", "flow", "code")


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that took a place in the count without being a fact that can be stored there."""

    seq: int
    code: str  # malformed, conflict, refused
    reason: str  # for people; names fields, never their values
    body: str
    digest: str


@dataclass(slots=True)
class Sorted:
    """`facts` are in order of `seq`, each `seq` once."""

    facts: list[Fact] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def sort_good(site: str, facts: Sequence[Fact]) -> list[Fact] | None:
    """The facts in order, each once, or None when `sort_out` has to look at the items: not all of them can be stored."""
    seen: dict[int, Fact] = {}
    try:
        for fact in facts:
            checked = _checked(site, fact)
            if seen.setdefault(fact.seq, checked) is not checked and seen[fact.seq] != checked:
                return None
    except ValueError:
        return None
    return [seen[seq] for seq in sorted(seen)]


def sort_out(site: str, items: Sequence[Any]) -> Sorted:
    """Divides a batch. An item without a readable `seq` is given the one its neighbors leave; with none, it is ignored."""
    result = Sorted()
    seen: dict[int, Fact] = {}
    for seq, item in zip(_seqs(items), items, strict=True):
        if seq is None:
            continue
        if isinstance(item, dict) and "refused" in item:  # what stands for a fact on which this data center failed
            result.rejected.append(rejected(seq, "refused", f"the site was told {item['refused']!a}"[:300], item))
            continue
        try:
            fact = _checked(site, Fact.model_validate(item))
        except ValueError as error:
            result.rejected.append(rejected(seq, "malformed", _reason(error), item))
            continue
        if seq in seen and seen[seq] != fact:
            result.rejected.append(conflict(fact))
        seen.setdefault(seq, fact)
    result.facts = [seen[seq] for seq in sorted(seen)]
    return result


def conflict(fact: Fact) -> Rejected:
    """Another fact has this `seq` already; that one stands."""
    return rejected(fact.seq, "conflict", "another fact with this seq is stored", fact.model_dump(mode="json"))


def rejected(seq: int, code: str, reason: str, item: Any) -> Rejected:
    try:
        body = json.dumps(item)  # ASCII only: nothing a database would choke on
    except RecursionError:
        body = "nested too deeply to be kept"
    return Rejected(seq, code, reason, body[:MAX_KEPT], hashlib.sha256(body.encode()).hexdigest())


def _checked(site: str, fact: Fact) -> Fact:
    """The fact with its time in UTC. Raises ValueError (pydantic's errors are such) naming what is wrong."""
    if fact.site != site:
        raise ValueError("site: not the site of the batch")
    if not (fact.id.isascii() and fact.id.isalnum()):
        raise ValueError("id: not a ULID")
    contact = fact.contact
    if contact is not None and not (contact.isascii() and contact.isprintable() and contact):
        raise ValueError("contact: only printable ASCII characters are allowed")
    if fact.v > MAX_VERSION:
        raise ValueError("v: too large")
    if not 2000 <= fact.at.year < 2200:
        raise ValueError("at: not of our times")
    if not _is_plain(fact.data):
        _check_storable(fact.data, 0)
        if len(json.dumps(fact.data, ensure_ascii=False).encode()) > MAX_DATA_BYTES:
            raise ValueError(f"data: more than {MAX_DATA_BYTES} bytes")
    known = _KNOWN.get(fact.kind)
    if known is not None and fact.v <= known.v:
        known.validator.validate_python(fact.data)
        for name in known.names:
            value = fact.data.get(name)
            if isinstance(value, str) and len(value) > MAX_NAME:
                raise ValueError(f"data.{name}: more than {MAX_NAME} characters")
    return fact if not fact.at.utcoffset() else fact.model_copy(update={"at": fact.at.astimezone(UTC)})


class _Known(NamedTuple):
    """What is asked of the data of a kind, looked up once."""

    v: int
    validator: SchemaValidator
    names: Sequence[str]


_KNOWN: Final = {
    kind: _Known(
        model.v,
        model.__pydantic_validator__,  # type: ignore[arg-type]
        [name for name in _NAMES if name in model.model_fields],
    )
    for kind, model in KINDS.items()
}


def _is_plain(data: dict[str, Any]) -> bool:
    """Whether a glance shows that `data` can be stored: nearly all can, and need not be walked through."""
    try:
        text = to_json(data)
    except ValueError:  # half a surrogate pair
        return False
    if len(text) > MAX_TEXT or b"\\u0000" in text:
        return False
    for value in data.values():
        kind = type(value)
        if kind is int:
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                return False
        elif kind is not str and kind is not bool and value is not None:
            return text.count(b"{") + text.count(b"[") <= MAX_DEPTH and _NOT_PLAIN.search(text) is None
    return True


def _check_storable(value: Any, depth: int) -> None:
    """Databases store no NUL, no half of a surrogate pair, no NaN and no integer beyond 64 bits."""
    if depth > MAX_DEPTH:
        raise ValueError(f"data: nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ValueError(f"data: a text of more than {MAX_TEXT} characters")
        if "\x00" in value or not _is_unicode(value):
            raise ValueError("data: a text with NUL or half a surrogate pair")
    elif isinstance(value, int | float):
        if not abs(value) <= MAX_INTEGER:  # so written, NaN is out of range too
            raise ValueError("data: a number out of range")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_storable(key, depth + 1)
            _check_storable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_storable(inner, depth + 1)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"[:300]
    return str(error)[:300]


def _seqs(items: Sequence[Any]) -> Iterable[int | None]:
    """The `seq` of each item; of one whose own cannot be read, the free number between its neighbors."""
    own = [_own_seq(item) for item in items]
    taken = {seq for seq in own if seq is not None}
    leading = next((seq - i for i, seq in enumerate(own) if seq is not None), 0)  # what the first item's seq must be
    result: list[int | None] = []
    for i, seq in enumerate(own):
        if seq is None:
            guess = (result[i - 1] or 0) + 1 if i else leading
            seq = guess if guess >= 1 and guess not in taken else None
        result.append(seq)
    return result


def _own_seq(item: Any) -> int | None:
    seq = item.get("seq") if isinstance(item, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq < 2**63 else None
