"""The hotline that simulated callers meet: each comes straight to the queue for which it calls."""

from __future__ import annotations

from cti.ivr import Hotline, Title
from cti.ivr.allowed import Allowed
from cti.ivr.nodes.branch import BranchNode
from cti.ivr.nodes.callback import CallbackNode
from cti.ivr.nodes.hang_up import HangUpNode
from cti.ivr.nodes.queue import QueueNode
from cti.simulation.scenario import Scenario, SimulatedQueue

_NAMELESS = Title(zh="-", en="-")
CALLBACK_KEY = "7"


def hotline_of(scenario: Scenario) -> Hotline:
    """Callers say by the number they dial which queue they are for."""
    names = [queue.name for queue in scenario.queues]
    cases = [{"when": {"variable": "called", "equals": name}, "next": f"q_{name}"} for name in names]
    nodes = {
        "route": BranchNode.model_validate(
            {"kind": "branch", "title": _NAMELESS, "cases": cases, "otherwise": f"q_{names[0]}"}
        ),
        "end": HangUpNode.model_validate({"kind": "hang_up", "title": _NAMELESS}),
        **{f"q_{queue.name}": _queue_node(queue) for queue in scenario.queues},
        **{
            f"cb_{queue.name}": CallbackNode.model_validate({
                "kind": "callback", "title": _NAMELESS, "queue": queue.name, "next": "end", "failed": "end"
            })
            for queue in scenario.queues if queue.wants_callback
        },
    }  # fmt: skip
    return Hotline(
        number="95500", name="simulation", version="simulation", languages=("en",), start="route" if len(names) > 1 else f"q_{names[0]}",
        nodes=nodes, queues={queue.name: queue.queue for queue in scenario.queues}, prompts={}, recordings={}, wrap_up_codes=(),
        break_reasons=(), calendars={}, allowed=Allowed(),
    )  # fmt: skip


def _queue_node(queue: SimulatedQueue) -> QueueNode:
    keys = {CALLBACK_KEY: f"cb_{queue.name}"} if queue.wants_callback else {}
    return QueueNode.model_validate(
        {"kind": "queue", "title": _NAMELESS, "queue": queue.name, "timeout": "end", "keys": keys}
    )
