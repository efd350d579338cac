"""What desktops of a site are told, and who may sign in there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cti.acd import Need
from cti.agents.messages import CodeText, SipAccount


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent of this site, as configured."""

    number: str
    name: str
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QueueInfo:
    """A queue as desktops show it."""

    queue: str
    title_zh: str
    title_en: str
    need: Need


@dataclass(frozen=True, slots=True)
class DesktopConfig:
    """What desktops of this site are told."""

    site: str
    seats: Mapping[str, Seat]
    elsewhere: Mapping[str, tuple[str, str]]  # agents of other sites → (site, URL)
    queues: tuple[QueueInfo, ...]
    break_reasons: tuple[CodeText, ...]
    wrap_up_codes: tuple[CodeText, ...]
    password: str
    sip_account: Callable[[str], SipAccount]
