"""Synthetic calls: each node calls itself over SIP, as dialplan/probe.conf has both ends."""

from __future__ import annotations

from collections.abc import Mapping

from cti.asterisk import dialplan
from cti.asterisk.ami import AmiError, AmiLink, AmiRefused
from cti.calls.probes import LineFailed, Stage
from cti.kit.logging import get_logger

log = get_logger(__name__)


class ProbeLine:
    """Implements `calls.probes.Line`."""

    agent_address = f"PJSIP/{dialplan.PROBE_AGENT}@{dialplan.PROBE}"

    def __init__(self, links: Mapping[str, AmiLink]) -> None:
        self._links = links

    def contact(self, node: str, number: str) -> str:
        return f"{dialplan.PROBE_CONTACT}{node[:30]}.{number}"

    async def call(self, node: str, contact: str, seconds: float) -> None:
        try:
            await self._links[node].originate(
                f"PJSIP/{contact}@{dialplan.PROBE}", dialplan.PROBE, dialplan.PROBE_CALLER, ring_seconds=seconds
            )
        except AmiRefused as error:  # Asterisk took the order, and says what became of it
            raise LineFailed(Stage.AGI, error.problems[0].what.en) from None
        except AmiError as error:
            raise LineFailed(Stage.ORIGINATE, error.problems[0].what.en) from None

    async def hang_up(self, node: str, channel: str) -> None:
        try:
            await self._links[node].hang_up(channel)
        except AmiError as error:
            log.debug("probe.not_hung_up", node=node, reason=error.problems[0].code)
