"""All node kinds. A new one is one file in `nodes/` and one line here."""

from __future__ import annotations

from typing import Final

from cti.ivr.node import Node
from cti.ivr.nodes.branch import BranchNode
from cti.ivr.nodes.callback import CallbackNode
from cti.ivr.nodes.collect import CollectNode
from cti.ivr.nodes.fax import FaxNode
from cti.ivr.nodes.hang_up import HangUpNode
from cti.ivr.nodes.hours import HoursNode
from cti.ivr.nodes.http import HttpNode
from cti.ivr.nodes.language import LanguageNode
from cti.ivr.nodes.menu import MenuNode
from cti.ivr.nodes.play import PlayNode
from cti.ivr.nodes.queue import QueueNode
from cti.ivr.nodes.say import SayNode
from cti.ivr.nodes.secure_collect import SecureCollectNode
from cti.ivr.nodes.set import SetNode
from cti.ivr.nodes.sms import SmsNode
from cti.ivr.nodes.subflow import SubflowNode
from cti.ivr.nodes.survey import SurveyNode
from cti.ivr.nodes.transfer import TransferNode
from cti.ivr.nodes.voicemail import VoicemailNode

KINDS: Final[dict[str, type[Node]]] = {
    "play": PlayNode,
    "say": SayNode,
    "menu": MenuNode,
    "collect": CollectNode,
    "secure_collect": SecureCollectNode,
    "branch": BranchNode,
    "set": SetNode,
    "http": HttpNode,
    "hours": HoursNode,
    "language": LanguageNode,
    "queue": QueueNode,
    "callback": CallbackNode,
    "voicemail": VoicemailNode,
    "transfer": TransferNode,
    "fax": FaxNode,
    "sms": SmsNode,
    "survey": SurveyNode,
    "subflow": SubflowNode,
    "hang_up": HangUpNode,
}
