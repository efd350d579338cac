"""Puts a site's synthetic calls together (docs/monitoring.md)."""

from __future__ import annotations

from collections.abc import Mapping

from cti.asterisk.ami import AmiLink
from cti.asterisk.probe_line import ProbeLine
from cti.calls.dispatcher import Dispatcher
from cti.calls.probes import Prober, Stage
from cti.calls.services import Services
from cti.journal import SqliteJournal

LATE_SECONDS = 5.0  # after which a timer of the router that has not run tells that it never will


def build_prober(services: Services, links: Mapping[str, AmiLink], journal: SqliteJournal, every: float) -> Prober:
    """`every`: seconds; 0 makes no calls."""

    def unsound() -> tuple[Stage, str] | None:
        if journal.degraded:
            return Stage.JOURNAL, "facts do not reach the disk"
        return _late(services.dispatcher)

    return Prober(services, ProbeLine(links), tuple(links), every, unsound)


def _late(dispatcher: Dispatcher) -> tuple[Stage, str] | None:
    """Synthetic calls have a router of their own: of the one that callers use, they see whether its time goes on."""
    deadline = dispatcher.acd.next_deadline()
    late = 0.0 if deadline is None else dispatcher.now() - deadline
    return (Stage.ROUTER, f"its timers are late by {late:.0f} s") if late > LATE_SECONDS else None
