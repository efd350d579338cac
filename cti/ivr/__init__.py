"""IVR flows: data that operations staff write, a check that finds their mistakes, and an interpreter that runs them. Pure."""

from cti.ivr.commands import (
    Answered,
    Collect,
    Command,
    Consult,
    Consulted,
    Enqueue,
    Event,
    FaxReceived,
    HangUp,
    LeftQueue,
    Play,
    Played,
    PromptRef,
    ReceiveFax,
    Record,
    Recorded,
    Request,
    Transfer,
    Transferred,
    Typed,
)
from cti.ivr.hotline import Hotline, Recording
from cti.ivr.interpreter import again, begin, leave, resume
from cti.ivr.loader import load_hotline
from cti.ivr.names import Title
from cti.ivr.node import said_with
from cti.ivr.position import NodeVisit, Position, Step
from cti.ivr.queues import CallbackPolicy, Code, Overflow, Progress, Queue

__all__ = [
    "Answered",
    "CallbackPolicy",
    "Code",
    "Collect",
    "Command",
    "Consult",
    "Consulted",
    "Enqueue",
    "Event",
    "FaxReceived",
    "HangUp",
    "Hotline",
    "LeftQueue",
    "NodeVisit",
    "Overflow",
    "Play",
    "Played",
    "Position",
    "Progress",
    "PromptRef",
    "Queue",
    "ReceiveFax",
    "Record",
    "Recorded",
    "Recording",
    "Request",
    "Step",
    "Title",
    "Transfer",
    "Transferred",
    "Typed",
    "again",
    "begin",
    "leave",
    "load_hotline",
    "resume",
    "said_with",
]
