"""What every call session shares, built once by wiring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cti.calls.context import CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition, Editions, Sounds
from cti.calls.ports import Customers, Http, Journal, Offering, Recordings
from cti.calls.queueing import QueueStay
from cti.calls.telephony import Telephony
from cti.calls.tickets import Ticket
from cti.calls.waiting_room import Announcement, WaitingRoom, progress_values
from cti.ivr import Progress, PromptRef, said_with
from cti.kit.clock import Clock
from cti.kit.logging import get_logger
from cti.kit.sealing import Seal

log = get_logger(__name__)


CallBack = Callable[[str, str, str, str, float], None]  # contact, queue, number, language, seconds waited


@dataclass(frozen=True, slots=True)
class Services:
    """One site's means to serve calls."""

    site: str
    editions: Editions
    dispatcher: Dispatcher
    journal: Journal
    clock: Clock
    http: Http
    customers: Customers
    offer_headers: Callable[[str, str], Mapping[str, str]]  # (contact, offer) → SIP headers of the agent's INVITE
    flow_variables: Mapping[str, str]  # what a flow may use besides what the call brings
    recordings: Recordings
    seal: Seal  # for what the channel keeps of a caller
    trunk: Callable[[str], str | None]  # number outside → what to dial; None at a site without carriers
    call_back: CallBack | None = None  # keeps a customer's place; None where nobody can be called

    def queue_stay(
        self, edition: Edition, telephony: Telephony, ticket: Ticket, language: str, keys: str, age: float, *,
        called_back: bool = False, first: Offering | None = None,
    ) -> QueueStay:  # fmt: skip
        """A stay of `age` seconds already in the ticket's queue, to be run. Who is called back has a place there already, and waits
        on the line as long as other callers do from now."""
        config = edition.hotline.queues[ticket.terms.queue]

        def sounds(prompts: Sequence[PromptRef]) -> list[str]:
            return paths(edition.sounds, prompts, lambda missing: None)

        def progress_sounds(progress: Progress) -> list[str] | None:
            values = progress_values(self.dispatcher.progress(ticket.contact))
            prompts = said_with(progress.prompts, values, language)
            return sounds(prompts) if prompts else None

        announcements = []
        if (comfort := config.comfort) is not None:
            said = sounds([PromptRef(comfort.prompt, language)])
            announcements.append(
                Announcement(comfort.prompt, lambda: said, comfort.every_seconds, comfort.every_seconds)
            )
        if (progress := config.progress) is not None:
            announcements.append(Announcement(
                "progress", lambda: progress_sounds(progress), progress.first_after_seconds, progress.every_seconds
            ))  # fmt: skip
        longest = config.longest_wait_seconds + (age if called_back else 0.0)
        room = WaitingRoom(longest, config.music, tuple(announcements), keys)
        return QueueStay(
            telephony, self.dispatcher, self.journal, self.clock, ticket, room, self.offer_headers, age, placed=called_back,
            first=first,
        )  # fmt: skip


def look_up(customers: Customers, number: str) -> asyncio.Future[CustomerCard | None]:
    """Starts to look for the customer's record. The future never fails: no record is None."""

    async def find() -> CustomerCard | None:
        try:
            return await customers.find(number)
        except OSError as error:
            log.info("customer.unavailable", reason=type(error).__name__)
            return None

    if not number:
        future: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future
    return asyncio.ensure_future(find())


def paths(sounds: Sounds, prompts: Sequence[PromptRef], missing: Callable[[PromptRef], None]) -> list[str]:
    """The sounds to play for prompts; each one missing is reported and replaced."""
    found = []
    for prompt in prompts:
        path = sounds.find(prompt)
        if path is None:
            missing(prompt)
            path = sounds.fallback
        found.append(path)
    return found
