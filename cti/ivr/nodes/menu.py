"""menu: let the caller choose with one key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from cti.ivr.commands import Collect, Event, Typed
from cti.ivr.names import NodeName, Prompts, Seconds
from cti.ivr.node import AskAgain, Fault, Leave, Move, Node, Wait, said
from cti.ivr.position import Position
from cti.kit.errors import Text

KEYS = "0123456789*#"


def _text(value: object) -> object:
    """`repeat: 9` is as clear as `repeat: "9"`."""
    return str(value) if type(value) is int else value


Key = Annotated[str, BeforeValidator(_text), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})]


class MenuNode(Node):
    """Says prompts and waits for one key, which may be pressed at any time. A wrong key or none is answered with
    `invalid` or `silence` before the prompts are said again; after `attempts` of them the caller goes to `failed`."""

    kind: Literal["menu"]
    prompts: Prompts = Field(min_length=1, description="what to say each time")
    keys: dict[str, NodeName] = Field(description="the node to which each key leads; quote `*` and `#`")
    repeat: Key | None = Field(
        default=None, description="the key that says the prompts again, as often as the caller likes"
    )
    wait_seconds: Seconds = Field(default=5.0, description="how long to wait for a key after the prompts")
    attempts: int = Field(
        default=3, ge=1, le=10, description="how many wrong or missing keys send the caller to `failed`"
    )
    invalid: Prompts = Field(default=(), description="said after a wrong key")
    silence: Prompts = Field(default=(), description="said when no key was pressed")
    failed: NodeName = Field(description="the node that follows after too many wrong or missing keys")

    silent_exits: ClassVar[frozenset[str] | None] = frozenset({"failed"})
    outcomes: ClassVar[str] = "the key that was pressed, `repeat`, `invalid`, `silence`, `failed`"
    example: ClassVar[str] = """\
kind: menu
title: {zh: 主菜单, en: Main menu}
prompts: [main_menu]
keys:
  1: claim_policy
  3: to_complaints
  0: to_general
repeat: 9
invalid: [wrong_key]
silence: [no_key]
failed: to_general
"""

    def enter(self, position: Position) -> Move:
        first = {"invalid": self.invalid, "silence": self.silence}.get(position.retry, ())
        return Wait(Collect(said((*first, *self.prompts), position), 1, self.wait_seconds, self.wait_seconds, ""))

    def resume(self, position: Position, event: Event) -> Move:
        key = event.digits[:1] if isinstance(event, Typed) else ""
        if key in self.keys:
            return Leave(key, self.keys[key], input=key)
        if key and key == self.repeat:
            return AskAgain("repeat", input=key, counted=False)
        if position.attempts + 1 >= self.attempts:
            return Leave("failed", self.failed, input=key or None)
        return AskAgain("invalid" if key else "silence", input=key or None)

    def branches(self) -> tuple[str, ...]:
        """With one attempt nobody is asked again, and where every key leads somewhere none is wrong."""
        led = (*self.keys, *(("repeat",) if self.repeat else ()))
        again = (*(("invalid",) if len(led) < len(KEYS) else ()), "silence") if self.attempts > 1 else ()
        return (*led, *again, "failed")

    def faults(self) -> Iterator[Fault]:
        for key in self.keys:
            if len(key) != 1 or key not in KEYS:
                yield bad_key(("keys", key), key)
        if self.repeat is not None:
            if len(self.repeat) != 1 or self.repeat not in KEYS:
                yield bad_key(("repeat",), self.repeat)
            if self.repeat in self.keys:
                yield Fault("flow.key_twice", ("repeat",), Text(
                    f"Key {self.repeat} both repeats the menu and leads to {self.keys[self.repeat]}.",
                    f"按键 {self.repeat} 既用于重听，又指向 {self.keys[self.repeat]}。"),
                    Text("Give one of them another key.", "请为其中一个换一个按键。"))  # fmt: skip
        if len(self.keys) < 2:
            yield Fault("flow.menu_without_choice", ("keys",), Text(
                f"A menu of {len(self.keys)} keys offers no choice.", f"菜单只有 {len(self.keys)} 个按键，没有选择余地。"),
                Text("Give it at least two keys, or use a node of kind play.", "请至少设置两个按键，或改用 play 节点。"))  # fmt: skip


def bad_key(place: tuple[str, ...], key: str) -> Fault:
    return Fault("flow.bad_key", place, Text(f"No telephone has a key {key!r}.", f"电话上没有按键 {key!r}。"),
                 Text('A key is one of 0 to 9, "*" and "#".', '按键只能是 0 到 9、"*" 或 "#"。'))  # fmt: skip
