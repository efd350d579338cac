"""PURE. Who serves whom: agents, waiting contacts, offers, visits. Takes `now` (monotonic seconds), gives decisions."""

from cti.acd.agents import VOICE_ONLY, Agent, Assignment, Capacity, IllegalTransition, State, Status
from cti.acd.core import KEPT_BACK, NODE_DOWN, Acd
from cti.acd.decisions import (
    AcceptGrant,
    AgentChanged,
    CancelOffer,
    Decision,
    DeclineGrant,
    MakeOffer,
    OpenVisit,
    Why,
    WithdrawVisit,
    WrapUpOver,
)
from cti.acd.estimates import QueueFigures
from cti.acd.floor import QueueRules
from cti.acd.needs import Need
from cti.acd.overflow import Choose, Health, OverflowRule, PeerSummary
from cti.acd.terms import Channel, Ring, Strategy, Terms
from cti.acd.waiting import Waiting

__all__ = [
    "KEPT_BACK", "NODE_DOWN", "VOICE_ONLY", "AcceptGrant", "Acd", "Agent", "AgentChanged", "Assignment", "CancelOffer", "Capacity",
    "Channel", "Choose", "Decision", "DeclineGrant", "Health", "IllegalTransition", "MakeOffer", "Need", "OpenVisit", "OverflowRule",
    "PeerSummary", "QueueFigures", "QueueRules", "Ring", "State", "Status", "Strategy", "Terms", "Waiting", "Why", "WithdrawVisit",
    "WrapUpOver",
]  # fmt: skip
