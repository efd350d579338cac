"""How things end, and who ended them: words that several kinds of facts use."""

from __future__ import annotations

from enum import StrEnum


class OfferOutcome(StrEnum):
    """How an offer ended."""

    ANSWERED = "answered"  # the agent picked up
    RONA = "rona"  # the agent's phone rang and nobody answered
    DECLINED = "declined"  # the agent refused
    FAILED = "failed"  # the agent's phone could not be reached
    CALLER_GONE = "caller_gone"  # the customer left while it rang
    TAKEN = "taken"  # it rang at several agents, and another one answered first


class QueueOutcome(StrEnum):
    """How a contact left a queue."""

    ANSWERED = "answered"  # connected to an agent
    ABANDONED = "abandoned"  # the customer left while waiting
    TIMEOUT = "timeout"  # the queue's longest wait passed
    OVERFLOWED = "overflowed"  # served through another queue
    CALLBACK = "callback"  # the customer took a callback
    FULL = "full"  # as many waited as may: it did not enter
    CLOSED = "closed"  # outside the queue's hours: it did not enter
    KEY = "key"  # the customer pressed a key that leads elsewhere


class TransferOutcome(StrEnum):
    """How an attempt to connect a contact with another number ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # the number is not one that the flow may reach


class EndCause(StrEnum):
    """Why a contact ended."""

    SERVED = "served"  # after a conversation with an agent
    CONTAINED = "contained"  # the flow did what was wanted: self-service, a message, a fax, the wish to be called back
    TRANSFERRED = "transferred"  # after a conversation with a number outside
    LEFT_FLOW = "left_flow"  # the customer hung up in the IVR
    ABANDONED = "abandoned"  # the customer hung up while waiting or while it rang
    UNSERVED = "unserved"  # nobody could be reached and the flow had nothing more to say
    FAILED = "failed"  # a fault of ours
    LOST = "lost"  # Asterisk no longer knows the contact; ended at the last moment it was seen


class Party(StrEnum):
    """Who did it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"
