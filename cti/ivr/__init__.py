"""IVR flows: data that operations staff write, a check that finds their mistakes, and an interpreter that runs them. Pure."""

from cti.ivr.commands import (
    Answered,
    Collect,
    Command,
    Consult,
    Consulted,
    Enqueue,
    Event,
    HangUp,
    LeftQueue,
    Play,
    Played,
    PromptRef,
    Request,
    Typed,
)
from cti.ivr.hotline import Code, Hotline, Queue, Recording
from cti.ivr.interpreter import again, begin, leave, resume
from cti.ivr.loader import load_hotline
from cti.ivr.names import Title
from cti.ivr.position import NodeVisit, Position, Step

__all__ = [
    "Answered",
    "Code",
    "Collect",
    "Command",
    "Consult",
    "Consulted",
    "Enqueue",
    "Event",
    "HangUp",
    "Hotline",
    "LeftQueue",
    "NodeVisit",
    "Play",
    "Played",
    "Position",
    "PromptRef",
    "Queue",
    "Recording",
    "Request",
    "Step",
    "Title",
    "Typed",
    "again",
    "begin",
    "leave",
    "load_hotline",
    "resume",
]
