"""Agents whose phone can't be reached, again and again: each is kept back for a while that grows, so that contacts do not circle.

A desktop may say that its agent is ready as soon as the last call has failed; without this, the next one would fail at once, and so
on as fast as Asterisk can say no.
"""

from __future__ import annotations

FREE_FAILURES = 2  # in a row, before the first pause
FORGOTTEN_SECONDS = 120.0  # after so long without a failure the row is over
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 40.0  # seconds; each is twice the one before


class Brake:
    """By agent. Times in monotonic seconds."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}  # how many in a row, and when the last was
        self._until: dict[str, float] = {}  # who is kept back

    def failed(self, agent: str, now: float) -> None:
        """The agent's phone was not reached."""
        count, last = self._failures.get(agent, (0, now))
        count = count + 1 if now - last <= FORGOTTEN_SECONDS else 1
        self._failures[agent] = count, now
        if count > FREE_FAILURES:
            self._until[agent] = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (count - FREE_FAILURES - 1))

    def reached(self, agent: str) -> None:
        """The agent has answered: all is well."""
        self._failures.pop(agent, None)
        self._until.pop(agent, None)

    def left(self, agent: str, now: float) -> float:
        """Seconds for which the agent is kept back; 0 for one who is not."""
        return max(0.0, self._until.get(agent, now) - now)

    @property
    def next_release(self) -> float | None:
        return min(self._until.values(), default=None)

    def release(self, now: float) -> list[str]:
        """Agents whose pause has passed, each told once."""
        over = sorted(agent for agent, until in self._until.items() if until <= now)
        for agent in over:
            del self._until[agent]
        return over
