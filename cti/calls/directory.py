"""Every call that this process serves, and those that an earlier one left behind.

After a restart the journal says which contacts are open, and Asterisk which of their channels still stand. A caller whose
channel stands comes back by itself: the dialplan asks again. A contact whose channel is gone is closed here, with cause
`served` if it was in conversation, and `lost` otherwise or if the node itself has died, so that every contact ends in exactly
one `contact.ended`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from cti.calls.callbacks import Callbacks
from cti.calls.leftovers import conversation_closed, customer_on_the_line, engaged_agent, offer_closed, queue_left
from cti.calls.ports import OpenContact
from cti.calls.services import Services
from cti.calls.session import POSITION, CallSession
from cti.calls.telephony import CallerGone, Telephony, TelephonyFailed
from cti.calls.visit_host import NORMAL, REFUSED, host_visit
from cti.facts.kinds import (
    AgentStateChanged,
    CallbackConnected,
    ContactArrived,
    ContactEnded,
    EndCause,
    OfferOutcome,
    Party,
    QueueOutcome,
    WrapUpStarted,
)
from cti.kit.logging import get_logger

log = get_logger(__name__)


MOST_TRIES = 3  # sessions that may fail for one contact before it is ended with an apology


class Directory:
    """`load` before the first call; then one `serve` or `host` per AGI connection."""

    def __init__(self, services: Services, callbacks: Callbacks | None = None) -> None:
        self._services, self._callbacks = services, callbacks
        self._live: set[str] = set()  # contacts with a session here
        self._left: dict[str, OpenContact] = {}  # open contacts without one
        self._kept: set[str] = set()  # contacts on their way there: whoever is back already asks once more
        self._gone: deque[tuple[str, str]] = deque(maxlen=1000)  # (node, channel) of the latest hang-ups
        self._lost: deque[str] = deque(maxlen=1000)  # the latest contacts of nodes that did not come back
        self._faults: dict[str, int] = {}  # by contact: sessions that ended without an end
        self._hosted: dict[
            str, AgentStateChanged
        ] = {}  # by agent: whom an earlier process left with another site's caller
        self._visits = 0

    @property
    def live(self) -> int:
        """Calls being served, visits of other sites' callers included."""
        return len(self._live) + self._visits

    @property
    def left_behind(self) -> int:
        return len(self._left)

    async def load(self) -> None:
        """Finds what an earlier process left open."""
        found_open = await self._services.journal.open_contacts()
        self._left = {f.contact: f for f in found_open if customer_on_the_line(f) or not self._resumes(f)}
        for found in self._left.values():
            if (engaged := engaged_agent(found)) and engaged.agent_site == self._services.site:
                self._services.dispatcher.left.engaged(engaged.agent, engaged.offer, found.contact, engaged.queue)
        for fact in await self._services.journal.open_agents():
            if fact.kind == WrapUpStarted.kind:
                wrap_up = WrapUpStarted.model_validate(fact.data)
                spent = max(0.0, (self._services.journal.now() - fact.at).total_seconds())
                self._services.dispatcher.left.wrapping_up(wrap_up.agent, fact.contact or "", wrap_up.seconds, spent)
            elif fact.contact not in self._left:
                self._left_hosting(AgentStateChanged.model_validate(fact.data), fact.contact or "")
        if self._left:
            log.info("directory.contacts_found_open", count=len(self._left))

    async def serve(self, telephony: Telephony) -> None:
        """A caller is here, or back. Returns when the call has ended or its connection broke."""
        contact = telephony.contact
        if contact in self._live or contact in self._kept:
            log.warning("directory.already_served", contact=contact)
            return
        if contact in self._lost:  # the node was there all the time, out of reach: the caller has talked until now
            log.warning("directory.was_not_lost", contact=contact)
            with suppress(CallerGone, TelephonyFailed):
                await telephony.hang_up(NORMAL)
            return
        found = self._left.pop(contact, None)
        self._live.add(contact)
        try:
            if found is None and await self._has_ended(telephony):
                log.info("directory.ended_before", contact=contact)
                await telephony.hang_up(NORMAL)
                return
            if found is not None:
                self._free_agent(found, await _has_talked(found, telephony))
            last_try = self._faults.get(contact, 0) >= MOST_TRIES - 1
            ended = await CallSession(telephony, self._services).run(found, last_try=last_try)
        finally:
            self._live.discard(contact)
        if ended:
            self._faults.pop(contact, None)
        else:
            self._faults[contact] = self._faults.get(contact, 0) + 1
            await self._keep(contact)

    async def host(self, telephony: Telephony, offer: str) -> None:
        """Another site's caller comes for a granted agent."""
        self._visits += 1
        try:
            services = self._services
            agent = next((agent for agent, left in self._hosted.items() if left.offer == offer), None)
            if agent is not None:  # their conversation, which an earlier process saw begin, is over
                with suppress(CallerGone):  # then the phone's own end tells
                    talked = await telephony.was_connected()
                    self.phone_gone(agent, talked)
                    await telephony.hang_up(NORMAL if talked else REFUSED)
                return
            headers = dict(services.offer_headers(telephony.contact, offer))
            await host_visit(telephony, offer, services.dispatcher, headers)
        finally:
            self._visits -= 1

    def phone_gone(self, agent: str, talked: bool) -> None:
        """An agent's phone has hung up, maybe after a conversation with another site's caller that an earlier process saw begin."""
        if (left := self._hosted.pop(agent, None)) is not None:
            wrap_up = self._wrap_up_seconds(left.queue or "") if talked else 0.0
            self._services.dispatcher.left.engaged_ended(agent, left.offer or "", wrap_up)

    async def called_back(self, telephony: Telephony) -> None:
        """A customer whom we have called is on the line, or was when an earlier process died."""
        contact, waits = telephony.contact, telephony.contact not in self._live
        if contact in self._kept:
            return
        self._live.add(contact)
        ended = None
        try:
            if (found := self._left.get(contact)) is not None:
                await self._close(contact, talked=await _has_talked(found, telephony))
            if waits and self._callbacks is not None:
                ended = await self._callbacks.arrived(telephony)
            if ended is None:  # they have talked while no process was there
                await telephony.hang_up()
        finally:
            self._live.discard(contact)
        if ended is False:
            await self._keep(contact)

    async def channels_known(self, node: str, channels: Collection[str], uptime: float | None = None) -> None:
        """Asterisk says which channels the node has, and for how many seconds it has been there: open contacts of that node with another
        channel are closed; those who were there before it began were lost when it died, also in the middle of a conversation."""
        known, now = frozenset(channels), self._services.journal.now()
        for contact, found in list(self._left.items()):
            its_node, channel = _channel(found)
            if its_node == node and channel and channel not in known:
                began = (found.line or found.arrived).at
                died = uptime is not None and (now - began).total_seconds() > uptime + 1
                await self._close(contact, now - timedelta(seconds=uptime or 0) if died else None)

    async def nodes_known(self, nodes: Collection[str]) -> None:
        """The site has these nodes: contacts of any other were lost, at the moment they were last seen."""
        for contact, found in list(self._left.items()):
            if _channel(found)[0] not in nodes:
                await self._close(contact, found.last_seen.at)

    async def node_lost(self, node: str, seconds: float) -> None:
        """Nobody has been at the node for so many seconds, and nobody will be: its contacts were lost then. May be said again and again."""
        for contact, found in list(self._left.items()):
            if _channel(found)[0] == node:
                self._lost.append(contact)
        await self.channels_known(node, (), seconds)

    async def channel_gone(self, node: str, channel: str) -> None:
        """A channel was hung up. Closes the contact if no session sees to it."""
        self._gone.append((node, channel))
        for contact, found in list(self._left.items()):
            if _channel(found) == (node, channel):
                await self._close(contact)

    async def _has_ended(self, telephony: Telephony) -> bool:
        """Whether an earlier process ended this contact, and died before it hung up. Only who was served has a place in the flow, so
        the journal need not be asked of every caller."""
        with suppress(CallerGone, TelephonyFailed):
            if await telephony.get(POSITION) is None:
                return False
        facts = await self._services.journal.facts_of(telephony.contact)
        return any(fact.kind == ContactEnded.kind for fact in facts)

    async def _keep(self, contact: str) -> None:
        """The connection broke but the contact has not ended: it waits for the caller, unless the caller has gone already."""
        self._kept.add(contact)
        try:
            found_open = await self._services.journal.open_contacts()
        finally:
            self._kept.discard(contact)
        for found in found_open:
            if found.contact == contact:
                self._left[contact] = found
                if _channel(found) in self._gone:
                    await self._close(contact)

    async def _close(self, contact: str, died: datetime | None = None, *, talked: bool = False) -> None:
        """The channel is gone, or its caller has `talked` without us: the contact ended at the last moment it was seen, a conversation
        just now, or when the node `died`. A callback without a conversation waits on: the customer was promised one."""
        found = self._left.pop(contact, None)
        if found is None:
            return
        services, last, talked = self._services, found.last_seen.at, talked or found.connected is not None
        self._free_agent(found, talked)
        self._faults.pop(contact, None)
        if not talked and self._resumes(found):
            return
        if talked:
            last = services.journal.now() if died is None else max(last, died)
            facts = conversation_closed(found, last, Party.SYSTEM)
        else:
            facts = offer_closed(found, last, OfferOutcome.CALLER_GONE) + queue_left(
                found, last, QueueOutcome.ABANDONED
            )
        for fact in facts:
            services.journal.record(fact, contact)
        served = found.served is not None and not talked  # its conversation had ended well
        cause = EndCause.SERVED if served or (talked and died is None) else EndCause.LOST
        ms = max(0, round((last - found.arrived.at).total_seconds() * 1000))
        await services.journal.record(ContactEnded(cause=cause, by=Party.SYSTEM, ms=ms), contact)
        log.info("directory.contact_closed", contact=contact, cause=cause)

    def _resumes(self, found: OpenContact) -> bool:
        """Whether it is a callback that waits, and now goes on."""
        return self._callbacks is not None and self._callbacks.resume(found)

    def _free_agent(self, found: OpenContact, talked: bool) -> None:
        """The agent whom an earlier process had engaged is free; with wrap-up if there was a conversation."""
        engaged = engaged_agent(found)
        if engaged is not None and engaged.agent_site == self._services.site:
            wrap_up = self._wrap_up_seconds(engaged.queue) if talked else 0.0
            self._services.dispatcher.left.engaged_ended(engaged.agent, engaged.offer, wrap_up)

    def _left_hosting(self, state: AgentStateChanged, contact: str) -> None:
        """An earlier process left this agent's phone ringing or talking with another site's caller."""
        if state.offer is None or state.queue is None:  # a version wrote it that did not say so
            self._services.dispatcher.left.on_the_phone(state.agent)
            return
        self._hosted[state.agent] = state
        self._services.dispatcher.left.engaged(state.agent, state.offer, contact, state.queue)

    def _wrap_up_seconds(self, queue: str) -> float:
        its = self._services.editions.current.hotline.queues.get(queue)
        return its.wrap_up_seconds if its is not None else 0.0


async def _has_talked(found: OpenContact, telephony: Telephony) -> bool:
    """Whether the caller, who is back, has talked with the agent; perhaps while no process was there."""
    if found.connected is not None or found.offer is None:
        return found.connected is not None
    try:
        return await telephony.was_connected()
    except (CallerGone, TelephonyFailed):
        return False  # the session, which comes next, sees the same


def _channel(found: OpenContact) -> tuple[str, str]:
    """The node and the channel at which the caller arrived, or came when called back."""
    if found.line is not None:
        line = CallbackConnected.model_validate(found.line.data)
        return line.node, line.asterisk_channel
    arrived = ContactArrived.model_validate(found.arrived.data)
    return arrived.node, arrived.asterisk_channel
