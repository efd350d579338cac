"""The hotline that simulated callers meet: each comes straight to the queue for which it calls."""

from __future__ import annotations

from cti.ivr import Hotline, Title
from cti.ivr.allowed import Allowed
from cti.ivr.nodes.branch import BranchNode
from cti.ivr.nodes.hang_up import HangUpNode
from cti.ivr.nodes.queue import QueueNode
from cti.simulation.scenario import Scenario

_NAMELESS = Title(zh="-", en="-")


def hotline_of(scenario: Scenario) -> Hotline:
    """Callers say by the number they dial which queue they are for."""
    names = [queue.name for queue in scenario.queues]
    cases = [{"when": {"variable": "called", "equals": name}, "next": f"q_{name}"} for name in names]
    nodes = {
        "route": BranchNode.model_validate(
            {"kind": "branch", "title": _NAMELESS, "cases": cases, "otherwise": f"q_{names[0]}"}
        ),
        "end": HangUpNode.model_validate({"kind": "hang_up", "title": _NAMELESS}),
        **{
            f"q_{name}": QueueNode.model_validate(
                {"kind": "queue", "title": _NAMELESS, "queue": name, "timeout": "end"}
            )
            for name in names
        },
    }
    return Hotline(
        number="95500", name="simulation", version="simulation", languages=("en",), start="route" if len(names) > 1 else f"q_{names[0]}",
        nodes=nodes, queues={queue.name: queue.queue for queue in scenario.queues}, prompts={}, recordings={}, wrap_up_codes=(),
        break_reasons=(), calendars={}, allowed=Allowed(),
    )  # fmt: skip
