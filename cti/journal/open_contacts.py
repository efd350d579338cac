"""Which contacts are open, what is open in them, and what agents are at: folds over facts, kept beside them so that a restart is fast.

Only `contact.arrived` opens a contact: what this site's agents do for other sites' contacts leaves no trace here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from cti.calls.ports import OpenContact
from cti.facts import Fact

Span = Literal["queue", "offer", "connected", "called", "served", "line"]

# kind → what it opens, and the field whose value the closing fact must repeat
_OPENS: Final[dict[str, tuple[Span, str]]] = {
    "queue.entered": ("queue", "queue"),
    "offer.made": ("offer", "offer"),
    "agent.connected": ("connected", "offer"),
    # Nothing closes these: the latest is known until the contact ends.
    "callback.attempted": ("called", "queue"),
    "callback.connected": ("line", "node"),
}
_CLOSES: Final[dict[str, tuple[Span, str]]] = {
    "queue.left": ("queue", "queue"),
    "offer.ended": ("offer", "offer"),
    "agent.disconnected": ("connected", "offer"),
}


@dataclass(frozen=True, slots=True)
class Trace:
    """An open contact by numbers: the `seq` of its facts. `spans` holds (seq, key) of what has begun and not ended."""

    arrived: int
    last: int
    spans: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def seqs(self) -> set[int]:
        return {self.arrived, self.last, *(seq for seq, _ in self.spans.values())}

    def shifted(self, above: int, by: int) -> Trace:
        """The same trace after every number greater than `above` grew by `by`."""

        def shift(seq: int) -> int:
            return seq + by if seq > above else seq

        spans = {span: (shift(seq), key) for span, (seq, key) in self.spans.items()}
        return Trace(shift(self.arrived), shift(self.last), spans)

    def without(self, lost: Collection[int]) -> Trace | None:
        """What is left when these facts can't be read; None when its beginning is among them."""
        if self.arrived in lost:
            return None
        spans = {span: here for span, here in self.spans.items() if here[0] not in lost}
        last = self.last if self.last not in lost else max(self.arrived, *(seq for seq, _ in spans.values()), 0)
        return Trace(self.arrived, last, spans)

    def resolved(self, contact: str, facts: Mapping[int, Fact]) -> OpenContact:
        def fact(span: Span) -> Fact | None:
            return facts[self.spans[span][0]] if span in self.spans else None

        return OpenContact(
            contact, facts[self.last], facts[self.arrived], fact("queue"), fact("offer"), fact("connected"),
            fact("called"), fact("served"), fact("line"),
        )  # fmt: skip


def fold(before: Mapping[str, Trace], facts: Iterable[Fact]) -> dict[str, Trace | None]:
    """What `facts` change in `before`: the new trace of each contact touched, None once it has ended."""
    changes: dict[str, Trace | None] = {}
    for fact in facts:
        contact = fact.contact
        if contact is None:
            continue
        trace = changes[contact] if contact in changes else before.get(contact)
        if trace is None:
            if fact.kind == "contact.arrived":
                changes[contact] = Trace(fact.seq, fact.seq)
        elif fact.kind == "contact.ended":
            changes[contact] = None
        else:
            changes[contact] = replace(trace, last=fact.seq, spans=_spans(trace.spans, fact))
    return changes


def fold_agents(facts: Iterable[Fact]) -> dict[tuple[str, str], int | None]:
    """What `facts` change of what agents are at: by agent and `wrap_up` or `call` the number of its beginning, None once it has ended."""
    changes: dict[tuple[str, str], int | None] = {}
    for fact in facts:
        agent = str(fact.data.get("agent"))
        if fact.kind in ("wrap_up.started", "wrap_up.ended"):
            changes[agent, "wrap_up"] = fact.seq if fact.kind == "wrap_up.started" else None
        elif fact.kind == "agent.state_changed":
            changes[agent, "call"] = fact.seq if fact.data.get("state") in _ON_THE_PHONE else None
    return changes


_ON_THE_PHONE: Final = ("ringing", "talking", "held")


def _spans(spans: Mapping[str, tuple[int, str]], fact: Fact) -> Mapping[str, tuple[int, str]]:
    if opens := _OPENS.get(fact.kind):
        span, key = opens
        here = (fact.seq, str(fact.data.get(key)))
        return {**spans, span: here, "served": here} if span == "connected" else {**spans, span: here}
    if closes := _CLOSES.get(fact.kind):
        span, key = closes
        # Two offers of one contact may overlap (grants of two sites): the end of one does not end the other.
        if span in spans and spans[span][1] == str(fact.data.get(key)):
            return {name: value for name, value in spans.items() if name != span}
    return spans
