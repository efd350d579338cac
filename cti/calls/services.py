"""What every call session shares, built once by wiring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cti.calls.context import CustomerCard
from cti.calls.dispatcher import Dispatcher
from cti.calls.ports import Customers, Http, Journal, Telephony
from cti.calls.queueing import Comfort, QueueStay
from cti.calls.tickets import QueueTerms, Ticket
from cti.ivr import Hotline, PromptRef
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)


class Sounds(Protocol):
    """Where a prompt's audio is."""

    def find(self, prompt: PromptRef) -> str | None:
        """A path without extension; None when there is no audio for it."""
        ...

    @property
    def fallback(self) -> str:
        """What is played for a missing prompt: a caller never hears silence."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """One site's means to serve calls."""

    site: str
    hotline: Hotline
    dispatcher: Dispatcher
    journal: Journal
    clock: Clock
    http: Http
    customers: Customers
    sounds: Sounds
    offer_headers: Callable[[str, str], Mapping[str, str]]  # (contact, offer) → SIP headers of the agent's INVITE
    flow_variables: Mapping[str, str]  # what a flow may use besides what the call brings

    def terms(self, queue: str, priority: int | None = None) -> QueueTerms:
        """What a queue of the hotline asks for; KeyError if there is none (the flow was checked)."""
        config = self.hotline.queues[queue]
        return QueueTerms(
            queue, config.skills, config.priority if priority is None else priority, config.ring_seconds,
            config.wrap_up_seconds,
        )  # fmt: skip

    def queue_stay(self, telephony: Telephony, ticket: Ticket, language: str, age: float) -> QueueStay:
        """A stay of `age` seconds already in the ticket's queue, to be run."""
        config, comfort = self.hotline.queues[ticket.terms.queue], None
        if config.comfort is not None:
            prompt = PromptRef(config.comfort.prompt, language)
            comfort = Comfort(
                prompt.id, (self.sounds.find(prompt) or self.sounds.fallback,), config.comfort.every_seconds
            )
        return QueueStay(
            telephony, self.dispatcher, self.journal, self.clock, ticket, self.offer_headers,
            longest_wait=config.longest_wait_seconds, music=config.music, comfort=comfort, age=age,
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
