"""Waiting longer after each failure, with jitter so that many clients do not return at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import random


@dataclass(slots=True)
class Backoff:
    """Exponential backoff with full jitter between half and the whole of the delay (seconds).

    `next()` gives the delay before the next attempt; `reset()` after a success.
    """

    first: float = 0.1
    cap: float = 10.0
    factor: float = 2.0
    rand: Callable[[], float] = random
    _delay: float = field(default=0.0, init=False)

    def next(self) -> float:
        self._delay = self.first if self._delay == 0.0 else min(self.cap, self._delay * self.factor)
        return self._delay * (0.5 + 0.5 * self.rand())

    def reset(self) -> None:
        self._delay = 0.0
