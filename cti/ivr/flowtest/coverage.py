"""Which branches of a flow its tests have taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cti.ivr.hotline import Hotline
from cti.ivr.position import NodeVisit


@dataclass(frozen=True, slots=True)
class Coverage:
    """`uncovered` are `node.outcome`, in the order of the file."""

    total: int
    uncovered: tuple[str, ...]

    @classmethod
    def of(cls, hotline: Hotline, visits: Iterable[NodeVisit]) -> Self:
        taken = {(visit.node, visit.outcome) for visit in visits}
        branches = [(name, outcome) for name, node in hotline.nodes.items() for outcome in node.branches()]
        return cls(
            len(branches), tuple(f"{name}.{outcome}" for name, outcome in branches if (name, outcome) not in taken)
        )

    @property
    def covered(self) -> int:
        return self.total - len(self.uncovered)

    @property
    def percent(self) -> float:
        """Not rounded: 99.96 is not 100."""
        return 100 * self.covered / self.total
