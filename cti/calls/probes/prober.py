"""Makes a site's synthetic calls, one at a time for each node, and tells what came of them: facts, alarms, figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from cti.calls.probes.call import ProbeCall
from cti.calls.probes.watch import Clear, ProbeWatch, Raise, Stage, Target, Verdict
from cti.calls.services import Services
from cti.calls.telephony import Telephony
from cti.facts.kinds import AlarmCleared, AlarmRaised, ProbeEnded, ProbesPlanned
from cti.facts.probes import ProbeTarget
from cti.kit.ids import new_id
from cti.kit.logging import get_logger

log = get_logger(__name__)
DEADLINE = 10.0  # seconds that a synthetic call may take; a good one takes about one
ANSWER_SECONDS = 6.0  # of them, until the hotline answers
TELL_SECONDS = 300.0  # so often the data center is told what is planned, though nothing has changed


class LineFailed(Exception):
    """A synthetic call could not be placed. `stage`: where it stuck, when the site's process has not seen it."""

    def __init__(self, stage: Stage, reason: str) -> None:
        super().__init__(reason)
        self.stage, self.reason = stage, reason


class Line(Protocol):
    """What synthetic calls need of Asterisk."""

    def contact(self, node: str, number: str) -> str:
        """The id of a synthetic call's contact, by which its request is known."""
        ...

    agent_address: str  # what to dial for the synthetic agent

    async def call(self, node: str, contact: str, seconds: float) -> None:
        """Calls the hotline at a node; returns once it has answered. Raises `LineFailed`."""
        ...

    async def hang_up(self, node: str, channel: str) -> None:
        """Ends a call, if it is still there. Never raises."""
        ...


Unsound = Callable[[], tuple[Stage, str] | None]


class Prober:
    """One site's. `run` makes the calls; `serve` takes each when Asterisk brings it."""

    def __init__(
        self, services: Services, line: Line, nodes: Sequence[str], every: float, unsound: Unsound = lambda: None
    ) -> None:
        """`every`: seconds between two calls for one queue at one node; 0: none is made. `unsound` says what is wrong with the site
        though calls pass."""
        self._services, self._line, self._nodes, self._every, self._unsound = services, line, nodes, every, unsound
        self._open: dict[str, ProbeCall] = {}  # by contact
        self._told_at: float | None = None
        self.watch = ProbeWatch(every)

    async def run(self) -> None:
        """Until cancelled. A call that is under way then is ended by the dialplan."""
        if self._every <= 0:
            self._services.journal.record(ProbesPlanned(every_s=0, targets=()))
            return
        self._plan()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            for node in self._nodes:
                tasks.create_task(self._probe_node(node))

    async def serve(self, telephony: Telephony) -> None:
        """A synthetic call is here. One that an earlier process made, or that came too late, is ended."""
        call = self._open.get(telephony.contact)
        if call is None:
            await telephony.hang_up()
        else:
            await call.serve(telephony)

    def figures(self) -> Mapping[str, Mapping[tuple[str, str], float]]:
        """By figure, then by node and queue. Until the first call of a process has ended nothing is said of it."""
        shown: dict[str, dict[tuple[str, str], float]] = {}
        now, wall = self._services.clock.monotonic(), self._services.clock.wall().timestamp()
        for target, health in self.watch.targets.items():
            key = (target.node, target.queue)
            if health.seconds is not None or health.missed or health.raised is not None:
                shown.setdefault("probe_up", {})[key] = float(health.raised is None)
                shown.setdefault("probe_failures_in_a_row", {})[key] = health.missed
            if health.seconds is not None:
                shown.setdefault("probe_seconds", {})[key] = health.seconds
                shown.setdefault("probe_last_success_timestamp_seconds", {})[key] = wall - (now - health.succeeded)
        return shown

    # Inside

    async def _tick(self) -> None:
        """Looks at the time, so that a call that hangs, or is never made, raises the alarm too."""
        while True:
            await asyncio.sleep(min(1.0, self._every / 10))
            try:
                self._plan()
                self._tell(self.watch.tick(self._services.clock.monotonic()))
            except Exception as error:  # who watches must not take the site along
                log.error("probe.fault", exc_info=error)

    def _plan(self) -> None:
        now, before = self._services.clock.monotonic(), frozenset(self.watch.targets)
        queues = self._services.editions.current.hotline.queues
        targets = {Target(node, queue) for node in self._nodes for queue in queues}
        self._tell(self.watch.plan(targets, now))
        if targets != before or self._told_at is None or now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            planned = tuple(ProbeTarget(node=t.node, queue=t.queue) for t in sorted(targets))
            self._services.journal.record(ProbesPlanned(every_s=self._every, targets=planned))

    async def _probe_node(self, node: str) -> None:
        while True:
            due = self.watch.next(node)
            left = min(1.0, due[1] - self._services.clock.monotonic()) if due is not None else 1.0
            if due is None or left > 0:
                await asyncio.sleep(left)
                continue
            try:
                await self._probe(due[0])
            except Exception as error:  # a fault of ours is a failure like any other, and the next call may pass
                log.error("probe.fault", target=due[0].alarm, exc_info=error)
                self._judge(due[0], Stage.ORIGINATE, type(error).__name__)

    async def _probe(self, target: Target) -> None:
        contact = self._line.contact(target.node, new_id())
        call = ProbeCall(contact, target, self._services, self._line.agent_address)
        self._open[contact] = call
        try:
            stuck = await self._through(call)
            if stuck is not None and call.channel is not None and not call.over.is_set():
                await self._line.hang_up(target.node, call.channel)
        finally:
            del self._open[contact]
            await call.close()
        stage, reason = stuck or self._unsound() or (None, "")
        await self._services.journal.record(ProbeEnded(
            probe=contact, node=target.node, queue=target.queue, passed=stage is None, stuck_at=stage, reason=reason, ms=call.trail.ms,
            stages={stage.value: ms for stage, ms in call.trail.reached.items()},
        ))  # fmt: skip
        if stage is None and (unsound := self._unsound()) is not None:  # the fact itself did not come to the disk
            stage, reason = unsound
        self._judge(target, stage, reason, call.trail.ms / 1000)

    async def _through(self, call: ProbeCall) -> tuple[Stage, str] | None:
        """Where it stuck, and why; None when it has passed."""
        stage, reason = Stage.ORIGINATE, f"not done in {DEADLINE:.0f} s"
        try:
            async with asyncio.timeout(DEADLINE):
                await self._line.call(call.target.node, call.contact, ANSWER_SECONDS)
                call.trail.mark(Stage.ORIGINATE)
                stage = Stage.AGI
                await call.over.wait()
                reason = "the call ended early"
        except TimeoutError:
            pass
        except LineFailed as failure:
            stage, reason = failure.stage, failure.reason
        missing = call.missing()
        if missing is None:
            return None
        return (stage, reason) if missing is Stage.AGI else (missing, reason)

    def _judge(self, target: Target, stage: Stage | None, reason: str, seconds: float = 0.0) -> None:
        now = self._services.clock.monotonic()
        if stage is None:
            self._tell(self.watch.passed(target, seconds, now))
            return
        log.warning("probe.failed", node=target.node, queue=target.queue, stuck_at=stage, reason=reason)
        self._tell(self.watch.failed(target, stage, reason, now))

    def _tell(self, verdicts: Sequence[Verdict]) -> None:
        for verdict in verdicts:
            target, alarm = verdict.target, verdict.target.alarm
            match verdict:
                case Raise(_, stage, reason):
                    log.error(
                        "alarm.raised", alarm=alarm, node=target.node, queue=target.queue, stuck_at=stage, reason=reason
                    )
                    fact = AlarmRaised(alarm=alarm, node=target.node, queue=target.queue, stuck_at=stage, reason=reason)
                    self._services.journal.record(fact)
                case Clear(_, lasted):
                    log.warning(
                        "alarm.cleared", alarm=alarm, node=target.node, queue=target.queue, seconds=round(lasted, 1)
                    )
                    self._services.journal.record(AlarmCleared(alarm=alarm, ms=round(lasted * 1000)))
