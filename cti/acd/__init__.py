"""PURE. Who serves whom: agents, waiting contacts, offers, visits. Takes `now` (monotonic seconds), gives decisions."""

from cti.acd.agents import Agent, IllegalTransition, State, Status
from cti.acd.core import Acd
from cti.acd.decisions import (
    AcceptGrant,
    AgentChanged,
    CancelOffer,
    Decision,
    DeclineGrant,
    MakeOffer,
    OpenVisit,
    WithdrawVisit,
    WrapUpOver,
)
from cti.acd.waiting import PeerSummary, Waiting

__all__ = [
    "AcceptGrant", "Acd", "Agent", "AgentChanged", "CancelOffer", "Decision", "DeclineGrant", "IllegalTransition", "MakeOffer",
    "OpenVisit", "PeerSummary", "State", "Status", "Waiting", "WithdrawVisit", "WrapUpOver",
]  # fmt: skip
