"""What a queue's recent past says: service level, and how long a contact will wait, with the error of that forecast.

The estimated wait (EWT) of the contact with n others before it, while nobody is free, is the time until n+1 places have become free.
Agents free themselves at the rate of staff / handling time, and each of those before it gives up at the rate θ:

    EWT = Σ (k = 0 … n) 1 / (staff / handling + k·θ)

which is the mean wait in the Markovian queue with impatient customers (Erlang A; Garnett, Mandelbaum, Reiman 2002) seen by an arrival.
Handling time and θ are measured; what was measured long ago fades. What the formula does not know (other sites that help, agents who
will go on a break) makes forecasts too long or too short by a factor, which is learned from what comes of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LEARNING = 0.05  # how fast the factor follows
FADE = 0.98  # what a measurement still weighs after each later one
HANDLING_UNTIL_MEASURED = 180.0  # seconds
SHORT_ABANDON = 5.0  # seconds: who leaves sooner did not wait
TARGET_SECONDS = 20.0
WINDOW_MINUTES = 15


@dataclass(slots=True)
class Mean:
    """A fading mean."""

    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float) -> None:
        self.total, self.weight = self.total * FADE + value, self.weight * FADE + 1.0

    def value(self, otherwise: float) -> float:
        return self.total / self.weight if self.weight else otherwise


@dataclass(slots=True)
class QueueRecord:
    """What is remembered of one queue."""

    handling: Mean = field(default_factory=Mean)
    error: Mean = field(default_factory=Mean)  # |estimated − actual| wait of those answered, in seconds
    bias: Mean = field(default_factory=Mean)  # estimated − actual
    correction: float = 1.0  # learned
    abandons: float = 0.0
    waited: float = 0.0
    minutes: dict[int, tuple[int, int]] = field(default_factory=dict)  # minute → (answered in time, counted)
    in_time: int = 0  # in all of these minutes
    counted: int = 0

    def _count(self, now: float, in_time: bool) -> None:
        self._forget(now)
        minute = int(now // 60)
        good, all_ = self.minutes.get(minute, (0, 0))
        self.minutes[minute] = (good + in_time, all_ + 1)
        self.in_time, self.counted = self.in_time + in_time, self.counted + 1

    def _forget(self, now: float) -> None:
        """What is older than WINDOW_MINUTES."""
        oldest = int(now // 60) - WINDOW_MINUTES
        while self.minutes and (minute := next(iter(self.minutes))) <= oldest:
            good, all_ = self.minutes.pop(minute)
            self.in_time, self.counted = self.in_time - good, self.counted - all_

    def answered(self, waited: float, estimate: float | None, now: float) -> None:
        self._waited(waited, gave_up=False)
        self._count(now, waited <= TARGET_SECONDS)
        if estimate is not None:
            self.error.add(abs(estimate - waited))
            self.bias.add(estimate - waited)
            if estimate > 0:
                missed = max(-1.0, min(1.0, (waited - estimate) / max(estimate, 5.0)))
                self.correction = max(0.1, min(10.0, self.correction * (1 + LEARNING * missed)))

    def unanswered(self, waited: float, now: float, *, gave_up: bool) -> None:
        self._waited(waited, gave_up)
        if waited >= SHORT_ABANDON:
            self._count(now, in_time=False)

    def _waited(self, waited: float, gave_up: bool) -> None:
        self.abandons, self.waited = self.abandons * FADE + gave_up, self.waited * FADE + waited

    @property
    def impatience(self) -> float:
        """Contacts that give up per second of waiting (θ)."""
        return self.abandons / self.waited if self.waited > 0 else 0.0

    def service_level(self, now: float) -> float | None:
        """Percent answered within TARGET_SECONDS, short abandons left out, over the latest WINDOW_MINUTES; None without contacts."""
        self._forget(now)
        return 100.0 * self.in_time / self.counted if self.counted else None

    @property
    def handling_seconds(self) -> float:
        return max(1.0, self.handling.value(HANDLING_UNTIL_MEASURED))

    def wait(self, before: float, agents: int, handling: float) -> float | None:
        """The EWT in seconds with so many before it and nobody free; None when nobody works for the queue."""
        if agents <= 0:
            return None
        rate, impatience, whole = agents / handling, self.impatience, int(before)
        wait = sum(1.0 / (rate + k * impatience) for k in range(whole + 1))
        return self.correction * (wait + (before - whole) / (rate + (whole + 1) * impatience))


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """A queue at one moment, as overflow rules and other sites see it."""

    waiting: int = 0
    longest_wait: float = 0.0  # seconds
    ewt: float | None = None  # seconds, for a contact that comes now; None when nobody works for the queue
    service_level: float | None = None  # percent; None when there was no contact of late
    staffed: int = 0  # agents logged in who meet the need
    free: int = 0  # of them, those who can be offered a contact now
    ewt_error: float | None = None  # mean absolute error of past forecasts, in seconds
