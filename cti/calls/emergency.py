"""Callers of the emergency menu become contacts when a process is there again, and are called back in their turn.

The file is removed once its facts are on disk; a process that dies in between finds them in the journal, and writes nothing twice.
"""

from __future__ import annotations

import asyncio
import re

from cti.calls.callbacks import Callbacks
from cti.calls.ports import LeftNumber, Spool
from cti.calls.services import Services
from cti.facts.kinds import ContactArrived, ContactEnded, EmergencyTaken, EndCause, Party
from cti.kit.logging import get_logger, mask_number

log = get_logger(__name__)
LOOK_SECONDS = 30.0
_NUMBER = re.compile(r"\+?[0-9]{3,20}")


async def watch_spool(spool: Spool, services: Services, callbacks: Callbacks) -> None:
    """Takes in what is there, now and every half minute, until cancelled."""
    while True:
        for left in await asyncio.to_thread(spool.read):
            try:
                await take_in(left, services, callbacks)
            except Exception as error:  # the file is there at the next look, and calls go on
                log.error("emergency.not_taken", contact=left.contact, exc_info=error)
                continue
            await asyncio.to_thread(spool.remove, left)
        await asyncio.sleep(LOOK_SECONDS)


async def take_in(left: LeftNumber, services: Services, callbacks: Callbacks) -> None:
    """One caller. A contact that began before the processes went away has its end from whoever closed it: that one keeps its story."""
    journal, known = services.journal, {fact.kind for fact in await services.journal.facts_of(left.contact)}
    if "emergency.taken" in known:
        return
    hotline, number = services.editions.current.hotline, left.callback or ""
    wanted = _NUMBER.fullmatch(number) is not None
    waited = max(0.0, (services.clock.wall() - left.at).total_seconds())
    if wanted:
        callbacks.request(left.contact, hotline.emergency_queue, number, hotline.language, waited)
    if "contact.arrived" not in known:
        journal.record(ContactArrived(
            hotline=hotline.number, caller=left.caller, called=left.called, node=left.node, asterisk_channel="",
        ), left.contact)  # fmt: skip
    taken = journal.record(EmergencyTaken(left_at=left.at.isoformat(), wants_callback=wanted), left.contact)
    if "contact.arrived" not in known:
        cause = EndCause.CONTAINED if wanted else EndCause.LEFT_FLOW
        taken = journal.record(ContactEnded(cause=cause, by=Party.CUSTOMER, ms=0), left.contact)
    await taken
    log.warning("emergency.taken", contact=left.contact, number=mask_number(number), callback=wanted)
