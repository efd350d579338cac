"""A machine that stands still is no fault of ours.

Virtual machines are sometimes frozen by their host, for half a minute and more (the kernel then tells of a workqueue lockup). Every timer,
ours, Asterisk's and SIPp's, runs out at once when they go on. Shorter, and more often, everybody has to wait for a processor.
"""

from __future__ import annotations

import threading
import time

TICK, STILL = 0.2, 3.0  # seconds; no scheduler leaves a thread waiting for 3 s

_late: list[
    tuple[float, float]
] = []  # (when a thread that sleeps for a moment woke up, how late), on the monotonic clock
_looked = threading.Event()  # set each time it has woken up


def watch() -> None:
    """From now on, in a thread of its own."""
    threading.Thread(target=_watch, name="watches the machine", daemon=True).start()


def _watch() -> None:
    before = time.monotonic()
    while True:
        time.sleep(TICK)
        now = time.monotonic()
        _late.append((now, now - before - TICK))
        before = now
        _looked.set()


def stood_since(began: float) -> float:
    """For how long at most the machine has stood still, or 0. The watcher itself may have woken up only after who asks."""
    for _ in range(2):  # the first look may have begun before
        _looked.clear()
        _looked.wait()
    return max((late for at, late in _late if at > began and late > STILL), default=0.0)


def late_since(began: float) -> float:
    """Seconds by which whoever was to be quick since then may have been late through no fault of its own."""
    stood_since(began)
    return sum(late for at, late in _late if at > began)
